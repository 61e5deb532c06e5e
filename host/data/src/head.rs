//! Heads of items.

/// How an item begins.
///
/// The content of strings and containers follows the head. The number of elements or bytes is
/// `None` if the item is of indefinite length: a [`Break`](CborHead::Break) ends it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CborHead {
    /// A whole number of zero or more.
    Unsigned(u64),
    /// The whole number `-1 - n`.
    Negative(u64),
    /// A byte string of that length, which [`read_bytes`](crate::CborReader::read_bytes) reads.
    Bytes(Option<u64>),
    /// A text of that length in bytes, which [`read_text`](crate::CborReader::read_text) reads.
    Text(Option<u64>),
    /// An array of so many items.
    Array(Option<u64>),
    /// A map of so many pairs.
    Map(Option<u64>),
    /// A tag. The tagged item follows.
    Tag(u64),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`.
    Null,
    /// `undefined`.
    Undefined,
    /// A float of any size.
    Float(f64),
    /// The end of an item of indefinite length.
    Break,
}

/// The major type of an item: the upper three bits of its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum CborMajor {
    /// A whole number of zero or more.
    Unsigned = 0,
    /// A whole number below zero.
    Negative = 1,
    /// A byte string.
    Bytes = 2,
    /// A text.
    Text = 3,
    /// An array.
    Array = 4,
    /// A map.
    Map = 5,
    /// A tag.
    Tag = 6,
}

impl CborMajor {
    /// The first byte of an item of this type whose argument is zero.
    #[must_use]
    pub const fn initial(self) -> u8 {
        (self as u8) << 5
    }
}

/// First bytes of items that have no argument, for [`peek`](crate::CborReader::peek).
pub mod initial {
    /// An array of indefinite length.
    pub const OPEN_ARRAY: u8 = 0x9f;
    /// A map of indefinite length.
    pub const OPEN_MAP: u8 = 0xbf;
    /// `false`
    pub const FALSE: u8 = 0xf4;
    /// `true`
    pub const TRUE: u8 = 0xf5;
    /// `null`
    pub const NULL: u8 = 0xf6;
    /// `undefined`
    pub const UNDEFINED: u8 = 0xf7;
    /// A float of 16 bits, which follow.
    pub const FLOAT16: u8 = 0xf9;
    /// A float of 32 bits, which follow.
    pub const FLOAT32: u8 = 0xfa;
    /// A float of 64 bits, which follow.
    pub const FLOAT64: u8 = 0xfb;
    /// The end of an item of indefinite length.
    pub const BREAK: u8 = 0xff;
}
