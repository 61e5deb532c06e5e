//! Names and values of `Headers` (Fetch).

use super::functions;
use crate::js::{Call, JsResult, Text, Thrown, Value};

pub fn natives(object: &Value) -> JsResult<()> {
    functions! { object;
        "headerName" 1 => name,
        "headerValue" 1 => value,
    }
    Ok(())
}

/// A `ByteString`: each code unit is a byte.
fn byte_string(value: &Value) -> JsResult<String> {
    let text = match value.to_text()? {
        Text::Utf8(text) => text,
        Text::Utf16(_) => return Err(too_wide()),
    };
    if text.chars().any(|character| u32::from(character) > 255) {
        return Err(too_wide());
    }
    Ok(text)
}

fn too_wide() -> Thrown {
    Thrown::type_error("a header has only characters up to U+00FF")
}

/// A name of a header or a method.
pub fn is_token_text(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_token)
}

fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
}

/// The name in lower case.
fn name(call: Call<'_>) -> JsResult<Value> {
    let name = byte_string(&call.arg(0))?;
    if !is_token_text(&name) {
        let message = format!("Invalid header name: {name:?}");
        return Err(Thrown::type_error(&message));
    }
    Value::text(&name.to_ascii_lowercase())
}

/// The value without white space around it.
fn value(call: Call<'_>) -> JsResult<Value> {
    let value = byte_string(&call.arg(0))?;
    let value = value.trim_matches(['\t', '\n', '\r', ' ']);
    if value.contains(['\0', '\r', '\n']) {
        let message = format!("Invalid header value: {value:?}");
        return Err(Thrown::type_error(&message));
    }
    Value::text(value)
}
