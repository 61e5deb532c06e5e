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
    if text.len() < SHORT {
        return None;
    }
    if mem::is_str_latin1(text) {
        return Some(Units::Latin1(mem::encode_latin1_lossy(text).into_owned()));
    }
    let mut units = vec![0; text.len()];
    let len = mem::convert_str_to_utf16(text, &mut units);
    units.truncate(len);
    Some(Units::Utf16(units))
}
