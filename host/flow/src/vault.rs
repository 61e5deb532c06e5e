//! Sealing of what is stored: XChaCha20-Poly1305, with the name of the record as associated data.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use jsvm::SealKey;

use crate::error::FlowError;
use crate::model::FlowId;

const NONCE: usize = 24;

/// The kind of a sealed record. A record of one kind or flow is not accepted as another.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RecordKind {
    Input = 1,
    Seed = 2,
    Turn = 3,
    Snapshot = 4,
    Signal = 5,
    Log = 6,
    Result = 7,
    Progress = 8,
    Schedule = 9,
    Refusal = 10,
    /// What proves that a key is that of the store.
    Key = 11,
}

/// Seals and unseals records.
#[derive(Clone)]
pub(crate) struct Vault {
    cipher: XChaCha20Poly1305,
}

impl Vault {
    pub(crate) fn new(key: &SealKey) -> Self {
        Vault {
            cipher: XChaCha20Poly1305::new(key.as_bytes().into()),
        }
    }

    /// Returns nonce, ciphertext and tag.
    pub(crate) fn seal(
        &self,
        flow: &FlowId,
        kind: RecordKind,
        bytes: &[u8],
    ) -> Result<Vec<u8>, FlowError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(FlowError::Entropy)?;
        let aad = associated(flow, kind);
        let payload = Payload {
            msg: bytes,
            aad: &aad,
        };
        let sealed = self.cipher.encrypt(XNonce::from_slice(&nonce), payload);
        let sealed = sealed.map_err(|_| FlowError::WrongKey)?;
        let mut all = Vec::with_capacity(NONCE + sealed.len());
        all.extend_from_slice(&nonce);
        all.extend_from_slice(&sealed);
        Ok(all)
    }

    pub(crate) fn open(
        &self,
        flow: &FlowId,
        kind: RecordKind,
        sealed: &[u8],
    ) -> Result<Vec<u8>, FlowError> {
        let (nonce, msg) = sealed.split_at_checked(NONCE).ok_or(FlowError::WrongKey)?;
        let aad = associated(flow, kind);
        let payload = Payload { msg, aad: &aad };
        let opened = self.cipher.decrypt(XNonce::from_slice(nonce), payload);
        opened.map_err(|_| FlowError::WrongKey)
    }

    pub(crate) fn open_text(
        &self,
        flow: &FlowId,
        kind: RecordKind,
        sealed: &[u8],
    ) -> Result<String, FlowError> {
        let bytes = self.open(flow, kind, sealed)?;
        String::from_utf8(bytes).map_err(|_| FlowError::WrongKey)
    }
}

fn associated(flow: &FlowId, kind: RecordKind) -> Vec<u8> {
    let mut bytes = b"jsvm-flow\0".to_vec();
    bytes.push(kind as u8);
    bytes.extend_from_slice(flow.as_str().as_bytes());
    bytes
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(..)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn records_open_only_as_what_they_were_sealed() {
        let vault = Vault::new(&SealKey::new([7; 32]));
        let (one, two) = ("one".parse().unwrap(), "two".parse().unwrap());
        let sealed = vault.seal(&one, RecordKind::Input, b"text").unwrap();
        assert_eq!(
            vault.open(&one, RecordKind::Input, &sealed).unwrap(),
            b"text"
        );
        assert!(vault.open(&two, RecordKind::Input, &sealed).is_err());
        assert!(vault.open(&one, RecordKind::Seed, &sealed).is_err());
        assert!(vault.open(&one, RecordKind::Input, &sealed[..20]).is_err());
        let other = Vault::new(&SealKey::new([8; 32]));
        assert!(other.open(&one, RecordKind::Input, &sealed).is_err());
    }
}
