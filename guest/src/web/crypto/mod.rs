//! `crypto` (Web Cryptography): random values from the embedder's entropy, and what the crate `jsvm-crypto`
//! computes, as helpers of JavaScript.
//!
//! There is a part for each family of keys, so that `jsvm build` can leave families out.

pub mod ec;
pub mod node;
pub mod okp;
pub mod rsa;
pub mod subtle;

use jsvm_crypto::{Entropy, Hash};

use super::common::exception;
use super::{bytes, functions};
use crate::bindings::wasi::random::random::get_random_u64;
use crate::host::away;
use crate::js::{Call, JsResult, Thrown, Value, ViewKind};
use crate::poll;

/// The maximum number of random bytes of one call.
const QUOTA: usize = 65536;

/// The random numbers of the VM.
const ENTROPY: Entropy = Entropy(fill_random);

/// Adds the helpers of `crypto` itself.
pub fn natives(object: &Value) -> JsResult<()> {
    functions! { object;
        "fill" 1 => fill,
        "uuid" 0 => uuid,
    }
    Ok(())
}

fn fill_random(bytes: &mut [u8]) {
    for piece in bytes.chunks_mut(size_of::<u64>()) {
        poll::count_entropy();
        let word = away(get_random_u64).to_le_bytes();
        piece.copy_from_slice(&word[..piece.len()]);
    }
}

/// The exception of an error.
fn failure(error: jsvm_crypto::Error) -> Thrown {
    exception(error.message(), error.name())
}

/// Bytes as an array buffer.
fn buffer(bytes: Result<Vec<u8>, jsvm_crypto::Error>) -> JsResult<Value> {
    Value::array_buffer_of(bytes.map_err(failure)?)
}

/// The bytes of an argument; none if it is `undefined`.
fn bytes_of(call: Call<'_>, index: usize) -> JsResult<Vec<u8>> {
    let value = call.arg(index);
    match value.is_undefined() {
        true => Ok(Vec::new()),
        false => bytes::to_vec(&value),
    }
}

/// The number of an argument, which the parts have checked.
fn number_of(call: Call<'_>, index: usize) -> usize {
    call.arg(index).as_number().unwrap_or(0.0) as usize
}

/// The hash function that an argument names.
fn hash_of(call: Call<'_>, index: usize) -> JsResult<Hash> {
    let name = call.arg(index).to_lossy()?;
    let wrong = || exception("Unrecognized algorithm name", "NotSupportedError");
    Hash::named(&name).ok_or_else(wrong)
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
    view.buffer
        .write_buffer(view.offset, &ENTROPY.bytes(view.len))?;
    Ok(array)
}

/// A UUID of version 4.
fn uuid(_: Call<'_>) -> JsResult<Value> {
    let mut bytes = ENTROPY.bytes(16);
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
