//! The beginning of an item.

use minicbor::data::Type;

use super::super::tags;
use super::{Chunk, Form, Frame, Left, Reader};
use crate::js::{JsResult, Tag, Value};
use crate::realm::intrinsics;
use crate::token;

/// What was read.
pub enum Item {
    /// A value.
    Complete(Value),
    /// The beginning of a container.
    Opened(Frame),
}

/// Whether a number as an integer is one as a JavaScript number.
const EXACT: u64 = 1 << 53;

impl<'a> Reader<'a> {
    /// Reads an item, of a container only its head.
    pub(super) fn read_item(&mut self) -> JsResult<Item> {
        let mut mark = None;
        let mut kind = self.peek()?;
        if kind == Type::Tag {
            let start = self.item.position();
            if self.cbor(|item| item.tag())?.as_u64() == tags::SHARED {
                mark = Some(self.marks.len());
                self.marks.push(None);
                kind = self.peek()?;
            } else {
                self.item.set_position(start);
            }
        }
        let item = match kind {
            Type::Array | Type::ArrayIndef => {
                let left = self.cbor(|item| item.array())?;
                self.list(left, mark)?
            }
            Type::Map | Type::MapIndef => {
                let left = self.cbor(|item| item.map())?;
                self.record(left, mark)?
            }
            Type::Tag => return self.tagged(mark),
            _ => Item::Complete(self.simple(kind)?),
        };
        if let Item::Complete(value) = &item {
            self.set_mark(mark, value);
        }
        Ok(item)
    }

    fn list(&mut self, left: Left, mark: Option<usize>) -> JsResult<Item> {
        Ok(Item::Opened(if mark.is_some() {
            let array = Value::array()?;
            self.set_mark(mark, &array);
            Frame::Array {
                array,
                next: 0,
                left,
            }
        } else {
            let start = self.values.len();
            Frame::List { start, left }
        }))
    }

    fn record(&mut self, left: Left, mark: Option<usize>) -> JsResult<Item> {
        Ok(Item::Opened(if mark.is_some() {
            let object = Value::object()?;
            self.set_mark(mark, &object);
            Frame::Object {
                object,
                key: None,
                left,
                form: Form::Plain,
            }
        } else {
            Frame::Record {
                keys: self.properties.len(),
                values: self.values.len(),
                left,
            }
        }))
    }

    /// A value that is neither tagged nor a container.
    fn simple(&mut self, kind: Type) -> JsResult<Value> {
        Ok(match kind {
            Type::Undefined => self.cbor(|item| item.undefined().map(|()| Value::UNDEFINED))?,
            Type::Null => self.cbor(|item| item.null().map(|()| Value::NULL))?,
            Type::Bool => Value::boolean(self.cbor(|item| item.bool())?),
            Type::F16 | Type::F32 | Type::F64 => Value::number(self.cbor(|item| item.f64())?),
            Type::U8 | Type::U16 | Type::U32 => {
                Value::number(f64::from(self.cbor(|item| item.u32())?))
            }
            Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
                let integer = i128::from(self.cbor(|item| item.int())?);
                if integer.unsigned_abs() < u128::from(EXACT) {
                    Value::number(integer as f64)
                } else {
                    intrinsics().bigint(&integer.to_string())?
                }
            }
            Type::String => Value::text(self.cbor(|item| item.str())?)?,
            Type::StringIndef => {
                let text = self.cbor(|item| item.str_iter()?.collect::<Result<String, _>>())?;
                Value::text(&text)?
            }
            Type::Bytes | Type::BytesIndef => Value::array_buffer(&self.bytes()?)?,
            kind => return Err(self.malformed(&format!("a value cannot be {kind}"))),
        })
    }

    fn tagged(&mut self, mark: Option<usize>) -> JsResult<Item> {
        let start = self.item.position();
        let tag = self.cbor(|item| item.tag())?.as_u64();
        if let Some(text) = self.tagged_text(tag)? {
            self.set_mark(mark, &text);
            return Ok(Item::Complete(text));
        }
        let value = match tag {
            tags::CLASS => return self.class(mark),
            tags::MAP => {
                let left = self.cbor(|item| item.map())?;
                let map = intrinsics().new_map()?;
                self.set_mark(mark, &map);
                return Ok(Item::Opened(Frame::Map {
                    map,
                    key: None,
                    left,
                }));
            }
            tags::SET => {
                let left = self.cbor(|item| item.array())?;
                let set = intrinsics().new_set()?;
                self.set_mark(mark, &set);
                return Ok(Item::Opened(Frame::Set { set, left }));
            }
            tags::REFERENCE => self.reference()?,
            tags::OPAQUE => self.opaque()?,
            tags::NUMBERS => self.numbers()?,
            tags::DATE => {
                let seconds = self.number()?;
                Value::date((seconds * 1000.0).round())?
            }
            tags::POSITIVE | tags::NEGATIVE => {
                let bytes = self.bytes()?;
                intrinsics().bigint_of_bytes(tag == tags::NEGATIVE, &bytes)?
            }
            tags::CHUNK => {
                self.item.set_position(start);
                self.buffer()?
            }
            tag => match tags::view_of_tag(tag) {
                Some(kind) => {
                    let buffer = self.buffer()?;
                    Value::typed_array(kind, &[buffer])?
                }
                None => {
                    self.item.set_position(start);
                    return Err(self.malformed(&format!("tag {tag} is not known")));
                }
            },
        };
        self.set_mark(mark, &value);
        Ok(Item::Complete(value))
    }

    fn reference(&mut self) -> JsResult<Value> {
        let number = self.cbor(|item| item.u64())?;
        let value = usize::try_from(number)
            .ok()
            .and_then(|number| self.marks.get(number));
        match value {
            Some(Some(value)) => Ok(value.clone()),
            Some(None) => Err(self.malformed("a value that is no container refers to itself")),
            None => Err(self.malformed(&format!("nothing is marked with the number {number}"))),
        }
    }

    fn opaque(&mut self) -> JsResult<Value> {
        let index = self.cbor(|item| item.u64())?;
        let token = usize::try_from(index)
            .ok()
            .and_then(|index| self.tokens.get(index));
        match token.and_then(|token| token::get(*token)) {
            Some(value) => Ok(value),
            None => Err(self.malformed(&format!("there is no token {index}"))),
        }
    }

    /// An array of the numbers whose bytes come next.
    fn numbers(&mut self) -> JsResult<Value> {
        self.of_bytes("numbers have eight bytes each", |bytes| {
            let (numbers, rest) = bytes.as_chunks();
            let numbers = numbers.iter().copied().map(f64::from_le_bytes);
            rest.is_empty().then(|| {
                let mut numbers: Vec<_> = numbers.map(Value::number).collect();
                Value::array_from(numbers.drain(..))
            })
        })
    }

    /// A value that is no object.
    pub(super) fn primitive(&mut self) -> JsResult<Value> {
        let start = self.item.position();
        let outer = std::mem::replace(&mut self.simple, true);
        let item = self.read_item();
        self.simple = outer;
        match item? {
            Item::Complete(value) if value.tag() != Tag::Object => Ok(value),
            _ => {
                self.item.set_position(start);
                Err(self.malformed("this must be a primitive"))
            }
        }
    }

    /// A number.
    pub(super) fn number(&mut self) -> JsResult<f64> {
        let kind = self.peek()?;
        if matches!(kind, Type::Tag | Type::Array | Type::Map) {
            return Err(self.malformed("this must be a number"));
        }
        let number = self.simple(kind)?.as_number();
        number.ok_or_else(|| self.malformed("this must be a number"))
    }

    /// A string.
    pub(super) fn text_value(&mut self) -> JsResult<Value> {
        match self.peek()? {
            kind @ (Type::String | Type::StringIndef) => self.simple(kind),
            Type::Tag => {
                let tag = self.cbor(|item| item.tag())?.as_u64();
                self.tagged_text(tag)?
                    .ok_or_else(|| self.malformed("this must be a string"))
            }
            _ => Err(self.malformed("this must be a string")),
        }
    }

    /// A string in one of the forms that have tags.
    fn tagged_text(&mut self, tag: u64) -> JsResult<Option<Value>> {
        if tag != tags::LATIN1 && tag != tags::UTF16 {
            return Ok(None);
        }
        let value = match tag {
            tags::LATIN1 => self.of_bytes("", |bytes| Some(Value::latin1(bytes))),
            _ => self.of_bytes("UTF-16 has an even number of bytes", |bytes| {
                let (units, rest) = bytes.as_chunks();
                rest.is_empty().then(|| Value::utf16_le(units))
            }),
        };
        value.map(Some)
    }

    /// What is made of the bytes that come next, here or in a chunk that stays as it is; `wrong` says
    /// what is wrong with them if it is nothing.
    fn of_bytes(
        &mut self,
        wrong: &str,
        make: impl FnOnce(&[u8]) -> Option<JsResult<Value>>,
    ) -> JsResult<Value> {
        let chunk = match self.peek()? {
            Type::Tag => Some(self.chunk_index()?),
            _ => None,
        };
        let made = match chunk.map(|index| &self.chunks[index]) {
            None => make(&self.bytes()?),
            Some(Chunk::Unused(bytes)) => make(bytes),
            Some(Chunk::Buffer(_)) => return Err(self.malformed("the chunk is a buffer already")),
        };
        made.unwrap_or_else(|| Err(self.malformed(wrong)))
    }

    /// The bytes of a byte string that is in the item.
    fn bytes(&mut self) -> JsResult<std::borrow::Cow<'a, [u8]>> {
        if self.peek()? == Type::Bytes {
            return Ok(self.cbor(|item| item.bytes())?.into());
        }
        self.cbor(|item| {
            let mut bytes = Vec::new();
            for part in item.bytes_iter()? {
                bytes.extend_from_slice(part?);
            }
            Ok(bytes.into())
        })
    }

    /// An array buffer of a byte string, of a chunk, or of a reference to another buffer.
    pub(super) fn buffer(&mut self) -> JsResult<Value> {
        let start = self.item.position();
        if self.peek()? != Type::Tag {
            return self.fresh_buffer();
        }
        match self.cbor(|item| item.tag())?.as_u64() {
            tags::SHARED => {
                let mark = self.marks.len();
                self.marks.push(None);
                let buffer = self.fresh_buffer()?;
                self.set_mark(Some(mark), &buffer);
                return Ok(buffer);
            }
            tags::REFERENCE => {
                let buffer = self.reference()?;
                if buffer.is_array_buffer() {
                    return Ok(buffer);
                }
                self.item.set_position(start);
                return Err(self.malformed("a view needs a buffer"));
            }
            _ => self.item.set_position(start),
        }
        self.fresh_buffer()
    }

    /// An array buffer of a byte string or of a chunk, which becomes its memory.
    fn fresh_buffer(&mut self) -> JsResult<Value> {
        if self.peek()? != Type::Tag {
            return Value::array_buffer(&self.bytes()?);
        }
        let index = self.chunk_index()?;
        let buffer = match &mut self.chunks[index] {
            Chunk::Unused(bytes) => Value::array_buffer_of(std::mem::take(bytes))?,
            Chunk::Buffer(buffer) => {
                let bytes = buffer.with_buffer_bytes(<[u8]>::to_vec)?;
                return Value::array_buffer_of(bytes);
            }
        };
        self.chunks[index] = Chunk::Buffer(buffer.clone());
        Ok(buffer)
    }

    fn chunk_index(&mut self) -> JsResult<usize> {
        let start = self.item.position();
        let tag = self.cbor(|item| item.tag())?.as_u64();
        if tag != tags::CHUNK {
            self.item.set_position(start);
            return Err(self.malformed("this must be a byte string"));
        }
        let number = self.cbor(|item| item.u64())?;
        match usize::try_from(number) {
            Ok(index) if index < self.chunks.len() => Ok(index),
            _ => Err(self.malformed(&format!("there is no chunk {number}"))),
        }
    }
}
