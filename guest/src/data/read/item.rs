//! Items: values that need no class, and the beginnings of containers.

use jsvm_data::{CborHead, FIRST_UNSAFE_INTEGER, ViewKind, tags};

use super::{Form, Frame, Left, Reader};
use crate::js::{JsResult, Tag, Value};
use crate::realm::intrinsics;
use crate::token;

impl Reader<'_> {
    /// Reads an item. Of a container it reads only the head: it pushes a frame and returns `None`.
    pub(super) fn read_item(&mut self) -> JsResult<Option<Value>> {
        let start = self.item.position();
        match self.read_head()? {
            CborHead::Tag(tag) => self.tagged_item(start, tag),
            head => self.untagged(start, head, None),
        }
    }

    /// An item of which a tag was read, which may mark it as shared.
    fn tagged_item(&mut self, start: usize, tag: u64) -> JsResult<Option<Value>> {
        if tag != tags::SHARED {
            return self.tagged(start, tag, None);
        }
        let mark = self.marks.len();
        self.marks.push(None);
        let start = self.item.position();
        let value = match self.read_head()? {
            CborHead::Tag(tag) => self.tagged(start, tag, Some(mark)),
            head => self.untagged(start, head, Some(mark)),
        }?;
        if let Some(value) = &value {
            self.set_mark(Some(mark), value);
        }
        Ok(value)
    }

    fn untagged(
        &mut self,
        start: usize,
        head: CborHead,
        mark: Option<usize>,
    ) -> JsResult<Option<Value>> {
        Ok(Some(match head {
            CborHead::Unsigned(value) if value < FIRST_UNSAFE_INTEGER => {
                Value::number(value as f64)
            }
            CborHead::Negative(value) if value < FIRST_UNSAFE_INTEGER - 1 => {
                Value::number(-1.0 - value as f64)
            }
            CborHead::Float(value) => Value::number(value),
            CborHead::Text(len) => self.text(len)?,
            CborHead::Boolean(value) => Value::boolean(value),
            CborHead::Null => Value::NULL,
            CborHead::Undefined => Value::UNDEFINED,
            CborHead::Array(left) => {
                self.list(left, mark)?;
                return Ok(None);
            }
            CborHead::Map(left) => {
                self.record(left, mark)?;
                return Ok(None);
            }
            CborHead::Unsigned(value) => intrinsics().bigint(&value.to_string())?,
            CborHead::Negative(value) => {
                intrinsics().bigint(&(-1 - i128::from(value)).to_string())?
            }
            CborHead::Bytes(len) => Value::array_buffer(&self.read_bytes(len)?)?,
            CborHead::Tag(_) | CborHead::Break => {
                return Err(self.malformed_at(start, "a value cannot begin like this"));
            }
        }))
    }

    /// The content of a text.
    fn text(&mut self, len: Left) -> JsResult<Value> {
        let start = self.item.position();
        let Some(len) = len else {
            let text = self.item.read_text(None);
            return Value::text(&text.map_err(|error| self.wrong(error))?);
        };
        match self.item.read_slice(len) {
            // What is ASCII needs no check of its encoding.
            Ok(bytes) if bytes.is_ascii() => Value::latin1(bytes),
            Ok(bytes) => match str::from_utf8(bytes) {
                Ok(text) => Value::text(text),
                Err(_) => Err(self.malformed_at(start, "the text is not UTF-8")),
            },
            Err(error) => Err(self.wrong(error)),
        }
    }

    fn list(&mut self, left: Left, mark: Option<usize>) -> JsResult<()> {
        let frame = if mark.is_some() {
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
        };
        self.frames.push(frame);
        Ok(())
    }

    fn record(&mut self, left: Left, mark: Option<usize>) -> JsResult<()> {
        let frame = if mark.is_some() {
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
        };
        self.frames.push(frame);
        Ok(())
    }

    /// An item of which the tag at `start` was read.
    fn tagged(&mut self, start: usize, tag: u64, mark: Option<usize>) -> JsResult<Option<Value>> {
        Ok(Some(match tag {
            tags::LATIN1 | tags::UTF16 => self.tagged_text(start, tag)?,
            tags::CLASS => return self.class(start, mark),
            tags::MAP => {
                let left = self.read_map()?;
                let map = intrinsics().new_map()?;
                self.set_mark(mark, &map);
                self.frames.push(Frame::Map {
                    map,
                    key: None,
                    left,
                });
                return Ok(None);
            }
            tags::SET => {
                let left = self.read_array()?;
                let set = intrinsics().new_set()?;
                self.set_mark(mark, &set);
                self.frames.push(Frame::Set { set, left });
                return Ok(None);
            }
            tags::REFERENCE => self.reference()?,
            tags::OPAQUE => self.opaque()?,
            tags::NUMBERS => self.numbers()?,
            tags::DATE => {
                let seconds = self.number()?;
                Value::date((seconds * 1000.0).round())?
            }
            tags::POSITIVE_BIGINT | tags::NEGATIVE_BIGINT => {
                let bytes = self.item.read_bytes_item();
                let bytes = bytes.map_err(|error| self.wrong(error))?;
                intrinsics().bigint_of_bytes(tag == tags::NEGATIVE_BIGINT, &bytes)?
            }
            tags::CHUNK => self.chunk_buffer()?,
            tag => match ViewKind::from_tag(tag) {
                Some(kind) => {
                    let buffer = self.buffer()?;
                    Value::typed_array(kind, &[buffer])?
                }
                None => {
                    return Err(self.malformed_at(start, &format!("tag {tag} is not known")));
                }
            },
        }))
    }

    pub(super) fn reference(&mut self) -> JsResult<Value> {
        let start = self.item.position();
        let number = self.read_index()?;
        match self.marks.get(number) {
            Some(Some(value)) => Ok(value.clone()),
            Some(None) => {
                Err(self.malformed_at(start, "a value that is no container refers to itself"))
            }
            None => {
                let what = format!("nothing is marked with the number {number}");
                Err(self.malformed_at(start, &what))
            }
        }
    }

    fn opaque(&mut self) -> JsResult<Value> {
        let start = self.item.position();
        let index = self.read_index()?;
        match self.tokens.get(index).and_then(|token| token::get(*token)) {
            Some(value) => Ok(value),
            None => Err(self.malformed_at(start, &format!("there is no token {index}"))),
        }
    }

    /// A value that is not an object.
    pub(super) fn primitive(&mut self) -> JsResult<Value> {
        let start = self.item.position();
        let outer = std::mem::replace(&mut self.simple, true);
        let value = self.read_item();
        self.simple = outer;
        match value? {
            Some(value) if value.tag() != Tag::Object => Ok(value),
            _ => Err(self.malformed_at(start, "this must be a primitive")),
        }
    }

    /// A number.
    pub(super) fn number(&mut self) -> JsResult<f64> {
        let start = self.item.position();
        match self.read_head()? {
            CborHead::Unsigned(value) if value < FIRST_UNSAFE_INTEGER => Ok(value as f64),
            CborHead::Negative(value) if value < FIRST_UNSAFE_INTEGER - 1 => {
                Ok(-1.0 - value as f64)
            }
            CborHead::Float(value) => Ok(value),
            _ => Err(self.malformed_at(start, "this must be a number")),
        }
    }

    /// A string.
    pub(super) fn string(&mut self) -> JsResult<Value> {
        let start = self.item.position();
        match self.read_head()? {
            CborHead::Text(len) => self.text(len),
            CborHead::Tag(tag @ (tags::LATIN1 | tags::UTF16)) => self.tagged_text(start, tag),
            _ => Err(self.malformed_at(start, "this must be a string")),
        }
    }
}
