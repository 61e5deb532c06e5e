//! Helpers of `node:crypto` beyond those of `crypto.subtle`: digests and ciphers by pieces, scrypt, and PEM.

use base64ct::{Base64, Encoding};
use jsvm_crypto::aes::{Aes, BLOCK, Cbc, Ctr, Gcm};
use jsvm_crypto::chacha::ChaChaPoly;
use jsvm_crypto::hash::Hasher;
use jsvm_crypto::kdf::{ScryptCost, scrypt};
use jsvm_crypto::{Error, Hash, der};

use super::super::{bytes, functions};
use super::subtle::secret_natives;
use super::{buffer, bytes_of, failure, hash_of, number_of};
use crate::js::{self, Call, JsResult, Value};

/// Adds the helpers.
pub fn natives(object: &Value) -> JsResult<()> {
    secret_natives(object)?;
    functions! { object;
        // Bytes of a digest; nothing if there is no such hash function.
        "digestSize" 1 => |call| {
            let hash = Hash::named(&call.arg(0).to_lossy()?);
            Ok(hash.map_or(Value::UNDEFINED, |hash| Value::number(hash.output_size() as f64)))
        },
        "beginDigest" 1 => |call| js::hold(Some(hash_of(call, 0)?.begin())),
        "beginHmac" 2 => |call| js::hold(Some(hash_of(call, 0)?.begin_hmac(&bytes_of(call, 1)?))),
        "copyDigest" 1 => |call| {
            let copy = call.arg(0).with_held(|hasher: &mut Option<Hasher>| hasher.clone())?;
            js::hold(copy)
        },
        "addTo" 2 => |call| {
            bytes::for_each_piece(&bytes::view(&call.arg(1))?, |bytes| {
                let hasher = call.arg(0);
                hasher.with_held(|hasher: &mut Option<Hasher>| {
                    if let Some(hasher) = hasher {
                        hasher.update(bytes);
                    }
                }).is_ok()
            })?;
            Ok(Value::UNDEFINED)
        },
        // The result; nothing the second time.
        "endDigest" 1 => |call| {
            let hasher = call.arg(0).with_held(Option::<Hasher>::take)?;
            hasher.map_or(Ok(Value::UNDEFINED), |hasher| buffer(Ok(hasher.finish())))
        },
        // `scrypt(password, salt, N, r, p, length)`
        "scrypt" 6 => |call| {
            let cost = ScryptCost {
                n: number_of(call, 2) as u32,
                r: number_of(call, 3) as u32,
                p: number_of(call, 4) as u32,
            };
            let (password, salt) = (bytes_of(call, 0)?, bytes_of(call, 1)?);
            buffer(scrypt(&password, &salt, cost, number_of(call, 5)))
        },
        // `cipher(mode, encrypts, key, iv, additional)`
        "cipher" 5 => cipher,
        // `cipherUpdate(cipher, bytes)`
        "cipherUpdate" 2 => |call| {
            let mut data = bytes_of(call, 1)?;
            call.arg(0).with_held(|cipher: &mut Cipher| cipher.update(&mut data))?;
            buffer(Ok(data))
        },
        // The tag; nothing for modes without one.
        "cipherTag" 1 => |call| {
            let tag = call.arg(0).with_held(|cipher: &mut Cipher| cipher.tag())?;
            tag.map_or(Ok(Value::UNDEFINED), |tag| buffer(Ok(tag.to_vec())))
        },
        // The identifier of the algorithm of a key in DER; nothing if it is none.
        "keyAlgorithm" 2 => |call| {
            let bytes = bytes_of(call, 0)?;
            match der::algorithm(&bytes, call.arg(1).to_boolean()) {
                Ok(oid) => Value::text(&oid),
                Err(_) => Ok(Value::UNDEFINED),
            }
        },
        // The label and the bytes of the first PEM block; nothing if there is none.
        "fromPem" 1 => from_pem,
        "toPem" 2 => to_pem,
    }
    Ok(())
}

/// A cipher under way.
struct Cipher {
    mode: Mode,
    encrypts: bool,
}

enum Mode {
    Cbc(Box<Cbc>),
    Ctr(Box<Ctr>),
    Gcm(Option<Box<Gcm>>),
    ChaCha(Option<Box<ChaChaPoly>>),
}

impl Cipher {
    fn update(&mut self, data: &mut [u8]) {
        match (&mut self.mode, self.encrypts) {
            (Mode::Cbc(cbc), true) => cbc.encrypt(data),
            (Mode::Cbc(cbc), false) => cbc.decrypt(data),
            (Mode::Ctr(ctr), _) => ctr.apply(data),
            (Mode::Gcm(Some(gcm)), true) => gcm.encrypt(data),
            (Mode::Gcm(Some(gcm)), false) => gcm.decrypt(data),
            (Mode::ChaCha(Some(chacha)), true) => chacha.encrypt(data),
            (Mode::ChaCha(Some(chacha)), false) => chacha.decrypt(data),
            (Mode::Gcm(None) | Mode::ChaCha(None), _) => {}
        }
    }

    fn tag(&mut self) -> Option<[u8; 16]> {
        match &mut self.mode {
            Mode::Gcm(gcm) => gcm.take().map(|gcm| gcm.tag()),
            Mode::ChaCha(chacha) => chacha.take().map(|chacha| chacha.tag()),
            Mode::Cbc(_) | Mode::Ctr(_) => None,
        }
    }
}

fn cipher(call: Call<'_>) -> JsResult<Value> {
    let mode = call.arg(0).to_lossy()?;
    let (key, iv, additional) = (bytes_of(call, 2)?, bytes_of(call, 3)?, bytes_of(call, 4)?);
    let block = || -> JsResult<[u8; BLOCK]> {
        let wrong = |_| failure(Error::Operation("Invalid initialization vector"));
        iv.as_slice().try_into().map_err(wrong)
    };
    let mode = match mode.as_str() {
        "chacha" => {
            let chacha = ChaChaPoly::new(&key, &iv, &additional).map_err(failure)?;
            Mode::ChaCha(Some(Box::new(chacha)))
        }
        mode => {
            let aes = Aes::new(&key).map_err(failure)?;
            match mode {
                "cbc" => Mode::Cbc(Box::new(Cbc::new(aes, block()?))),
                "ctr" => Mode::Ctr(Box::new(Ctr::new(aes, block()?, 128))),
                _ => Mode::Gcm(Some(Box::new(Gcm::new(&aes, &iv, &additional)))),
            }
        }
    };
    let encrypts = call.arg(1).to_boolean();
    js::hold(Cipher { mode, encrypts })
}

fn from_pem(call: Call<'_>) -> JsResult<Value> {
    let text = call.arg(0).to_lossy()?;
    let Some((label, content)) = pem_block(&text) else {
        return Ok(Value::UNDEFINED);
    };
    let content: String = content.split_ascii_whitespace().collect();
    match Base64::decode_vec(&content) {
        Ok(bytes) => Value::array_of(vec![Value::text(label)?, buffer(Ok(bytes))?]),
        Err(_) => Ok(Value::UNDEFINED),
    }
}

fn pem_block(text: &str) -> Option<(&str, &str)> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (content, rest) = rest.split_once("-----END ")?;
    rest.starts_with(label).then_some((label, content))
}

/// `toPem(label, bytes)`
fn to_pem(call: Call<'_>) -> JsResult<Value> {
    let label = call.arg(0).to_lossy()?;
    let content = Base64::encode_string(&bytes_of(call, 1)?);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in content.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text.push_str(&format!("-----END {label}-----\n"));
    Value::text(&text)
}
