//! From the data form.

use jsvm_data::{CborError, CborHead, CborReader, ViewKind, tags};

use crate::{Form, Malformed, Value};

/// How deep values are nested at most: requests have three or four levels.
const MAX_DEPTH: u32 = 32;

pub fn read(form: Form) -> Result<Value> {
    let Form { item, chunks } = form;
    let mut reader = Reader {
        item: CborReader::new(&item),
        chunks,
        marked: Vec::new(),
    };
    reader.value(MAX_DEPTH)
}

struct Reader<'a> {
    item: CborReader<'a>,
    chunks: Vec<Vec<u8>>,
    /// What is reached more than once; nothing while it is being read.
    marked: Vec<Option<Value>>,
}

impl From<CborError> for Malformed {
    fn from(_: CborError) -> Self {
        Malformed
    }
}

type Result<T> = std::result::Result<T, Malformed>;

/// A `Uint8Array` over a part of a buffer; nothing else of these means anything here.
fn of_class(parts: Vec<Value>) -> Result<Value> {
    let is_bytes = parts.first() == Some(&Value::text(ViewKind::Uint8.class_name()));
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
        Ok(match self.item.read_head()? {
            CborHead::Undefined => Value::Undefined,
            CborHead::Null => Value::Null,
            CborHead::Boolean(value) => Value::Bool(value),
            CborHead::Float(value) => Value::Number(value),
            CborHead::Unsigned(value) => Value::Number(value as f64),
            CborHead::Negative(value) => Value::Number(-1.0 - value as f64),
            CborHead::Text(len) => Value::text(self.item.read_text(len)?),
            CborHead::Bytes(len) => Value::Bytes(self.item.read_bytes(len)?.into_owned()),
            CborHead::Array(mut left) => {
                let mut items = Vec::new();
                while self.item.begin_element(&mut left) {
                    items.push(self.value(depth)?);
                }
                Value::List(items)
            }
            CborHead::Map(mut left) => {
                let mut properties = Vec::new();
                while self.item.begin_element(&mut left) {
                    let key = self.value(depth)?;
                    let value = self.value(depth)?;
                    // A key that is a symbol means nothing here.
                    if let Value::Text(key) = key {
                        properties.push((key, value));
                    }
                }
                Value::Map(properties)
            }
            CborHead::Tag(tag) => self.tagged(tag, depth)?,
            CborHead::Break => return Err(Malformed),
        })
    }

    fn tagged(&mut self, tag: u64, depth: u32) -> Result<Value> {
        Ok(match tag {
            tags::LATIN1 => Value::Text(crate::from_bytes(&self.bytes()?)),
            tags::UTF16 => {
                let bytes = self.bytes()?;
                let (units, _) = bytes.as_chunks();
                let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
                Value::Text(String::from_utf16_lossy(&units))
            }
            tags::UINT8_ARRAY => Value::Bytes(self.bytes()?),
            tags::CLASS => match self.value(depth)? {
                Value::List(parts) => of_class(parts)?,
                _ => return Err(Malformed),
            },
            tags::CHUNK => Value::Bytes(self.chunk()?),
            tags::SHARED => {
                let number = self.marked.len();
                self.marked.push(None);
                let value = self.value(depth)?;
                self.marked[number] = Some(value.clone());
                value
            }
            tags::REFERENCE => {
                let number = self.item.read_index()?;
                // In a cycle it is not there yet, and nobody asks for it.
                let marked = self.marked.get(number).ok_or(Malformed)?;
                marked.clone().unwrap_or(Value::Other)
            }
            _ => {
                self.item.skip_item()?;
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
        let index = self.item.read_index()?;
        let chunk = self.chunks.get_mut(index).ok_or(Malformed)?;
        // The VM refers to each once, or marks what it refers to more often.
        Ok(std::mem::take(chunk))
    }
}
