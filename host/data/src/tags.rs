//! The CBOR tags of the data form, as `wit/data.md` lists them.
//!
//! Typed arrays have one tag per class: [`ViewKind::tag`](crate::ViewKind::tag).

/// A date, in seconds since 1970-01-01T00:00:00Z (RFC 8949).
pub const DATE: u64 = 1;
/// A bigint of zero or more, as the bytes of its magnitude (RFC 8949).
pub const POSITIVE_BIGINT: u64 = 2;
/// A bigint below zero: the bytes are those of `-1 - n` (RFC 8949).
pub const NEGATIVE_BIGINT: u64 = 3;
/// An object of a named class: an array of the class name and its parts.
pub const CLASS: u64 = 27;
/// Marks a value that something else refers to.
pub const SHARED: u64 = 28;
/// Refers to a marked value by the number of its mark.
pub const REFERENCE: u64 = 29;
/// A `Uint8Array` over a whole buffer (RFC 8746).
pub const UINT8_ARRAY: u64 = 64;
/// A `Set`.
pub const SET: u64 = 258;
/// A `Map`.
pub const MAP: u64 = 259;
/// An index into the chunks, in place of a byte string.
pub const CHUNK: u64 = 0x6a73_0001;
/// A string of one byte per UTF-16 code unit.
pub const LATIN1: u64 = 0x6a73_0002;
/// A string of two bytes per UTF-16 code unit, little-endian.
pub const UTF16: u64 = 0x6a73_0003;
/// An index into the tokens: a value that stays in its VM.
pub const OPAQUE: u64 = 0x6a73_0004;
/// An array of numbers as the bytes of 64-bit floats, little-endian.
pub const NUMBERS: u64 = 0x6a73_0005;
