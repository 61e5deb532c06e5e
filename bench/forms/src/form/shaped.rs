//! CBOR in which the keys of equal objects are written once, and arrays of numbers are bytes.

use std::collections::HashMap;
use std::slice;

use minicbor::data::{Tag, Type};
use minicbor::{Decoder, Encoder};

use super::cbor::{Bytes, GROWS, Writer as Plain};
use super::{Event, Form, Key, Read, Write};

/// An array: the keys of an object, then its values. The arrays of keys are counted from 0.
const DEFINE: u64 = 0x6a73_0005;
/// An array: the number of an array of keys, then values.
const SHAPED: u64 = 0x6a73_0006;
/// A byte string: an array of numbers, each 8 bytes, little-endian.
const NUMBERS: u64 = 0x6a73_0007;

pub struct Shaped;

impl Form for Shaped {
    type Data = Vec<u8>;
    type Writer = Writer;

    fn finish(writer: Writer) -> Vec<u8> {
        writer.plain.item.into_writer().0
    }

    fn read(data: &mut Vec<u8>) -> impl Read {
        Reader {
            item: Decoder::new(data),
            keys: Vec::new(),
            shapes: Vec::new(),
            open: Vec::new(),
            packed: [].iter(),
        }
    }
}

#[derive(Default)]
pub struct Writer {
    plain: Plain<false>,
    /// Number of the keys.
    known: HashMap<Vec<u32>, u64>,
    /// The last, which are often the next.
    last: (Vec<u32>, u64),
}

impl Writer {
    fn item(&mut self) -> &mut Encoder<Bytes> {
        &mut self.plain.item
    }
}

impl Write for Writer {
    fn boolean(&mut self, value: bool) {
        self.plain.boolean(value);
    }

    fn number(&mut self, value: f64) {
        self.plain.number(value);
    }

    fn text(&mut self, value: &str) {
        self.plain.text(value);
    }

    fn buffer(&mut self, value: Vec<u8>) {
        self.plain.buffer(value);
    }

    fn array(&mut self, len: usize) {
        self.plain.array(len);
    }

    fn numbers(&mut self, values: impl ExactSizeIterator<Item = f64>) {
        let item = self.item().tag(Tag::new(NUMBERS)).expect(GROWS);
        item.bytes_len(8 * values.len() as u64).expect(GROWS);
        let bytes = &mut item.writer_mut().0;
        bytes.reserve(8 * values.len());
        for value in values {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
    }

    fn object<'k>(&mut self, keys: impl ExactSizeIterator<Item = Key<'k>> + Clone) {
        let len = 1 + keys.len() as u64;
        let ids = keys.clone().map(|key| key.id);
        if self.known.is_empty() || !ids.clone().eq(self.last.0.iter().copied()) {
            let ids: Vec<_> = ids.collect();
            let next = self.known.len() as u64;
            let number = *self.known.entry(ids.clone()).or_insert(next);
            self.last = (ids, number);
            if number == next {
                let item = self.item().tag(Tag::new(DEFINE)).expect(GROWS);
                item.array(len).expect(GROWS).array(len - 1).expect(GROWS);
                for key in keys {
                    item.str(key.text).expect(GROWS);
                }
                return;
            }
        }
        let number = self.last.1;
        let item = self.item().tag(Tag::new(SHAPED)).expect(GROWS);
        item.array(len).expect(GROWS).u64(number).expect(GROWS);
    }

    fn key(&mut self, _: Key<'_>) {}
}

struct Reader<'a> {
    item: Decoder<'a>,
    keys: Vec<&'a str>,
    /// First key and end of each array of keys.
    shapes: Vec<(usize, usize)>,
    /// Keys of the objects around the next value that were not read.
    open: Vec<(usize, usize)>,
    /// What is left of an array of numbers.
    packed: slice::Iter<'a, [u8; 8]>,
}

impl Reader<'_> {
    fn close(&mut self) {
        while self.open.last().is_some_and(|(next, end)| next == end) {
            self.open.pop();
        }
    }

    fn define(&mut self) -> Option<usize> {
        let first = self.keys.len();
        for _ in 0..self.item.array().ok()?? {
            self.keys.push(self.item.str().ok()?);
        }
        self.shapes.push((first, self.keys.len()));
        Some(self.shapes.len() - 1)
    }
}

impl Read for Reader<'_> {
    fn value(&mut self) -> Option<Event<'_>> {
        if let Some(bytes) = self.packed.next() {
            return Some(Event::Number(f64::from_le_bytes(*bytes)));
        }
        if self.item.datatype().ok()? != Type::Tag {
            return super::cbor::value(&mut self.item, |_| None);
        }
        let tag = self.item.tag().ok()?.as_u64();
        if tag == NUMBERS {
            let (numbers, rest) = self.item.bytes().ok()?.as_chunks();
            self.packed = numbers.iter();
            return rest.is_empty().then_some(Event::Array(numbers.len()));
        }
        let len = self.item.array().ok()??;
        let number = match tag {
            DEFINE => self.define()?,
            SHAPED => usize::try_from(self.item.u64().ok()?).ok()?,
            _ => return None,
        };
        let (first, end) = *self.shapes.get(number)?;
        self.close();
        self.open.push((first, end));
        (len == 1 + (end - first) as u64).then_some(Event::Object(end - first))
    }

    fn key(&mut self) -> Option<Key<'_>> {
        self.close();
        let (next, _) = self.open.last_mut()?;
        let (text, id) = (self.keys[*next], *next as u32);
        *next += 1;
        Some(Key { text, id })
    }
}
