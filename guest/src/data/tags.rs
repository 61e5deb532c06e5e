//! The tags of the data form, as `wit/data.md` lists them.

use crate::js::ViewKind;

/// A position in the list of chunks, in place of a byte string.
pub const CHUNK: u64 = 0x6a73_0001;
/// A string of one byte for each code unit.
pub const LATIN1: u64 = 0x6a73_0002;
/// A string of UTF-16 code units, little-endian.
pub const UTF16: u64 = 0x6a73_0003;
/// A position in the list of tokens.
pub const OPAQUE: u64 = 0x6a73_0004;
/// An array of numbers: the bytes of 64-bit floats, little-endian.
pub const NUMBERS: u64 = 0x6a73_0005;

/// Seconds since the epoch (RFC 8949).
pub const DATE: u64 = 1;
/// A non-negative BigInt (RFC 8949).
pub const POSITIVE: u64 = 2;
/// A negative BigInt (RFC 8949): -1 minus the magnitude.
pub const NEGATIVE: u64 = 3;
/// An object by the name of its class and what it is made from.
pub const CLASS: u64 = 27;
/// What is referred to from elsewhere.
pub const SHARED: u64 = 28;
/// The number of what has the tag above.
pub const REFERENCE: u64 = 29;
/// A `Set`.
pub const SET: u64 = 258;
/// A `Map`.
pub const MAP: u64 = 259;

/// The tags of RFC 8746, and the names of the classes.
const VIEWS: [(u64, ViewKind, &str); 13] = [
    (64, ViewKind::Uint8, "Uint8Array"),
    (68, ViewKind::Uint8Clamped, "Uint8ClampedArray"),
    (69, ViewKind::Uint16, "Uint16Array"),
    (70, ViewKind::Uint32, "Uint32Array"),
    (71, ViewKind::BigUint64, "BigUint64Array"),
    (72, ViewKind::Int8, "Int8Array"),
    (77, ViewKind::Int16, "Int16Array"),
    (78, ViewKind::Int32, "Int32Array"),
    (79, ViewKind::BigInt64, "BigInt64Array"),
    (84, ViewKind::Float16, "Float16Array"),
    (85, ViewKind::Float32, "Float32Array"),
    (86, ViewKind::Float64, "Float64Array"),
    // No tag has this number.
    (u64::MAX, ViewKind::DataView, "DataView"),
];

/// The tag of a typed array over a whole buffer.
pub fn view_tag(kind: ViewKind) -> Option<u64> {
    let found = VIEWS.iter().find(|(_, known, _)| *known == kind);
    found.map(|(tag, ..)| *tag).filter(|tag| *tag != u64::MAX)
}

/// The name of the class of a view.
pub fn view_class(kind: ViewKind) -> &'static str {
    let found = VIEWS.iter().find(|(_, known, _)| *known == kind);
    found.map_or("", |(.., name)| name)
}

/// What a tag stands for.
pub fn view_of_tag(tag: u64) -> Option<ViewKind> {
    let found = VIEWS.iter().find(|(known, ..)| *known == tag);
    found.map(|(_, kind, _)| *kind)
}

/// What a class is a view of.
pub fn view_of_class(name: &str) -> Option<ViewKind> {
    let found = VIEWS.iter().find(|(.., known)| *known == name);
    found.map(|(_, kind, _)| *kind)
}
