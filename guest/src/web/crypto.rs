//! `crypto` (Web Cryptography): random values from the embedder's entropy, and digests with the
//! crates of RustCrypto.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::common::exception;
use super::{bytes, functions};
use crate::bindings::wasi::random::random::get_random_u64;
use crate::host::away;
use crate::js::{Call, JsResult, Value, View, ViewKind};
use crate::poll;

/// The maximum number of random bytes of one call.
const QUOTA: usize = 65536;

pub fn natives(object: &Value) -> JsResult<()> {
    functions! { object;
        "fill" 1 => fill,
        "uuid" 0 => uuid,
        "copy" 1 => |call| {
            let bytes = bytes::to_vec(&call.arg(0))?;
            Value::array_buffer(&bytes)
        },
        "digest" 2 => digest,
    }
    Ok(())
}

fn random(len: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        poll::count_entropy();
        bytes.extend_from_slice(&away(get_random_u64).to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// `fill(array)` writes random bytes to an array of integers.
fn fill(call: Call<'_>) -> JsResult<Value> {
    let array = call.arg(0);
    let is_integer = array.view_kind().is_some_and(|kind| {
        use ViewKind::{DataView, Float16, Float32, Float64};
        !matches!(kind, DataView | Float16 | Float32 | Float64)
    });
    if !is_integer {
        let message = "The data argument must be an integer-type TypedArray";
        return Err(exception(message, "TypeMismatchError"));
    }
    let view = array.typed_array_view()?;
    if view.len > QUOTA {
        let message = format!("The requested length exceeds {QUOTA} bytes");
        return Err(exception(&message, "QuotaExceededError"));
    }
    view.buffer.write_buffer(view.offset, &random(view.len))?;
    Ok(array)
}

/// A UUID of version 4.
fn uuid(_: Call<'_>) -> JsResult<Value> {
    let mut bytes = random(16);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    Value::text(&text)
}

/// `digest(algorithm, bytes)`
fn digest(call: Call<'_>) -> JsResult<Value> {
    let name = call.arg(0).to_lossy()?.to_ascii_uppercase();
    let hash: fn(&View) -> JsResult<Vec<u8>> = match name.as_str() {
        "SHA-1" => hash::<Sha1>,
        "SHA-256" => hash::<Sha256>,
        "SHA-384" => hash::<Sha384>,
        "SHA-512" => hash::<Sha512>,
        _ => {
            return Err(exception(
                "Unrecognized algorithm name",
                "NotSupportedError",
            ));
        }
    };
    Value::array_buffer(&hash(&bytes::view(&call.arg(1))?)?)
}

fn hash<D: Digest>(view: &View) -> JsResult<Vec<u8>> {
    let mut digest = D::new();
    bytes::for_each_piece(view, |bytes| {
        digest.update(bytes);
        true
    })?;
    Ok(digest.finalize().to_vec())
}
