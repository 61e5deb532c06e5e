//! Strings and BigInts.

use rquickjs_sys as q;

use super::context::ctx;
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
        // SAFETY: pointer and length of a `str`; the engine copies it. It decodes UTF-8 itself.
        unsafe {
            Value::check(q::JS_NewStringLen(
                ctx(),
                text.as_ptr().cast(),
                text.len() as _,
            ))
        }
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
        let bytes = Utf8::of(self)?;
        match std::str::from_utf8(bytes.as_slice()) {
            Ok(text) => Ok(Text::Utf8(text.to_owned())),
            // Lone surrogates were written as three bytes each, which is not UTF-8.
            Err(_) => Ok(Text::Utf16(self.to_utf16()?)),
        }
    }

    /// The value converted to a string, lone surrogates as U+FFFD.
    pub fn to_lossy(&self) -> JsResult<String> {
        let bytes = Utf8::of(self)?;
        match std::str::from_utf8(bytes.as_slice()) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Ok(String::from_utf16_lossy(&self.to_utf16()?)),
        }
    }

    /// The value converted to a string, as UTF-16 code units.
    pub fn to_utf16(&self) -> JsResult<Vec<u16>> {
        let mut len = 0;
        // SAFETY: live value, valid destination.
        let start = unsafe { q::JS_ToCStringLenUTF16(ctx(), &raw mut len, self.raw()) };
        if start.is_null() {
            return Err(Thrown::take());
        }
        // SAFETY: the engine returned `len` code units, which live until they are freed below.
        let units = unsafe { std::slice::from_raw_parts(start, len as usize) }.to_vec();
        // SAFETY: returned by `JS_ToCStringLenUTF16` and not used afterwards.
        unsafe { q::JS_FreeCStringUTF16(ctx(), start) };
        Ok(units)
    }
}

/// A string's bytes as the engine lends them.
struct Utf8 {
    start: *const q::c_char,
    len: usize,
}

impl Utf8 {
    fn of(value: &Value) -> JsResult<Utf8> {
        let mut len = 0;
        // SAFETY: live value, valid destination.
        let start = unsafe { q::JS_ToCStringLen2(ctx(), &raw mut len, value.raw(), false) };
        if start.is_null() {
            return Err(Thrown::take());
        }
        Ok(Utf8 {
            start,
            len: len as usize,
        })
    }

    fn as_slice(&self) -> &[u8] {
        // SAFETY: the engine returned `len` bytes, which live until `drop`.
        unsafe { std::slice::from_raw_parts(self.start.cast(), self.len) }
    }
}

impl Drop for Utf8 {
    fn drop(&mut self) {
        // SAFETY: returned by `JS_ToCStringLen2`, freed once.
        unsafe { q::JS_FreeCString(ctx(), self.start) }
    }
}
