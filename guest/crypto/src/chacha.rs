//! ChaCha20-Poly1305 (RFC 8439), by pieces.

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use poly1305::Poly1305;
use poly1305::universal_hash::{KeyInit, UniversalHash};

use crate::{Error, Result};

/// A message under way.
pub struct ChaChaPoly {
    stream: ChaCha20,
    hash: Poly1305,
    rest: Vec<u8>,
    additional: u64,
    len: u64,
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
        let mut hash = Poly1305::new(&one_time.into());
        hash.update_padded(additional);
        Ok(ChaChaPoly {
            stream,
            hash,
            rest: Vec::new(),
            additional: additional.len() as u64,
            len: 0,
        })
    }

    fn add(&mut self, mut data: &[u8]) {
        self.len += data.len() as u64;
        if !self.rest.is_empty() {
            let missing = (16 - self.rest.len()).min(data.len());
            self.rest.extend_from_slice(&data[..missing]);
            data = &data[missing..];
            if self.rest.len() < 16 {
                return;
            }
            self.hash.update_padded(&self.rest);
            self.rest.clear();
        }
        let whole = data.len() / 16 * 16;
        self.hash.update_padded(&data[..whole]);
        self.rest.extend_from_slice(&data[whole..]);
    }

    /// Encrypts a piece.
    pub fn encrypt(&mut self, data: &mut [u8]) {
        self.stream.apply_keystream(data);
        self.add(data);
    }

    /// Decrypts a piece. Nothing is known about it before the [`tag`](Self::tag) is compared.
    pub fn decrypt(&mut self, data: &mut [u8]) {
        self.add(data);
        self.stream.apply_keystream(data);
    }

    /// The tag of all pieces.
    #[must_use]
    pub fn tag(mut self) -> [u8; 16] {
        self.hash.update_padded(&self.rest);
        let mut lens = [0; 16];
        lens[..8].copy_from_slice(&self.additional.to_le_bytes());
        lens[8..].copy_from_slice(&self.len.to_le_bytes());
        self.hash.update(&[lens.into()]);
        self.hash.finalize().into()
    }
}
