//! Digests and HMAC.

use hmac::digest::Digest;
use hmac::{Hmac, KeyInit, Mac};

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// MD5, for `node:crypto` alone.
    Md5,
    /// SHA-1
    Sha1,
    /// SHA-224, for `node:crypto` alone.
    Sha224,
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
    /// SHA-512/256, for `node:crypto` alone.
    Sha512_256,
}

/// Runs an expression with the type of a hash function.
macro_rules! with_hash {
    ($hash:expr, $D:ident => $body:expr) => {
        match $hash {
            $crate::Hash::Md5 => {
                type $D = ::md5::Md5;
                $body
            }
            $crate::Hash::Sha1 => {
                type $D = ::sha1::Sha1;
                $body
            }
            $crate::Hash::Sha224 => {
                type $D = ::sha2::Sha224;
                $body
            }
            $crate::Hash::Sha256 => {
                type $D = ::sha2::Sha256;
                $body
            }
            $crate::Hash::Sha384 => {
                type $D = ::sha2::Sha384;
                $body
            }
            $crate::Hash::Sha512 => {
                type $D = ::sha2::Sha512;
                $body
            }
            $crate::Hash::Sha512_256 => {
                type $D = ::sha2::Sha512_256;
                $body
            }
        }
    };
}
pub(crate) use with_hash;

const NAMES: [(&str, Hash); 15] = [
    ("SHA-1", Hash::Sha1),
    ("SHA-256", Hash::Sha256),
    ("SHA-384", Hash::Sha384),
    ("SHA-512", Hash::Sha512),
    ("MD5", Hash::Md5),
    ("SHA1", Hash::Sha1),
    ("SHA224", Hash::Sha224),
    ("SHA-224", Hash::Sha224),
    ("SHA256", Hash::Sha256),
    ("SHA384", Hash::Sha384),
    ("SHA512", Hash::Sha512),
    ("SHA512-256", Hash::Sha512_256),
    ("SHA-512/256", Hash::Sha512_256),
    ("RSA-SHA1", Hash::Sha1),
    ("RSA-SHA256", Hash::Sha256),
];

impl Hash {
    /// The hash function of a name, as the Web Cryptography API or OpenSSL writes it, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<Hash> {
        let name = name.strip_prefix("RSA-").unwrap_or(name);
        let mut names = NAMES.iter();
        let found = names.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, hash)| *hash)
    }

    /// Bytes of a digest.
    #[must_use]
    pub fn output_size(self) -> usize {
        with_hash!(self, D => D::output_size())
    }

    /// Bytes of a block, which is the longest key of HMAC that is used as it is.
    #[must_use]
    pub fn block_size(self) -> usize {
        match self {
            Hash::Sha384 | Hash::Sha512 | Hash::Sha512_256 => 128,
            _ => 64,
        }
    }

    /// The digest of some bytes.
    #[must_use]
    pub fn digest(self, data: &[u8]) -> Vec<u8> {
        with_hash!(self, D => D::digest(data).to_vec())
    }

    /// Begins a digest.
    #[must_use]
    pub fn begin(self) -> Hasher {
        Hasher(with_hash!(self, D => Box::new(Digesting(D::new()))))
    }

    /// Begins a message authentication code.
    #[must_use]
    pub fn begin_hmac(self, key: &[u8]) -> Hasher {
        // HMAC takes keys of any length.
        Hasher(
            with_hash!(self, D => match <Hmac<D> as KeyInit>::new_from_slice(key) {
                Ok(mac) => Box::new(Authenticating(mac)),
                Err(_) => Box::new(Digesting(D::new())),
            }),
        )
    }

    /// The message authentication code of some bytes.
    #[must_use]
    pub fn hmac(self, key: &[u8], data: &[u8]) -> Vec<u8> {
        let mut mac = self.begin_hmac(key);
        mac.update(data);
        mac.finish()
    }
}

/// A digest or a message authentication code under way.
pub struct Hasher(Box<dyn Running>);

impl Hasher {
    /// Adds bytes.
    pub fn update(&mut self, data: &[u8]) {
        self.0.add(data);
    }

    /// The result.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0.end()
    }

    /// Replaces `last` by the code of itself, and adds it to `sum`, again and again: the inner loop of PBKDF2.
    pub(crate) fn chain(&self, last: &mut [u8], sum: &mut [u8], count: u32) {
        self.0.chain(last, sum, count);
    }
}

impl Clone for Hasher {
    fn clone(&self) -> Self {
        Hasher(self.0.copy())
    }
}

trait Running {
    fn add(&mut self, data: &[u8]);
    fn end(self: Box<Self>) -> Vec<u8>;
    fn copy(&self) -> Box<dyn Running>;
    fn chain(&self, last: &mut [u8], sum: &mut [u8], count: u32);
}

#[derive(Clone)]
struct Digesting<D>(D);

impl<D: Digest + Clone + 'static> Running for Digesting<D> {
    fn add(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn end(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().to_vec()
    }

    fn copy(&self) -> Box<dyn Running> {
        Box::new(self.clone())
    }

    /// A digest has no key, so there is no such chain.
    fn chain(&self, _: &mut [u8], _: &mut [u8], _: u32) {}
}

#[derive(Clone)]
struct Authenticating<M>(M);

impl<M: Mac + Clone + 'static> Running for Authenticating<M> {
    fn add(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn end(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().into_bytes().to_vec()
    }

    fn copy(&self) -> Box<dyn Running> {
        Box::new(self.clone())
    }

    fn chain(&self, last: &mut [u8], sum: &mut [u8], count: u32) {
        for _ in 0..count {
            let mut mac = self.0.clone();
            mac.update(last);
            last.copy_from_slice(&mac.finalize().into_bytes());
            for (sum, byte) in sum.iter_mut().zip(last.iter()) {
                *sum ^= byte;
            }
        }
    }
}
