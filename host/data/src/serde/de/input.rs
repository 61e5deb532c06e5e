//! Reading values: what is shared is found, and what has a tag is recognised.

use std::borrow::Cow;

use super::super::MAX_DEPTH;
use super::super::error::Error;
use super::super::parts::Source;
use super::super::splice;
use super::kind::{Big, Kind};
use crate::data::text;
use crate::{CborHead, CborMajor, CborReader, FIRST_UNSAFE_INTEGER, ViewKind, initial, tags};

/// What data may become by being read more than once: so many bytes, and so many times its size.
/// A few references to references are else enough to fill any memory.
const EXPANSION: (u64, u64) = (16 << 20, 64);

/// A value being read.
pub(crate) struct Input<'de> {
    pub(super) reader: CborReader<'de>,
    pub(super) source: Source<'de>,
    depth: u32,
    /// The positions of what is marked as shared, once something refers to it.
    marks: Option<Vec<usize>>,
    /// The positions of the marked items that are being read.
    open: Vec<usize>,
    /// Bytes that may still be read again.
    budget: Option<u64>,
}

impl<'de> Input<'de> {
    pub(crate) fn new(source: Source<'de>) -> Self {
        Input {
            reader: CborReader::at(source.item, source.start),
            source,
            depth: 0,
            marks: None,
            open: Vec::new(),
            budget: None,
        }
    }

    /// Goes into a container.
    #[inline]
    pub(super) fn enter(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::new(
                format!("at most {MAX_DEPTH} levels of nesting"),
                "more",
            ));
        }
        Ok(())
    }

    /// Leaves it.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Finds out what the next item is, and reads it with `read`.
    pub(super) fn value<R>(
        &mut self,
        read: impl FnOnce(&mut Self, Kind<'de>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let head = self.reader.read_head()?;
        self.value_of(head, read)
    }

    /// As `value`, where the head was read. Not inlined: what is most frequent is found without.
    #[inline(never)]
    pub(super) fn value_of<R>(
        &mut self,
        head: CborHead,
        read: impl FnOnce(&mut Self, Kind<'de>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        match head {
            CborHead::Tag(tag) => self.tagged(tag, read),
            head => {
                let kind = self.untagged(head)?;
                read(self, kind)
            }
        }
    }

    #[inline]
    fn untagged(&mut self, head: CborHead) -> Result<Kind<'de>, Error> {
        Ok(match head {
            CborHead::Unsigned(value) if value < FIRST_UNSAFE_INTEGER => {
                Kind::Integer(value as i64)
            }
            CborHead::Unsigned(value) => Kind::Bigint(Big::Unsigned(value.into())),
            CborHead::Negative(value) if value < FIRST_UNSAFE_INTEGER - 1 => {
                Kind::Integer(-1 - value as i64)
            }
            CborHead::Negative(value) => Kind::Bigint(Big::Negative(-1 - i128::from(value))),
            CborHead::Text(len) => Kind::Text(self.reader.read_text(len)?),
            CborHead::Bytes(len) => Kind::Buffer(self.reader.read_bytes(len)?),
            CborHead::Array(len) => Kind::Array(len),
            CborHead::Map(len) => Kind::Object(len),
            CborHead::Boolean(value) => Kind::Boolean(value),
            CborHead::Null => Kind::Null,
            CborHead::Undefined => Kind::Undefined,
            CborHead::Float(value) => Kind::Number(value),
            CborHead::Break | CborHead::Tag(_) => {
                return Err(Error::malformed("no item", self.reader.position()));
            }
        })
    }

    #[inline(never)]
    fn tagged<R>(
        &mut self,
        tag: u64,
        read: impl FnOnce(&mut Self, Kind<'de>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        match tag {
            tags::SHARED => {
                self.open.push(self.reader.position());
                self.enter()?;
                let result = self.value(read)?;
                self.leave();
                self.open.pop();
                Ok(result)
            }
            tags::REFERENCE => {
                let target = self.target()?;
                let back = self.reader.position();
                self.reader.set_position(target);
                self.open.push(target);
                self.enter()?;
                let result = self.value(read)?;
                self.leave();
                self.open.pop();
                self.charge((self.reader.position().saturating_sub(target)).max(1))?;
                self.reader.set_position(back);
                Ok(result)
            }
            tags::CLASS => self.class(read),
            tag => {
                let kind = self.kind_of_tag(tag)?;
                read(self, kind)
            }
        }
    }

    /// The position that a reference refers to, of which the tag was read.
    fn target(&mut self) -> Result<usize, Error> {
        let at = self.reader.position();
        let index = self.reader.read_index()?;
        let marks = match &self.marks {
            Some(marks) => marks,
            None => self.marks.insert(splice::marks(self.source.item)?),
        };
        let Some(target) = marks.get(index).copied() else {
            return Err(Error::malformed("an unknown reference", at));
        };
        if self.open.contains(&target) || target == self.source.start {
            return Err(Error::new("a value without cycles", "a cycle"));
        }
        Ok(target)
    }

    fn charge(&mut self, bytes: usize) -> Result<(), Error> {
        let budget = self.budget.get_or_insert_with(|| {
            let chunks = self.source.chunks.iter().map(|chunk| chunk.len() as u64);
            let size = self.source.item.len() as u64 + chunks.sum::<u64>();
            EXPANSION.0 + EXPANSION.1 * size
        });
        match budget.checked_sub(bytes as u64) {
            Some(left) => {
                *budget = left;
                Ok(())
            }
            None => Err(Error::new(
                "a value that is of a reasonable size without sharing",
                "one that refers to the same parts too often",
            )),
        }
    }

    fn kind_of_tag(&mut self, tag: u64) -> Result<Kind<'de>, Error> {
        let at = self.reader.position();
        Ok(match tag {
            tags::DATE => Kind::Date(self.float()? * 1000.0),
            tags::POSITIVE_BIGINT => Kind::Bigint(match magnitude(&self.bytes()?) {
                Some(magnitude) => Big::Unsigned(magnitude),
                None => Big::Huge,
            }),
            tags::NEGATIVE_BIGINT => Kind::Bigint(
                match magnitude(&self.bytes()?).and_then(|n| i128::try_from(n).ok()) {
                    Some(magnitude) => Big::Negative(-1 - magnitude),
                    None => Big::Huge,
                },
            ),
            tags::SET => match self.reader.read_head()? {
                CborHead::Array(len) => Kind::Set(len),
                _ => return Err(Error::malformed("a Set without members", at)),
            },
            tags::MAP => match self.reader.read_head()? {
                CborHead::Map(len) => Kind::Map(len),
                _ => return Err(Error::malformed("a Map without entries", at)),
            },
            tags::CHUNK => Kind::Buffer(self.chunk()?),
            tags::LATIN1 => Kind::Text(latin1(self.bytes()?)),
            tags::UTF16 => {
                let units = self.bytes()?;
                if units.len() % 2 != 0 {
                    return Err(Error::malformed("half a code unit", at));
                }
                text::utf16_le(&units).map_or(Kind::Broken, |text| Kind::Text(Cow::Owned(text)))
            }
            tags::NUMBERS => {
                let bytes = self.bytes()?;
                if bytes.len() % 8 != 0 {
                    return Err(Error::malformed("part of a number", at));
                }
                Kind::Numbers(bytes)
            }
            tags::OPAQUE => Kind::Opaque(self.reader.read_index()?),
            tag => match ViewKind::from_tag(tag) {
                Some(elements) => {
                    let bytes = self.bytes()?;
                    if bytes.len() % elements.element_size() != 0 {
                        return Err(Error::malformed("part of an element", at));
                    }
                    Kind::View(elements, bytes)
                }
                None => return Err(Error::malformed(format_args!("tag {tag}"), at)),
            },
        })
    }

    /// What is an array with the name of its class first.
    fn class<R>(
        &mut self,
        read: impl FnOnce(&mut Self, Kind<'de>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let at = self.reader.position();
        let CborHead::Array(len) = self.reader.read_head()? else {
            return Err(Error::malformed("what is of no class", at));
        };
        let CborHead::Text(text) = self.reader.read_head()? else {
            return Err(Error::malformed("what is of no class", at));
        };
        let class = self.reader.read_text(text)?;
        let (result, count) = match &*class {
            "Array" => {
                let length = self.reader.read_index()? as u64;
                let properties = self.reader.position();
                let result = read(self, Kind::Sparse(length))?;
                self.reader.set_position(properties);
                self.reader.skip_item()?;
                (result, 3)
            }
            "Date" => {
                let time = self.float()?;
                (read(self, Kind::Date(time))?, 2)
            }
            "RegExp" => {
                let source = self.string()?;
                let flags = self.string()?;
                self.reader.skip_item()?;
                (read(self, Kind::Regexp(format!("/{source}/{flags}")))?, 4)
            }
            "Object" => {
                self.enter()?;
                let result = self.value(read)?;
                self.leave();
                (result, 2)
            }
            "Error" | "EvalError" | "RangeError" | "ReferenceError" | "SyntaxError"
            | "TypeError" | "URIError" | "InternalError" | "AggregateError" => {
                let properties = self.reader.position();
                self.reader.skip_item()?;
                let has_name = match len {
                    Some(len) => len > 2,
                    None => self.reader.peek() != Some(initial::BREAK),
                };
                let (name, count) = match has_name {
                    true => (self.string()?, 3),
                    false => (class.clone(), 2),
                };
                let end = self.reader.position();
                self.reader.set_position(properties);
                let result = read(self, Kind::Error(name))?;
                self.reader.set_position(end);
                (result, count)
            }
            name if name == "Symbol" || name.starts_with("Symbol.") => {
                let described = match len {
                    Some(len) => len > 1,
                    None => self.reader.peek() != Some(initial::BREAK),
                };
                if described {
                    self.reader.skip_item()?;
                }
                (read(self, Kind::Symbol)?, 1 + u64::from(described))
            }
            name => {
                let Some(elements) = ViewKind::from_class_name(name) else {
                    return Err(Error::malformed("what is of no class", at));
                };
                let buffer = self.buffer()?;
                let start = self.reader.read_index()?;
                let length = self
                    .reader
                    .read_index()?
                    .saturating_mul(elements.element_size());
                let range = start..start.saturating_add(length);
                let bytes = match buffer {
                    Cow::Borrowed(bytes) => bytes.get(range).map(Cow::Borrowed),
                    Cow::Owned(bytes) => bytes.get(range).map(|bytes| Cow::Owned(bytes.to_vec())),
                };
                let bytes =
                    bytes.ok_or_else(|| Error::malformed("a view beyond its buffer", at))?;
                (read(self, Kind::View(elements, bytes))?, 4)
            }
        };
        let complete = match len {
            Some(len) => len == count,
            None => self.reader.read_head()? == CborHead::Break,
        };
        match complete {
            true => Ok(result),
            false => Err(Error::malformed("an object of another form", at)),
        }
    }

    fn float(&mut self) -> Result<f64, Error> {
        self.value(|_, kind| kind.number())
    }

    fn string(&mut self) -> Result<Cow<'de, str>, Error> {
        self.value(|_, kind| kind.string())
    }

    /// A byte string, here or among the chunks.
    fn bytes(&mut self) -> Result<Cow<'de, [u8]>, Error> {
        let at = self.reader.position();
        match self.reader.read_head()? {
            CborHead::Bytes(len) => Ok(self.reader.read_bytes(len)?),
            CborHead::Tag(tags::CHUNK) => self.chunk(),
            _ => Err(Error::malformed("no bytes", at)),
        }
    }

    /// A buffer, which can be shared.
    fn buffer(&mut self) -> Result<Cow<'de, [u8]>, Error> {
        self.value(|_, kind| match kind {
            Kind::Buffer(bytes) => Ok(bytes),
            other => Err(other.mismatch("an ArrayBuffer")),
        })
    }

    fn chunk(&mut self) -> Result<Cow<'de, [u8]>, Error> {
        let at = self.reader.position();
        let index = self.reader.read_index()?;
        let Some(chunk) = self.source.chunk(index) else {
            return Err(Error::malformed("an unknown chunk", at));
        };
        if let Cow::Borrowed(chunk) = &chunk {
            // It can be read again.
            self.charge(chunk.len())?;
        }
        Ok(chunk)
    }

    /// The key of a property, if it is a short text as nearly all are; else nothing is read.
    #[inline]
    pub(super) fn plain_key(&mut self) -> Result<Option<&'de str>, Error> {
        const FIRST: u8 = CborMajor::Text.initial();
        const LAST: u8 = FIRST + 23;
        let Some(head @ FIRST..=LAST) = self.reader.peek() else {
            return Ok(None);
        };
        self.reader.read_slice(1)?;
        Ok(Some(self.reader.read_str((head - FIRST).into())?))
    }

    /// The key of a property; nothing for a symbol.
    pub(super) fn key(&mut self) -> Result<Option<Cow<'de, str>>, Error> {
        self.value(|_, kind| match kind {
            Kind::Text(text) => Ok(Some(text)),
            Kind::Integer(index) => Ok(Some(Cow::Owned(index.to_string()))),
            Kind::Symbol => Ok(None),
            other => Err(other.mismatch("a string as a key")),
        })
    }
}

/// The number that bytes are, if it has no more than 128 bits.
fn magnitude(bytes: &[u8]) -> Option<u128> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let bytes = &bytes[zeros..];
    let mut all = [0; 16];
    let start = all.len().checked_sub(bytes.len())?;
    all[start..].copy_from_slice(bytes);
    Some(u128::from_be_bytes(all))
}

/// A string of one byte per code unit; ASCII needs no copy.
fn latin1(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => encoding_rs::mem::decode_latin1(bytes),
        Cow::Owned(bytes) if !bytes.is_ascii() => {
            Cow::Owned(encoding_rs::mem::decode_latin1(&bytes).into_owned())
        }
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8(bytes).unwrap_or_default()),
    }
}
