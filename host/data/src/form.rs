//! The three parts of a value.

use alloc::vec::Vec;

/// Strings and buffers of more bytes than this become chunks.
///
/// The VM counts the bytes that the string or buffer has inside of it. A writer may choose another
/// limit; readers accept both forms at any length.
pub const MAX_INLINE_LEN: usize = 4096;

/// Arrays of at least this many numbers, and of nothing else, are packed
/// ([`NUMBERS`](crate::tags::NUMBERS)).
pub const MIN_PACKED_NUMBERS: usize = 32;

/// A JavaScript value in the data form.
///
/// ```
/// use jsvm_data::{CborWriter, Form, tags};
///
/// let mut writer = CborWriter::new();
/// writer.write_chunk(0);
/// let buffer = Form {
///     item: writer.into_bytes(),
///     chunks: vec![vec![7; 10_000]],
///     tokens: vec![],
/// };
/// assert_eq!(buffer.item, [0xda, 0x6a, 0x73, 0x00, 0x01, 0x00]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// The value: one CBOR item.
    pub item: Vec<u8>,
    /// Long strings and buffers. The item refers to them by index.
    pub chunks: Vec<Vec<u8>>,
    /// The numbers of values that stay in their VM. The item refers to them by index.
    pub tokens: Vec<u64>,
}
