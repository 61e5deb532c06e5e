//! Data as bytes.

use super::{ConversionError, Data};
use crate::Form;

/// [`Data`] in the form in which it crosses, which is good for keeping it as well.
///
/// `item` is a data item of CBOR ([RFC 8949](https://www.rfc-editor.org/rfc/rfc8949)) that refers to
/// `chunks` by their index; `wit/data.md` defines it.
///
/// ```
/// use jsvm_data::{Cbor, Data};
/// let data = Data::of("text")?;
/// let Cbor { item, chunks } = data.cbor()?;
/// assert_eq!((item, chunks.len()), (&b"\x64text"[..], 0));
/// # Ok::<(), jsvm_data::ConversionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cbor<'a> {
    /// The value.
    pub item: &'a [u8],
    /// Long strings and buffers.
    pub chunks: &'a [Vec<u8>],
}

impl Data {
    /// The bytes.
    ///
    /// ```
    /// use jsvm_data::Data;
    /// let data = Data::of(&(1, 'a', ()))?;
    /// assert_eq!(data.cbor()?.item, [0x83, 0x01, 0x61, b'a', 0xf6]);
    /// let again = Data::from_cbor(data.cbor()?.item.to_vec(), vec![])?;
    /// assert_eq!(again, data);
    /// # Ok::<(), jsvm_data::ConversionError>(())
    /// ```
    ///
    /// # Errors
    /// If it was made of nodes that mean nothing, or holds a token, which means nothing outside of
    /// its VM.
    pub fn cbor(&self) -> Result<Cbor<'_>, ConversionError> {
        let form = self.form()?;
        if !form.tokens.is_empty() {
            return Err(ConversionError::new("data without functions", "a token"));
        }
        Ok(Cbor {
            item: &form.item,
            chunks: &form.chunks,
        })
    }

    /// Data of such bytes, from whoever wrote them.
    ///
    /// # Errors
    /// If they are malformed.
    pub fn from_cbor(item: Vec<u8>, chunks: Vec<Vec<u8>>) -> Result<Data, ConversionError> {
        let form = Form {
            item,
            chunks,
            tokens: Vec::new(),
        };
        Data::from_form(form)
    }
}
