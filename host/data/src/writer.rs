//! Writing CBOR.

use alloc::vec::Vec;

use crate::head::{CborMajor, initial};
use crate::number::exact_integer;
use crate::tags;

/// Writes an item to a vector.
///
/// The caller writes as many items into a container as its head announces.
///
/// ```
/// use jsvm_data::{CborWriter, tags};
///
/// let mut writer = CborWriter::new();
/// writer.write_map(1);
/// writer.write_text("when");
/// writer.write_tag(tags::DATE);
/// writer.write_number(0.0);
/// assert_eq!(writer.into_bytes(), b"\xa1\x64when\xc1\x00");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CborWriter {
    bytes: Vec<u8>,
}

impl From<Vec<u8>> for CborWriter {
    /// A writer that appends to `bytes`.
    fn from(bytes: Vec<u8>) -> Self {
        CborWriter { bytes }
    }
}

impl CborWriter {
    /// A writer without bytes.
    #[must_use]
    pub const fn new() -> Self {
        CborWriter { bytes: Vec::new() }
    }

    /// A writer with room for so many bytes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        CborWriter {
            bytes: Vec::with_capacity(capacity),
        }
    }

    /// The number of bytes written, which is the offset of the next one.
    #[must_use]
    #[inline]
    pub const fn position(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes written.
    #[must_use]
    #[inline]
    pub const fn as_bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    /// The vector that the writer appends to.
    #[inline]
    pub const fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// The bytes written, as a vector.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes a head in its shortest form.
    #[inline]
    pub fn write_head(&mut self, major: CborMajor, argument: u64) {
        let major = major.initial();
        let [.., b3, b2, b1, b0] = argument.to_be_bytes();
        match argument {
            0..24 => self.bytes.push(major | b0),
            24..0x100 => self.bytes.extend_from_slice(&[major | 24, b0]),
            0x100..0x1_0000 => self.bytes.extend_from_slice(&[major | 25, b1, b0]),
            0x1_0000..=0xffff_ffff => {
                self.bytes.extend_from_slice(&[major | 26, b3, b2, b1, b0]);
            }
            _ => self.write_long(major | 27, argument),
        }
    }

    /// Writes a first byte and eight that follow.
    #[inline]
    fn write_long(&mut self, initial: u8, argument: u64) {
        let mut bytes = [initial; 9];
        bytes[1..].copy_from_slice(&argument.to_be_bytes());
        self.bytes.extend_from_slice(&bytes);
    }

    /// Writes `undefined`.
    #[inline]
    pub fn write_undefined(&mut self) {
        self.bytes.push(initial::UNDEFINED);
    }

    /// Writes `null`.
    #[inline]
    pub fn write_null(&mut self) {
        self.bytes.push(initial::NULL);
    }

    /// Writes `true` or `false`.
    #[inline]
    pub fn write_boolean(&mut self, value: bool) {
        self.bytes
            .push(if value { initial::TRUE } else { initial::FALSE });
    }

    /// Writes a whole number of zero or more.
    #[inline]
    pub fn write_unsigned(&mut self, value: u64) {
        self.write_head(CborMajor::Unsigned, value);
    }

    /// Writes a whole number.
    #[inline]
    pub fn write_integer(&mut self, value: i64) {
        match u64::try_from(value) {
            Ok(value) => self.write_unsigned(value),
            Err(_) => self.write_head(CborMajor::Negative, !value as u64),
        }
    }

    /// Writes a float of 64 bits.
    #[inline]
    pub fn write_float(&mut self, value: f64) {
        self.write_long(initial::FLOAT64, value.to_bits());
    }

    /// Writes a JavaScript number: as an integer if [`exact_integer`] has one, else as a float.
    #[inline]
    pub fn write_number(&mut self, value: f64) {
        match exact_integer(value) {
            Some(whole) => self.write_integer(whole),
            None => self.write_float(value),
        }
    }

    /// Writes a text.
    #[inline]
    pub fn write_text(&mut self, text: &str) {
        self.write_head(CborMajor::Text, text.len() as u64);
        self.append(text.as_bytes());
    }

    /// Writes a byte string.
    #[inline]
    pub fn write_bytes(&mut self, bytes: &[u8]) {
        self.write_head(CborMajor::Bytes, bytes.len() as u64);
        self.append(bytes);
    }

    /// Writes a tag. The tagged item follows.
    #[inline]
    pub fn write_tag(&mut self, tag: u64) {
        self.write_head(CborMajor::Tag, tag);
    }

    /// Writes the head of an array.
    #[inline]
    pub fn write_array(&mut self, len: usize) {
        self.write_head(CborMajor::Array, len as u64);
    }

    /// Writes the head of a map of so many pairs.
    #[inline]
    pub fn write_map(&mut self, len: usize) {
        self.write_head(CborMajor::Map, len as u64);
    }

    /// Writes the head of an array of indefinite length, which [`close`](Self::close) ends.
    #[inline]
    pub fn open_array(&mut self) {
        self.bytes.push(initial::OPEN_ARRAY);
    }

    /// Writes the head of a map of indefinite length, which [`close`](Self::close) ends.
    #[inline]
    pub fn open_map(&mut self) {
        self.bytes.push(initial::OPEN_MAP);
    }

    /// Ends an array or map of indefinite length.
    #[inline]
    pub fn close(&mut self) {
        self.bytes.push(initial::BREAK);
    }

    /// Writes the beginning of `27([class, ...])`. The count includes the class.
    #[inline]
    pub fn write_class(&mut self, class: &str, count: usize) {
        self.write_tag(tags::CLASS);
        self.write_array(count);
        self.write_text(class);
    }

    /// Writes a reference to a chunk, in place of a byte string.
    #[inline]
    pub fn write_chunk(&mut self, index: usize) {
        self.write_tag(tags::CHUNK);
        self.write_unsigned(index as u64);
    }

    /// Writes a reference to a token: a value that stays in its VM.
    #[inline]
    pub fn write_opaque(&mut self, index: usize) {
        self.write_tag(tags::OPAQUE);
        self.write_unsigned(index as u64);
    }

    /// Appends bytes without a head.
    #[inline]
    pub fn append(&mut self, bytes: &[u8]) {
        if cfg!(target_family = "wasm") {
            append_in_steps(&mut self.bytes, bytes);
        } else {
            self.bytes.extend_from_slice(bytes);
        }
    }
}

/// Appends bytes. Most are few, and a copy whose size the compiler knows is a few instructions of
/// WebAssembly. Any other is a call out of the module.
fn append_in_steps(to: &mut Vec<u8>, bytes: &[u8]) {
    const FEW: usize = 64;
    if bytes.len() > FEW {
        to.extend_from_slice(bytes);
        return;
    }
    to.reserve(bytes.len());
    let (eights, rest) = bytes.as_chunks::<8>();
    for eight in eights {
        to.extend_from_slice(eight);
    }
    let (fours, rest) = rest.as_chunks::<4>();
    for four in fours {
        to.extend_from_slice(four);
    }
    for byte in rest {
        to.push(*byte);
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::append_in_steps;

    #[test]
    fn steps_append_all_bytes() {
        let bytes: [u8; 130] = core::array::from_fn(|index| index as u8);
        for len in 0..bytes.len() {
            let mut to = vec![0xff];
            append_in_steps(&mut to, &bytes[..len]);
            assert_eq!(to[0], 0xff);
            assert_eq!(to[1..], bytes[..len]);
        }
    }
}
