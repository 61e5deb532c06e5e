//! Strings and BigInts.

use encoding_rs::mem;
use rquickjs_sys as q;

use super::internals::Units;
use super::realm::ctx;
use super::value::{JsResult, Thrown, Value};

/// A JavaScript string in the form that loses nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// Well-formed Unicode.
    Utf8(String),
    /// UTF-16 code units with at least one lone surrogate.
    Utf16(Vec<u16>),
}

impl Text {
    /// As UTF-8, lone surrogates as U+FFFD.
    pub fn into_lossy(self) -> String {
        match self {
            Text::Utf8(text) => text,
            Text::Utf16(units) => String::from_utf16_lossy(&units),
        }
    }
}

impl Value {
    /// A string.
    pub fn text(text: &str) -> JsResult<Value> {
        // Faster than the engine's own decoding, which looks at one byte at a time.
        if text.is_ascii() {
            return Value::latin1(text.as_bytes());
        }
        if mem::is_str_latin1(text) {
            return Value::latin1(&mem::encode_latin1_lossy(text));
        }
        // Room for as many units as there are bytes is what the conversion wants.
        let mut units = vec![0; text.len()];
        let len = mem::convert_str_to_utf16(text, &mut units);
        Value::utf16(&units[..len])
    }

    /// A string from UTF-16 code units.
    pub fn utf16(units: &[u16]) -> JsResult<Value> {
        // SAFETY: pointer and length of a slice; the engine copies it.
        unsafe {
            Value::check(q::JS_NewStringUTF16(
                ctx(),
                units.as_ptr(),
                units.len() as _,
            ))
        }
    }

    /// A string from UTF-16 code units as bytes, little-endian.
    pub fn utf16_le(units: &[[u8; 2]]) -> JsResult<Value> {
        // SAFETY: WebAssembly is little-endian and reads at any alignment; the engine copies it.
        unsafe {
            Value::check(q::JS_NewStringUTF16(
                ctx(),
                units.as_ptr().cast(),
                units.len() as _,
            ))
        }
    }

    /// The value converted to a string, as a value.
    pub fn to_string_value(&self) -> JsResult<Value> {
        // SAFETY: live value; returns an owned value or an exception.
        unsafe { Value::check(q::JS_ToString(ctx(), self.raw())) }
    }

    /// The value converted to a string.
    pub fn to_text(&self) -> JsResult<Text> {
        self.convert(|units| match units {
            Units::Latin1(bytes) => Text::Utf8(mem::decode_latin1(bytes).into_owned()),
            Units::Utf16(units) if mem::utf16_valid_up_to(units) < units.len() => {
                Text::Utf16(units.to_vec())
            }
            Units::Utf16(units) => Text::Utf8(utf8(units)),
        })
    }

    /// The value converted to a string, lone surrogates as U+FFFD.
    pub fn to_lossy(&self) -> JsResult<String> {
        self.convert(|units| match units {
            Units::Latin1(bytes) => mem::decode_latin1(bytes).into_owned(),
            Units::Utf16(units) => utf8(units),
        })
    }

    /// Runs `read` on the value converted to a string, lone surrogates as U+FFFD. ASCII is read where it
    /// is.
    pub fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> JsResult<R> {
        let mut read = Some(read);
        let in_place = self.with_units(|units| match units {
            Units::Latin1(units) if units.is_ascii() => {
                let text = std::str::from_utf8(units).ok()?;
                read.take().map(|read| read(text))
            }
            _ => None,
        })?;
        match (in_place.flatten(), read) {
            (Some(result), _) => Ok(result),
            (None, Some(read)) => Ok(read(&self.to_lossy()?)),
            (None, None) => Err(Thrown::type_error("the value has no text")),
        }
    }

    /// The value converted to a string, lone surrogates as U+FFFD, as a value.
    pub fn to_well_formed(&self) -> JsResult<Value> {
        let text = self.to_string_value()?;
        let replaced = text.with_units(|units| match units {
            Units::Utf16(units) if mem::utf16_valid_up_to(units) < units.len() => Some(utf8(units)),
            Units::Latin1(_) | Units::Utf16(_) => None,
        })?;
        match replaced.flatten() {
            Some(replaced) => Value::text(&replaced),
            None => Ok(text),
        }
    }

    /// The value converted to a string, as UTF-16 code units.
    pub fn to_utf16(&self) -> JsResult<Vec<u16>> {
        self.convert(|units| match units {
            Units::Latin1(bytes) => bytes.iter().copied().map(u16::from).collect(),
            Units::Utf16(units) => units.to_vec(),
        })
    }

    /// `String(value)` (a symbol throws, as `"" + value` does), read where it is.
    fn convert<R>(&self, read: impl Fn(Units<'_>) -> R) -> JsResult<R> {
        if let Some(result) = self.with_units(&read)? {
            return Ok(result);
        }
        // SAFETY: live value; returns an owned value or an exception.
        let text = unsafe { Value::check(q::JS_ToString(ctx(), self.raw()))? };
        let result = text.with_units(&read)?;
        result.ok_or_else(|| Thrown::type_error("the value has no text"))
    }
}

/// UTF-8 of UTF-16, lone surrogates as U+FFFD.
fn utf8(mut units: &[u16]) -> String {
    // As much as the conversion wants is three times what most text needs, so it goes in pieces.
    let mut piece = [0; 4 << 10];
    let mut text = Vec::with_capacity(units.len());
    while !units.is_empty() {
        let (read, written) = mem::convert_utf16_to_utf8_partial(units, &mut piece);
        text.extend_from_slice(&piece[..written]);
        units = &units[read..];
    }
    String::from_utf8(text).unwrap_or_else(|error| {
        // Never so: it was just encoded.
        String::from_utf8_lossy(error.as_bytes()).into_owned()
    })
}
