//! Strings and byte strings of the form.

use std::borrow::Cow;

use encoding_rs::mem;

use super::decode::{Reader, Result};
use crate::data::{ViewData, text};
use crate::{CborHead, Node, ViewKind, tags};

impl<'a> Reader<'a> {
    /// An array of numbers whose bytes come next.
    pub(super) fn numbers(&mut self) -> Result<u32> {
        let array = self.push(Node::Undefined);
        let bytes = self.byte_string()?;
        let (numbers, rest) = bytes.as_chunks();
        if !rest.is_empty() {
            return Err(self.malformed("numbers have eight bytes each"));
        }
        let first = array + 1;
        let numbers = numbers.iter().copied().map(f64::from_le_bytes);
        self.nodes.extend(numbers.map(Node::Number));
        self.nodes[array as usize] = Node::Array((first..self.nodes.len() as u32).collect());
        Ok(array)
    }

    /// A typed array over all of a buffer of its own.
    pub(super) fn whole_view(&mut self, kind: ViewKind) -> Result<u32> {
        let view = self.push(Node::Undefined);
        let bytes = self.byte_string()?.into_owned();
        let size = kind.element_size();
        if bytes.len() % size != 0 {
            return Err(self.malformed("the buffer has no whole number of elements"));
        }
        let length = (bytes.len() / size) as u32;
        let buffer = self.push(Node::Buffer(bytes));
        self.nodes[view as usize] = Node::View(ViewData {
            kind,
            buffer,
            byte_offset: 0,
            length,
        });
        Ok(view)
    }

    /// A view of a buffer that is an item of its own.
    pub(super) fn view(&mut self, kind: ViewKind) -> Result<u32> {
        let view = self.push(Node::Undefined);
        let buffer = self.buffer()?;
        let (offset, length) = (self.number()?, self.number()?);
        self.nodes[view as usize] = Node::View(ViewData {
            kind,
            buffer,
            byte_offset: offset as u32,
            length: length as u32,
        });
        Ok(view)
    }

    /// The node of a buffer, which may be referred to.
    fn buffer(&mut self) -> Result<u32> {
        let start = self.item.position();
        match self.read_head()? {
            CborHead::Tag(tags::REFERENCE) => {
                let buffer = self.reference()?;
                if matches!(self.nodes[buffer as usize], Node::Buffer(_)) {
                    return Ok(buffer);
                }
                return Err(self.malformed("a view needs a buffer"));
            }
            CborHead::Tag(tags::SHARED) => self.marks.push(self.nodes.len() as u32),
            _ => self.item.set_position(start),
        }
        let bytes = self.byte_string()?.into_owned();
        Ok(self.push(Node::Buffer(bytes)))
    }

    /// A string. Lone surrogates become U+FFFD.
    pub(super) fn text(&mut self) -> Result<String> {
        match self.read_head()? {
            CborHead::Text(len) => Ok(self.read_text(len)?.into_owned()),
            CborHead::Tag(tag) => match self.units(tag)? {
                Node::Text(text) => Ok(text),
                Node::Utf16(units) => Ok(String::from_utf16_lossy(&units)),
                _ => Err(self.malformed("this must be a string")),
            },
            _ => Err(self.malformed("this must be a string")),
        }
    }

    /// A string of one or two bytes per code unit, whose tag was read.
    pub(super) fn units(&mut self, tag: u64) -> Result<Node> {
        match tag {
            tags::LATIN1 => {
                let bytes = self.byte_string()?;
                Ok(Node::Text(mem::decode_latin1(&bytes).into_owned()))
            }
            tags::UTF16 => {
                let bytes = self.byte_string()?;
                if bytes.len() % 2 != 0 {
                    return Err(self.malformed("UTF-16 has an even number of bytes"));
                }
                let text = text::utf16_le(&bytes);
                Ok(text.map_or_else(|| Node::Utf16(text::of_bytes(&bytes)), Node::Text))
            }
            _ => Err(self.malformed("this must be a string")),
        }
    }

    /// A byte string, or a chunk in its place.
    fn byte_string(&mut self) -> Result<Cow<'a, [u8]>> {
        match self.read_head()? {
            CborHead::Bytes(len) => self.read_bytes(len),
            CborHead::Tag(tags::CHUNK) => Ok(self.chunk()?.into()),
            _ => Err(self.malformed("this must be a byte string")),
        }
    }

    /// A chunk, whose tag was read.
    pub(super) fn chunk(&mut self) -> Result<&'a [u8]> {
        let index = self.read_index()?;
        match self.form.chunks.get(index) {
            Some(bytes) => Ok(bytes),
            None => Err(self.malformed("there is no such chunk")),
        }
    }
}
