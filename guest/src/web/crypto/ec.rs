//! Helpers for keys of ECDSA and ECDH.

use jsvm_crypto::Error;
use jsvm_crypto::ec::{Curve, EcPrivate, EcPublic, signature_from_der, signature_to_der};

use super::super::functions;
use super::subtle::tools;
use super::{ENTROPY, buffer, bytes_of, failure, hash_of, number_of};
use crate::js::{self, Call, JsResult, Value};

/// Adds the helpers.
pub fn natives(object: &Value) -> JsResult<()> {
    tools(object)?;
    functions! { object;
        "generate" 1 => |call| {
            js::hold(EcPrivate::generate(curve(call, 0)?, ENTROPY).map_err(failure)?)
        },
        "publicOf" 1 => |call| js::hold(private(call, 0)?.public),
        "curveOf" 1 => |call| {
            let key = call.arg(0);
            let public = key.with_held(|key: &mut EcPublic| key.curve);
            let curve = match public {
                Ok(curve) => curve,
                Err(_) => private(call, 0)?.public.curve,
            };
            Value::text(curve.name())
        },
        // `read(format, curve, bytes)`
        "read" 3 => read,
        "fromCoordinates" 3 => |call| {
            let (x, y) = (bytes_of(call, 1)?, bytes_of(call, 2)?);
            js::hold(EcPublic::from_coordinates(curve(call, 0)?, &x, &y).map_err(failure)?)
        },
        "same" 2 => |call| Ok(Value::boolean(public(call, 0)? == public(call, 1)?)),
        // `write(format, key)`
        "write" 2 => write,
        // `sign(key, hash, message)`
        "sign" 3 => |call| {
            let digest = hash_of(call, 1)?.digest(&bytes_of(call, 2)?);
            buffer(private(call, 0)?.sign(&digest))
        },
        // `verify(key, hash, signature, message)`
        "verify" 4 => |call| {
            let digest = hash_of(call, 1)?.digest(&bytes_of(call, 3)?);
            Ok(Value::boolean(public(call, 0)?.verify(&digest, &bytes_of(call, 2)?)))
        },
        "agree" 2 => |call| buffer(private(call, 0)?.agree(&public(call, 1)?)),
        "toDer" 1 => |call| buffer(signature_to_der(&bytes_of(call, 0)?)),
        // `fromDer(signature, size)`: nothing if it is none.
        "fromDer" 2 => |call| match signature_from_der(&bytes_of(call, 0)?, number_of(call, 1)) {
            Ok(signature) => buffer(Ok(signature)),
            Err(_) => Ok(Value::UNDEFINED),
        },
    }
    Ok(())
}

fn curve(call: Call<'_>, index: usize) -> JsResult<Curve> {
    let curve = Curve::named(&call.arg(index).to_lossy()?);
    curve.ok_or_else(|| failure(Error::NotSupported("There is no such curve")))
}

fn private(call: Call<'_>, index: usize) -> JsResult<EcPrivate> {
    call.arg(index).with_held(|key: &mut EcPrivate| key.clone())
}

fn public(call: Call<'_>, index: usize) -> JsResult<EcPublic> {
    call.arg(index).with_held(|key: &mut EcPublic| key.clone())
}

fn read(call: Call<'_>) -> JsResult<Value> {
    let (format, bytes) = (call.arg(0).to_lossy()?, bytes_of(call, 2)?);
    match format.as_str() {
        "raw" => js::hold(EcPublic::from_raw(curve(call, 1)?, &bytes).map_err(failure)?),
        "spki" => js::hold(EcPublic::from_spki(&bytes).map_err(failure)?),
        "pkcs8" => js::hold(EcPrivate::from_pkcs8(&bytes).map_err(failure)?),
        "sec1" => js::hold(EcPrivate::from_sec1(&bytes).map_err(failure)?),
        _ => js::hold(EcPrivate::from_raw(curve(call, 1)?, &bytes).map_err(failure)?),
    }
}

fn write(call: Call<'_>) -> JsResult<Value> {
    buffer(match call.arg(0).to_lossy()?.as_str() {
        "raw" => Ok(public(call, 1)?.point().to_vec()),
        "compressed" => public(call, 1)?.compressed(),
        "spki" => public(call, 1)?.to_spki(),
        "x" => Ok(public(call, 1)?.coordinates().0.to_vec()),
        "y" => Ok(public(call, 1)?.coordinates().1.to_vec()),
        "pkcs8" => private(call, 1)?.to_pkcs8(),
        "sec1" => private(call, 1)?.to_sec1(),
        _ => Ok(private(call, 1)?.scalar().to_vec()),
    })
}
