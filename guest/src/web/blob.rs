//! The bytes of `Blob` and `File` (File API).

use super::{bytes, functions};
use crate::js::{Call, JsResult, Value, ViewKind};

pub fn natives(object: &Value) -> JsResult<()> {
    functions! { object;
        "isBytes" 1 => |call| Ok(Value::boolean(bytes::is_source(&call.arg(0)))),
        "join" 1 => join,
        "size" 1 => |call| Ok(Value::number(bytes::len(&call.arg(0))? as f64)),
        "round" 1 => |call| Ok(Value::number(call.arg(0).to_number()?.round_ties_even())),
        "mediaType" 1 => media_type,
        // `part(array, start, end)`: a copy, as an array.
        "part" 3 => part,
        "lines" 1 => lines,
        "view" 3 => |call| Value::typed_array(ViewKind::Uint8, call.args),
        "copy" 1 => |call| {
            let bytes = bytes::to_vec(&call.arg(0))?;
            Value::array_buffer(&bytes)
        },
        "decode" 1 => |call| {
            let bytes = bytes::to_vec(&call.arg(0))?;
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            Value::text(&String::from_utf8_lossy(bytes))
        },
        "wallTime" 0 => |_| Ok(Value::number(crate::clock::wall_milliseconds().floor())),
    }
    Ok(())
}

/// `join(parts)`: an array buffer with the bytes of all parts, which have bytes or are text.
fn join(call: Call<'_>) -> JsResult<Value> {
    let parts = call.arg(0);
    let count = parts.get("length")?.as_number().unwrap_or(0.0) as u32;
    let mut all = Vec::new();
    for index in 0..count {
        let part = parts.get(index)?;
        if part.is_object() {
            bytes::for_each_piece(&bytes::view(&part)?, |bytes| {
                all.extend_from_slice(bytes);
                true
            })?;
        } else {
            all.extend_from_slice(part.to_lossy()?.as_bytes());
        }
    }
    Value::array_buffer_of(all)
}

fn part(call: Call<'_>) -> JsResult<Value> {
    let index = |at: usize| call.arg(at).as_number().unwrap_or(0.0) as usize;
    let (start, end) = (index(1), index(2));
    bytes::uint8_array(&bytes::part(&call.arg(0), start..end)?)
}

/// A type in lower case; nothing if it has characters that none has.
fn media_type(call: Call<'_>) -> JsResult<Value> {
    let text = call.arg(0).to_lossy()?;
    if text.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
        Value::text(&text.to_ascii_lowercase())
    } else {
        Value::text("")
    }
}

/// `lines(text)`: with the line ends that are native here.
fn lines(call: Call<'_>) -> JsResult<Value> {
    let text = call.arg(0).to_lossy()?;
    Value::text(&text.replace("\r\n", "\n").replace('\r', "\n"))
}
