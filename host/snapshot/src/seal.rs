//! Authenticated encryption of snapshots: XChaCha20-Poly1305.

use std::fmt;

use chacha20poly1305::aead::AeadInPlace;
use chacha20poly1305::{KeyInit, Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroize;

use super::error::SnapshotError;

/// A secret key of 32 bytes that snapshots are sealed with; see
/// [`Encoder::seal`](super::Encoder::seal).
///
/// ```
/// use jsvm::{SealKey, snapshot::Decoder};
/// let key = SealKey::generate()?;
/// let snapshot = jsvm::Engine::global()?.vm().build()?.snapshot()?;
/// let sealed = snapshot.encode().seal(&key).to_bytes()?;
/// assert_eq!(Decoder::new().key(&key).from_bytes(&sealed)?.id(), snapshot.id());
/// assert!(Decoder::new().key(&SealKey::generate()?).from_bytes(&sealed).is_err());
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone)]
pub struct SealKey([u8; 32]);

pub(crate) const NONCE: usize = 24;
pub(crate) const TAG: usize = 16;
// Part of the file format: see `format.rs`.
const _: () = assert!(NONCE == 24 && TAG == 16);

impl SealKey {
    /// A key with these bytes. They must be secret and hard to guess: from a random generator or
    /// a key derivation function, not a password.
    pub fn new(bytes: [u8; 32]) -> Self {
        SealKey(bytes)
    }

    /// A new random key.
    ///
    /// # Errors
    /// [`SnapshotError::Io`] if the system has no entropy.
    pub fn generate() -> Result<Self, SnapshotError> {
        let mut key = SealKey([0; 32]);
        getrandom::fill(&mut key.0).map_err(std::io::Error::from)?;
        Ok(key)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Encrypts in place. Returns the nonce and the tag.
    pub(crate) fn seal(
        &self,
        associated: &[u8],
        bytes: &mut [u8],
    ) -> Result<([u8; NONCE], [u8; TAG]), SnapshotError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce)
            .map_err(|error| std::io::Error::other(format!("no entropy: {error}")))?;
        let tag = self
            .cipher()
            .encrypt_in_place_detached(XNonce::from_slice(&nonce), associated, bytes)
            .map_err(|_| SnapshotError::Malformed("it is too large to be sealed"))?;
        Ok((nonce, tag.into()))
    }

    /// Verifies, and only then decrypts in place.
    pub(crate) fn open(
        &self,
        associated: &[u8],
        nonce: &[u8; NONCE],
        bytes: &mut [u8],
        tag: &[u8; TAG],
    ) -> Result<(), SnapshotError> {
        self.cipher()
            .decrypt_in_place_detached(
                XNonce::from_slice(nonce),
                associated,
                bytes,
                Tag::from_slice(tag),
            )
            .map_err(|_| SnapshotError::WrongKey)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&self.0).into())
    }
}

impl Drop for SealKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(..)")
    }
}
