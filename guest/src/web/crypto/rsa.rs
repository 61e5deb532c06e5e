//! Helpers for keys of RSA.

use jsvm_crypto::rsa::{KeyGeneration, RsaNumbers, RsaPrivate, RsaPublic, Scheme};

use super::super::functions;
use super::subtle::tools;
use super::{ENTROPY, buffer, bytes_of, failure, hash_of, number_of};
use crate::js::{self, Call, JsResult, Value};

/// Adds the helpers.
pub fn natives(object: &Value) -> JsResult<()> {
    tools(object)?;
    functions! { object;
        // `begin(bits, exponent)`: a key that is created by steps.
        "begin" 2 => |call| {
            let (bits, exponent) = (number_of(call, 0), bytes_of(call, 1)?);
            js::hold(KeyGeneration::new(bits, &exponent, ENTROPY).map_err(failure)?)
        },
        // The key; nothing if there is more to do.
        "step" 1 => |call| {
            let key = call.arg(0).with_held(KeyGeneration::step)?;
            key.map_err(failure)?.map_or(Ok(Value::UNDEFINED), js::hold)
        },
        "publicOf" 1 => |call| js::hold(private(call, |key| key.public())?),
        "bits" 1 => |call| Ok(Value::number(f64::from(public(call, RsaPublic::bits)?))),
        "exponent" 1 => |call| {
            let [_, exponent] = public(call, RsaPublic::numbers)?;
            buffer(Ok(exponent))
        },
        // `read(format, bytes)`
        "read" 2 => read,
        // `write(format, key)`
        "write" 2 => write,
        // `fromNumbers(n, e)` or `fromNumbers(n, e, d, p, q)`
        "fromNumbers" 5 => from_numbers,
        // The numbers of a key: two of a public, eight of a private one.
        "numbers" 1 => numbers,
        // `sign(key, salt, hash, message)`; the salt is -1 for RSASSA-PKCS1-v1_5.
        "sign" 4 => |call| {
            let (scheme, hash) = (scheme(call, 1), hash_of(call, 2)?);
            let digest = hash.digest(&bytes_of(call, 3)?);
            buffer(private(call, |key| key.sign(scheme, hash, &digest, ENTROPY))?)
        },
        // `verify(key, salt, hash, signature, message)`; a salt of -2 may have any length.
        "verify" 5 => |call| {
            let (scheme, hash) = (scheme(call, 1), hash_of(call, 2)?);
            let digest = hash.digest(&bytes_of(call, 4)?);
            let signature = bytes_of(call, 3)?;
            let is_valid = public(call, |key| key.verify(scheme, hash, &digest, &signature))?;
            Ok(Value::boolean(is_valid))
        },
        // `encrypt(key, hash, label, message)`
        "encrypt" 4 => |call| {
            let (hash, label, message) = (hash_of(call, 1)?, bytes_of(call, 2)?, bytes_of(call, 3)?);
            buffer(public(call, |key| key.encrypt(hash, &label, &message, ENTROPY))?)
        },
        "decrypt" 4 => |call| {
            let (hash, label, message) = (hash_of(call, 1)?, bytes_of(call, 2)?, bytes_of(call, 3)?);
            buffer(private(call, |key| key.decrypt(hash, &label, &message, ENTROPY))?)
        },
    }
    Ok(())
}

fn private<R>(call: Call<'_>, run: impl FnOnce(&RsaPrivate) -> R) -> JsResult<R> {
    call.arg(0).with_held(|key: &mut RsaPrivate| run(key))
}

fn public<R>(call: Call<'_>, run: impl FnOnce(&RsaPublic) -> R) -> JsResult<R> {
    call.arg(0).with_held(|key: &mut RsaPublic| run(key))
}

fn scheme(call: Call<'_>, index: usize) -> Scheme {
    match call.arg(index).as_number().unwrap_or(0.0) {
        -1.0 => Scheme::Pkcs1v15,
        salt if salt < 0.0 => Scheme::Pss(None),
        salt => Scheme::Pss(Some(salt as usize)),
    }
}

fn read(call: Call<'_>) -> JsResult<Value> {
    let bytes = bytes_of(call, 1)?;
    match call.arg(0).to_lossy()?.as_str() {
        "spki" => js::hold(RsaPublic::from_spki(&bytes).map_err(failure)?),
        "pkcs1-public" => js::hold(RsaPublic::from_pkcs1(&bytes).map_err(failure)?),
        "pkcs8" => js::hold(RsaPrivate::from_pkcs8(&bytes).map_err(failure)?),
        _ => js::hold(RsaPrivate::from_pkcs1(&bytes).map_err(failure)?),
    }
}

fn write(call: Call<'_>) -> JsResult<Value> {
    let key = call.arg(1);
    let private = |run: fn(&RsaPrivate) -> _| key.with_held(|key: &mut RsaPrivate| run(key));
    let public = |run: fn(&RsaPublic) -> _| key.with_held(|key: &mut RsaPublic| run(key));
    buffer(match call.arg(0).to_lossy()?.as_str() {
        "spki" => public(RsaPublic::to_spki),
        "pkcs1-public" => public(RsaPublic::to_pkcs1),
        "pkcs8" => private(RsaPrivate::to_pkcs8),
        _ => private(RsaPrivate::to_pkcs1),
    }?)
}

fn from_numbers(call: Call<'_>) -> JsResult<Value> {
    let (n, e) = (bytes_of(call, 0)?, bytes_of(call, 1)?);
    if call.args.len() < 5 {
        return js::hold(RsaPublic::new(&n, &e).map_err(failure)?);
    }
    let (d, p, q) = (bytes_of(call, 2)?, bytes_of(call, 3)?, bytes_of(call, 4)?);
    let numbers = RsaNumbers {
        n: &n,
        e: &e,
        d: &d,
        p: &p,
        q: &q,
    };
    js::hold(RsaPrivate::new(&numbers).map_err(failure)?)
}

fn numbers(call: Call<'_>) -> JsResult<Value> {
    let numbers = match public(call, RsaPublic::numbers) {
        Ok(numbers) => numbers.to_vec(),
        Err(_) => private(call, RsaPrivate::numbers)?
            .map_err(failure)?
            .to_vec(),
    };
    let buffers = numbers.into_iter().map(|bytes| buffer(Ok(bytes)));
    Value::array_of(buffers.collect::<JsResult<Vec<_>>>()?)
}
