//! Strings and objects as the engine has them in memory, by `guest/engine/jsvm.c`.
//!
//! Each call checks anew what it reads: what JavaScript did in between can make it find nothing,
//! and do no harm. None of it runs JavaScript, but for `Error.prepareStackTrace` of a script.

use std::ffi::c_void;

use rquickjs_sys as q;

use super::realm::{ctx, runtime};
use super::value::{JsResult, Thrown, Value};

unsafe extern "C" {
    fn jsvm_string_parts(
        ctx: *mut q::JSContext,
        value: q::JSValue,
        start: *mut *const u8,
        len: *mut u32,
        wide: *mut q::c_int,
    ) -> q::c_int;
    fn jsvm_new_string_latin1(ctx: *mut q::JSContext, start: *const u8, len: usize) -> q::JSValue;
    fn jsvm_dense_length(value: q::JSValue, count: *mut u32) -> q::c_int;
    fn jsvm_dense_element(value: q::JSValue, index: u32, to: *mut q::JSValue) -> q::c_int;
    fn jsvm_iterator_entry(
        value: q::JSValue,
        at: *mut *mut c_void,
        key: *mut q::JSValue,
        to: *mut q::JSValue,
    ) -> q::c_int;
    fn jsvm_sweep_arenas(runtime: *mut q::JSRuntime);
    fn jsvm_write_stack(ctx: *mut q::JSContext, error: q::JSValue, settle: q::JSValue);
    fn jsvm_take_interrupted_stack(runtime: *mut q::JSRuntime) -> q::JSValue;
    fn jsvm_async_context(runtime: *mut q::JSRuntime) -> q::JSValue;
    fn jsvm_set_async_context(runtime: *mut q::JSRuntime, value: q::JSValue);
    fn jsvm_clear_kept(runtime: *mut q::JSRuntime);
}

/// Gives up the targets of `WeakRef`s that stay alive until the end of a job, unless a script runs. Jobs do it at
/// their ends. Calls of the embedder do it at their beginnings, since they may cause no job.
pub fn clear_kept() {
    // SAFETY: live runtime; callable at any time.
    unsafe { jsvm_clear_kept(runtime()) }
}

/// Takes the stack of the function that was interrupted last; empty if there is none.
pub fn take_interrupted_stack() -> String {
    // SAFETY: live runtime; the value is given away.
    let stack = unsafe { Value::from_raw(jsvm_take_interrupted_stack(runtime())) };
    match stack.is_undefined() {
        true => String::new(),
        false => stack.to_lossy().unwrap_or_default(),
    }
}

/// The value that the running code shares with the jobs that it causes.
pub fn async_context() -> Value {
    // SAFETY: live runtime; the value is lent, and duplicated at once.
    unsafe { Value::from_raw(q::JS_DupValue(ctx(), jsvm_async_context(runtime()))) }
}

/// Replaces the value that the running code shares with the jobs that it causes, until the end of the
/// present job.
pub fn set_async_context(value: Value) {
    // SAFETY: live runtime; the value is given away.
    unsafe { jsvm_set_async_context(runtime(), value.into_raw()) }
}

/// Zeroes what is free in the arenas that the engine keeps small things in.
pub fn sweep_arenas() {
    // SAFETY: live runtime; what is free belongs to nobody.
    unsafe { jsvm_sweep_arenas(runtime()) }
}

/// The code units of a string, where the engine has them.
#[derive(Clone, Copy, Debug)]
pub enum Units<'a> {
    /// All below 256.
    Latin1(&'a [u8]),
    /// UTF-16.
    Utf16(&'a [u16]),
}

/// What an iterator of a map or set gives next.
pub enum Entry {
    /// A key or a value.
    One(Value),
    /// A key and its value.
    Both(Value, Value),
}

impl Value {
    /// What an iterator of a map or set still gives, without advancing it: at most `limit` entries, and
    /// how many there are. Nothing for other values.
    pub fn iterator_entries(&self, limit: usize) -> (Vec<Entry>, usize) {
        let (mut entries, mut count) = (Vec::new(), 0);
        let mut at = std::ptr::null_mut();
        loop {
            let (mut key, mut value) = (q::JS_UNDEFINED, q::JS_UNDEFINED);
            // SAFETY: live value, valid destinations; the engine is not called in between, except to
            // count a reference.
            let kind = unsafe {
                jsvm_iterator_entry(self.raw(), &raw mut at, &raw mut key, &raw mut value)
            };
            // SAFETY: what was written there is a live value, which is duplicated at once.
            let own = |raw| unsafe { Value::from_raw(q::JS_DupValue(ctx(), raw)) };
            let entry = match kind {
                0 => return (entries, count),
                1 if count < limit => Entry::One(own(key)),
                2 if count < limit => Entry::One(own(value)),
                3 if count < limit => Entry::Both(own(key), own(value)),
                _ => {
                    count += 1;
                    continue;
                }
            };
            count += 1;
            entries.push(entry);
        }
    }

    /// Gives an error without frames those of the functions that wait for the promise that `settle`
    /// resolves or rejects. Any other value stays as it is.
    pub fn write_stack(&self, settle: &Value) {
        // SAFETY: live context and values, which the engine checks.
        unsafe { jsvm_write_stack(ctx(), self.raw(), settle.raw()) }
    }

    /// Runs `read` on the code units of a string. The result is `None` for any other value. A string
    /// that was put together is made one piece first.
    ///
    /// It is safe even if `read` runs JavaScript: a string never changes, and the engine appends in
    /// place only to a string without other references. A rope in one piece keeps that piece.
    ///
    /// # Errors
    /// If memory runs out.
    pub fn with_units<R>(&self, read: impl FnOnce(Units<'_>) -> R) -> JsResult<Option<R>> {
        let (mut start, mut len, mut wide) = (std::ptr::null(), 0, 0);
        // SAFETY: live context and value, valid destinations.
        let status = unsafe {
            jsvm_string_parts(
                ctx(),
                self.raw(),
                &raw mut start,
                &raw mut len,
                &raw mut wide,
            )
        };
        if Thrown::check(status)? != 0 {
            return Ok(None);
        }
        let len = len as usize;
        // SAFETY: the string has so many units of that width there, aligned to it. They neither
        // change nor move while the string is alive, and `self` keeps it alive.
        Ok(Some(read(unsafe {
            if wide == 0 {
                Units::Latin1(std::slice::from_raw_parts(start, len))
            } else {
                Units::Utf16(std::slice::from_raw_parts(start.cast(), len))
            }
        })))
    }

    /// A string of characters below 256, from a byte each.
    pub fn latin1(units: &[u8]) -> JsResult<Value> {
        // SAFETY: pointer and length of a slice; the engine copies it.
        unsafe { Value::check(jsvm_new_string_latin1(ctx(), units.as_ptr(), units.len())) }
    }

    /// The length of an array that has each index below it and no other property; `None` for any
    /// other object.
    pub fn dense_length(&self) -> Option<u32> {
        let mut len = 0;
        // SAFETY: live value, valid destination.
        (unsafe { jsvm_dense_length(self.raw(), &raw mut len) } != 0).then_some(len)
    }

    /// An element of such an array; `None` if it has become another, or has no such element.
    pub fn dense_element(&self, index: u32) -> Option<Value> {
        let mut value = q::JS_UNDEFINED;
        // SAFETY: live value, valid destination; what is written there is a live value, which is
        // duplicated before anything else happens.
        unsafe {
            (jsvm_dense_element(self.raw(), index, &raw mut value) != 0)
                .then(|| Value::from_raw(q::JS_DupValue(ctx(), value)))
        }
    }
}
