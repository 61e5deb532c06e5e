//! Strings of one or two bytes per code unit.

use std::borrow::Cow;

use encoding_rs::mem;

/// How a long string is written.
pub(crate) enum Long {
    /// All characters are below U+0100: one byte each.
    Latin1(Vec<u8>),
    /// UTF-16, little-endian.
    Utf16(Vec<u8>),
}

pub(crate) fn encode(text: &str) -> Long {
    if mem::is_str_latin1(text) {
        return Long::Latin1(mem::encode_latin1_lossy(text).into_owned());
    }
    let mut units = vec![0; text.len()];
    let len = mem::convert_str_to_utf16(text, &mut units);
    let mut bytes = vec![0; 2 * len];
    for (bytes, unit) in bytes.as_chunks_mut().0.iter_mut().zip(units) {
        *bytes = unit.to_le_bytes();
    }
    Long::Utf16(bytes)
}

/// A string of one byte per code unit; ASCII needs no copy.
pub(crate) fn latin1(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => mem::decode_latin1(bytes),
        Cow::Owned(bytes) => Cow::Owned(mem::decode_latin1(&bytes).into_owned()),
    }
}

/// A string of UTF-16, or nothing if it has lone surrogates.
pub(crate) fn utf16(bytes: &[u8]) -> Option<String> {
    let units = bytes.as_chunks().0.iter();
    let units: Vec<u16> = units.map(|unit| u16::from_le_bytes(*unit)).collect();
    if mem::utf16_valid_up_to(&units) < units.len() {
        return None;
    }
    let mut text = "\0".repeat(units.len() * 3);
    let len = mem::convert_utf16_to_str(&units, &mut text);
    text.truncate(len);
    Some(text)
}
