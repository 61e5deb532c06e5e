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
/// A `Uint8Array`.
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

/// From here on a whole number is a bigint.
pub(crate) const FIRST_UNSAFE: u64 = 1 << 53;

/// Strings and buffers of more bytes than this are chunks.
pub(crate) const LONG: usize = 4096;

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

/// The type of the elements of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Elements {
    Int8,
    Uint8,
    Uint8Clamped,
    Int16,
    Uint16,
    Int32,
    Uint32,
    BigInt64,
    BigUint64,
    Float16,
    Float32,
    Float64,
    /// A `DataView`, whose bytes have no type.
    Untyped,
}

impl Elements {
    /// By the tag of a typed array (RFC 8746).
    pub(crate) fn of_tag(tag: u64) -> Option<Self> {
        Some(match tag {
            UINT8_ARRAY => Elements::Uint8,
            68 => Elements::Uint8Clamped,
            69 => Elements::Uint16,
            70 => Elements::Uint32,
            71 => Elements::BigUint64,
            72 => Elements::Int8,
            77 => Elements::Int16,
            78 => Elements::Int32,
            79 => Elements::BigInt64,
            84 => Elements::Float16,
            85 => Elements::Float32,
            86 => Elements::Float64,
            _ => return None,
        })
    }

    /// By the name of the class.
    pub(crate) fn of_class(class: &str) -> Option<Self> {
        Some(match class {
            "Int8Array" => Elements::Int8,
            "Uint8Array" => Elements::Uint8,
            "Uint8ClampedArray" => Elements::Uint8Clamped,
            "Int16Array" => Elements::Int16,
            "Uint16Array" => Elements::Uint16,
            "Int32Array" => Elements::Int32,
            "Uint32Array" => Elements::Uint32,
            "BigInt64Array" => Elements::BigInt64,
            "BigUint64Array" => Elements::BigUint64,
            "Float16Array" => Elements::Float16,
            "Float32Array" => Elements::Float32,
            "Float64Array" => Elements::Float64,
            "DataView" => Elements::Untyped,
            _ => return None,
        })
    }

    /// Bytes of one element.
    pub(crate) fn size(self) -> usize {
        match self {
            Elements::Int8 | Elements::Uint8 | Elements::Uint8Clamped | Elements::Untyped => 1,
            Elements::Int16 | Elements::Uint16 | Elements::Float16 => 2,
            Elements::Int32 | Elements::Uint32 | Elements::Float32 => 4,
            Elements::BigInt64 | Elements::BigUint64 | Elements::Float64 => 8,
        }
    }
}
