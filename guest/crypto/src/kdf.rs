//! Keys from secrets and passwords.

use crate::hash::{Hasher, with_hash};
use crate::{Error, Hash, Result};

/// HKDF (RFC 5869).
///
/// # Errors
///
/// [`Error::Operation`] if more than 255 digests are asked for.
pub fn hkdf(hash: Hash, secret: &[u8], salt: &[u8], info: &[u8], len: usize) -> Result<Vec<u8>> {
    let mut output = vec![0; len.min(255 * hash.output_size())];
    let done = with_hash!(hash, D => {
        hkdf::SimpleHkdf::<D>::new(Some(salt), secret).expand(info, &mut output)
    });
    match done {
        Ok(()) if output.len() == len => Ok(output),
        _ => Err(Error::Operation("The length is more than 255 digests")),
    }
}

/// The parameters of [`scrypt`].
#[derive(Clone, Copy, Debug)]
pub struct ScryptCost {
    /// CPU and memory cost, a power of two.
    pub n: u32,
    /// Block size.
    pub r: u32,
    /// Parallelization.
    pub p: u32,
}

/// scrypt (RFC 7914).
///
/// # Errors
///
/// [`Error::Operation`] for parameters that scrypt does not have.
pub fn scrypt(password: &[u8], salt: &[u8], cost: ScryptCost, len: usize) -> Result<Vec<u8>> {
    const INVALID: Error = Error::Operation("Invalid scrypt params");
    if !cost.n.is_power_of_two() || cost.n < 2 {
        return Err(INVALID);
    }
    let params = scrypt::Params::new(cost.n.trailing_zeros() as u8, cost.r, cost.p);
    let params = params.map_err(|_| INVALID)?;
    let mut output = vec![0; len];
    if len > 0 {
        scrypt::scrypt(password, salt, &params, &mut output).map_err(|_| INVALID)?;
    }
    Ok(output)
}

/// PBKDF2 (RFC 8018) with HMAC, in steps.
///
/// ```
/// use jsvm_crypto::{Hash, kdf::Pbkdf2};
///
/// let mut work = Pbkdf2::new(Hash::Sha1, b"password", b"salt", 2, 20);
/// while !work.step(1) {}
/// assert_eq!(work.output()[..4], [0xea, 0x6c, 0x01, 0x4d]);
/// ```
pub struct Pbkdf2 {
    /// HMAC with the password.
    mac: Hasher,
    salt: Vec<u8>,
    iterations: u32,
    len: usize,
    output: Vec<u8>,
    /// The last code, the sum so far, and how many iterations are left of the block.
    block: Option<(Vec<u8>, Vec<u8>, u32)>,
    blocks: u32,
}

impl Pbkdf2 {
    /// Begins. There must be one iteration at least.
    #[must_use]
    pub fn new(hash: Hash, password: &[u8], salt: &[u8], iterations: u32, len: usize) -> Self {
        Pbkdf2 {
            mac: hash.begin_hmac(password),
            salt: salt.to_owned(),
            iterations: iterations.max(1),
            len,
            output: Vec::new(),
            block: None,
            blocks: 0,
        }
    }

    /// Does about `count` iterations. Returns whether those were the last.
    pub fn step(&mut self, count: u32) -> bool {
        let mut left = count.max(1);
        while left > 0 && self.output.len() < self.len {
            let (mut last, mut sum, rest) = self.block.take().unwrap_or_else(|| self.begin_block());
            let count = rest.min(left);
            self.mac.chain(&mut last, &mut sum, count);
            left -= count.max(1);
            if rest > count {
                self.block = Some((last, sum, rest - count));
            } else {
                self.output.extend_from_slice(&sum);
                self.output.truncate(self.len);
            }
        }
        self.output.len() >= self.len
    }

    /// The first iteration of the next block.
    fn begin_block(&mut self) -> (Vec<u8>, Vec<u8>, u32) {
        self.blocks += 1;
        let mut mac = self.mac.clone();
        mac.update(&self.salt);
        mac.update(&self.blocks.to_be_bytes());
        let first = mac.finish();
        (first.clone(), first, self.iterations - 1)
    }

    /// The derived bytes, when all steps are done.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        &self.output
    }
}
