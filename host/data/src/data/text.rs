//! Strings between UTF-8 and the forms that they have in a VM.

use encoding_rs::mem;

/// Code units that are converted at a time: they and what they become stay in the processor's
/// cache, so that memory is touched once.
const BLOCK: usize = 4096;

/// A string of UTF-16 as little-endian bytes, or nothing if it has lone surrogates or half a unit.
pub(crate) fn utf16_le(bytes: &[u8]) -> Option<String> {
    let (units, rest) = bytes.as_chunks();
    if !rest.is_empty() {
        return None;
    }
    let mut text = Text::with_room_for(units.len());
    let mut block = [0; BLOCK];
    let mut units = units;
    while !units.is_empty() {
        let len = units.len().min(BLOCK);
        for (to, unit) in block.iter_mut().zip(units) {
            *to = u16::from_le_bytes(*unit);
        }
        let len = whole_pairs(&block[..len]);
        let block = &block[..len];
        if mem::utf16_valid_up_to(block) < block.len() {
            return None;
        }
        text.push(block);
        units = &units[len..];
    }
    Some(text.finish())
}

/// A string of UTF-16, lone surrogates as U+FFFD.
fn utf16_lossy(units: &[u16]) -> String {
    let mut text = Text::with_room_for(units.len());
    let mut units = units;
    while !units.is_empty() {
        let len = whole_pairs(&units[..units.len().min(BLOCK)]);
        text.push(&units[..len]);
        units = &units[len..];
    }
    text.finish()
}

/// How many units to take of a block, so that it does not end inside of a pair of surrogates.
fn whole_pairs(block: &[u16]) -> usize {
    match block {
        [_, .., 0xd800..0xdc00] => block.len() - 1,
        _ => block.len(),
    }
}

/// A string in the making.
struct Text {
    text: String,
    /// The conversion wants room for three bytes of each unit, and a `str`, so that what it writes
    /// need not be checked again.
    block: String,
}

impl Text {
    fn with_room_for(units: usize) -> Self {
        Text {
            text: String::with_capacity(units),
            block: "\0".repeat(3 * units.min(BLOCK)),
        }
    }

    /// Adds units, at most a block of them.
    fn push(&mut self, units: &[u16]) {
        let len = mem::convert_utf16_to_str(units, &mut self.block);
        self.text.push_str(&self.block[..len]);
    }

    fn finish(mut self) -> String {
        if self.text.capacity() > 2 * self.text.len() {
            self.text.shrink_to_fit();
        }
        self.text
    }
}

/// The code units of a JavaScript string, in the form that a VM has them.
///
/// ```
/// use jsvm_data::StringUnits;
///
/// assert_eq!(StringUnits::from_text("é"), StringUnits::Latin1(vec![0xe9]));
/// assert_eq!(StringUnits::from_text("€"), StringUnits::Utf16(vec![0x20ac]));
/// assert_eq!(StringUnits::Utf16(vec![0xd800]).into_text(), "\u{fffd}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StringUnits {
    /// Code units below 256, one byte each.
    Latin1(Vec<u8>),
    /// Any code units. Lone surrogates are allowed.
    Utf16(Vec<u16>),
}

impl StringUnits {
    /// The code units of a string.
    pub fn from_text(text: &str) -> Self {
        match latin1(text) {
            Some(bytes) => StringUnits::Latin1(bytes),
            None => {
                let mut units = Vec::with_capacity(text.len() / 2);
                blocks(text, |block| units.extend_from_slice(block));
                StringUnits::Utf16(units)
            }
        }
    }

    /// The string. Lone surrogates become U+FFFD.
    pub fn into_text(self) -> String {
        match self {
            // ASCII, which most are, is UTF-8 as it is.
            StringUnits::Latin1(units) if units.is_ascii() => {
                String::from_utf8(units).unwrap_or_default()
            }
            StringUnits::Latin1(units) => mem::decode_latin1(&units).into_owned(),
            StringUnits::Utf16(units) => utf16_lossy(&units),
        }
    }

    /// The code units, two bytes each.
    pub fn into_utf16(self) -> Vec<u16> {
        match self {
            StringUnits::Latin1(units) => units.into_iter().map(u16::from).collect(),
            StringUnits::Utf16(units) => units,
        }
    }
}

/// A string as the bytes of its code units: one for each if that is possible, else two,
/// little-endian.
pub(crate) enum Packed {
    Latin1(Vec<u8>),
    Utf16(Vec<u8>),
}

/// The bytes of a string's code units.
pub(crate) fn pack(text: &str) -> Packed {
    match latin1(text) {
        Some(bytes) => Packed::Latin1(bytes),
        None => {
            let mut bytes = Vec::with_capacity(text.len());
            blocks(text, |block| {
                bytes.extend(block.iter().flat_map(|unit| unit.to_le_bytes()));
            });
            Packed::Utf16(bytes)
        }
    }
}

fn latin1(text: &str) -> Option<Vec<u8>> {
    mem::is_str_latin1(text).then(|| mem::encode_latin1_lossy(text).into_owned())
}

/// The code units of a string, some at a time.
fn blocks(text: &str, mut take: impl FnMut(&[u16])) {
    // The conversion wants room for as many units as there are bytes.
    let mut block = [0; BLOCK];
    let mut rest = text;
    while !rest.is_empty() {
        let (part, after) = rest.split_at(rest.floor_char_boundary(BLOCK));
        let len = mem::convert_str_to_utf16(part, &mut block);
        take(&block[..len]);
        rest = after;
    }
}

/// UTF-16 as bytes, little-endian.
pub(crate) fn to_bytes(units: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2 * units.len());
    bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    bytes
}

/// UTF-16 of bytes, little-endian. A byte that is left over is left out.
pub(crate) fn of_bytes(bytes: &[u8]) -> Vec<u16> {
    let units = bytes.as_chunks().0.iter();
    units.map(|unit| u16::from_le_bytes(*unit)).collect()
}
