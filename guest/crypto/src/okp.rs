//! Edwards and Montgomery curves (RFC 7748, RFC 8032, RFC 8410).
//!
//! What differs between curves is a [`Curve`]: functions behind pointers, so that a program that uses one curve
//! has the code of no other.

mod curve25519;
mod curve448;

use der::asn1::{ObjectIdentifier, OctetStringRef};
use der::{Decode, Encode};

pub use self::curve448::{ED448, X448};
pub use self::curve25519::{ED25519, X25519};
use crate::der::{self as structure, invalid};
use crate::{Entropy, Error, Result};

/// A curve, and what is computed on it.
#[derive(Debug)]
pub struct Curve {
    /// The name, as JSON Web Keys have it.
    pub name: &'static str,
    oid: &'static str,
    /// Bytes of a key.
    len: usize,
    /// The public key of a private one.
    public_of: fn(&[u8]) -> Result<Vec<u8>>,
    /// Signs a message with a private key.
    sign: fn(&[u8], &[u8]) -> Result<Vec<u8>>,
    /// Whether a public key accepts a signature, given before the message.
    verify: fn(&[u8], &[u8], &[u8]) -> bool,
    /// The secret of a private and a public key; nothing if the latter is of small order.
    agree: fn(&[u8], &[u8]) -> Option<Vec<u8>>,
}

impl Curve {
    fn oid(&self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(self.oid)
    }

    fn check(&self, content: &structure::Content<'_>) -> Result<()> {
        content.expect(self.oid())?;
        match content.algorithm.parameters {
            Some(_) => Err(Error::Data("The algorithm has parameters")),
            None => Ok(()),
        }
    }

    fn check_len(&self, bytes: &[u8]) -> Result<()> {
        match bytes.len() == self.len {
            true => Ok(()),
            false => Err(Error::Data("The key has another length than the curve has")),
        }
    }
}

const UNSUITABLE: Error = Error::NotSupported("The curve does not have this operation");

/// A public key.
#[derive(Clone, Debug)]
pub struct OkpPublic {
    /// The curve.
    pub curve: &'static Curve,
    bytes: Vec<u8>,
}

impl OkpPublic {
    /// A key from its bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] for another length.
    pub fn from_raw(curve: &'static Curve, bytes: &[u8]) -> Result<Self> {
        curve.check_len(bytes)?;
        let bytes = bytes.to_owned();
        Ok(OkpPublic { curve, bytes })
    }

    /// Reads a `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless it is one of this curve.
    pub fn from_spki(curve: &'static Curve, bytes: &[u8]) -> Result<Self> {
        let content = structure::read_spki(bytes)?;
        curve.check(&content)?;
        Self::from_raw(curve, content.key)
    }

    /// Writes a `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn to_spki(&self) -> Result<Vec<u8>> {
        structure::write_spki(self.curve.oid(), None, &self.bytes)
    }

    /// The bytes of the key.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether a signature is valid.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        (self.curve.verify)(&self.bytes, signature, message)
    }
}

/// A private key, with the public one.
#[derive(Clone)]
pub struct OkpPrivate {
    /// The public key.
    pub public: OkpPublic,
    bytes: Vec<u8>,
}

impl OkpPrivate {
    /// Creates a key.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn generate(curve: &'static Curve, entropy: Entropy) -> Result<Self> {
        Self::from_raw(curve, &entropy.bytes(curve.len))
    }

    /// A key from its bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] for another length.
    pub fn from_raw(curve: &'static Curve, bytes: &[u8]) -> Result<Self> {
        curve.check_len(bytes)?;
        let public = OkpPublic::from_raw(curve, &(curve.public_of)(bytes)?)?;
        let bytes = bytes.to_owned();
        Ok(OkpPrivate { public, bytes })
    }

    /// Reads a `PrivateKeyInfo`.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless it is one of this curve.
    pub fn from_pkcs8(curve: &'static Curve, bytes: &[u8]) -> Result<Self> {
        let content = structure::read_pkcs8(bytes)?;
        curve.check(&content)?;
        let inner = <&OctetStringRef>::from_der(content.key).map_err(invalid)?;
        Self::from_raw(curve, inner.as_bytes())
    }

    /// Writes a `PrivateKeyInfo`.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>> {
        let inner = OctetStringRef::new(&self.bytes).map_err(invalid)?;
        let inner = inner.to_der().map_err(invalid)?;
        structure::write_pkcs8(self.public.curve.oid(), None, &inner)
    }

    /// The bytes of the key.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Signs a message.
    ///
    /// # Errors
    ///
    /// [`Error::NotSupported`] if the curve is one for secrets.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        (self.public.curve.sign)(&self.bytes, message)
    }

    /// The secret that both sides can compute.
    ///
    /// # Errors
    ///
    /// [`Error::Operation`] if the public key is of small order, so that the secret would be zero, and
    /// [`Error::InvalidAccess`] if the curves differ.
    pub fn agree(&self, other: &OkpPublic) -> Result<Vec<u8>> {
        if other.curve.oid != self.public.curve.oid {
            return Err(Error::InvalidAccess("The keys are of different curves"));
        }
        let secret = (self.public.curve.agree)(&self.bytes, &other.bytes);
        secret.ok_or(Error::Operation("The public key is a point of small order"))
    }
}
