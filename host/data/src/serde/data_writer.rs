//! The writer for code that does not use serde.

use super::options::Options;
use super::ser::ValueWriter;
use crate::{ConversionError, Data, Token, ViewKind};

/// Writes one value as [`Data`], item by item.
///
/// It is for code that makes values of types of its own, for which serde would take a detour: the
/// caller writes as many items into a container as its head announces. [`Data::of`] is simpler.
///
/// ```
/// use jsvm_data::{DataWriter, ViewKind};
///
/// let mut writer = DataWriter::new();
/// writer.write_map(2);
/// writer.write_text("name");
/// writer.write_text("Ada");
/// writer.write_text("bytes");
/// writer.write_view(ViewKind::Uint8, vec![1, 2]);
/// let data = writer.finish();
/// assert_eq!(data.root()?.get("name").unwrap().to::<String>()?, "Ada");
/// # Ok::<(), jsvm_data::ConversionError>(())
/// ```
#[derive(Debug)]
pub struct DataWriter(ValueWriter);

impl Default for DataWriter {
    fn default() -> Self {
        DataWriter::new()
    }
}

impl DataWriter {
    /// A writer without items.
    pub fn new() -> Self {
        DataWriter(ValueWriter::new(Options::default()))
    }

    /// The data. It is malformed if the caller wrote no value, or not all that a head announced.
    pub fn finish(self) -> Data {
        self.0.into_captured().into()
    }

    /// Writes `undefined`.
    #[inline]
    pub fn write_undefined(&mut self) {
        self.0.write_undefined();
    }

    /// Writes `null`.
    #[inline]
    pub fn write_null(&mut self) {
        self.0.write_null();
    }

    /// Writes `true` or `false`.
    #[inline]
    pub fn write_boolean(&mut self, value: bool) {
        self.0.write_boolean(value);
    }

    /// Writes a number.
    #[inline]
    pub fn write_number(&mut self, value: f64) {
        self.0.write_number(value);
    }

    /// Writes a whole number of a magnitude below 2^53.
    #[inline]
    pub fn write_integer(&mut self, value: i64) {
        self.0.write_integer(value);
    }

    /// Writes a bigint. A negative one has a magnitude above zero.
    #[inline]
    pub fn write_bigint(&mut self, is_negative: bool, magnitude: u128) {
        self.0.write_bigint(is_negative, magnitude);
    }

    /// Writes a string.
    #[inline]
    pub fn write_text(&mut self, text: &str) {
        self.0.write_text(text);
    }

    /// Writes an `ArrayBuffer` with a copy of the bytes.
    #[inline]
    pub fn write_buffer(&mut self, bytes: &[u8]) {
        self.0.write_buffer(bytes);
    }

    /// Writes a typed array over the bytes, which are a whole number of elements. A `DataView`
    /// becomes a `Uint8Array`.
    #[inline]
    pub fn write_view(&mut self, kind: ViewKind, bytes: Vec<u8>) {
        self.0.write_view(kind, bytes);
    }

    /// Writes a value that stays in its VM.
    #[inline]
    pub fn write_token(&mut self, token: Token) {
        self.0.write_token(token);
    }

    /// Writes other data. It is moved and not copied if it is the first that refers to chunks, tokens or
    /// shared values.
    ///
    /// ```
    /// use jsvm_data::{Data, DataWriter};
    ///
    /// let mut writer = DataWriter::new();
    /// writer.write_array(2);
    /// writer.write_data(Data::of("a")?)?;
    /// writer.write_data(Data::of(&[1, 2])?)?;
    /// assert_eq!(writer.finish().to::<(String, Vec<u32>)>()?, ("a".to_owned(), vec![1, 2]));
    /// # Ok::<(), jsvm_data::ConversionError>(())
    /// ```
    ///
    /// # Errors
    /// If the data is malformed.
    pub fn write_data(&mut self, data: Data) -> Result<(), ConversionError> {
        self.0.append(data)
    }

    /// Writes a tag of the data form ([`tags`](crate::tags)). The tagged item follows.
    #[inline]
    pub fn write_tag(&mut self, tag: u64) {
        self.0.write_tag(tag);
    }

    /// Writes the beginning of an object of a class: `27([class, ...])`. The count includes the
    /// class. The other parts follow.
    #[inline]
    pub fn write_class(&mut self, class: &str, count: usize) {
        self.0.write_class(class, count);
    }

    /// Writes the head of an array. As many items follow.
    #[inline]
    pub fn write_array(&mut self, len: usize) {
        self.0.write_array(len);
    }

    /// Writes the head of an object. As many pairs of a key and a value follow.
    #[inline]
    pub fn write_map(&mut self, len: usize) {
        self.0.write_map(len);
    }
}
