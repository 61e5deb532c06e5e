//! Ed25519 and X25519 (RFC 8032, RFC 7748, RFC 8410).

use der::asn1::{ObjectIdentifier, OctetStringRef};
use der::{Decode, Encode};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::der::{self as structure, invalid};
use crate::{Entropy, Error, Result};

/// Bytes of a key.
const LEN: usize = 32;

const LENGTH: Error = Error::Data("A key of this curve has 32 bytes");

/// Which curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OkpCurve {
    /// Ed25519, for signatures.
    Ed25519,
    /// X25519, for shared secrets.
    X25519,
}

impl OkpCurve {
    /// The curve of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<OkpCurve> {
        match name {
            "Ed25519" => Some(OkpCurve::Ed25519),
            "X25519" => Some(OkpCurve::X25519),
            _ => None,
        }
    }

    fn oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            OkpCurve::Ed25519 => "1.3.101.112",
            OkpCurve::X25519 => "1.3.101.110",
        })
    }

    fn public_of(self, private: [u8; LEN]) -> [u8; LEN] {
        match self {
            OkpCurve::Ed25519 => SigningKey::from_bytes(&private).verifying_key().to_bytes(),
            OkpCurve::X25519 => {
                let secret = x25519_dalek::StaticSecret::from(private);
                x25519_dalek::PublicKey::from(&secret).to_bytes()
            }
        }
    }
}

fn expect_no_parameters(content: &structure::Content<'_>, curve: OkpCurve) -> Result<()> {
    content.expect(curve.oid())?;
    if content.algorithm.parameters.is_some() {
        return Err(Error::Data("The algorithm has parameters"));
    }
    Ok(())
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OkpPublic {
    /// The curve.
    pub curve: OkpCurve,
    /// The bytes of the key.
    pub bytes: [u8; LEN],
}

impl OkpPublic {
    /// A key from its bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] for another length.
    pub fn from_raw(curve: OkpCurve, bytes: &[u8]) -> Result<Self> {
        let bytes = bytes.try_into().map_err(|_| LENGTH)?;
        Ok(OkpPublic { curve, bytes })
    }

    /// Reads a `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless it is one of this curve.
    pub fn from_spki(curve: OkpCurve, bytes: &[u8]) -> Result<Self> {
        let content = structure::read_spki(bytes)?;
        expect_no_parameters(&content, curve)?;
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

    /// Whether a signature is valid.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let (Ok(key), Ok(signature)) = (
            VerifyingKey::from_bytes(&self.bytes),
            Signature::from_slice(signature),
        ) else {
            return false;
        };
        // RFC 8032 forbids keys and points of small order only for those who want more than it promises, but
        // the Web Cryptography API wants them refused.
        !key.is_weak() && key.verify_strict(message, &signature).is_ok()
    }
}

/// A private key, with the public one.
#[derive(Clone)]
pub struct OkpPrivate {
    /// The public key.
    pub public: OkpPublic,
    /// The bytes of the private key.
    pub bytes: [u8; LEN],
}

impl OkpPrivate {
    /// Creates a key.
    #[must_use]
    pub fn generate(curve: OkpCurve, entropy: Entropy) -> Self {
        let mut bytes = [0; LEN];
        (entropy.0)(&mut bytes);
        Self::new(curve, bytes)
    }

    fn new(curve: OkpCurve, bytes: [u8; LEN]) -> Self {
        let public = OkpPublic {
            curve,
            bytes: curve.public_of(bytes),
        };
        OkpPrivate { public, bytes }
    }

    /// A key from its bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] for another length.
    pub fn from_raw(curve: OkpCurve, bytes: &[u8]) -> Result<Self> {
        let bytes = bytes.try_into().map_err(|_| LENGTH)?;
        Ok(Self::new(curve, bytes))
    }

    /// Reads a `PrivateKeyInfo`.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless it is one of this curve.
    pub fn from_pkcs8(curve: OkpCurve, bytes: &[u8]) -> Result<Self> {
        let content = structure::read_pkcs8(bytes)?;
        expect_no_parameters(&content, curve)?;
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

    /// Signs a message.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let key = SigningKey::from_bytes(&self.bytes);
        key.sign(message).to_bytes().to_vec()
    }

    /// The secret that both sides can compute.
    ///
    /// # Errors
    ///
    /// [`Error::Operation`] if the public key is of small order, so that the secret would be zero.
    pub fn agree(&self, other: &OkpPublic) -> Result<Vec<u8>> {
        let secret = x25519_dalek::StaticSecret::from(self.bytes);
        let shared = secret.diffie_hellman(&other.bytes.into());
        if shared.was_contributory() {
            Ok(shared.to_bytes().to_vec())
        } else {
            Err(Error::Operation("The public key is a point of small order"))
        }
    }
}
