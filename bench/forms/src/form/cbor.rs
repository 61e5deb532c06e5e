//! CBOR, with buffers beside the item or in it.

use std::convert::Infallible;
use std::mem;

use minicbor::data::{Tag, Type};
use minicbor::{Decoder, Encoder, encode};

use super::{Event, Form, Key, Read, Write};
use crate::bindings::exports::jsvm::forms::cbor::Data;

/// Index into the chunks.
const CHUNK: u64 = 0x6a73_0001;
/// Size from which on a buffer is a chunk.
const LONG: usize = 4096;

pub struct Cbor;

impl Form for Cbor {
    type Data = Data;
    type Writer = Writer<true>;

    fn finish(writer: Writer<true>) -> Data {
        Data {
            item: writer.item.into_writer().0,
            chunks: writer.chunks,
            tokens: Vec::new(),
        }
    }

    fn read(data: &mut Data) -> impl Read {
        let chunks = &mut data.chunks;
        CborReader::new(&data.item, |index| chunks.get_mut(index).map(mem::take))
    }
}

pub struct Inline;

impl Form for Inline {
    type Data = Vec<u8>;
    type Writer = Writer<false>;

    fn finish(writer: Writer<false>) -> Vec<u8> {
        writer.item.into_writer().0
    }

    fn read(data: &mut Vec<u8>) -> impl Read {
        CborReader::new(data, |_| None)
    }
}

/// Bytes that grow. A copy of a length that is not known when this is compiled is a call of the
/// runtime's, which for the short texts that items are made of takes longer than they do.
#[derive(Default)]
pub struct Bytes(pub Vec<u8>);

impl encode::Write for Bytes {
    type Error = Infallible;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        if bytes.len() > 64 {
            self.0.extend_from_slice(bytes);
            return Ok(());
        }
        let (eights, rest) = bytes.as_chunks::<8>();
        eights
            .iter()
            .for_each(|eight| self.0.extend_from_slice(eight));
        let (fours, rest) = rest.as_chunks::<4>();
        fours.iter().for_each(|four| self.0.extend_from_slice(four));
        for byte in rest {
            self.0.push(*byte);
        }
        Ok(())
    }
}

pub struct Writer<const CHUNKS: bool> {
    pub item: Encoder<Bytes>,
    chunks: Vec<Vec<u8>>,
}

impl<const CHUNKS: bool> Default for Writer<CHUNKS> {
    fn default() -> Self {
        let (item, chunks) = (Encoder::new(Bytes::default()), Vec::new());
        Writer { item, chunks }
    }
}

/// Writing to a vector does not fail.
pub const GROWS: &str = "a vector grows";

impl<const CHUNKS: bool> Write for Writer<CHUNKS> {
    fn boolean(&mut self, value: bool) {
        self.item.bool(value).expect(GROWS);
    }

    fn number(&mut self, value: f64) {
        let whole = value as i64;
        // Not equal for what has a fraction, is too large, -0 or no number.
        if (whole as f64).to_bits() == value.to_bits() && whole.unsigned_abs() < 1 << 53 {
            self.item.i64(whole).expect(GROWS);
        } else {
            self.item.f64(value).expect(GROWS);
        }
    }

    fn text(&mut self, value: &str) {
        self.item.str(value).expect(GROWS);
    }

    fn buffer(&mut self, value: Vec<u8>) {
        if CHUNKS && value.len() >= LONG {
            let tagged = self.item.tag(Tag::new(CHUNK)).expect(GROWS);
            tagged.u64(self.chunks.len() as u64).expect(GROWS);
            self.chunks.push(value);
        } else {
            self.item.bytes(&value).expect(GROWS);
        }
    }

    fn array(&mut self, len: usize) {
        self.item.array(len as u64).expect(GROWS);
    }

    fn object<'k>(&mut self, keys: impl ExactSizeIterator<Item = Key<'k>>) {
        self.item.map(keys.len() as u64).expect(GROWS);
    }

    fn key(&mut self, key: Key<'_>) {
        self.item.str(key.text).expect(GROWS);
    }
}

/// A reader of an item; `chunk` is asked for the chunks.
pub struct CborReader<'a, C> {
    item: Decoder<'a>,
    chunk: C,
}

impl<'a, C> CborReader<'a, C> {
    pub fn new(item: &'a [u8], chunk: C) -> Self {
        let item = Decoder::new(item);
        CborReader { item, chunk }
    }
}

/// Reads a value.
pub fn value<'a>(
    item: &mut Decoder<'a>,
    chunk: impl FnOnce(usize) -> Option<Vec<u8>>,
) -> Option<Event<'a>> {
    let event = match item.datatype().ok()? {
        Type::Bool => Event::Boolean(item.bool().ok()?),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => Event::Number(item.u64().ok()? as f64),
        Type::I8 | Type::I16 | Type::I32 | Type::I64 => Event::Number(item.i64().ok()? as f64),
        Type::F32 | Type::F64 => Event::Number(item.f64().ok()?),
        Type::String => Event::Text(item.str().ok()?),
        Type::Bytes => Event::Buffer(item.bytes().ok()?.to_vec()),
        Type::Array => Event::Array(usize::try_from(item.array().ok()??).ok()?),
        Type::Map => Event::Object(usize::try_from(item.map().ok()??).ok()?),
        Type::Tag if item.tag().ok()?.as_u64() == CHUNK => {
            let index = usize::try_from(item.u64().ok()?).ok()?;
            Event::Buffer(chunk(index)?)
        }
        _ => return None,
    };
    Some(event)
}

impl<C: FnMut(usize) -> Option<Vec<u8>>> Read for CborReader<'_, C> {
    fn value(&mut self) -> Option<Event<'_>> {
        value(&mut self.item, &mut self.chunk)
    }

    fn key(&mut self) -> Option<Key<'_>> {
        let (text, id) = (self.item.str().ok()?, Key::ANY);
        Some(Key { text, id })
    }
}
