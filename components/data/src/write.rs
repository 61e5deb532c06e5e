//! To the data form.

use jsvm_data::{CborWriter, ErrorClass, tags};

use crate::{Form, Value};

/// Shorter buffers are inside of the item.
const LONG: usize = 1024;

pub fn write(value: Value) -> Form {
    let mut chunks = Vec::new();
    let mut writer = CborWriter::new();
    write_value(value, &mut writer, &mut chunks);
    Form {
        item: writer.into_bytes(),
        chunks,
    }
}

fn write_value(value: Value, to: &mut CborWriter, chunks: &mut Vec<Vec<u8>>) {
    match value {
        Value::Undefined | Value::Other => to.write_undefined(),
        Value::Null => to.write_null(),
        Value::Bool(value) => to.write_boolean(value),
        Value::Number(number) => to.write_number(number),
        Value::Text(text) => to.write_text(&text),
        Value::Bytes(bytes) => {
            to.write_tag(tags::UINT8_ARRAY);
            if bytes.len() < LONG {
                to.write_bytes(&bytes);
            } else {
                to.write_chunk(chunks.len());
                chunks.push(bytes);
            }
        }
        Value::List(items) => {
            to.write_array(items.len());
            for value in items {
                write_value(value, to, chunks);
            }
        }
        Value::Map(properties) => {
            to.write_map(properties.len());
            for (key, value) in properties {
                to.write_text(&key);
                write_value(value, to, chunks);
            }
        }
        Value::TypeError(message) => {
            to.write_class(ErrorClass::TypeError.name(), 2);
            to.write_map(1);
            to.write_text("message");
            to.write_text(&message);
        }
        Value::Coded {
            name,
            message,
            code,
        } => {
            to.write_class(ErrorClass::Error.name(), 3);
            to.write_map(2);
            for (key, text) in [("message", &*message), ("code", code)] {
                to.write_text(key);
                to.write_text(text);
            }
            to.write_text(name);
        }
    }
}
