//! Strings between UTF-8 and the forms that they have in a VM.

use encoding_rs::mem;

use crate::bindings::exports::jsvm::engine::vm::Units;

/// Strings of fewer bytes cross as they are: that costs less than to look at them first.
const SHORT: usize = 256;

/// A string of UTF-16, or nothing if it has lone surrogates.
pub(crate) fn utf16(units: &[u16]) -> Option<String> {
    (mem::utf16_valid_up_to(units) == units.len()).then(|| utf16_lossy(units))
}

/// A string of UTF-16, lone surrogates as U+FFFD.
fn utf16_lossy(units: &[u16]) -> String {
    // The conversion wants room for three bytes of each unit, and a `str`, so that what it writes
    // need not be checked again.
    let mut text = "\0".repeat(units.len() * 3);
    let len = mem::convert_utf16_to_str(units, &mut text);
    text.truncate(len);
    if text.capacity() > 2 * len {
        text.shrink_to_fit();
    }
    text
}

/// A string that came out of a VM, lone surrogates as U+FFFD.
pub(crate) fn from_units(units: Units) -> String {
    match units {
        // ASCII, which most are, is UTF-8 as it is.
        Units::Latin1(units) if units.is_ascii() => String::from_utf8(units).unwrap_or_default(),
        Units::Latin1(units) => mem::decode_latin1(&units).into_owned(),
        Units::Utf16(units) => utf16_lossy(&units),
    }
}

/// The code units of a string that came out of a VM.
pub(crate) fn into_utf16(units: Units) -> Vec<u16> {
    match units {
        Units::Latin1(units) => units.into_iter().map(u16::from).collect(),
        Units::Utf16(units) => units,
    }
}

/// A long string as it goes into a VM fastest; nothing for a short one.
pub(crate) fn to_units(text: &str) -> Option<Units> {
    (text.len() >= SHORT).then(|| units(text))
}

/// The code units of a string, in the form that a VM has it.
pub(crate) fn units(text: &str) -> Units {
    if mem::is_str_latin1(text) {
        return Units::Latin1(mem::encode_latin1_lossy(text).into_owned());
    }
    // The conversion wants room for as many units as there are bytes.
    let mut units = vec![0; text.len()];
    let len = mem::convert_str_to_utf16(text, &mut units);
    units.truncate(len);
    Units::Utf16(units)
}

/// UTF-16 as bytes, little-endian.
pub(crate) fn to_bytes(units: &[u16]) -> Vec<u8> {
    let mut bytes = vec![0; 2 * units.len()];
    for (bytes, unit) in bytes.as_chunks_mut().0.iter_mut().zip(units) {
        *bytes = unit.to_le_bytes();
    }
    bytes
}

/// UTF-16 of bytes, little-endian. A byte that is left over is left out.
pub(crate) fn of_bytes(bytes: &[u8]) -> Vec<u16> {
    let units = bytes.as_chunks().0.iter();
    units.map(|unit| u16::from_le_bytes(*unit)).collect()
}
