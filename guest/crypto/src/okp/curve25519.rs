//! Ed25519 and X25519.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use x25519_dalek::{PublicKey, StaticSecret};

use super::{Curve, UNSUITABLE};
use crate::Result;

/// Ed25519, for signatures.
pub static ED25519: Curve = Curve {
    name: "Ed25519",
    oid: "1.3.101.112",
    len: 32,
    public_of: |private| Ok(signing_key(private).verifying_key().to_bytes().to_vec()),
    sign: |private, message| Ok(signing_key(private).sign(message).to_bytes().to_vec()),
    verify: |public, signature, message| {
        let key = VerifyingKey::from_bytes(&array(public));
        let (Ok(key), Ok(signature)) = (key, Signature::from_slice(signature)) else {
            return false;
        };
        // The Web Cryptography API wants keys and points of small order refused.
        key.verify_strict(message, &signature).is_ok()
    },
    agree: |_, _| None,
};

/// X25519, for shared secrets.
pub static X25519: Curve = Curve {
    name: "X25519",
    oid: "1.3.101.110",
    len: 32,
    public_of: |private| {
        let secret = StaticSecret::from(array(private));
        Ok(PublicKey::from(&secret).to_bytes().to_vec())
    },
    sign: |_, _| -> Result<Vec<u8>> { Err(UNSUITABLE) },
    verify: |_, _, _| false,
    agree: |private, public| {
        let public = PublicKey::from(array(public));
        let shared = StaticSecret::from(array(private)).diffie_hellman(&public);
        shared
            .was_contributory()
            .then(|| shared.to_bytes().to_vec())
    },
};

/// The bytes of a key, whose length was checked.
fn array(bytes: &[u8]) -> [u8; 32] {
    bytes.try_into().unwrap_or_default()
}

fn signing_key(private: &[u8]) -> SigningKey {
    SigningKey::from_bytes(&array(private))
}
