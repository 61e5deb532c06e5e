//! Typed columns.

use std::collections::HashMap;
use std::mem;

use super::{Event, Form, Key, Read, Write};
use crate::bindings::exports::jsvm::forms::columns::Data;

const FALSE: u8 = 2;
const TRUE: u8 = 3;
const NUMBER: u8 = 4;
const TEXT: u8 = 5;
const ARRAY: u8 = 7;
const OBJECT: u8 = 8;
const BUFFER: u8 = 9;
const NUMBERS: u8 = 12;

pub struct Columns;

impl Form for Columns {
    type Data = Data;
    type Writer = Writer;

    fn finish(writer: Writer) -> Data {
        Data {
            kinds: writer.kinds,
            numbers: writer.numbers,
            lengths: writer.lengths,
            text: writer.text,
            utf16: Vec::new(),
            shapes: writer.shapes,
            buffers: writer.buffers,
            tokens: Vec::new(),
        }
    }

    fn read(data: &mut Data) -> impl Read {
        let mut count = 0;
        let first = |keys: &Vec<String>| {
            count += keys.len() as u32;
            count - keys.len() as u32
        };
        Reader {
            first: data.shapes.iter().map(first).collect(),
            kinds: data.kinds.iter(),
            numbers: data.numbers.iter(),
            lengths: data.lengths.iter(),
            text: &data.text,
            shapes: &data.shapes,
            buffers: data.buffers.iter_mut(),
            open: Vec::new(),
            packed: 0,
        }
    }
}

#[derive(Default)]
pub struct Writer {
    kinds: Vec<u8>,
    numbers: Vec<f64>,
    lengths: Vec<u32>,
    text: String,
    shapes: Vec<Vec<String>>,
    buffers: Vec<Vec<u8>>,
    /// Index of the shape with these keys.
    known: HashMap<Vec<u32>, u32>,
    /// The last one, which is often the next.
    last: (Vec<u32>, u32),
}

impl Write for Writer {
    fn boolean(&mut self, value: bool) {
        self.kinds.push(if value { TRUE } else { FALSE });
    }

    fn number(&mut self, value: f64) {
        self.kinds.push(NUMBER);
        self.numbers.push(value);
    }

    fn text(&mut self, value: &str) {
        self.kinds.push(TEXT);
        self.lengths.push(value.len() as u32);
        self.text.push_str(value);
    }

    fn buffer(&mut self, value: Vec<u8>) {
        self.kinds.push(BUFFER);
        self.buffers.push(value);
    }

    fn array(&mut self, len: usize) {
        self.kinds.push(ARRAY);
        self.lengths.push(len as u32);
    }

    fn numbers(&mut self, values: impl ExactSizeIterator<Item = f64>) {
        self.kinds.push(NUMBERS);
        self.lengths.push(values.len() as u32);
        self.numbers.extend(values);
    }

    fn object<'k>(&mut self, keys: impl ExactSizeIterator<Item = Key<'k>> + Clone) {
        self.kinds.push(OBJECT);
        let ids = keys.clone().map(|key| key.id);
        if self.shapes.is_empty() || !ids.clone().eq(self.last.0.iter().copied()) {
            let ids: Vec<_> = ids.collect();
            let shapes = &mut self.shapes;
            let index = *self.known.entry(ids.clone()).or_insert_with(|| {
                shapes.push(keys.map(|key| key.text.to_owned()).collect());
                shapes.len() as u32 - 1
            });
            self.last = (ids, index);
        }
        self.lengths.push(self.last.1);
    }

    fn key(&mut self, _: Key<'_>) {}
}

struct Reader<'a> {
    kinds: std::slice::Iter<'a, u8>,
    numbers: std::slice::Iter<'a, f64>,
    lengths: std::slice::Iter<'a, u32>,
    text: &'a str,
    shapes: &'a [Vec<String>],
    buffers: std::slice::IterMut<'a, Vec<u8>>,
    /// What the keys of each shape are counted from.
    first: Vec<u32>,
    /// Objects around the next value: shape, and number of keys that were read.
    open: Vec<(usize, usize)>,
    /// How many numbers are left of an array of numbers.
    packed: usize,
}

impl Reader<'_> {
    fn close(&mut self) {
        let full = |(shape, read): &(usize, usize)| *read == self.shapes[*shape].len();
        while self.open.last().is_some_and(full) {
            self.open.pop();
        }
    }
}

impl Read for Reader<'_> {
    fn value(&mut self) -> Option<Event<'_>> {
        if self.packed > 0 {
            self.packed -= 1;
            return Some(Event::Number(*self.numbers.next()?));
        }
        let event = match *self.kinds.next()? {
            FALSE => Event::Boolean(false),
            TRUE => Event::Boolean(true),
            NUMBER => Event::Number(*self.numbers.next()?),
            TEXT => {
                let (text, rest) = self.text.split_at_checked(*self.lengths.next()? as usize)?;
                self.text = rest;
                Event::Text(text)
            }
            NUMBERS => {
                self.packed = *self.lengths.next()? as usize;
                Event::Array(self.packed)
            }
            ARRAY => Event::Array(*self.lengths.next()? as usize),
            OBJECT => {
                let shape = *self.lengths.next()? as usize;
                let len = self.shapes.get(shape)?.len();
                self.close();
                self.open.push((shape, 0));
                Event::Object(len)
            }
            BUFFER => Event::Buffer(mem::take(self.buffers.next()?)),
            _ => return None,
        };
        Some(event)
    }

    fn key(&mut self) -> Option<Key<'_>> {
        self.close();
        let (shape, read) = self.open.last_mut()?;
        let text = self.shapes[*shape].get(*read)?;
        let id = self.first[*shape] + *read as u32;
        *read += 1;
        Some(Key { text, id })
    }
}
