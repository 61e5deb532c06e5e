//! AES in the modes CTR, CBC, GCM and key wrap.
//!
//! GCM is put together from GHASH and counter mode, because the crate `aes-gcm` has neither tags of four and
//! eight bytes nor pieces of a message.

use aes::cipher::{
    Block, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt,
};
use aes::cipher::{InnerIvInit, KeyInit, block_padding::Pkcs7};
use aes::{Aes128, Aes192, Aes256};
use aes_kw::AesKw;
use ghash::{GHash, universal_hash::UniversalHash};

use crate::padded::Padded;
use crate::{Error, Result};

pub use crate::padded::BLOCK;

/// Blocks that are encrypted at a time in counter mode.
const BATCH: usize = 8;

/// A key of AES.
#[derive(Clone)]
pub enum Aes {
    /// 128 bits
    Aes128(Box<Aes128>),
    /// 192 bits
    Aes192(Box<Aes192>),
    /// 256 bits
    Aes256(Box<Aes256>),
}

/// Runs an expression with the cipher of a key.
macro_rules! with_cipher {
    ($aes:expr, $cipher:ident => $body:expr) => {
        match $aes {
            Aes::Aes128($cipher) => $body,
            Aes::Aes192($cipher) => $body,
            Aes::Aes256($cipher) => $body,
        }
    };
}

impl Aes {
    /// The cipher of a key.
    ///
    /// # Errors
    ///
    /// [`Error::Data`] unless the key has 16, 24 or 32 bytes.
    pub fn new(key: &[u8]) -> Result<Aes> {
        const LENGTH: Error = Error::Data("Invalid key length");
        Ok(match key.len() {
            16 => Aes::Aes128(Box::new(Aes128::new_from_slice(key).map_err(|_| LENGTH)?)),
            24 => Aes::Aes192(Box::new(Aes192::new_from_slice(key).map_err(|_| LENGTH)?)),
            32 => Aes::Aes256(Box::new(Aes256::new_from_slice(key).map_err(|_| LENGTH)?)),
            _ => return Err(LENGTH),
        })
    }

    fn encrypt_blocks(&self, blocks: &mut [Block<Aes128>]) {
        with_cipher!(self, cipher => cipher.encrypt_blocks(blocks));
    }

    /// Encrypts in the mode CBC, with padding as PKCS #7 has it.
    #[must_use]
    pub fn encrypt_cbc(&self, iv: &[u8; BLOCK], data: &[u8]) -> Vec<u8> {
        with_cipher!(self, cipher => {
            let mode = cbc::Encryptor::inner_iv_init(&**cipher, &(*iv).into());
            mode.encrypt_padded_vec::<Pkcs7>(data)
        })
    }

    /// Decrypts what [`encrypt_cbc`](Self::encrypt_cbc) returned.
    ///
    /// # Errors
    ///
    /// [`Error::Operation`] if the length or the padding is wrong.
    pub fn decrypt_cbc(&self, iv: &[u8; BLOCK], data: &[u8]) -> Result<Vec<u8>> {
        let decrypted = with_cipher!(self, cipher => {
            let mode = cbc::Decryptor::inner_iv_init(&**cipher, &(*iv).into());
            mode.decrypt_padded_vec::<Pkcs7>(data)
        });
        decrypted.map_err(|_| Error::Operation("The data or its padding is not valid"))
    }
}

/// Runs an expression with the key wrap of a key.
macro_rules! with_wrap {
    ($key:expr, $wrap:ident => $body:expr) => {
        match $key.len() {
            16 => AesKw::<Aes128>::new_from_slice($key)
                .ok()
                .and_then(|$wrap| $body),
            24 => AesKw::<Aes192>::new_from_slice($key)
                .ok()
                .and_then(|$wrap| $body),
            _ => AesKw::<Aes256>::new_from_slice($key)
                .ok()
                .and_then(|$wrap| $body),
        }
    };
}

/// Wraps a key with another one (RFC 3394).
///
/// # Errors
///
/// [`Error::Operation`] unless the key is of two or more times eight bytes.
pub fn wrap(wrapping: &[u8], key: &[u8]) -> Result<Vec<u8>> {
    const LENGTH: Error = Error::Operation("The key is not of a multiple of eight bytes");
    if key.len() < 16 {
        return Err(LENGTH);
    }
    let mut wrapped = vec![0; key.len() + 8];
    with_wrap!(wrapping, it => it.wrap_key(key, &mut wrapped).ok().map(drop)).ok_or(LENGTH)?;
    Ok(wrapped)
}

/// Unwraps a key (RFC 3394).
///
/// # Errors
///
/// [`Error::Operation`] if it was not wrapped with this key.
pub fn unwrap(wrapping: &[u8], wrapped: &[u8]) -> Result<Vec<u8>> {
    const WRONG: Error = Error::Operation("The wrapped key is not valid for this key");
    if wrapped.len() < 24 {
        return Err(WRONG);
    }
    let mut key = vec![0; wrapped.len() - 8];
    with_wrap!(wrapping, it => it.unwrap_key(wrapped, &mut key).ok().map(drop)).ok_or(WRONG)?;
    Ok(key)
}

/// CBC by blocks, without padding.
#[derive(Clone)]
pub struct Cbc {
    aes: Aes,
    chain: [u8; BLOCK],
}

impl Cbc {
    /// Begins a message.
    #[must_use]
    pub fn new(aes: Aes, iv: [u8; BLOCK]) -> Self {
        Cbc { aes, chain: iv }
    }

    /// Encrypts whole blocks; what is behind the last one stays as it is.
    pub fn encrypt(&mut self, data: &mut [u8]) {
        for block in data.as_chunks_mut::<BLOCK>().0 {
            let mut mixed = [0; BLOCK];
            for (index, byte) in mixed.iter_mut().enumerate() {
                *byte = block[index] ^ self.chain[index];
            }
            let mut mixed = mixed.into();
            with_cipher!(&self.aes, cipher => cipher.encrypt_block(&mut mixed));
            *block = mixed.into();
            self.chain = *block;
        }
    }

    /// Decrypts whole blocks; what is behind the last one stays as it is.
    pub fn decrypt(&mut self, data: &mut [u8]) {
        for block in data.as_chunks_mut::<BLOCK>().0 {
            let before = self.chain;
            self.chain = *block;
            let mut plain = (*block).into();
            with_cipher!(&self.aes, cipher => cipher.decrypt_block(&mut plain));
            for (index, byte) in block.iter_mut().enumerate() {
                *byte = plain[index] ^ before[index];
            }
        }
    }
}

/// Counter mode.
#[derive(Clone)]
pub struct Ctr {
    aes: Aes,
    counter: u128,
    /// The bits of a block that count.
    mask: u128,
    /// Blocks of the stream, and how many bytes of them are used.
    stream: [u8; BLOCK * BATCH],
    used: usize,
}

impl Ctr {
    /// Begins. The last `bits` bits of a block count.
    #[must_use]
    pub fn new(aes: Aes, counter: [u8; BLOCK], bits: u32) -> Self {
        Ctr {
            aes,
            counter: u128::from_be_bytes(counter),
            mask: u128::MAX.checked_shr(128 - bits.min(128)).unwrap_or(0),
            stream: [0; BLOCK * BATCH],
            used: BLOCK * BATCH,
        }
    }

    fn refill(&mut self) {
        let mut blocks = [Block::<Aes128>::default(); BATCH];
        for block in &mut blocks {
            *block = self.counter.to_be_bytes().into();
            let next = self.counter.wrapping_add(1) & self.mask;
            self.counter = self.counter & !self.mask | next;
        }
        self.aes.encrypt_blocks(&mut blocks);
        for (bytes, block) in self
            .stream
            .as_chunks_mut::<BLOCK>()
            .0
            .iter_mut()
            .zip(blocks)
        {
            *bytes = block.into();
        }
        self.used = 0;
    }

    /// Encrypts or decrypts.
    pub fn apply(&mut self, mut data: &mut [u8]) {
        while !data.is_empty() {
            if self.used == self.stream.len() {
                self.refill();
            }
            let stream = &self.stream[self.used..];
            let len = stream.len().min(data.len());
            let (piece, rest) = data.split_at_mut(len);
            for (byte, mask) in piece.iter_mut().zip(stream) {
                *byte ^= mask;
            }
            self.used += len;
            data = rest;
        }
    }
}

/// Encrypts or decrypts in counter mode, where the last `bits` bits of a block count.
///
/// # Errors
///
/// [`Error::Operation`] if the data has more blocks than such a counter has values.
pub fn ctr(aes: &Aes, counter: [u8; BLOCK], bits: u32, data: &mut [u8]) -> Result<()> {
    let blocks = data.len().div_ceil(BLOCK) as u128;
    if bits < 128 && blocks > 1 << bits {
        return Err(Error::Operation(
            "The data is too long for the length of the counter",
        ));
    }
    Ctr::new(aes.clone(), counter, bits).apply(data);
    Ok(())
}

/// GCM by pieces.
#[derive(Clone)]
pub struct Gcm {
    stream: Ctr,
    sum: Padded<GHash>,
    /// What a tag is combined with.
    mask: [u8; BLOCK],
}

impl Gcm {
    /// Begins a message.
    #[must_use]
    pub fn new(aes: &Aes, iv: &[u8], additional: &[u8]) -> Self {
        let mut key = [Block::<Aes128>::default()];
        aes.encrypt_blocks(&mut key);
        let hash = GHash::new(&<[u8; BLOCK]>::from(key[0]).into());
        let counter = if iv.len() == 12 {
            let mut counter = [0; BLOCK];
            counter[..12].copy_from_slice(iv);
            counter[15] = 1;
            counter
        } else {
            let mut hash = hash.clone();
            hash.update_padded(iv);
            hash.update(&[(8 * iv.len() as u128).to_be_bytes().into()]);
            hash.finalize().into()
        };
        let mut stream = Ctr::new(aes.clone(), counter, 32);
        let mut mask = [0; BLOCK];
        stream.apply(&mut mask);
        Gcm {
            stream,
            sum: Padded::new(hash, additional),
            mask,
        }
    }

    /// Encrypts a piece.
    pub fn encrypt(&mut self, data: &mut [u8]) {
        self.stream.apply(data);
        self.sum.add(data);
    }

    /// Decrypts a piece. Nothing is known about it before the [`tag`](Self::tag) is compared.
    pub fn decrypt(&mut self, data: &mut [u8]) {
        self.sum.add(data);
        self.stream.apply(data);
    }

    /// The tag of all pieces.
    #[must_use]
    pub fn tag(self) -> [u8; BLOCK] {
        let mut tag = self.sum.finish(|additional, len| {
            let bits = u128::from(8 * additional) << 64 | u128::from(8 * len);
            bits.to_be_bytes()
        });
        for (byte, mask) in tag.iter_mut().zip(self.mask) {
            *byte ^= mask;
        }
        tag
    }
}

/// Encrypts in the mode GCM, with a tag of `tag_len` bytes at the end.
#[must_use]
pub fn encrypt_gcm(
    aes: &Aes,
    iv: &[u8],
    additional: &[u8],
    tag_len: usize,
    data: &[u8],
) -> Vec<u8> {
    let mut gcm = Gcm::new(aes, iv, additional);
    let mut output = Vec::with_capacity(data.len() + tag_len);
    output.extend_from_slice(data);
    gcm.encrypt(&mut output);
    output.extend_from_slice(&gcm.tag()[..tag_len.min(BLOCK)]);
    output
}

/// Decrypts what [`encrypt_gcm`] returned.
///
/// # Errors
///
/// [`Error::Operation`] if the tag is not that of the data.
pub fn decrypt_gcm(
    aes: &Aes,
    iv: &[u8],
    additional: &[u8],
    tag_len: usize,
    data: &[u8],
) -> Result<Vec<u8>> {
    let Some(len) = data.len().checked_sub(tag_len) else {
        return Err(Error::Operation("The data is shorter than its tag"));
    };
    let (data, tag) = data.split_at(len);
    let mut gcm = Gcm::new(aes, iv, additional);
    let mut output = data.to_owned();
    gcm.decrypt(&mut output);
    if crate::equals(&gcm.tag()[..tag_len.min(BLOCK)], tag) {
        Ok(output)
    } else {
        Err(Error::Operation(
            "The tag is not valid: data, key or parameters differ",
        ))
    }
}
