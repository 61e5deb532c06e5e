//! CBOR, head by head.

use std::borrow::Cow;

use minicbor::Decoder;
use minicbor::data::Type;

use super::error::Error;

/// How an item begins. The content of strings and of containers comes after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Head {
    /// A whole number of zero or more.
    Unsigned(u64),
    /// The whole number `-1 - n`.
    Negative(u64),
    /// A byte string, which [`Reader::bytes`] reads: nothing of it has been read.
    Bytes,
    /// A text, which [`Reader::text`] reads: nothing of it has been read.
    Text,
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
    decoder: Decoder<'de>,
}

impl<'de> Reader<'de> {
    pub(crate) fn new(item: &'de [u8]) -> Self {
        Reader {
            decoder: Decoder::new(item),
        }
    }

    pub(crate) fn position(&self) -> usize {
        self.decoder.position()
    }

    pub(crate) fn set_position(&mut self, position: usize) {
        self.decoder.set_position(position);
    }

    /// How many bytes come after.
    pub(crate) fn left(&self) -> usize {
        self.decoder.input().len().saturating_sub(self.position())
    }

    /// The byte that comes next, or that of a break at the end.
    pub(crate) fn peek(&self) -> u8 {
        *self.decoder.input().get(self.position()).unwrap_or(&0xff)
    }

    pub(crate) fn head(&mut self) -> Result<Head, Error> {
        let at = self.position();
        self.read_head().map_err(|error| wrong(&error, at))?
    }

    #[inline]
    fn read_head(&mut self) -> Result<Result<Head, Error>, minicbor::decode::Error> {
        let decoder = &mut self.decoder;
        Ok(Ok(match decoder.datatype()? {
            Type::U8 | Type::U16 | Type::U32 | Type::U64 => Head::Unsigned(decoder.u64()?),
            Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
                // The type of the library holds all 65 bits.
                let value = i128::from(decoder.int()?);
                Head::Negative(u64::try_from(-1 - value).unwrap_or_default())
            }
            Type::Bytes | Type::BytesIndef => Head::Bytes,
            Type::String | Type::StringIndef => Head::Text,
            Type::Array | Type::ArrayIndef => Head::Array(decoder.array()?),
            Type::Map | Type::MapIndef => Head::Map(decoder.map()?),
            Type::Tag => Head::Tag(decoder.tag()?.as_u64()),
            Type::Bool => Head::Boolean(decoder.bool()?),
            Type::Null => {
                decoder.null()?;
                Head::Null
            }
            Type::Undefined => {
                decoder.undefined()?;
                Head::Undefined
            }
            Type::F16 => Head::Float(decoder.f16()?.into()),
            Type::F32 => Head::Float(decoder.f32()?.into()),
            Type::F64 => Head::Float(decoder.f64()?),
            Type::Break => {
                let next = decoder.position() + 1;
                decoder.set_position(next);
                Head::Break
            }
            Type::Simple | Type::Unknown(_) => {
                return Ok(Err(Error::malformed(
                    "what is no item",
                    decoder.position(),
                )));
            }
        }))
    }

    /// The content of a text.
    pub(crate) fn text(&mut self) -> Result<Cow<'de, str>, Error> {
        let at = self.position();
        let decoder = &mut self.decoder;
        let read = |decoder: &mut Decoder<'de>| match decoder.datatype()? {
            Type::StringIndef => decoder.str_iter()?.collect::<Result<String, _>>().map(Cow::Owned),
            _ => decoder.str().map(Cow::Borrowed),
        };
        read(decoder).map_err(|error| wrong(&error, at))
    }

    /// The content of a byte string.
    pub(crate) fn bytes(&mut self) -> Result<Cow<'de, [u8]>, Error> {
        let at = self.position();
        let decoder = &mut self.decoder;
        let read = |decoder: &mut Decoder<'de>| match decoder.datatype()? {
            Type::BytesIndef => {
                let mut bytes = Vec::new();
                for part in decoder.bytes_iter()? {
                    bytes.extend_from_slice(part?);
                }
                Ok(Cow::Owned(bytes))
            }
            _ => decoder.bytes().map(Cow::Borrowed),
        };
        read(decoder).map_err(|error| wrong(&error, at))
    }

    /// A whole number of zero or more, as indices are.
    pub(crate) fn index(&mut self) -> Result<usize, Error> {
        let at = self.position();
        match self.head()? {
            Head::Unsigned(value) => usize::try_from(value).ok(),
            _ => None,
        }
        .ok_or_else(|| Error::malformed("what is no index", at))
    }

    /// Passes over a whole item.
    pub(crate) fn skip(&mut self) -> Result<(), Error> {
        let at = self.position();
        if self.peek() == 0xff {
            return Err(Error::malformed("no item", at));
        }
        self.decoder.skip().map_err(|error| wrong(&error, at))
    }
}

#[cold]
fn wrong(error: &minicbor::decode::Error, at: usize) -> Error {
    let at = error.position().unwrap_or(at);
    if error.is_end_of_input() {
        Error::malformed("the end", at)
    } else {
        Error::malformed("what is no item", at)
    }
}
