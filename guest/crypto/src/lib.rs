//! The cryptography behind `crypto.subtle` and `node:crypto`, on the crates of RustCrypto.
//!
//! This crate knows no JavaScript: it takes bytes and names, and returns bytes and [`Error`]s. Which
//! exception an error becomes is decided by its callers. Random numbers come from an [`Entropy`] that the
//! caller passes, because a VM has one stream of them.
//!
//! Work that takes long is done in steps ([`kdf::Pbkdf2`], [`rsa::KeyGeneration`]), so that its caller can be
//! stopped between two of them.

pub mod aes;
pub mod chacha;
pub mod der;
pub mod ec;
mod entropy;
mod error;
pub mod hash;
pub mod kdf;
pub mod okp;
mod padded;
pub mod rsa;

pub use entropy::Entropy;
pub use error::{Error, Result};
pub use hash::Hash;

pub use subtle::ConstantTimeEq;

/// Whether two byte strings are equal. It takes the same time wherever they differ.
#[must_use]
pub fn equals(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
