//! By jsvm-data.

use jsvm_data::{CborHead, CborReader, CborWriter};

use crate::sample::Value;
use crate::{Sink, mix, mix_bytes, write_to};

pub fn read(item: &[u8]) -> u64 {
    read_all(&mut CborReader::new(item)).expect("the item is well-formed")
}

fn read_all(reader: &mut CborReader<'_>) -> Result<u64, jsvm_data::CborError> {
    let mut sum = 0;
    while reader.remaining() > 0 {
        sum = match reader.read_head()? {
            CborHead::Unsigned(value) => mix(sum, (value as f64).to_bits()),
            CborHead::Negative(value) => mix(sum, (-1.0 - value as f64).to_bits()),
            CborHead::Float(value) => mix(sum, value.to_bits()),
            CborHead::Text(len) => mix_bytes(sum, reader.read_text(len)?.as_bytes()),
            CborHead::Bytes(len) => mix_bytes(sum, &reader.read_bytes(len)?),
            CborHead::Array(len) | CborHead::Map(len) => mix(sum, len.unwrap_or_default()),
            CborHead::Tag(tag) => mix(sum, tag),
            CborHead::Boolean(value) => mix(sum, value.into()),
            CborHead::Null => mix(sum, 2),
            CborHead::Undefined => mix(sum, 3),
            CborHead::Break => mix(sum, 4),
        };
    }
    Ok(sum)
}

pub fn skip(item: &[u8]) -> usize {
    let mut reader = CborReader::new(item);
    reader.skip_item().expect("the item is well-formed");
    reader.position()
}

pub fn write(value: &Value) -> Vec<u8> {
    let mut writer = CborWriter::new();
    write_to(value, &mut writer);
    writer.into_bytes()
}

impl Sink for CborWriter {
    fn number(&mut self, value: f64) {
        self.write_number(value);
    }

    fn boolean(&mut self, value: bool) {
        self.write_boolean(value);
    }

    fn text(&mut self, text: &str) {
        self.write_text(text);
    }

    fn tagged_bytes(&mut self, tag: u64, bytes: &[u8]) {
        self.write_tag(tag);
        self.write_bytes(bytes);
    }

    fn array(&mut self, len: usize) {
        self.write_array(len);
    }

    fn map(&mut self, len: usize) {
        self.write_map(len);
    }
}
