//! Ed448 and X448.

use ed448_goldilocks::{Signature, SigningKey, VerifyingKey};

use super::{Curve, UNSUITABLE};
use crate::{Error, Result};

/// Ed448, for signatures.
pub static ED448: Curve = Curve {
    name: "Ed448",
    oid: "1.3.101.113",
    len: 57,
    public_of: |private| Ok(signing_key(private)?.verifying_key().to_bytes().to_vec()),
    sign: |private, message| Ok(signing_key(private)?.sign_raw(message).to_bytes().to_vec()),
    verify: |public, signature, message| {
        let key = public.try_into().ok().map(VerifyingKey::from_bytes);
        let (Some(Ok(key)), Ok(signature)) = (key, Signature::try_from(signature)) else {
            return false;
        };
        key.verify_raw(&signature, message).is_ok()
    },
    agree: |_, _| None,
};

/// X448, for shared secrets.
pub static X448: Curve = Curve {
    name: "X448",
    oid: "1.3.101.111",
    len: 56,
    public_of: |private| {
        let mut base = [0; 56];
        base[0] = 5;
        shared(private, &base).ok_or(Error::Data("The key is not valid"))
    },
    sign: |_, _| -> Result<Vec<u8>> { Err(UNSUITABLE) },
    verify: |_, _, _| false,
    agree: shared,
};

fn signing_key(private: &[u8]) -> Result<SigningKey> {
    SigningKey::try_from(private).map_err(|_| Error::Data("The key is not valid"))
}

fn shared(private: &[u8], public: &[u8]) -> Option<Vec<u8>> {
    let secret = x448::x448(private.try_into().ok()?, public.try_into().ok()?)?;
    // The crate does not know all points of small order: 0 and 1 may be written in another way.
    (secret != [0; 56]).then(|| secret.to_vec())
}
