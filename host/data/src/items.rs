//! Reading an item of a known type.

use alloc::borrow::Cow;

use crate::error::{CborError, CborErrorKind};
use crate::head::CborHead;
use crate::reader::{CborReader, Result};

impl<'de> CborReader<'de> {
    /// Begins the next element of a container and returns `true`, or ends the container and returns
    /// `false`.
    ///
    /// `left` is the length that the head gave: it counts down. If the head gave none, a break ends
    /// the container, and `left` becomes zero. A map has twice as many elements as pairs if the
    /// caller counts keys and values.
    ///
    /// ```
    /// use jsvm_data::CborReader;
    ///
    /// for item in [&[0x82, 7, 8][..], &[0x9f, 7, 8, 0xff]] {
    ///     let mut reader = CborReader::new(item);
    ///     let mut left = reader.read_array()?;
    ///     let mut elements = vec![];
    ///     while reader.begin_element(&mut left) {
    ///         elements.push(reader.read_index()?);
    ///     }
    ///     assert_eq!(elements, [7, 8]);
    ///     assert_eq!(reader.remaining(), 0);
    /// }
    /// # Ok::<(), jsvm_data::CborError>(())
    /// ```
    #[inline]
    pub fn begin_element(&mut self, left: &mut Option<u64>) -> bool {
        match left {
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
            None => {
                let is_end = self.take_break();
                if is_end {
                    *left = Some(0);
                }
                !is_end
            }
        }
    }

    /// Reads the head of an array and returns its length.
    ///
    /// # Errors
    /// If it is not an array.
    #[inline]
    pub fn read_array(&mut self) -> Result<Option<u64>> {
        let at = self.position();
        match self.read_head()? {
            CborHead::Array(len) => Ok(len),
            _ => Err(CborError::new(CborErrorKind::NotAnArray, at)),
        }
    }

    /// Reads the head of a map and returns the number of its pairs.
    ///
    /// # Errors
    /// If it is not a map.
    #[inline]
    pub fn read_map(&mut self) -> Result<Option<u64>> {
        let at = self.position();
        match self.read_head()? {
            CborHead::Map(len) => Ok(len),
            _ => Err(CborError::new(CborErrorKind::NotAMap, at)),
        }
    }

    /// Reads a tag.
    ///
    /// # Errors
    /// If the item has none.
    #[inline]
    pub fn read_tag(&mut self) -> Result<u64> {
        let at = self.position();
        match self.read_head()? {
            CborHead::Tag(tag) => Ok(tag),
            _ => Err(CborError::new(CborErrorKind::NotATag, at)),
        }
    }

    /// Reads a text, head and content.
    ///
    /// # Errors
    /// If it is not a text, or [`read_text`](Self::read_text) fails.
    #[inline]
    pub fn read_text_item(&mut self) -> Result<Cow<'de, str>> {
        let at = self.position();
        match self.read_head()? {
            CborHead::Text(len) => self.read_text(len),
            _ => Err(CborError::new(CborErrorKind::NotAText, at)),
        }
    }

    /// Reads a byte string, head and content.
    ///
    /// # Errors
    /// If it is not a byte string, or [`read_bytes`](Self::read_bytes) fails.
    #[inline]
    pub fn read_bytes_item(&mut self) -> Result<Cow<'de, [u8]>> {
        let at = self.position();
        match self.read_head()? {
            CborHead::Bytes(len) => self.read_bytes(len),
            _ => Err(CborError::new(CborErrorKind::NotBytes, at)),
        }
    }

    /// Reads a whole number of zero or more, as indices are.
    ///
    /// # Errors
    /// If it is another item, or does not fit `usize`.
    #[inline]
    pub fn read_index(&mut self) -> Result<usize> {
        let at = self.position();
        let index = match self.read_head()? {
            CborHead::Unsigned(index) => usize::try_from(index).ok(),
            _ => None,
        };
        index.ok_or(CborError::new(CborErrorKind::NotAnIndex, at))
    }
}
