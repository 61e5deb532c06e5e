//! The tags of the data form, as `wit/data.md` lists them.

/// A date, in seconds.
pub(crate) const DATE: u64 = 1;
/// A bigint of zero or more.
pub(crate) const POSITIVE: u64 = 2;
/// A bigint below zero: the bytes are those of `-1 - n`.
pub(crate) const NEGATIVE: u64 = 3;
/// An object of a class: an array with the name of the class first.
pub(crate) const CLASS: u64 = 27;
/// Marks what is referred to.
pub(crate) const SHARED: u64 = 28;
/// Refers to what is marked.
pub(crate) const REFERENCE: u64 = 29;
/// A `Uint8Array`; the other views are in `data::form::tags`.
pub(crate) const UINT8_ARRAY: u64 = 64;
/// A `Set`.
pub(crate) const SET: u64 = 258;
/// A `Map`.
pub(crate) const MAP: u64 = 259;
/// An index into the chunks: stands for a byte string.
pub(crate) const CHUNK: u64 = 0x6a73_0001;
/// A string of one byte per code unit.
pub(crate) const LATIN1: u64 = 0x6a73_0002;
/// A string of two bytes per code unit.
pub(crate) const UTF16: u64 = 0x6a73_0003;
/// An index into the tokens.
pub(crate) const OPAQUE: u64 = 0x6a73_0004;
/// An array of numbers as the bytes of 64-bit floats, little-endian.
pub(crate) const NUMBERS: u64 = 0x6a73_0005;

/// From here on a whole number is a bigint.
pub(crate) const FIRST_UNSAFE: u64 = 1 << 53;

/// Strings and buffers of more bytes than this are chunks.
pub(crate) const LONG: usize = 4096;

/// Arrays of at least as many numbers, and of nothing else, are written as bytes.
pub(crate) const MANY: usize = 32;

/// The major type of whole numbers of zero or more.
pub(crate) const UNSIGNED: u8 = 0;
/// The major type of whole numbers below zero.
pub(crate) const BELOW_ZERO: u8 = 1;
/// The major type of byte strings.
pub(crate) const BYTES: u8 = 2;
/// The major type of texts.
pub(crate) const TEXT: u8 = 3;
/// The major type of arrays.
pub(crate) const ARRAY: u8 = 4;
/// The major type of maps.
pub(crate) const PAIRS: u8 = 5;
/// The major type of tags.
pub(crate) const TAG: u8 = 6;
/// `false`
pub(crate) const FALSE: u8 = 0xf4;
/// `true`
pub(crate) const TRUE: u8 = 0xf5;
/// A float of 64 bits.
pub(crate) const FLOAT64: u8 = 0xfb;
/// An array without a length.
pub(crate) const OPEN_ARRAY: u8 = 0x9f;
/// A map without a length.
pub(crate) const OPEN_MAP: u8 = 0xbf;
/// `undefined`
pub(crate) const UNDEFINED: u8 = 0xf7;
/// `null`
pub(crate) const NULL: u8 = 0xf6;
/// The end of what has no length.
pub(crate) const BREAK: u8 = 0xff;

/// The integer that a number is written as, if it is.
#[inline]
pub(crate) fn exact_integer(value: f64) -> Option<i64> {
    let whole = value as i64;
    let is_exact = whole as f64 == value && whole.unsigned_abs() < FIRST_UNSAFE;
    (is_exact && (whole != 0 || value.is_sign_positive())).then_some(whole)
}

/// Writes the head of an item.
#[inline]
pub(crate) fn head(item: &mut Vec<u8>, major: u8, argument: u64) {
    let major = major << 5;
    let [.., b3, b2, b1, b0] = argument.to_be_bytes();
    match argument {
        0..24 => item.push(major | b0),
        24..0x100 => item.extend_from_slice(&[major | 24, b0]),
        0x100..0x1_0000 => item.extend_from_slice(&[major | 25, b1, b0]),
        0x1_0000..=0xffff_ffff => item.extend_from_slice(&[major | 26, b3, b2, b1, b0]),
        _ => {
            let mut bytes = [major | 27; 9];
            bytes[1..].copy_from_slice(&argument.to_be_bytes());
            item.extend_from_slice(&bytes);
        }
    }
}
