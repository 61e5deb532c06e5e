//! From the data form.

use minicbor::Decoder;
use minicbor::data::{Tag, Type};

use crate::{Form, Malformed, Value};

/// Requests are nested three or four levels deep.
const DEEPEST: u32 = 32;

const CHUNK: u64 = 0x6a73_0001;
const LATIN1: u64 = 0x6a73_0002;
const UTF16: u64 = 0x6a73_0003;
const MARKED: u64 = 28;
const REFERENCE: u64 = 29;
const UINT8_ARRAY: u64 = 64;
const CLASS: u64 = 27;

pub fn read(form: Form) -> Result<Value> {
    let Form { item, chunks } = form;
    let mut reader = Reader {
        decoder: Decoder::new(&item),
        chunks,
        marked: Vec::new(),
    };
    reader.value(DEEPEST)
}

struct Reader<'a> {
    decoder: Decoder<'a>,
    chunks: Vec<Vec<u8>>,
    /// What is reached more than once; nothing while it is being read.
    marked: Vec<Option<Value>>,
}

impl From<minicbor::decode::Error> for Malformed {
    fn from(_: minicbor::decode::Error) -> Self {
        Malformed
    }
}

type Result<T> = std::result::Result<T, Malformed>;

/// A `Uint8Array` over a part of a buffer; nothing else of these means anything here.
fn of_class(parts: Vec<Value>) -> Result<Value> {
    let is_bytes = parts.first() == Some(&Value::text("Uint8Array"));
    let [_, Value::Bytes(buffer), offset, length] = &*parts else {
        return Ok(Value::Other);
    };
    if !is_bytes {
        return Ok(Value::Other);
    }
    let number = |value: &Value| value.to_u64().and_then(|value| usize::try_from(value).ok());
    let (offset, length) = (number(offset), number(length));
    let start = buffer.get(offset.ok_or(Malformed)?..);
    let bytes = start.and_then(|bytes| bytes.get(..length?));
    Ok(Value::Bytes(bytes.ok_or(Malformed)?.to_vec()))
}

impl Reader<'_> {
    fn value(&mut self, depth: u32) -> Result<Value> {
        let depth = depth.checked_sub(1).ok_or(Malformed)?;
        Ok(match self.decoder.datatype()? {
            Type::Undefined => {
                self.decoder.undefined()?;
                Value::Undefined
            }
            Type::Null => {
                self.decoder.null()?;
                Value::Null
            }
            Type::Bool => Value::Bool(self.decoder.bool()?),
            Type::F16 => Value::Number(self.decoder.f16()?.into()),
            Type::F32 => Value::Number(self.decoder.f32()?.into()),
            Type::F64 => Value::Number(self.decoder.f64()?),
            Type::U8 | Type::U16 | Type::U32 | Type::U64 => {
                Value::Number(self.decoder.u64()? as f64)
            }
            Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
                Value::Number(self.decoder.i64()? as f64)
            }
            Type::String => Value::text(self.decoder.str()?),
            Type::Bytes => Value::Bytes(self.decoder.bytes()?.to_vec()),
            Type::Array => {
                let count = self.decoder.array()?.ok_or(Malformed)?;
                let items = (0..count).map(|_| self.value(depth));
                Value::List(items.collect::<Result<_>>()?)
            }
            Type::Map => {
                let count = self.decoder.map()?.ok_or(Malformed)?;
                let mut properties = Vec::new();
                for _ in 0..count {
                    let key = self.value(depth)?;
                    let value = self.value(depth)?;
                    // A key that is a symbol means nothing here.
                    if let Value::Text(key) = key {
                        properties.push((key, value));
                    }
                }
                Value::Map(properties)
            }
            Type::Tag => {
                let tag = self.decoder.tag()?;
                self.tagged(tag, depth)?
            }
            _ => {
                self.decoder.skip()?;
                Value::Other
            }
        })
    }

    fn tagged(&mut self, tag: Tag, depth: u32) -> Result<Value> {
        Ok(match tag.as_u64() {
            LATIN1 => Value::Text(crate::from_bytes(&self.bytes()?)),
            UTF16 => {
                let bytes = self.bytes()?;
                let (units, _) = bytes.as_chunks();
                let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
                Value::Text(String::from_utf16_lossy(&units))
            }
            UINT8_ARRAY => Value::Bytes(self.bytes()?),
            CLASS => match self.value(depth)? {
                Value::List(parts) => of_class(parts)?,
                _ => return Err(Malformed),
            },
            CHUNK => Value::Bytes(self.chunk()?),
            MARKED => {
                let number = self.marked.len();
                self.marked.push(None);
                let value = self.value(depth)?;
                self.marked[number] = Some(value.clone());
                value
            }
            REFERENCE => {
                let number = usize::try_from(self.decoder.u64()?).map_err(|_| Malformed)?;
                // In a cycle it is not there yet, and nobody asks for it.
                let marked = self.marked.get(number).ok_or(Malformed)?;
                marked.clone().unwrap_or(Value::Other)
            }
            _ => {
                self.decoder.skip()?;
                Value::Other
            }
        })
    }

    /// A byte string, or what stands in its place.
    fn bytes(&mut self) -> Result<Vec<u8>> {
        match self.value(3)? {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(Malformed),
        }
    }

    fn chunk(&mut self) -> Result<Vec<u8>> {
        let index = usize::try_from(self.decoder.u64()?).map_err(|_| Malformed)?;
        let chunk = self.chunks.get_mut(index).ok_or(Malformed)?;
        // The VM refers to each once, or marks what it refers to more often.
        Ok(std::mem::take(chunk))
    }
}
