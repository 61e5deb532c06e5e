//! CBOR, head by head.
//!
//! A decoder of a library reads each number as a type that its caller names, which takes twice the
//! time: here the next head is the question.

use std::borrow::Cow;

use super::error::Error;

/// How an item begins. The content of strings and of containers comes after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Head {
    /// A whole number of zero or more.
    Unsigned(u64),
    /// The whole number `-1 - n`.
    Negative(u64),
    /// A byte string of that length, which [`Reader::bytes`] reads.
    Bytes(Option<u64>),
    /// A text of that length, which [`Reader::text`] reads.
    Text(Option<u64>),
    /// An array of so many items, or up to a break.
    Array(Option<u64>),
    /// A map of so many pairs, or up to a break.
    Map(Option<u64>),
    /// A tag: the item follows.
    Tag(u64),
    /// `true` or `false`
    Boolean(bool),
    /// `null`
    Null,
    /// `undefined`
    Undefined,
    /// A float of any size.
    Float(f64),
    /// The end of something whose length was not given.
    Break,
}

/// Reads items. Whatever the bytes are, it does not panic and allocates no more than they have.
#[derive(Clone)]
pub(crate) struct Reader<'de> {
    item: &'de [u8],
    position: usize,
}

impl<'de> Reader<'de> {
    pub(crate) fn new(item: &'de [u8], position: usize) -> Self {
        Reader { item, position }
    }

    #[inline]
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    #[inline]
    pub(crate) fn set_position(&mut self, position: usize) {
        self.position = position;
    }

    /// How many bytes come after.
    #[inline]
    pub(crate) fn left(&self) -> usize {
        self.item.len().saturating_sub(self.position)
    }

    /// The byte that comes next, or that of a break at the end.
    #[inline]
    pub(crate) fn peek(&self) -> u8 {
        *self.item.get(self.position).unwrap_or(&0xff)
    }

    #[inline]
    fn take(&mut self, len: u64) -> Result<&'de [u8], Error> {
        if len > self.left() as u64 {
            return Err(Error::malformed("the end", self.item.len()));
        }
        let start = self.position;
        self.position += len as usize;
        Ok(&self.item[start..self.position])
    }

    #[inline]
    fn argument<const N: usize>(&mut self) -> Result<u64, Error> {
        let mut all = [0; 8];
        all[8 - N..].copy_from_slice(self.take(N as u64)?);
        Ok(u64::from_be_bytes(all))
    }

    /// The next head.
    #[inline]
    pub(crate) fn head(&mut self) -> Result<Head, Error> {
        let Some(initial) = self.item.get(self.position).copied() else {
            return Err(Error::malformed("the end", self.position));
        };
        self.position += 1;
        let (major, info) = (initial >> 5, initial & 0x1f);
        let argument = match info {
            0..24 => info.into(),
            24 => self.argument::<1>()?,
            25 => self.argument::<2>()?,
            26 => self.argument::<4>()?,
            27 => self.argument::<8>()?,
            31 if (2..=5).contains(&major) || major == 7 => 0,
            _ => return Err(self.no_item()),
        };
        let len = (info != 31).then_some(argument);
        Ok(match major {
            0 => Head::Unsigned(argument),
            1 => Head::Negative(argument),
            2 => Head::Bytes(len),
            3 => Head::Text(len),
            4 => Head::Array(len),
            5 => Head::Map(len),
            6 => Head::Tag(argument),
            _ => match info {
                20 => Head::Boolean(false),
                21 => Head::Boolean(true),
                22 => Head::Null,
                23 => Head::Undefined,
                25 => Head::Float(half::f16::from_bits(argument as u16).into()),
                26 => Head::Float(f32::from_bits(argument as u32).into()),
                27 => Head::Float(f64::from_bits(argument)),
                31 => Head::Break,
                _ => return Err(self.no_item()),
            },
        })
    }

    #[cold]
    fn no_item(&self) -> Error {
        Error::malformed("what is no item", self.position)
    }

    /// The content of a text.
    #[inline]
    pub(crate) fn text(&mut self, len: Option<u64>) -> Result<Cow<'de, str>, Error> {
        if let Some(len) = len {
            return self.part(len).map(Cow::Borrowed);
        }
        let mut text = String::new();
        loop {
            match self.head()? {
                Head::Text(Some(len)) => text.push_str(self.part(len)?),
                Head::Break => return Ok(Cow::Owned(text)),
                _ => return Err(self.no_item()),
            }
        }
    }

    /// A text of so many bytes.
    #[inline]
    pub(crate) fn part(&mut self, len: u64) -> Result<&'de str, Error> {
        let at = self.position;
        let bytes = self.take(len)?;
        std::str::from_utf8(bytes).map_err(|_| Error::malformed("text that is not UTF-8", at))
    }

    /// The content of a byte string.
    pub(crate) fn bytes(&mut self, len: Option<u64>) -> Result<Cow<'de, [u8]>, Error> {
        if let Some(len) = len {
            return self.take(len).map(Cow::Borrowed);
        }
        let mut bytes = Vec::new();
        loop {
            match self.head()? {
                Head::Bytes(Some(len)) => bytes.extend_from_slice(self.take(len)?),
                Head::Break => return Ok(Cow::Owned(bytes)),
                _ => return Err(self.no_item()),
            }
        }
    }

    /// A whole number of zero or more, as indices are.
    pub(crate) fn index(&mut self) -> Result<usize, Error> {
        let at = self.position;
        match self.head()? {
            Head::Unsigned(value) => usize::try_from(value).ok(),
            _ => None,
        }
        .ok_or_else(|| Error::malformed("what is no index", at))
    }

    /// The next head, or the whole of a string.
    pub(crate) fn step(&mut self) -> Result<Head, Error> {
        let head = self.head()?;
        match head {
            Head::Bytes(Some(len)) | Head::Text(Some(len)) => drop(self.take(len)?),
            Head::Bytes(None) => drop(self.bytes(None)?),
            Head::Text(None) => drop(self.text(None)?),
            _ => {}
        }
        Ok(head)
    }

    /// Passes over a whole item.
    pub(crate) fn skip(&mut self) -> Result<(), Error> {
        // Items still to come in what has a length, and the same for each container without one
        // around it.
        let mut pending = 1u64;
        let mut outer = Vec::new();
        while pending > 0 || !outer.is_empty() {
            let head = self.step()?;
            if head == Head::Break {
                match outer.pop() {
                    Some(rest) if pending == 0 => pending = rest,
                    _ => return Err(self.no_item()),
                }
                continue;
            }
            // Without a length there is always room for another.
            pending = pending.saturating_sub(1);
            match head {
                Head::Tag(_) => pending += 1,
                Head::Array(Some(len)) => pending = pending.saturating_add(len),
                Head::Map(Some(len)) => pending = pending.saturating_add(len.saturating_mul(2)),
                Head::Array(None) | Head::Map(None) => {
                    outer.push(pending);
                    pending = 0;
                }
                _ => {}
            }
        }
        Ok(())
    }
}
