//! Writing to array buffers, and taking them away.

use std::mem::ManuallyDrop;

use rquickjs_sys as q;

use super::context::ctx;
use super::value::{JsResult, Thrown, Value};
use crate::memory;

/// The bytes of words in the order that the machine has, which is little-endian in WebAssembly, in the same
/// memory.
pub fn bytes_of(words: Vec<u64>) -> Vec<u8> {
    let mut words = ManuallyDrop::new(words);
    let [len, capacity] = [words.len(), words.capacity()].map(|count| count * size_of::<u64>());
    // SAFETY: the memory is given away. The allocator, which is `memory::Heap`, frees a block without
    // being told how it is aligned, and reallocates one that need not be aligned as it is.
    unsafe { Vec::from_raw_parts(words.as_mut_ptr().cast(), len, capacity) }
}

impl Value {
    /// An array buffer whose memory these bytes are from now on.
    pub fn array_buffer_of(bytes: Vec<u8>) -> JsResult<Value> {
        if bytes.is_empty() {
            return Value::array_buffer(&[]);
        }
        let bytes = Box::into_raw(bytes.into_boxed_slice());
        // SAFETY: the memory is from the heap that the engine's own buffers are from, and is given
        // away: the engine frees it with the function below.
        unsafe {
            let raw = q::JS_NewArrayBuffer(
                ctx(),
                bytes.cast(),
                bytes.len() as _,
                0,
                Some(memory::resize_buffer),
                std::ptr::null_mut(),
                false,
            );
            Value::check(raw).inspect_err(|_| drop(Box::from_raw(bytes)))
        }
    }

    /// Writes to an array buffer at an offset. What does not fit is not written.
    pub fn write_buffer(&self, offset: usize, bytes: &[u8]) -> JsResult<()> {
        let mut len = 0;
        // SAFETY: live value, valid destination; null if it is no buffer, detached or empty.
        let start = unsafe { q::JS_GetArrayBuffer(ctx(), &raw mut len, self.raw()) };
        if start.is_null() {
            // SAFETY: only asks.
            return match unsafe { q::JS_HasException(ctx()) } {
                true => Err(Thrown::take()),
                false => Ok(()),
            };
        }
        // SAFETY: the engine gave `len` bytes, which stay until JavaScript runs again.
        let memory = unsafe { std::slice::from_raw_parts_mut(start, len as usize) };
        if let Some(memory) = memory.get_mut(offset..) {
            let len = bytes.len().min(memory.len());
            memory[..len].copy_from_slice(&bytes[..len]);
        }
        Ok(())
    }

    /// Detaches an array buffer.
    pub fn detach_buffer(&self) {
        // SAFETY: live value; nothing happens if it is no buffer.
        unsafe { q::JS_DetachArrayBuffer(ctx(), self.raw()) }
    }

    /// Whether it is an array buffer that cannot be written to.
    pub fn is_immutable_buffer(&self) -> bool {
        // SAFETY: reads the class of a live value.
        unsafe { q::JS_IsImmutableArrayBuffer(self.raw()) > 0 }
    }
}

/// Queues a job that throws `error`, for whoever runs jobs to report.
pub fn throw_later(error: &Value) -> JsResult<()> {
    let mut args = [error.raw()];
    // SAFETY: the function fits; the engine duplicates the argument.
    let status = unsafe { q::JS_EnqueueJob(ctx(), Some(throw), 1, args.as_mut_ptr()) };
    Thrown::check(status).map(drop)
}

unsafe extern "C" fn throw(_: *mut q::JSContext, argc: i32, argv: *mut q::JSValue) -> q::JSValue {
    // SAFETY: live values for the duration of the call.
    let args = unsafe { Value::slice_from_raw(argv, argc as usize) };
    Thrown(args.first().cloned().unwrap_or(Value::UNDEFINED)).raise()
}
