//! Names and values of `Headers` (Fetch).

use super::functions;
use crate::js::{Call, JsResult, Text, Thrown, Units, Value};

pub fn natives(object: &Value) -> JsResult<()> {
    functions! { object;
        "headerName" 1 => name,
        "headerValue" 1 => value,
    }
    Ok(())
}

/// A `ByteString`: each code unit is a byte. Returns it if it can stay as it is, or calls `change` with
/// it.
fn byte_string(
    value: &Value,
    stays: impl Fn(&[u8]) -> bool,
    change: impl Fn(&str) -> JsResult<Value>,
) -> JsResult<Value> {
    let text = value.to_string_value()?;
    let stays = text.with_units(|units| matches!(units, Units::Latin1(units) if stays(units)))?;
    if stays == Some(true) {
        return Ok(text);
    }
    match text.to_text()? {
        Text::Utf8(text) if text.chars().all(|character| u32::from(character) <= 255) => {
            change(&text)
        }
        _ => Err(too_wide()),
    }
}

fn too_wide() -> Thrown {
    Thrown::type_error("a header has only characters up to U+00FF")
}

/// A name of a header or a method.
pub fn is_token_text(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token)
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// The name in lower case.
fn name(call: Call<'_>) -> JsResult<Value> {
    let is_lower = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'-';
    let stays = |units: &[u8]| !units.is_empty() && units.iter().all(is_lower);
    byte_string(&call.arg(0), stays, |name| {
        if !is_token_text(name) {
            let message = format!("Invalid header name: {name:?}");
            return Err(Thrown::type_error(&message));
        }
        Value::text(&name.to_ascii_lowercase())
    })
}

/// The value without white space around it.
fn value(call: Call<'_>) -> JsResult<Value> {
    const AROUND: [char; 4] = ['\t', '\n', '\r', ' '];
    let stays = |units: &[u8]| {
        let is_around = |unit: Option<&u8>| unit == Some(&b' ');
        let is_control = |unit: &u8| *unit < b' ';
        !units.iter().any(is_control) && !is_around(units.first()) && !is_around(units.last())
    };
    byte_string(&call.arg(0), stays, |value| {
        let value = value.trim_matches(AROUND);
        if value.contains(['\0', '\r', '\n']) {
            let message = format!("Invalid header value: {value:?}");
            return Err(Thrown::type_error(&message));
        }
        Value::text(value)
    })
}
