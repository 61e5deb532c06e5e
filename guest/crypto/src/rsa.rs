//! RSA: signatures, encryption, and keys.

use core::num::NonZeroU32;

use crypto_primes::hazmat::{SetBits, random_odd_integer};
use crypto_primes::{Flavor, is_prime};
use der::{AnyRef, Decode, Encode, asn1::UintRef};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{BoxedUint, Oaep, Pkcs1v15Encrypt, Pkcs1v15Sign, PrivateKey, Pss, PublicKey};

use crate::der::{self as structure, invalid};
use crate::{Entropy, Error, Hash, Result};

/// The shortest and the longest modulus, in bits.
const BITS: core::ops::RangeInclusive<usize> = 512..=16384;

const INVALID: Error = Error::Data("The numbers are no valid RSA key");

/// Runs an expression with the type of a hash function that signatures and paddings can have, and maps its
/// error. Each makes all of that code again, so there are no others.
macro_rules! with_hash {
    ($hash:expr, $error:literal, $D:ident => $body:expr) => {
        match $hash {
            Hash::Sha1 => {
                type $D = sha1::Sha1;
                $body.map_err(|_| Error::Operation($error))
            }
            Hash::Sha256 => {
                type $D = sha2::Sha256;
                $body.map_err(|_| Error::Operation($error))
            }
            Hash::Sha384 => {
                type $D = sha2::Sha384;
                $body.map_err(|_| Error::Operation($error))
            }
            Hash::Sha512 => {
                type $D = sha2::Sha512;
                $body.map_err(|_| Error::Operation($error))
            }
            _ => Err(Error::NotSupported(
                "RSA works with SHA-1, SHA-256, SHA-384 and SHA-512",
            )),
        }
    };
}

fn number(bytes: &[u8]) -> BoxedUint {
    BoxedUint::from_be_slice_vartime(bytes)
}

fn bytes_of(number: &BoxedUint) -> Vec<u8> {
    number.to_be_bytes_trimmed_vartime().into()
}

/// How a message is prepared for a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5
    Pkcs1v15,
    /// RSA-PSS, with the length of the salt in bytes. When verifying, nothing means any length.
    Pss(Option<usize>),
}

/// A public key.
#[derive(Clone)]
pub struct RsaPublic(PublicKey);

impl RsaPublic {
    /// A key from modulus and exponent.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless they make a key.
    pub fn new(n: &[u8], e: &[u8]) -> Result<Self> {
        let key = PublicKey::new_with_size_limits(number(n), number(e), BITS);
        key.map(RsaPublic).map_err(|_| INVALID)
    }

    /// Reads a `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless it is valid.
    pub fn from_spki(bytes: &[u8]) -> Result<Self> {
        let content = structure::read_spki(bytes)?;
        content.expect(structure::RSA)?;
        Self::from_pkcs1(content.key)
    }

    /// Reads an `RSAPublicKey`.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless it is valid.
    pub fn from_pkcs1(bytes: &[u8]) -> Result<Self> {
        let key = pkcs1::RsaPublicKeyRef::from_der(bytes).map_err(invalid)?;
        Self::new(key.modulus.as_bytes(), key.public_exponent.as_bytes())
    }

    /// Writes a `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn to_spki(&self) -> Result<Vec<u8>> {
        structure::write_spki(structure::RSA, Some(AnyRef::NULL), &self.to_pkcs1()?)
    }

    /// Writes an `RSAPublicKey`.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn to_pkcs1(&self) -> Result<Vec<u8>> {
        let [n, e] = self.numbers();
        let key = pkcs1::RsaPublicKeyRef {
            modulus: UintRef::new(&n).map_err(invalid)?,
            public_exponent: UintRef::new(&e).map_err(invalid)?,
        };
        key.to_der().map_err(invalid)
    }

    /// Modulus and exponent.
    #[must_use]
    pub fn numbers(&self) -> [Vec<u8>; 2] {
        [bytes_of(self.0.n()), bytes_of(self.0.e())]
    }

    /// Bits of the modulus.
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.0.n().bit_width_vartime()
    }

    /// Whether a signature of a digest is valid.
    #[must_use]
    pub fn verify(&self, scheme: Scheme, hash: Hash, digest: &[u8], signature: &[u8]) -> bool {
        with_hash!(hash, "", D => match scheme {
            Scheme::Pkcs1v15 => self.0.verify(Pkcs1v15Sign::new::<D>(), digest, signature),
            Scheme::Pss(salt) => {
                let mut scheme = Pss::<D>::new();
                scheme.salt_len = salt;
                self.0.verify(scheme, digest, signature)
            }
        })
        .is_ok()
    }

    /// Encrypts with the padding OAEP.
    ///
    /// # Errors
    ///
    /// [`Error::Operation`] if the message is too long for the key.
    pub fn encrypt(
        &self,
        hash: Hash,
        label: &[u8],
        message: &[u8],
        mut entropy: Entropy,
    ) -> Result<Vec<u8>> {
        with_hash!(hash, "The message is too long for the key", D => {
            self.0.encrypt(&mut entropy, Oaep::<D>::new_with_label(label), message)
        })
    }

    /// Encrypts with the padding of PKCS #1 v1.5.
    ///
    /// # Errors
    ///
    /// [`Error::Operation`] if the message is too long for the key.
    pub fn encrypt_pkcs1(&self, message: &[u8], mut entropy: Entropy) -> Result<Vec<u8>> {
        let encrypted = self.0.encrypt(&mut entropy, Pkcs1v15Encrypt, message);
        encrypted.map_err(|_| Error::Operation("The message is too long for the key"))
    }
}

/// A private key.
#[derive(Clone)]
pub struct RsaPrivate(PrivateKey);

/// The numbers of a private key, as big-endian bytes.
#[derive(Clone, Debug)]
pub struct RsaNumbers<'a> {
    /// Modulus.
    pub n: &'a [u8],
    /// Public exponent.
    pub e: &'a [u8],
    /// Private exponent.
    pub d: &'a [u8],
    /// First prime.
    pub p: &'a [u8],
    /// Second prime.
    pub q: &'a [u8],
}

impl RsaPrivate {
    /// A key from its numbers.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless they make a key.
    pub fn new(numbers: &RsaNumbers<'_>) -> Result<Self> {
        if !BITS.contains(&(8 * numbers.n.len())) {
            return Err(INVALID);
        }
        let primes = vec![number(numbers.p), number(numbers.q)];
        let [n, e, d] = [numbers.n, numbers.e, numbers.d].map(number);
        let key = PrivateKey::from_components(n, e, d, primes);
        key.map(RsaPrivate).map_err(|_| INVALID)
    }

    /// Reads a `PrivateKeyInfo`.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless it is valid.
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self> {
        let content = structure::read_pkcs8(bytes)?;
        content.expect(structure::RSA)?;
        Self::from_pkcs1(content.key)
    }

    /// Reads an `RSAPrivateKey`.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless it is valid.
    pub fn from_pkcs1(bytes: &[u8]) -> Result<Self> {
        let key = pkcs1::RsaPrivateKeyRef::from_der(bytes).map_err(invalid)?;
        Self::new(&RsaNumbers {
            n: key.modulus.as_bytes(),
            e: key.public_exponent.as_bytes(),
            d: key.private_exponent.as_bytes(),
            p: key.prime1.as_bytes(),
            q: key.prime2.as_bytes(),
        })
    }

    /// Writes a `PrivateKeyInfo`.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>> {
        structure::write_pkcs8(structure::RSA, Some(AnyRef::NULL), &self.to_pkcs1()?)
    }

    /// Writes an `RSAPrivateKey`.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn to_pkcs1(&self) -> Result<Vec<u8>> {
        let numbers = self.numbers()?;
        let [n, e, d, p, q, dp, dq, qi] = &numbers;
        let number = |bytes| UintRef::new(bytes).map_err(invalid);
        let key = pkcs1::RsaPrivateKeyRef {
            modulus: number(n)?,
            public_exponent: number(e)?,
            private_exponent: number(d)?,
            prime1: number(p)?,
            prime2: number(q)?,
            exponent1: number(dp)?,
            exponent2: number(dq)?,
            coefficient: number(qi)?,
            other_prime_infos: None,
        };
        key.to_der().map_err(invalid)
    }

    /// Modulus, exponents, primes, and the numbers that make computing quick: `n`, `e`, `d`, `p`, `q`, `dp`,
    /// `dq` and `qi`.
    ///
    /// # Errors
    ///
    /// None in practice.
    pub fn numbers(&self) -> Result<[Vec<u8>; 8]> {
        let key = &self.0;
        let ([p, q], Some(dp), Some(dq)) = (key.primes(), key.dp(), key.dq()) else {
            return Err(Error::NotSupported("The key has more than two primes"));
        };
        let inverse = key.crt_coefficient().ok_or(INVALID)?;
        let numbers = [
            key.n().as_ref(),
            key.e(),
            key.d(),
            p.as_ref(),
            q.as_ref(),
            dp,
            dq,
            &inverse,
        ];
        Ok(numbers.map(bytes_of))
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> RsaPublic {
        RsaPublic(self.0.to_public_key())
    }

    /// Signs a digest.
    ///
    /// # Errors
    ///
    /// [`Error::Operation`] if the key is too short for the digest.
    pub fn sign(
        &self,
        scheme: Scheme,
        hash: Hash,
        digest: &[u8],
        mut entropy: Entropy,
    ) -> Result<Vec<u8>> {
        with_hash!(hash, "The key is too short for this hash and salt", D => match scheme {
            Scheme::Pkcs1v15 => {
                self.0.sign_with_rng(&mut entropy, Pkcs1v15Sign::new::<D>(), digest)
            }
            Scheme::Pss(salt) => {
                let salt = salt.unwrap_or(hash.output_size());
                self.0.sign_with_rng(&mut entropy, Pss::<D>::new_with_salt(salt), digest)
            }
        })
    }

    /// Decrypts what [`RsaPublic::encrypt`] returned.
    ///
    /// # Errors
    ///
    /// [`Error::Operation`] if it was encrypted with another key, hash or label.
    pub fn decrypt(
        &self,
        hash: Hash,
        label: &[u8],
        message: &[u8],
        mut entropy: Entropy,
    ) -> Result<Vec<u8>> {
        with_hash!(hash, "The data cannot be decrypted with this key, hash and label", D => {
            self.0.decrypt_blinded(&mut entropy, Oaep::<D>::new_with_label(label), message)
        })
    }
}

/// The creation of a key, in steps of milliseconds.
pub struct KeyGeneration {
    bits: u32,
    exponent: BoxedUint,
    entropy: Entropy,
    prime: Option<BoxedUint>,
}

/// The number of [`SMALL_PRIMES`].
const SMALL: usize = 563;

/// The odd primes below 4096. The sieve of `crypto-primes` has four times as many, with tables of 50 KB.
const SMALL_PRIMES: [u16; SMALL] = {
    let mut primes = [3; SMALL];
    let (mut count, mut number) = (1, 5);
    while count < SMALL {
        let mut index = 0;
        while index < count && number % primes[index] != 0 {
            index += 1;
        }
        if index == count {
            primes[count] = number;
            count += 1;
        }
        number += 2;
    }
    primes
};

/// Whether a number, which is larger than those, is a multiple of a small prime.
fn has_small_factor(number: &BoxedUint) -> bool {
    let bytes = number.to_be_bytes();
    SMALL_PRIMES.iter().any(|prime| {
        let prime = u64::from(*prime);
        let (rest, words) = bytes.as_rchunks::<4>();
        let rest = rest
            .iter()
            .fold(0, |sum, byte| (sum << 8 | u64::from(*byte)) % prime);
        let remainder = words.iter().fold(rest, |sum, word| {
            (sum << 32 | u64::from(u32::from_be_bytes(*word))) % prime
        });
        remainder == 0
    })
}

/// Candidates that a step tries at most: few of them need the test that takes long.
const CANDIDATES: usize = 16;

impl KeyGeneration {
    /// Begins.
    ///
    /// # Errors
    ///
    /// [`Error::Operation`] for lengths and exponents that RSA cannot have.
    pub fn new(bits: usize, exponent: &[u8], entropy: Entropy) -> Result<Self> {
        let first = exponent
            .iter()
            .position(|byte| *byte != 0)
            .unwrap_or(exponent.len());
        let exponent = &exponent[first..];
        let is_odd = exponent.last().is_some_and(|byte| byte & 1 == 1);
        if !is_odd || *exponent == [1] || exponent.len() > 4 {
            return Err(Error::Operation(
                "The public exponent is not an odd number of 3 to 2^32",
            ));
        }
        if !BITS.contains(&bits) {
            return Err(Error::Operation(
                "The length of the modulus is not 512 to 16384",
            ));
        }
        Ok(KeyGeneration {
            bits: bits as u32,
            exponent: number(exponent),
            entropy,
            prime: None,
        })
    }

    /// Tries some numbers. Returns the key if that was the last prime that was missing.
    ///
    /// # Errors
    ///
    /// [`Error::Operation`] if the random numbers are not random.
    pub fn step(&mut self) -> Result<Option<RsaPrivate>> {
        const FAILED: Error = Error::Operation("The key cannot be created");
        let bits = match self.prime {
            None => self.bits.div_ceil(2),
            Some(_) => self.bits / 2,
        };
        let bits = NonZeroU32::new(bits).ok_or(FAILED)?;
        let mut found = None;
        for _ in 0..CANDIDATES {
            let candidate =
                random_odd_integer::<BoxedUint, _>(&mut self.entropy, bits, SetBits::TwoMsb);
            let candidate = candidate.map_err(|_| FAILED)?.get();
            if !has_small_factor(&candidate) {
                found = Some(candidate);
                break;
            }
        }
        let Some(candidate) = found.filter(|candidate| is_prime(Flavor::Any, candidate)) else {
            return Ok(None);
        };
        match self.prime.take() {
            None => self.prime = Some(candidate),
            Some(first) => {
                // It fails if the exponent has a factor in common with a prime less one.
                let key = PrivateKey::from_p_q(first, candidate, self.exponent.clone());
                if let Ok(key) = key
                    && key.n().bit_width_vartime() == self.bits
                {
                    return Ok(Some(RsaPrivate(key)));
                }
            }
        }
        Ok(None)
    }
}
