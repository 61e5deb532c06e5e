//! Keys in the structures of PKCS #8 and X.509.

use der::asn1::{BitStringRef, ObjectIdentifier, OctetStringRef};
use der::{AnyRef, Decode, Encode};
use pkcs8::PrivateKeyInfoRef;
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use crate::{Error, Result};

const INVALID: Error = Error::Data("The key is not valid DER of the expected structure");

/// Keys of RSA (RFC 8017).
pub const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// Keys of elliptic curves (RFC 5480).
pub const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// What a structure has in it.
pub struct Content<'a> {
    /// The algorithm.
    pub algorithm: AlgorithmIdentifierRef<'a>,
    /// The key in the structure of the algorithm.
    pub key: &'a [u8],
}

impl Content<'_> {
    /// The identifier in the parameters of the algorithm.
    pub fn parameter_oid(&self) -> Result<ObjectIdentifier> {
        self.algorithm.parameters_oid().map_err(|_| INVALID)
    }

    /// Fails unless the algorithm is `oid`.
    pub fn expect(&self, oid: ObjectIdentifier) -> Result<()> {
        if self.algorithm.oid == oid {
            Ok(())
        } else {
            Err(Error::Data("The key is one of another algorithm"))
        }
    }
}

/// Reads a `SubjectPublicKeyInfo`.
pub fn read_spki(bytes: &[u8]) -> Result<Content<'_>> {
    let info = SubjectPublicKeyInfoRef::from_der(bytes).map_err(|_| INVALID)?;
    Ok(Content {
        algorithm: info.algorithm,
        key: info.subject_public_key.as_bytes().ok_or(INVALID)?,
    })
}

/// Reads a `PrivateKeyInfo`.
pub fn read_pkcs8(bytes: &[u8]) -> Result<Content<'_>> {
    let info = PrivateKeyInfoRef::from_der(bytes).map_err(|_| INVALID)?;
    Ok(Content {
        algorithm: info.algorithm,
        key: info.private_key.as_bytes(),
    })
}

/// Writes a `SubjectPublicKeyInfo`.
pub fn write_spki(
    oid: ObjectIdentifier,
    parameters: Option<AnyRef<'_>>,
    key: &[u8],
) -> Result<Vec<u8>> {
    let subject_public_key = BitStringRef::from_bytes(key).map_err(|_| INVALID)?;
    let algorithm = AlgorithmIdentifierRef { oid, parameters };
    let info = SubjectPublicKeyInfoRef {
        algorithm,
        subject_public_key,
    };
    info.to_der().map_err(|_| INVALID)
}

/// Writes a `PrivateKeyInfo`.
pub fn write_pkcs8(
    oid: ObjectIdentifier,
    parameters: Option<AnyRef<'_>>,
    key: &[u8],
) -> Result<Vec<u8>> {
    let key = OctetStringRef::new(key).map_err(|_| INVALID)?;
    let info = PrivateKeyInfoRef::new(AlgorithmIdentifierRef { oid, parameters }, key);
    info.to_der().map_err(|_| INVALID)
}

/// The algorithm of a key in either structure, as text.
pub fn algorithm(bytes: &[u8], is_private: bool) -> Result<String> {
    let content = if is_private {
        read_pkcs8(bytes)
    } else {
        read_spki(bytes)
    };
    Ok(content?.algorithm.oid.to_string())
}

/// The failure of a structure inside.
pub fn invalid<E>(_: E) -> Error {
    INVALID
}
