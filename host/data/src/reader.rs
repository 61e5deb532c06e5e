//! Reading CBOR head by head.
//!
//! A reader that names the type it wants looks at each item twice: once to find out what it is and
//! once to read it. Here the next head is the question.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{CborError, CborErrorKind};
use crate::head::{CborHead, initial};
use crate::number::f64_from_half;

/// The result of reading.
pub(crate) type Result<T> = core::result::Result<T, CborError>;

/// A cursor over the bytes of an item.
///
/// Each method reads from the current position on. After an error the position is somewhere inside
/// the item that could not be read.
///
/// ```
/// use jsvm_data::{CborHead, CborReader};
///
/// // ["a", 2.5, {}]
/// let mut reader = CborReader::new(&[0x83, 0x61, b'a', 0xf9, 0x41, 0x00, 0xa0]);
/// assert_eq!(reader.read_head()?, CborHead::Array(Some(3)));
/// let CborHead::Text(len) = reader.read_head()? else {
///     panic!("expected a text");
/// };
/// assert_eq!(reader.read_text(len)?, "a");
/// assert_eq!(reader.read_head()?, CborHead::Float(2.5));
/// reader.skip_item()?;
/// assert_eq!(reader.remaining(), 0);
/// # Ok::<(), jsvm_data::CborError>(())
/// ```
#[derive(Clone, Debug)]
pub struct CborReader<'de> {
    input: &'de [u8],
    /// The end of the input from the position on.
    rest: &'de [u8],
}

impl<'de> CborReader<'de> {
    /// A reader at the start of `input`.
    #[must_use]
    #[inline]
    pub const fn new(input: &'de [u8]) -> Self {
        CborReader { input, rest: input }
    }

    /// A reader at an offset into `input`.
    #[must_use]
    #[inline]
    pub fn at(input: &'de [u8], position: usize) -> Self {
        let mut reader = CborReader::new(input);
        reader.set_position(position);
        reader
    }

    /// All bytes, those before the position included.
    #[must_use]
    #[inline]
    pub const fn input(&self) -> &'de [u8] {
        self.input
    }

    /// The bytes from the position on.
    #[must_use]
    #[inline]
    pub const fn rest(&self) -> &'de [u8] {
        self.rest
    }

    /// The offset of the next byte.
    #[must_use]
    #[inline]
    pub const fn position(&self) -> usize {
        self.input.len() - self.rest.len()
    }

    /// Moves the cursor. A position beyond the end is the end.
    #[inline]
    pub fn set_position(&mut self, position: usize) {
        self.rest = self.input.get(position..).unwrap_or_default();
    }

    /// Moves the cursor to so many bytes before the end, or to the start.
    #[inline]
    pub fn set_remaining(&mut self, remaining: usize) {
        let position = self.input.len().saturating_sub(remaining);
        self.set_position(position);
    }

    /// The number of bytes from the position on.
    #[must_use]
    #[inline]
    pub const fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The next byte, unread; `None` at the end.
    #[must_use]
    #[inline]
    pub const fn peek(&self) -> Option<u8> {
        match self.rest {
            [next, ..] => Some(*next),
            [] => None,
        }
    }

    /// Reads bytes without a head.
    ///
    /// # Errors
    /// If there are not so many.
    #[inline]
    pub fn read_slice(&mut self, len: u64) -> Result<&'de [u8]> {
        match usize::try_from(len)
            .ok()
            .and_then(|len| self.rest.split_at_checked(len))
        {
            Some((slice, rest)) => {
                self.rest = rest;
                Ok(slice)
            }
            None => Err(self.unexpected_end()),
        }
    }

    /// Reads UTF-8 of so many bytes, without a head.
    ///
    /// # Errors
    /// If there are not so many bytes, or they are not UTF-8.
    #[inline]
    pub fn read_str(&mut self, len: u64) -> Result<&'de str> {
        let at = self.position();
        let bytes = self.read_slice(len)?;
        core::str::from_utf8(bytes).map_err(|_| CborError::new(CborErrorKind::InvalidText, at))
    }

    #[inline]
    fn read_argument<const N: usize>(&mut self) -> Result<[u8; N]> {
        match self.rest.split_first_chunk() {
            Some((argument, rest)) => {
                self.rest = rest;
                Ok(*argument)
            }
            None => Err(self.unexpected_end()),
        }
    }

    /// Reads the first byte of an item and the argument that it announces: zero if it is of
    /// indefinite length, or a break.
    #[inline(always)]
    fn read_initial(&mut self) -> Result<(u8, u64)> {
        let [initial, rest @ ..] = self.rest else {
            return Err(self.unexpected_end());
        };
        let start = self.rest;
        self.rest = rest;
        let argument = match initial & 0x1f {
            info @ 0..24 => info.into(),
            24 => u8::from_be_bytes(self.read_argument()?).into(),
            25 => u16::from_be_bytes(self.read_argument()?).into(),
            26 => u32::from_be_bytes(self.read_argument()?).into(),
            27 => u64::from_be_bytes(self.read_argument()?),
            31 if matches!(initial >> 5, 2..=5 | 7) => 0,
            _ => return Err(self.invalid_head(start)),
        };
        Ok((*initial, argument))
    }

    /// Reads the next head.
    ///
    /// # Errors
    /// If the bytes end, or the head is reserved.
    #[inline]
    pub fn read_head(&mut self) -> Result<CborHead> {
        let start = self.rest;
        let (initial, argument) = self.read_initial()?;
        let info = initial & 0x1f;
        let len = (info != 31).then_some(argument);
        Ok(match initial >> 5 {
            0 => CborHead::Unsigned(argument),
            1 => CborHead::Negative(argument),
            2 => CborHead::Bytes(len),
            3 => CborHead::Text(len),
            4 => CborHead::Array(len),
            5 => CborHead::Map(len),
            6 => CborHead::Tag(argument),
            _ => match info {
                20 => CborHead::Boolean(false),
                21 => CborHead::Boolean(true),
                22 => CborHead::Null,
                23 => CborHead::Undefined,
                25 => CborHead::Float(f64_from_half(argument as u16)),
                26 => CborHead::Float(f32::from_bits(argument as u32).into()),
                27 => CborHead::Float(f64::from_bits(argument)),
                31 => CborHead::Break,
                _ => return Err(self.invalid_head(start)),
            },
        })
    }

    /// Reads the content of a text, whose head was read.
    ///
    /// # Errors
    /// If it ends early, is not UTF-8, or has a part that is not a text of definite length.
    #[inline]
    pub fn read_text(&mut self, len: Option<u64>) -> Result<Cow<'de, str>> {
        match len {
            Some(len) => self.read_str(len).map(Cow::Borrowed),
            None => self.read_text_parts().map(Cow::Owned),
        }
    }

    #[cold]
    fn read_text_parts(&mut self) -> Result<String> {
        let mut text = String::new();
        loop {
            let start = self.rest;
            match self.read_head()? {
                CborHead::Text(Some(len)) => text.push_str(self.read_str(len)?),
                CborHead::Break => return Ok(text),
                _ => return Err(self.invalid_head(start)),
            }
        }
    }

    /// Reads the content of a byte string, whose head was read.
    ///
    /// # Errors
    /// If it ends early, or has a part that is not a byte string of definite length.
    #[inline]
    pub fn read_bytes(&mut self, len: Option<u64>) -> Result<Cow<'de, [u8]>> {
        match len {
            Some(len) => self.read_slice(len).map(Cow::Borrowed),
            None => self.read_bytes_parts().map(Cow::Owned),
        }
    }

    #[cold]
    fn read_bytes_parts(&mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        loop {
            let start = self.rest;
            match self.read_head()? {
                CborHead::Bytes(Some(len)) => bytes.extend_from_slice(self.read_slice(len)?),
                CborHead::Break => return Ok(bytes),
                _ => return Err(self.invalid_head(start)),
            }
        }
    }

    /// Reads the next head, and the content if it is a string.
    ///
    /// Containers are not skipped: all heads of an item follow each other in a flat sequence.
    ///
    /// # Errors
    /// If the item is malformed.
    pub fn read_step(&mut self) -> Result<CborHead> {
        let head = self.read_head()?;
        match head {
            CborHead::Bytes(Some(len)) | CborHead::Text(Some(len)) => {
                self.read_slice(len)?;
            }
            CborHead::Bytes(None) => drop(self.read_bytes_parts()?),
            CborHead::Text(None) => drop(self.read_text_parts()?),
            _ => {}
        }
        Ok(head)
    }

    /// Moves past the next tag and returns it, or moves to the end and returns `None`.
    ///
    /// It reads all items up to the end of the input, whatever contains them: heads follow each
    /// other in a flat sequence.
    ///
    /// ```
    /// use jsvm_data::CborReader;
    ///
    /// // ["a", [28("b")], 29(0)]
    /// let item = [0x83, 0x61, b'a', 0x81, 0xd8, 28, 0x61, b'b', 0xd8, 29, 0];
    /// let mut reader = CborReader::new(&item);
    /// assert_eq!(reader.next_tag()?, Some(28));
    /// assert_eq!(reader.position(), 6);
    /// assert_eq!(reader.next_tag()?, Some(29));
    /// assert_eq!(reader.next_tag()?, None);
    /// # Ok::<(), jsvm_data::CborError>(())
    /// ```
    ///
    /// # Errors
    /// If an item on the way is malformed.
    pub fn next_tag(&mut self) -> Result<Option<u64>> {
        while !self.rest.is_empty() {
            let start = self.rest;
            let (initial, argument) = self.read_initial()?;
            match (initial >> 5, initial & 0x1f) {
                (6, _) => return Ok(Some(argument)),
                (2, 31) => drop(self.read_bytes_parts()?),
                (3, 31) => drop(self.read_text_parts()?),
                (2 | 3, _) => drop(self.read_slice(argument)?),
                (0 | 1 | 4 | 5, _) | (7, 20..=23 | 25..=27 | 31) => {}
                (_, _) => return Err(self.invalid_head(start)),
            }
        }
        Ok(None)
    }

    /// Passes over a whole item. Texts of definite length are not checked to be UTF-8.
    ///
    /// # Errors
    /// If the item is malformed.
    pub fn skip_item(&mut self) -> Result<()> {
        // Items still to come in what has a length, and the same for each container without one
        // around it.
        let mut pending = 1u64;
        let mut outer = Vec::new();
        loop {
            if pending == 0 {
                let Some(around) = outer.last() else {
                    return Ok(());
                };
                if self.take_break() {
                    pending = *around;
                    outer.pop();
                    continue;
                }
                // Without a length there is always room for another.
                pending = 1;
            }
            let start = self.rest;
            let (initial, argument) = self.read_initial()?;
            match (initial >> 5, initial & 0x1f) {
                (0 | 1, _) | (7, 20..=23 | 25..=27) => pending -= 1,
                (2, 31) => {
                    self.read_bytes_parts()?;
                    pending -= 1;
                }
                (3, 31) => {
                    self.read_text_parts()?;
                    pending -= 1;
                }
                (2 | 3, _) => {
                    self.read_slice(argument)?;
                    pending -= 1;
                }
                (4 | 5, 31) => {
                    outer.push(pending - 1);
                    pending = 0;
                }
                (4, _) => pending = (pending - 1).saturating_add(argument),
                (5, _) => pending = (pending - 1).saturating_add(argument.saturating_mul(2)),
                // The tagged item is still to come.
                (6, _) => {}
                (_, _) => return Err(self.invalid_head(start)),
            }
        }
    }

    /// Reads a break, if one comes next.
    #[inline]
    pub(crate) fn take_break(&mut self) -> bool {
        match self.rest {
            [initial::BREAK, rest @ ..] => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    #[cold]
    const fn unexpected_end(&self) -> CborError {
        CborError::new(CborErrorKind::UnexpectedEnd, self.input.len())
    }

    /// `start` is the rest of the input from the head on.
    #[cold]
    const fn invalid_head(&self, start: &[u8]) -> CborError {
        CborError::new(CborErrorKind::InvalidHead, self.input.len() - start.len())
    }
}
