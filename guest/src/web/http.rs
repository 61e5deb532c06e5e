//! The helpers of `Request`, `Response` and `fetch` that are written in Rust (Fetch).

use data_url::DataUrl;
use jsvm_protocol::http::header_bytes;

use super::{blob, bytes, encoding, form, functions, headers};
use crate::inspect::{self, Options};
use crate::js::{Call, JsResult, Value, ViewKind};

/// The helpers of bodies, and of what has one.
pub fn natives(object: &Value) -> JsResult<()> {
    // Both have a function `decode`: that of the blobs counts.
    encoding::natives(object)?;
    blob::natives(object)?;
    functions! { object;
        "isToken" 1 => |call| {
            Ok(Value::boolean(headers::is_token_text(&call.arg(0).to_lossy()?)))
        },
        "isReason" 1 => |call| {
            let text = call.arg(0).to_lossy()?;
            let is_fit = |c: char| c == '\t' || (' '..='\u{ff}').contains(&c) && c != '\u{7f}';
            Ok(Value::boolean(text.chars().all(is_fit)))
        },
        // An error as the console shows it.
        "describe" 1 => |call| {
            Value::text(&inspect::inspect(&call.arg(0), &Options::default()))
        },
        // `latin1(text)`: a header value read as UTF-8.
        "latin1" 1 => |call| {
            let text = call.arg(0).to_lossy()?;
            let bytes: Vec<u8> = header_bytes(&text).collect();
            Value::text(&String::from_utf8_lossy(&bytes))
        },
        // `owned(bytes)`: an array buffer with just these bytes, which is theirs if it is.
        "owned" 1 => owned,
        // `mediaType(text)`: the type of a blob by a header; nothing if it is none.
        "mediaType" 1 => |call| {
            let kind = form::media_type(&call.arg(0).to_lossy()?);
            Value::text(&kind.map_or(String::new(), |kind| kind.to_string()))
        },
        "dataUrl" 1 => data_url,
    }
    Ok(())
}

fn owned(call: Call<'_>) -> JsResult<Value> {
    let value = call.arg(0);
    let view = bytes::view(&value)?;
    if view.offset == 0 && view.buffer.buffer_len().unwrap_or(0) == view.len {
        return Ok(view.buffer);
    }
    let bytes = bytes::to_vec(&value)?;
    Value::array_buffer_of(bytes)
}

/// `dataUrl(href)`: the type and the bytes; nothing if it is malformed.
fn data_url(call: Call<'_>) -> JsResult<Value> {
    let text = call.arg(0).to_lossy()?;
    let Ok(url) = DataUrl::process(&text) else {
        return Ok(Value::UNDEFINED);
    };
    let Ok((body, _)) = url.decode_to_vec() else {
        return Ok(Value::UNDEFINED);
    };
    let body = Value::typed_array(ViewKind::Uint8, &[Value::array_buffer_of(body)?])?;
    Value::array_of(vec![Value::text(&url.mime_type().to_string())?, body])
}
