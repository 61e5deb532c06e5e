//! Bytes that are not CBOR, or another item than the reader wants.

use core::fmt;

/// The reason why [`CborReader`](crate::CborReader) cannot read an item, and where.
///
/// ```
/// use jsvm_data::{CborErrorKind, CborReader};
///
/// let error = CborReader::new(&[0x62, b'a']).skip_item().unwrap_err();
/// assert_eq!(error.kind(), CborErrorKind::UnexpectedEnd);
/// assert_eq!(error.to_string(), "the data ends inside an item at offset 2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CborError {
    kind: CborErrorKind,
    offset: usize,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CborErrorKind {
    /// The bytes end inside an item.
    UnexpectedEnd,
    /// The head is reserved, or cannot stand here.
    InvalidHead,
    /// A text is not UTF-8.
    InvalidText,
    /// The item is not an array.
    NotAnArray,
    /// The item is not a map.
    NotAMap,
    /// The item has no tag.
    NotATag,
    /// The item is not a text.
    NotAText,
    /// The item is not a byte string.
    NotBytes,
    /// The item is not a whole number of zero or more, or is too large for an index.
    NotAnIndex,
}

impl CborError {
    #[cold]
    pub(crate) const fn new(kind: CborErrorKind, offset: usize) -> Self {
        CborError { kind, offset }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(self) -> CborErrorKind {
        self.kind
    }

    /// The offset in bytes from the start of the input.
    #[must_use]
    pub const fn offset(self) -> usize {
        self.offset
    }
}

impl CborErrorKind {
    const fn description(self) -> &'static str {
        match self {
            CborErrorKind::UnexpectedEnd => "the data ends inside an item",
            CborErrorKind::InvalidHead => "the item has an invalid head",
            CborErrorKind::InvalidText => "the text is not UTF-8",
            CborErrorKind::NotAnArray => "the item is not an array",
            CborErrorKind::NotAMap => "the item is not a map",
            CborErrorKind::NotATag => "the item is not tagged",
            CborErrorKind::NotAText => "the item is not a text",
            CborErrorKind::NotBytes => "the item is not a byte string",
            CborErrorKind::NotAnIndex => "the item is not an index",
        }
    }
}

impl fmt::Display for CborErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.description())
    }
}

impl fmt::Display for CborError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {}", self.kind, self.offset)
    }
}

impl core::error::Error for CborError {}
