//! By minicbor: the type of the next item is asked for, and the item is read as that.

use minicbor::data::{Tag, Type};
use minicbor::{Decoder, Encoder, decode};

use crate::sample::Value;
use crate::{Sink, mix, mix_bytes, write_to};

pub fn read(item: &[u8]) -> u64 {
    read_all(&mut Decoder::new(item)).expect("the item is well-formed")
}

fn read_all(decoder: &mut Decoder<'_>) -> Result<u64, decode::Error> {
    let mut sum = 0;
    while decoder.position() < decoder.input().len() {
        sum = match decoder.datatype()? {
            Type::U8 | Type::U16 | Type::U32 | Type::U64 => {
                mix(sum, (decoder.u64()? as f64).to_bits())
            }
            Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
                mix(sum, (decoder.i64()? as f64).to_bits())
            }
            Type::F16 | Type::F32 | Type::F64 => mix(sum, decoder.f64()?.to_bits()),
            Type::String => mix_bytes(sum, decoder.str()?.as_bytes()),
            Type::Bytes => mix_bytes(sum, decoder.bytes()?),
            Type::Array => mix(sum, decoder.array()?.unwrap_or_default()),
            Type::Map => mix(sum, decoder.map()?.unwrap_or_default()),
            Type::Tag => mix(sum, decoder.tag()?.as_u64()),
            Type::Bool => mix(sum, decoder.bool()?.into()),
            Type::Null => {
                decoder.null()?;
                mix(sum, 2)
            }
            Type::Undefined => {
                decoder.undefined()?;
                mix(sum, 3)
            }
            other => panic!("there is no {other} in the items"),
        };
    }
    Ok(sum)
}

pub fn skip(item: &[u8]) -> usize {
    let mut decoder = Decoder::new(item);
    decoder.skip().expect("the item is well-formed");
    decoder.position()
}

pub fn write(value: &Value) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    write_to(value, &mut encoder);
    encoder.into_writer()
}

fn done<T>(result: Result<T, minicbor::encode::Error<std::convert::Infallible>>) {
    result.map(drop).expect("writing to memory cannot fail");
}

impl Sink for Encoder<Vec<u8>> {
    fn number(&mut self, value: f64) {
        done(match jsvm_data::exact_integer(value) {
            Some(whole) => self.i64(whole),
            None => self.f64(value),
        });
    }

    fn boolean(&mut self, value: bool) {
        done(self.bool(value));
    }

    fn text(&mut self, text: &str) {
        done(self.str(text));
    }

    fn tagged_bytes(&mut self, tag: u64, bytes: &[u8]) {
        done(Encoder::tag(self, Tag::new(tag)).and_then(|encoder| encoder.bytes(bytes)));
    }

    fn array(&mut self, len: usize) {
        done(Encoder::array(self, len as u64));
    }

    fn map(&mut self, len: usize) {
        done(Encoder::map(self, len as u64));
    }
}
