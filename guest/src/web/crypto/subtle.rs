//! Helpers of `crypto.subtle` that need no key pairs: digests, HMAC, AES, and keys from secrets.

use base64ct::{Base64UrlUnpadded, Encoding};
use jsvm_crypto::hash::Hasher;
use jsvm_crypto::kdf::{Pbkdf2, hkdf};
use jsvm_crypto::{Error, aes};

use super::super::{bytes, functions};
use super::{ENTROPY, buffer, bytes_of, failure, hash_of, number_of};
use crate::js::{self, Call, JsResult, Value, ViewKind};
use crate::realm::readers;

/// Iterations of PBKDF2 between two looks at whether the VM is to stop: about a millisecond.
const ITERATIONS: u32 = 1 << 10;

/// Adds the helpers that all parts of `crypto.subtle` need.
pub fn tools(object: &Value) -> JsResult<()> {
    functions! { object;
        "isBytes" 1 => |call| Ok(Value::boolean(bytes::is_source(&call.arg(0)))),
        "isUint8Array" 1 => |call| {
            Ok(Value::boolean(call.arg(0).view_kind() == Some(ViewKind::Uint8)))
        },
        "size" 1 => |call| Ok(Value::number(bytes::len(&call.arg(0))? as f64)),
        "copy" 1 => |call| buffer(Ok(bytes::to_vec(&call.arg(0))?)),
        "bytes" 1 => |call| bytes::uint8_array(&bytes::to_vec(&call.arg(0))?),
        "equals" 2 => |call| {
            let (a, b) = (bytes_of(call, 0)?, bytes_of(call, 1)?);
            Ok(Value::boolean(jsvm_crypto::equals(&a, &b)))
        },
        "firstBits" 2 => first_bits,
        "truncate" 1 => |call| Ok(Value::number(call.arg(0).to_number()?.trunc())),
        "upper" 1 => |call| Value::text(&call.arg(0).to_lossy()?.to_ascii_uppercase()),
        // The number in the name of a hash function or curve.
        "digits" 1 => |call| {
            let name = call.arg(0).to_lossy()?;
            Value::text(name.split_once('-').map_or("", |(_, digits)| digits))
        },
        "toBase64Url" 1 => to_base64_url,
        "fromBase64Url" 1 => from_base64_url,
    }
    Ok(())
}

/// Adds the helpers of `SubtleCrypto` itself.
pub fn natives(object: &Value) -> JsResult<()> {
    tools(object)?;
    functions! { object;
        "toJson" 1 => to_json,
        "fromJson" 1 => from_json,
        "digest" 2 => digest,
    }
    Ok(())
}

/// Adds the helpers of algorithms with secret keys.
pub fn secret_natives(object: &Value) -> JsResult<()> {
    tools(object)?;
    functions! { object;
        "random" 1 => |call| buffer(Ok(ENTROPY.bytes(number_of(call, 0)))),
        "hmac" 3 => |call| {
            let (hash, key) = (hash_of(call, 0)?, bytes_of(call, 1)?);
            absorb(hash.begin_hmac(&key), call, 2)
        },
        "aesCbc" 4 => aes_cbc,
        "aesCtr" 4 => aes_ctr,
        "aesGcm" 6 => aes_gcm,
        "aesWrap" 3 => aes_wrap,
        "hkdf" 5 => |call| {
            let hash = hash_of(call, 0)?;
            let (secret, salt, info) = (bytes_of(call, 1)?, bytes_of(call, 2)?, bytes_of(call, 3)?);
            buffer(hkdf(hash, &secret, &salt, &info, number_of(call, 4)))
        },
        "pbkdf2" 5 => |call| {
            let (hash, password, salt) = (hash_of(call, 0)?, bytes_of(call, 1)?, bytes_of(call, 2)?);
            let (iterations, len) = (number_of(call, 3) as u32, number_of(call, 4));
            js::hold(Pbkdf2::new(hash, &password, &salt, iterations, len))
        },
        // The bytes; nothing if there is more to do. The part calls it in a loop, which can be stopped.
        "pbkdf2Step" 1 => |call| {
            let output = call.arg(0).with_held(|work: &mut Pbkdf2| {
                work.step(ITERATIONS).then(|| work.output().to_owned())
            })?;
            output.map_or(Ok(Value::UNDEFINED), |bytes| buffer(Ok(bytes)))
        },
    }
    Ok(())
}

/// Adds the bytes of an argument, and returns the result.
fn absorb(mut hasher: Hasher, call: Call<'_>, index: usize) -> JsResult<Value> {
    bytes::for_each_piece(&bytes::view(&call.arg(index))?, |bytes| {
        hasher.update(bytes);
        true
    })?;
    buffer(Ok(hasher.finish()))
}

/// `digest(algorithm, bytes)`
fn digest(call: Call<'_>) -> JsResult<Value> {
    absorb(hash_of(call, 0)?.begin(), call, 1)
}

/// `aesCbc(encrypts, key, iv, data)`
fn aes_cbc(call: Call<'_>) -> JsResult<Value> {
    let cipher = aes::Aes::new(&bytes_of(call, 1)?).map_err(failure)?;
    let iv = block(call, 2)?;
    let data = bytes_of(call, 3)?;
    buffer(match call.arg(0).to_boolean() {
        true => Ok(cipher.encrypt_cbc(&iv, &data)),
        false => cipher.decrypt_cbc(&iv, &data),
    })
}

/// `aesCtr(key, counter, bits, data)`
fn aes_ctr(call: Call<'_>) -> JsResult<Value> {
    let cipher = aes::Aes::new(&bytes_of(call, 0)?).map_err(failure)?;
    let counter = block(call, 1)?;
    let mut data = bytes_of(call, 3)?;
    let done = aes::ctr(&cipher, counter, number_of(call, 2) as u32, &mut data);
    buffer(done.map(|()| data))
}

/// `aesGcm(encrypts, key, iv, additional, tagLength, data)`, with the length of the tag in bytes.
fn aes_gcm(call: Call<'_>) -> JsResult<Value> {
    let cipher = aes::Aes::new(&bytes_of(call, 1)?).map_err(failure)?;
    let (iv, additional) = (bytes_of(call, 2)?, bytes_of(call, 3)?);
    let tag_len = number_of(call, 4);
    let data = bytes_of(call, 5)?;
    buffer(match call.arg(0).to_boolean() {
        true => Ok(aes::encrypt_gcm(&cipher, &iv, &additional, tag_len, &data)),
        false => aes::decrypt_gcm(&cipher, &iv, &additional, tag_len, &data),
    })
}

/// `aesWrap(wraps, wrappingKey, key)`
fn aes_wrap(call: Call<'_>) -> JsResult<Value> {
    let (wrapping, key) = (bytes_of(call, 1)?, bytes_of(call, 2)?);
    buffer(match call.arg(0).to_boolean() {
        true => aes::wrap(&wrapping, &key),
        false => aes::unwrap(&wrapping, &key),
    })
}

/// A block of 16 bytes.
fn block(call: Call<'_>, index: usize) -> JsResult<[u8; aes::BLOCK]> {
    let wrong = |_| failure(Error::Operation("The counter or iv has not 16 bytes"));
    bytes_of(call, index)?.try_into().map_err(wrong)
}

/// `firstBits(bytes, bits)`: the bits behind are zero.
fn first_bits(call: Call<'_>) -> JsResult<Value> {
    let mut bytes = bytes_of(call, 0)?;
    let bits = number_of(call, 1);
    bytes.truncate(bits.div_ceil(8));
    if !bits.is_multiple_of(8)
        && let Some(last) = bytes.last_mut()
    {
        *last &= 0xff << (8 - bits % 8);
    }
    buffer(Ok(bytes))
}

/// `toBase64Url(bytes)`, without padding.
fn to_base64_url(call: Call<'_>) -> JsResult<Value> {
    Value::text(&Base64UrlUnpadded::encode_string(&bytes_of(call, 0)?))
}

/// `fromBase64Url(text)`: nothing if it is not valid.
fn from_base64_url(call: Call<'_>) -> JsResult<Value> {
    match Base64UrlUnpadded::decode_vec(&call.arg(0).to_lossy()?) {
        Ok(bytes) => buffer(Ok(bytes)),
        Err(_) => Ok(Value::UNDEFINED),
    }
}

/// `toJson(value)`: JSON as bytes.
fn to_json(call: Call<'_>) -> JsResult<Value> {
    let text = readers().stringify(&call.arg(0))?.to_lossy()?;
    buffer(Ok(text.into_bytes()))
}

/// `fromJson(bytes)`: nothing if it is not valid.
fn from_json(call: Call<'_>) -> JsResult<Value> {
    let Ok(text) = String::from_utf8(bytes_of(call, 0)?) else {
        return Ok(Value::UNDEFINED);
    };
    match js::parse_json(text, "jwk") {
        Err(thrown) if thrown.is_interrupt() => Err(thrown),
        parsed => Ok(parsed.unwrap_or(Value::UNDEFINED)),
    }
}
