//! Array buffers whose memory was given by the embedder, and changes of array buffers.

use rquickjs_sys as q;

use super::realm::ctx;
use super::value::{JsResult, Thrown, Value};
use crate::memory;

unsafe extern "C" {
    fn jsvm_is_memory_buffer(value: q::JSValue) -> q::c_int;
}

/// Its address marks array buffers whose memory belongs to somebody else. The engine knows it, too.
#[unsafe(no_mangle)]
static jsvm_memory_buffers: u8 = 1;

/// What the engine calls to resize or free such memory.
unsafe extern "C" fn keep_memory(
    _: *mut q::JSRuntime,
    _: *mut std::ffi::c_void,
    _: *mut std::ffi::c_void,
    _: q::size_t,
) -> *mut std::ffi::c_void {
    std::ptr::null_mut()
}

impl Value {
    /// Creates an array buffer in the memory of these bytes.
    pub fn array_buffer_of(bytes: Vec<u8>) -> JsResult<Value> {
        let len = bytes.len();
        Self::array_buffer_in(bytes.into_boxed_slice(), len)
    }

    /// Creates an array buffer in the memory of these words, in the machine's order of bytes, which
    /// is little-endian. `rest` is put behind the words.
    pub fn array_buffer_of_words(mut words: Vec<u64>, rest: &[u8]) -> JsResult<Value> {
        let len = size_of::<u64>() * words.len() + rest.len();
        words.extend(rest.chunks(size_of::<u64>()).map(|bytes| {
            let mut word = [0; size_of::<u64>()];
            word[..bytes.len()].copy_from_slice(bytes);
            u64::from_le_bytes(word)
        }));
        Self::array_buffer_in(words.into_boxed_slice(), len)
    }

    /// Creates an array buffer of `len` bytes in a block of at least that size.
    fn array_buffer_in<T: Copy>(block: Box<[T]>, len: usize) -> JsResult<Value> {
        debug_assert!(len <= size_of_val(&*block));
        if len == 0 {
            return Value::array_buffer(&[]);
        }
        let block = Box::into_raw(block);
        // SAFETY: the block is from the heap that the engine's own buffers are from, and is given
        // away: the engine resizes and frees it by the function below, which needs no layout. If the
        // engine fails it has not taken the block over.
        unsafe {
            let raw = q::JS_NewArrayBuffer(
                ctx(),
                block.cast(),
                len as _,
                0,
                Some(memory::resize_buffer),
                std::ptr::null_mut(),
                false,
            );
            Value::check(raw).inspect_err(|_| drop(Box::from_raw(block)))
        }
    }

    /// Creates an array buffer over `len` bytes at `start` that somebody else owns. A script cannot
    /// detach it.
    ///
    /// The caller must detach it before these bytes move or are freed, or JavaScript reads and writes
    /// something else of this VM.
    pub fn memory_buffer(start: *mut u8, len: usize) -> JsResult<Value> {
        if len == 0 {
            return Value::array_buffer(&[]);
        }
        // SAFETY: the bytes are live now, and the caller's duty afterwards. The engine gives them back by
        // a function that does nothing. `jsvm_memory_buffers` marks such buffers; the engine only
        // compares its address.
        unsafe {
            Value::check(q::JS_NewArrayBuffer(
                ctx(),
                start,
                len as _,
                0,
                Some(keep_memory),
                (&raw const jsvm_memory_buffers).cast_mut().cast(),
                false,
            ))
        }
    }

    /// Whether it is an array buffer that [`Value::memory_buffer`] created.
    pub fn is_memory_buffer(&self) -> bool {
        // SAFETY: reads the class of a live value.
        unsafe { jsvm_is_memory_buffer(self.raw()) != 0 }
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
