//! To the data form.

use minicbor::Encoder;
use minicbor::data::Tag;
use minicbor::encode::Error;

use crate::{Form, Value};

const CHUNK: Tag = Tag::new(0x6a73_0001);
const UINT8_ARRAY: Tag = Tag::new(64);
const OBJECT: Tag = Tag::new(27);

/// Shorter buffers are inside of the item.
const LONG: usize = 1024;

/// Whole numbers below it are integers.
const EXACT: f64 = 9_007_199_254_740_992.0;

pub fn write(value: Value) -> Form {
    let mut chunks = Vec::new();
    let mut encoder = Encoder::new(Vec::new());
    // Writing to memory does not fail.
    let _ = item(value, &mut encoder, &mut chunks);
    Form {
        item: encoder.into_writer(),
        chunks,
    }
}

type Infallible = Error<std::convert::Infallible>;

fn item(
    value: Value,
    to: &mut Encoder<Vec<u8>>,
    chunks: &mut Vec<Vec<u8>>,
) -> Result<(), Infallible> {
    match value {
        Value::Undefined | Value::Other => to.undefined()?,
        Value::Null => to.null()?,
        Value::Bool(value) => to.bool(value)?,
        Value::Number(number) if number.fract() == 0.0 && (0.0..EXACT).contains(&number) => {
            to.u64(number as u64)?
        }
        Value::Number(number) => to.f64(number)?,
        Value::Text(text) => to.str(&text)?,
        Value::Bytes(bytes) => {
            to.tag(UINT8_ARRAY)?;
            if bytes.len() < LONG {
                to.bytes(&bytes)?
            } else {
                let index = chunks.len() as u64;
                chunks.push(bytes);
                to.tag(CHUNK)?.u64(index)?
            }
        }
        Value::List(items) => {
            to.array(items.len() as u64)?;
            for value in items {
                item(value, to, chunks)?;
            }
            to
        }
        Value::Map(properties) => {
            to.map(properties.len() as u64)?;
            for (key, value) in properties {
                to.str(&key)?;
                item(value, to, chunks)?;
            }
            to
        }
        Value::TypeError(message) => {
            to.tag(OBJECT)?.array(2)?.str("TypeError")?;
            to.map(1)?.str("message")?.str(&message)?
        }
    };
    Ok(())
}
