//! BigInts of 64 bits.

use rquickjs_sys as q;

use super::realm::ctx;
use super::value::{JsResult, Thrown, Value};

impl Value {
    /// A BigInt.
    pub fn bigint_u64(value: u64) -> JsResult<Value> {
        // SAFETY: returns an owned value or an exception.
        unsafe { Value::check(q::JS_NewBigUint64(ctx(), value)) }
    }

    /// A BigInt.
    pub fn bigint_i64(value: i64) -> JsResult<Value> {
        // SAFETY: as above.
        unsafe { Value::check(q::JS_NewBigInt64(ctx(), value)) }
    }

    /// The lowest 64 bits of a BigInt. Any other value throws or is converted.
    pub fn bigint_bits(&self) -> JsResult<u64> {
        let mut bits = 0;
        // SAFETY: live value, valid destination.
        let status = unsafe { q::JS_ToBigUint64(ctx(), &raw mut bits, self.raw()) };
        Thrown::check(status)?;
        Ok(bits)
    }
}
