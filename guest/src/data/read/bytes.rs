//! Byte strings, in the item or among the chunks.

use jsvm_data::{CborHead, tags};

use super::{Chunk, Reader};
use crate::js::{JsResult, Value};

impl Reader<'_> {
    /// A string in one of the forms that have tags.
    pub(super) fn tagged_text(&mut self, start: usize, tag: u64) -> JsResult<Value> {
        match tag {
            tags::LATIN1 => self.of_bytes(|bytes| Some(Value::latin1(bytes))),
            _ => self.of_bytes(|bytes| {
                let (units, rest) = bytes.as_chunks();
                rest.is_empty().then(|| Value::utf16_le(units))
            }),
        }?
        .unwrap_or_else(|| Err(self.malformed_at(start, "UTF-16 has an even number of bytes")))
    }

    /// An array of the numbers whose bytes come next.
    pub(super) fn numbers(&mut self) -> JsResult<Value> {
        let start = self.item.position();
        let array = self.of_bytes(|bytes| {
            let (numbers, rest) = bytes.as_chunks();
            let numbers = numbers.iter().copied().map(f64::from_le_bytes);
            rest.is_empty().then(|| {
                let mut numbers: Vec<_> = numbers.map(Value::number).collect();
                Value::array_from(numbers.drain(..))
            })
        })?;
        array.unwrap_or_else(|| Err(self.malformed_at(start, "numbers have eight bytes each")))
    }

    /// Passes the bytes that come next to `make`. A chunk stays as it is.
    fn of_bytes<T>(&mut self, make: impl FnOnce(&[u8]) -> T) -> JsResult<T> {
        let start = self.item.position();
        match self.read_head()? {
            CborHead::Bytes(len) => Ok(make(&self.read_bytes(len)?)),
            CborHead::Tag(tags::CHUNK) => {
                let index = self.chunk_index()?;
                match &self.chunks[index] {
                    Chunk::Unused(bytes) => Ok(make(bytes)),
                    Chunk::Buffer(_) => {
                        Err(self.malformed_at(start, "the chunk is a buffer already"))
                    }
                }
            }
            _ => Err(self.malformed_at(start, "this must be a byte string")),
        }
    }

    /// An array buffer of a byte string, of a chunk, or of a reference to another buffer.
    pub(super) fn buffer(&mut self) -> JsResult<Value> {
        let start = self.item.position();
        match self.read_head()? {
            CborHead::Tag(tags::SHARED) => {
                let mark = self.marks.len();
                self.marks.push(None);
                let start = self.item.position();
                let head = self.read_head()?;
                let buffer = self.fresh_buffer(start, head)?;
                self.set_mark(Some(mark), &buffer);
                Ok(buffer)
            }
            CborHead::Tag(tags::REFERENCE) => {
                let buffer = self.reference()?;
                match buffer.is_array_buffer() {
                    true => Ok(buffer),
                    false => Err(self.malformed_at(start, "a view needs a buffer")),
                }
            }
            head => self.fresh_buffer(start, head),
        }
    }

    /// An array buffer that nothing refers to yet.
    fn fresh_buffer(&mut self, start: usize, head: CborHead) -> JsResult<Value> {
        match head {
            CborHead::Bytes(len) => Value::array_buffer(&self.read_bytes(len)?),
            CborHead::Tag(tags::CHUNK) => self.chunk_buffer(),
            _ => Err(self.malformed_at(start, "this must be a byte string")),
        }
    }

    /// An array buffer of a chunk, whose tag was read. The chunk becomes its memory.
    pub(super) fn chunk_buffer(&mut self) -> JsResult<Value> {
        let index = self.chunk_index()?;
        let buffer = match &mut self.chunks[index] {
            Chunk::Unused(bytes) => Value::array_buffer_of(std::mem::take(bytes))?,
            Chunk::Buffer(buffer) => {
                let bytes = buffer.buffer_to_vec()?;
                return Value::array_buffer_of(bytes);
            }
        };
        self.chunks[index] = Chunk::Buffer(buffer.clone());
        Ok(buffer)
    }

    /// The index of a chunk, whose tag was read.
    fn chunk_index(&mut self) -> JsResult<usize> {
        let start = self.item.position();
        let index = self.read_index()?;
        match index < self.chunks.len() {
            true => Ok(index),
            false => Err(self.malformed_at(start, &format!("there is no chunk {index}"))),
        }
    }
}
