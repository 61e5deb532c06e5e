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
    Long::Utf16(units[..len].iter().flat_map(|unit| unit.to_le_bytes()).collect())
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
    let units = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    let units: Vec<u16> = units.collect();
    if mem::utf16_valid_up_to(&units) < units.len() {
        return None;
    }
    let mut text = vec![0; units.len() * 3];
    let len = mem::convert_utf16_to_utf8(&units, &mut text);
    text.truncate(len);
    String::from_utf8(text).ok()
}
