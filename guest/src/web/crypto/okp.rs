//! Helpers for keys of Ed25519 and X25519.

use jsvm_crypto::Error;
use jsvm_crypto::okp::{OkpCurve, OkpPrivate, OkpPublic};

use super::super::functions;
use super::subtle::tools;
use super::{ENTROPY, buffer, bytes_of, failure};
use crate::js::{self, Call, JsResult, Value};

/// Adds the helpers.
pub fn natives(object: &Value) -> JsResult<()> {
    tools(object)?;
    functions! { object;
        "generate" 1 => |call| js::hold(OkpPrivate::generate(curve(call, 0)?, ENTROPY)),
        "publicOf" 1 => |call| js::hold(private(call, 0)?.public),
        // `read(format, curve, bytes)`
        "read" 3 => read,
        // `write(format, key)`
        "write" 2 => write,
        "sign" 2 => |call| buffer(Ok(private(call, 0)?.sign(&bytes_of(call, 1)?))),
        // `verify(key, signature, message)`
        "verify" 3 => |call| {
            let (signature, message) = (bytes_of(call, 1)?, bytes_of(call, 2)?);
            Ok(Value::boolean(public(call, 0)?.verify(&message, &signature)))
        },
        "agree" 2 => |call| buffer(private(call, 0)?.agree(&public(call, 1)?)),
    }
    Ok(())
}

fn curve(call: Call<'_>, index: usize) -> JsResult<OkpCurve> {
    let curve = OkpCurve::named(&call.arg(index).to_lossy()?);
    curve.ok_or_else(|| failure(Error::NotSupported("There is no such curve")))
}

fn private(call: Call<'_>, index: usize) -> JsResult<OkpPrivate> {
    call.arg(index)
        .with_held(|key: &mut OkpPrivate| key.clone())
}

fn public(call: Call<'_>, index: usize) -> JsResult<OkpPublic> {
    call.arg(index).with_held(|key: &mut OkpPublic| key.clone())
}

fn read(call: Call<'_>) -> JsResult<Value> {
    let (format, curve, bytes) = (call.arg(0).to_lossy()?, curve(call, 1)?, bytes_of(call, 2)?);
    match format.as_str() {
        "raw" => js::hold(OkpPublic::from_raw(curve, &bytes).map_err(failure)?),
        "spki" => js::hold(OkpPublic::from_spki(curve, &bytes).map_err(failure)?),
        "pkcs8" => js::hold(OkpPrivate::from_pkcs8(curve, &bytes).map_err(failure)?),
        _ => js::hold(OkpPrivate::from_raw(curve, &bytes).map_err(failure)?),
    }
}

fn write(call: Call<'_>) -> JsResult<Value> {
    match call.arg(0).to_lossy()?.as_str() {
        "raw" => buffer(Ok(public_bytes(call)?)),
        "spki" => buffer(public(call, 1)?.to_spki()),
        "pkcs8" => buffer(private(call, 1)?.to_pkcs8()),
        _ => buffer(Ok(private(call, 1)?.bytes.to_vec())),
    }
}

fn public_bytes(call: Call<'_>) -> JsResult<Vec<u8>> {
    Ok(public(call, 1)?.bytes.to_vec())
}
