//! ECDSA and ECDH on the curves P-256, P-384, P-521 and secp256k1.

use der::asn1::ObjectIdentifier;
use der::{AnyRef, Decode, Encode};
use ecdsa::elliptic_curve::ecdh::diffie_hellman;
use ecdsa::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use ecdsa::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, PublicKey, SecretKey};
use ecdsa::hazmat::{sign_prehashed_rfc6979, verify_prehashed};
use ecdsa::{EcdsaCurve, Signature};
use sec1::{EcParameters, EcPrivateKey as EcStructure};
use sha2::Sha256;

use crate::der::{self as structure, invalid};
use crate::{Entropy, Error, Result};

const POINT: Error = Error::Data("The public key is not a point of the curve");
const SCALAR: Error = Error::Data("The private key is not a number of the curve");

/// A curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// P-256, also called secp256r1 and prime256v1.
    P256,
    /// P-384, also called secp384r1.
    P384,
    /// P-521, also called secp521r1.
    P521,
    /// secp256k1
    K256,
}

/// Runs an expression with the type of a curve.
macro_rules! with_curve {
    ($curve:expr, $C:ident => $body:expr) => {
        match $curve {
            Curve::P256 => {
                type $C = p256::NistP256;
                $body
            }
            Curve::P384 => {
                type $C = p384::NistP384;
                $body
            }
            Curve::P521 => {
                type $C = p521::NistP521;
                $body
            }
            Curve::K256 => {
                type $C = k256::Secp256k1;
                $body
            }
        }
    };
}

const CURVES: [(Curve, &str, &str); 4] = [
    (Curve::P256, "P-256", "1.2.840.10045.3.1.7"),
    (Curve::P384, "P-384", "1.3.132.0.34"),
    (Curve::P521, "P-521", "1.3.132.0.35"),
    (Curve::K256, "secp256k1", "1.3.132.0.10"),
];

impl Curve {
    /// The curve of a name, as the Web Cryptography API and JSON Web Keys write it.
    #[must_use]
    pub fn named(name: &str) -> Option<Curve> {
        let mut curves = CURVES.iter();
        curves.find(|(_, known, _)| *known == name).map(|it| it.0)
    }

    /// The name of the curve.
    #[must_use]
    pub fn name(self) -> &'static str {
        let mut curves = CURVES.iter();
        curves.find(|it| it.0 == self).map_or("", |it| it.1)
    }

    fn oid(self) -> ObjectIdentifier {
        let mut curves = CURVES.iter();
        let text = curves.find(|it| it.0 == self).map_or("0.0", |it| it.2);
        ObjectIdentifier::new_unwrap(text)
    }

    /// The curve of an identifier.
    fn of_oid(oid: ObjectIdentifier) -> Result<Curve> {
        let mut curves = CURVES.iter();
        let found = curves.find(|it| ObjectIdentifier::new_unwrap(it.2) == oid);
        found
            .map(|it| it.0)
            .ok_or(Error::Data("The curve is not known"))
    }

    /// Bytes of a coordinate, and of a private key.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Curve::P256 | Curve::K256 => 32,
            Curve::P384 => 48,
            Curve::P521 => 66,
        }
    }

    /// A number, or a digest, that is not shorter than a number of the curve. Leading zeroes do not change it.
    fn padded(self, number: &[u8]) -> Vec<u8> {
        let missing = self.size().saturating_sub(number.len());
        [&vec![0; missing], number].concat()
    }
}

/// A point of the curve, with or without compression.
fn point_in_form<C>(point: &[u8], is_compressed: bool) -> Result<Vec<u8>>
where
    C: CurveArithmetic,
    FieldBytesSize<C>: ModulusSize,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
{
    let key = PublicKey::<C>::from_sec1_bytes(point).map_err(|_| POINT)?;
    let point = key.as_affine().to_sec1_point(is_compressed);
    Ok(point.as_bytes().to_vec())
}

fn public_of<C>(scalar: &[u8]) -> Result<Vec<u8>>
where
    C: CurveArithmetic,
    FieldBytesSize<C>: ModulusSize,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
{
    let key = SecretKey::<C>::from_slice(scalar).map_err(|_| SCALAR)?;
    let public = key.public_key();
    Ok(public.as_affine().to_sec1_point(false).as_bytes().to_vec())
}

fn sign<C>(scalar: &[u8], digest: &[u8]) -> Result<Vec<u8>>
where
    C: CurveArithmetic + EcdsaCurve,
{
    let key = SecretKey::<C>::from_slice(scalar).map_err(|_| SCALAR)?;
    // The same hash function whatever that of the message, which makes one instance: RFC 6979 needs any good one.
    let (signature, _) = sign_prehashed_rfc6979::<C, Sha256>(&key.to_nonzero_scalar(), digest, &[]);
    Ok(signature.to_bytes().to_vec())
}

fn verify<C>(point: &[u8], digest: &[u8], signature: &[u8]) -> bool
where
    C: CurveArithmetic + EcdsaCurve,
    FieldBytesSize<C>: ModulusSize,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
{
    let (Ok(key), Ok(signature)) = (
        PublicKey::<C>::from_sec1_bytes(point),
        Signature::<C>::from_slice(signature),
    ) else {
        return false;
    };
    verify_prehashed::<C>(&key.to_projective(), digest, &signature).is_ok()
}

fn agree<C>(scalar: &[u8], point: &[u8]) -> Result<Vec<u8>>
where
    C: CurveArithmetic,
    FieldBytesSize<C>: ModulusSize,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
{
    let key = SecretKey::<C>::from_slice(scalar).map_err(|_| SCALAR)?;
    let public = PublicKey::<C>::from_sec1_bytes(point).map_err(|_| POINT)?;
    let shared = diffie_hellman::<C>(key.to_nonzero_scalar(), *public.as_affine());
    Ok(shared.raw_secret_bytes().to_vec())
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcPublic {
    /// The curve.
    pub curve: Curve,
    /// The point, without compression.
    point: Vec<u8>,
}

impl EcPublic {
    /// A key from a point, with or without compression.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless it is a point of the curve.
    pub fn from_raw(curve: Curve, point: &[u8]) -> Result<Self> {
        let point = with_curve!(curve, C => point_in_form::<C>(point, false))?;
        Ok(EcPublic { curve, point })
    }

    /// A key from the coordinates of a point, which have the size of the curve.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless they are a point of the curve.
    pub fn from_coordinates(curve: Curve, x: &[u8], y: &[u8]) -> Result<Self> {
        if x.len() != curve.size() || y.len() != curve.size() {
            return Err(Error::Data(
                "A coordinate has another length than the curve has",
            ));
        }
        Self::from_raw(curve, &[&[4], x, y].concat())
    }

    /// Reads a `SubjectPublicKeyInfo` of any curve.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless it is valid.
    pub fn from_spki(bytes: &[u8]) -> Result<Self> {
        let content = structure::read_spki(bytes)?;
        content.expect(structure::EC)?;
        let curve = Curve::of_oid(content.parameter_oid()?)?;
        Self::from_raw(curve, content.key)
    }

    /// Writes a `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn to_spki(&self) -> Result<Vec<u8>> {
        let oid = self.curve.oid();
        structure::write_spki(structure::EC, Some(AnyRef::from(&oid)), &self.point)
    }

    /// The point without compression.
    #[must_use]
    pub fn point(&self) -> &[u8] {
        &self.point
    }

    /// The point with compression.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn compressed(&self) -> Result<Vec<u8>> {
        with_curve!(self.curve, C => point_in_form::<C>(&self.point, true))
    }

    /// The coordinates of the point.
    #[must_use]
    pub fn coordinates(&self) -> (&[u8], &[u8]) {
        self.point[1..].split_at(self.curve.size())
    }

    /// Whether a signature of a digest is valid: both numbers, one after the other.
    #[must_use]
    pub fn verify(&self, digest: &[u8], signature: &[u8]) -> bool {
        let digest = self.curve.padded(digest);
        with_curve!(self.curve, C => verify::<C>(&self.point, &digest, signature))
    }
}

/// A private key, with the public one.
#[derive(Clone)]
pub struct EcPrivate {
    /// The public key.
    pub public: EcPublic,
    scalar: Vec<u8>,
}

impl EcPrivate {
    /// Creates a key.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn generate(curve: Curve, entropy: Entropy) -> Result<Self> {
        // Few numbers of this length are none of the curve.
        for _ in 0..1000 {
            let mut scalar = entropy.bytes(curve.size());
            if curve == Curve::P521 {
                scalar[0] &= 1;
            }
            if let Ok(key) = Self::from_raw(curve, &scalar) {
                return Ok(key);
            }
        }
        Err(Error::Operation("The random numbers are not random"))
    }

    /// A key from its number, which has the size of the curve.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless it is a number of the curve.
    pub fn from_raw(curve: Curve, scalar: &[u8]) -> Result<Self> {
        if scalar.len() != curve.size() {
            return Err(Error::Data(
                "The private key has another length than the curve has",
            ));
        }
        let point = with_curve!(curve, C => public_of::<C>(scalar))?;
        let scalar = scalar.to_owned();
        let public = EcPublic { curve, point };
        Ok(EcPrivate { public, scalar })
    }

    /// Reads a `PrivateKeyInfo` of any curve.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless it is valid.
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self> {
        let content = structure::read_pkcs8(bytes)?;
        content.expect(structure::EC)?;
        Self::read(content.key, Some(Curve::of_oid(content.parameter_oid()?)?))
    }

    /// Reads an `ECPrivateKey`, which has its curve in it.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless it is valid.
    pub fn from_sec1(bytes: &[u8]) -> Result<Self> {
        Self::read(bytes, None)
    }

    fn read(bytes: &[u8], curve: Option<Curve>) -> Result<Self> {
        let inner = EcStructure::from_der(bytes).map_err(invalid)?;
        let named = match inner.parameters {
            Some(EcParameters::NamedCurve(oid)) => Some(Curve::of_oid(oid)?),
            None => None,
        };
        let curve = curve
            .or(named)
            .ok_or(Error::Data("The key names no curve"))?;
        if named.is_some_and(|named| named != curve) {
            return Err(Error::Data("The key names two curves"));
        }
        // Some write numbers without leading zeroes.
        let key = Self::from_raw(curve, &curve.padded(inner.private_key))?;
        match inner.public_key {
            Some(point) if EcPublic::from_raw(curve, point)? != key.public => {
                Err(Error::Data("The public key is not that of the private key"))
            }
            _ => Ok(key),
        }
    }

    /// Writes a `PrivateKeyInfo`.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>> {
        let oid = self.public.curve.oid();
        structure::write_pkcs8(structure::EC, Some(AnyRef::from(&oid)), &self.write(None)?)
    }

    /// Writes an `ECPrivateKey`.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn to_sec1(&self) -> Result<Vec<u8>> {
        self.write(Some(EcParameters::NamedCurve(self.public.curve.oid())))
    }

    fn write(&self, parameters: Option<EcParameters>) -> Result<Vec<u8>> {
        let inner = EcStructure {
            private_key: &self.scalar,
            parameters,
            public_key: Some(&self.public.point),
        };
        inner.to_der().map_err(invalid)
    }

    /// The number.
    #[must_use]
    pub fn scalar(&self) -> &[u8] {
        &self.scalar
    }

    /// Signs a digest: both numbers, one after the other.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn sign(&self, digest: &[u8]) -> Result<Vec<u8>> {
        let curve = self.public.curve;
        with_curve!(curve, C => sign::<C>(&self.scalar, &curve.padded(digest)))
    }

    /// The secret that both sides can compute.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidAccess`] if the curves differ.
    pub fn agree(&self, other: &EcPublic) -> Result<Vec<u8>> {
        let curve = self.public.curve;
        if other.curve != curve {
            return Err(Error::InvalidAccess("The keys are of different curves"));
        }
        with_curve!(curve, C => agree::<C>(&self.scalar, &other.point))
    }
}

/// A signature of ECDSA in DER.
///
/// # Errors
///
/// [`Error::Operation`] for an odd number of bytes.
pub fn signature_to_der(signature: &[u8]) -> Result<Vec<u8>> {
    const WRONG: Error = Error::Operation("The signature has another length than the curve has");
    if !signature.len().is_multiple_of(2) {
        return Err(WRONG);
    }
    let (r, s) = signature.split_at(signature.len() / 2);
    let number = |bytes: &[u8]| -> Result<Vec<u8>> {
        let bytes = der::asn1::UintRef::new(bytes).map_err(|_| WRONG)?;
        bytes.to_der().map_err(|_| WRONG)
    };
    let content = [number(r)?, number(s)?].concat();
    let sequence = AnyRef::new(der::Tag::Sequence, &content).map_err(|_| WRONG)?;
    sequence.to_der().map_err(|_| WRONG)
}

/// A signature of ECDSA from DER, with numbers of `size` bytes.
///
/// # Errors
///
/// [`Error::Operation`] unless it is one.
pub fn signature_from_der(signature: &[u8], size: usize) -> Result<Vec<u8>> {
    const WRONG: Error = Error::Operation("The signature is not valid DER");
    let sequence = AnyRef::from_der(signature).map_err(|_| WRONG)?;
    let numbers = sequence.sequence(|reader| -> der::Result<_> {
        Ok([
            der::asn1::UintRef::decode(reader)?,
            der::asn1::UintRef::decode(reader)?,
        ])
    });
    let mut output = Vec::with_capacity(2 * size);
    for number in numbers.map_err(|_| WRONG)? {
        let bytes = number.as_bytes();
        let missing = size.checked_sub(bytes.len()).ok_or(WRONG)?;
        output.resize(output.len() + missing, 0);
        output.extend_from_slice(bytes);
    }
    Ok(output)
}
