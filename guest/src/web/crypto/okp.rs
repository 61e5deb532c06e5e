//! Helpers for keys of Ed25519 and X25519, and of Ed448 and X448.

use jsvm_crypto::Error;
use jsvm_crypto::okp::{Curve, ED448, ED25519, OkpPrivate, OkpPublic, X448, X25519};

use super::super::functions;
use super::subtle::tools;
use super::{ENTROPY, buffer, bytes_of, failure};
use crate::js::{self, Call, JsResult, Value};

/// Adds the helpers for the curves of 255 bits.
pub fn natives(object: &Value) -> JsResult<()> {
    shared(object)?;
    functions! { object;
        "generate" 1 => |call| generate(call, &[&ED25519, &X25519]),
        "read" 3 => |call| read(call, &[&ED25519, &X25519]),
    }
    Ok(())
}

/// Adds the helpers for the curves of 448 bits.
pub fn natives_448(object: &Value) -> JsResult<()> {
    shared(object)?;
    functions! { object;
        "generate" 1 => |call| generate(call, &[&ED448, &X448]),
        "read" 3 => |call| read(call, &[&ED448, &X448]),
    }
    Ok(())
}

fn shared(object: &Value) -> JsResult<()> {
    tools(object)?;
    functions! { object;
        "publicOf" 1 => |call| js::hold(private(call, 0)?.public),
        // `write(format, key)`
        "write" 2 => write,
        "sign" 2 => |call| buffer(private(call, 0)?.sign(&bytes_of(call, 1)?)),
        // `verify(key, signature, message)`
        "verify" 3 => |call| {
            let (signature, message) = (bytes_of(call, 1)?, bytes_of(call, 2)?);
            Ok(Value::boolean(public(call, 0)?.verify(&message, &signature)))
        },
        "agree" 2 => |call| buffer(private(call, 0)?.agree(&public(call, 1)?)),
    }
    Ok(())
}

fn curve(call: Call<'_>, index: usize, curves: &[&'static Curve]) -> JsResult<&'static Curve> {
    let name = call.arg(index).to_lossy()?;
    let found = curves.iter().find(|curve| curve.name == name);
    let unknown = || failure(Error::NotSupported("There is no such curve"));
    found.copied().ok_or_else(unknown)
}

fn private(call: Call<'_>, index: usize) -> JsResult<OkpPrivate> {
    call.arg(index)
        .with_held(|key: &mut OkpPrivate| key.clone())
}

fn public(call: Call<'_>, index: usize) -> JsResult<OkpPublic> {
    call.arg(index).with_held(|key: &mut OkpPublic| key.clone())
}

/// `generate(curve)`
fn generate(call: Call<'_>, curves: &[&'static Curve]) -> JsResult<Value> {
    let curve = curve(call, 0, curves)?;
    js::hold(OkpPrivate::generate(curve, ENTROPY).map_err(failure)?)
}

/// `read(format, curve, bytes)`
fn read(call: Call<'_>, curves: &[&'static Curve]) -> JsResult<Value> {
    let curve = curve(call, 1, curves)?;
    let (format, bytes) = (call.arg(0).to_lossy()?, bytes_of(call, 2)?);
    match format.as_str() {
        "raw" => js::hold(OkpPublic::from_raw(curve, &bytes).map_err(failure)?),
        "spki" => js::hold(OkpPublic::from_spki(curve, &bytes).map_err(failure)?),
        "pkcs8" => js::hold(OkpPrivate::from_pkcs8(curve, &bytes).map_err(failure)?),
        _ => js::hold(OkpPrivate::from_raw(curve, &bytes).map_err(failure)?),
    }
}

fn write(call: Call<'_>) -> JsResult<Value> {
    buffer(match call.arg(0).to_lossy()?.as_str() {
        "raw" => Ok(public(call, 1)?.bytes().to_vec()),
        "spki" => public(call, 1)?.to_spki(),
        "pkcs8" => private(call, 1)?.to_pkcs8(),
        _ => Ok(private(call, 1)?.bytes().to_vec()),
    })
}
