//! ChaCha20-Poly1305 (RFC 8439), by pieces.

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use poly1305::Poly1305;
use poly1305::universal_hash::KeyInit;

use crate::padded::{BLOCK, Padded};
use crate::{Error, Result};

/// A message under way.
pub struct ChaChaPoly {
    stream: ChaCha20,
    sum: Padded<Poly1305>,
}

impl ChaChaPoly {
    /// Begins a message.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless the key has 32 bytes and the nonce 12.
    pub fn new(key: &[u8], nonce: &[u8], additional: &[u8]) -> Result<Self> {
        let stream = ChaCha20::new_from_slices(key, nonce);
        let mut stream = stream.map_err(|_| Error::Data("Invalid key or nonce length"))?;
        let mut one_time = [0; 32];
        stream.apply_keystream(&mut one_time);
        stream.seek(64u32);
        let hash = Poly1305::new(&one_time.into());
        Ok(ChaChaPoly {
            stream,
            sum: Padded::new(hash, additional),
        })
    }

    /// Encrypts a piece.
    pub fn encrypt(&mut self, data: &mut [u8]) {
        self.stream.apply_keystream(data);
        self.sum.add(data);
    }

    /// Decrypts a piece. Nothing is known about it before the [`tag`](Self::tag) is compared.
    pub fn decrypt(&mut self, data: &mut [u8]) {
        self.sum.add(data);
        self.stream.apply_keystream(data);
    }

    /// The tag of all pieces.
    #[must_use]
    pub fn tag(self) -> [u8; BLOCK] {
        self.sum.finish(|additional, len| {
            let mut lens = [0; BLOCK];
            lens[..8].copy_from_slice(&additional.to_le_bytes());
            lens[8..].copy_from_slice(&len.to_le_bytes());
            lens
        })
    }
}
