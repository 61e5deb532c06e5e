//! The authentication of pieces by a universal hash: what AES-GCM and ChaCha20-Poly1305 have in common.

use ghash::universal_hash::UniversalHash;
use ghash::universal_hash::common::{BlockSizeUser, array::sizes::U16};

/// Bytes of a block of both hashes.
pub const BLOCK: usize = 16;

/// A hash of the additional data and of pieces of the encrypted data, each of which is filled up with zeroes to whole
/// blocks.
#[derive(Clone)]
pub struct Padded<H> {
    hash: H,
    /// Data that is no whole block yet.
    rest: Vec<u8>,
    additional: u64,
    len: u64,
}

impl<H: UniversalHash + BlockSizeUser<BlockSize = U16>> Padded<H> {
    /// Begins with the additional data.
    pub fn new(mut hash: H, additional: &[u8]) -> Self {
        hash.update_padded(additional);
        Padded {
            hash,
            rest: Vec::new(),
            additional: additional.len() as u64,
            len: 0,
        }
    }

    /// Adds a piece of the encrypted data.
    pub fn add(&mut self, mut data: &[u8]) {
        self.len += data.len() as u64;
        if !self.rest.is_empty() {
            let missing = (BLOCK - self.rest.len()).min(data.len());
            self.rest.extend_from_slice(&data[..missing]);
            data = &data[missing..];
            if self.rest.len() < BLOCK {
                return;
            }
            self.hash.update_padded(&self.rest);
            self.rest.clear();
        }
        let whole = data.len() / BLOCK * BLOCK;
        self.hash.update_padded(&data[..whole]);
        self.rest.extend_from_slice(&data[whole..]);
    }

    /// The hash, with a last block that `lengths` makes of the numbers of bytes: of the additional data, and of the
    /// pieces.
    pub fn finish(mut self, lengths: impl FnOnce(u64, u64) -> [u8; BLOCK]) -> [u8; BLOCK] {
        self.hash.update_padded(&self.rest);
        let last = lengths(self.additional, self.len);
        self.hash.update(&[last.into()]);
        self.hash.finalize().into()
    }
}
