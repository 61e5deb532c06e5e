//! Functions that are written in Rust.

use std::ffi::CString;
use std::ptr::NonNull;

use rquickjs_sys as q;

use super::realm::ctx;
use super::value::{JsResult, Value};

/// What a function was called with.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// What it was called on.
    pub this: &'a Value,
    /// The arguments.
    pub args: &'a [Value],
    /// The values that the function was made with.
    pub data: &'a [Value],
}

impl Call<'_> {
    /// The argument at `index`, or `undefined`.
    pub fn arg(&self, index: usize) -> Value {
        self.args.get(index).cloned().unwrap_or(Value::UNDEFINED)
    }
}

/// Makes a JavaScript function of a Rust one. `data` is kept with it.
///
/// `run` must capture nothing (checked when it is compiled): all state of the VM is in its
/// memory, where a closure would need an owner.
pub fn function<F>(name: &str, length: u32, data: &[Value], run: F) -> JsResult<Value>
where
    F: Fn(Call<'_>) -> JsResult<Value> + Copy + 'static,
{
    const { assert!(size_of::<F>() == 0, "a native function captures nothing") };
    let _ = run;
    // A name with a NUL cannot pass through the C interface; it is only shown in stacks.
    let name = CString::new(name).unwrap_or_default();
    let data_len = data.len() as i32;
    // SAFETY: the trampoline matches the expected signature and learns `data_len` as its magic
    // number; the engine duplicates the data.
    unsafe {
        Value::check(q::JS_NewCFunctionData2(
            ctx(),
            Some(trampoline::<F>),
            name.as_ptr(),
            length as i32,
            data_len,
            data_len,
            data.as_ptr().cast_mut().cast(),
        ))
    }
}

unsafe extern "C" fn trampoline<F>(
    _: *mut q::JSContext,
    this: q::JSValue,
    argc: i32,
    argv: *mut q::JSValue,
    data_len: i32,
    data: *mut q::JSValue,
) -> q::JSValue
where
    F: Fn(Call<'_>) -> JsResult<Value> + Copy + 'static,
{
    // SAFETY: `F` has no size (checked in `function`) and is `Copy`, and one was made there.
    let run = unsafe { NonNull::<F>::dangling().read() };
    // SAFETY: the engine passes live values for the duration of the call.
    let call = unsafe {
        Call {
            this: &Value::slice_from_raw(&raw const this, 1)[0],
            args: Value::slice_from_raw(argv, argc as usize),
            data: Value::slice_from_raw(data, data_len as usize),
        }
    };
    match run(call) {
        Ok(value) => value.into_raw(),
        Err(thrown) => thrown.raise(),
    }
}
