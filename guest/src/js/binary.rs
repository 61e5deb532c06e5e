//! Array buffers and the views over them.

use rquickjs_sys as q;

use super::context::ctx;
use super::value::{JsResult, Thrown, Value};

/// Element type of a view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ViewKind {
    Uint8Clamped,
    Int8,
    Uint8,
    Int16,
    Uint16,
    Int32,
    Uint32,
    BigInt64,
    BigUint64,
    Float16,
    Float32,
    Float64,
    DataView,
}

impl ViewKind {
    const TYPED: [(u32, ViewKind); 12] = [
        (
            q::JSTypedArrayEnum_JS_TYPED_ARRAY_UINT8C,
            ViewKind::Uint8Clamped,
        ),
        (q::JSTypedArrayEnum_JS_TYPED_ARRAY_INT8, ViewKind::Int8),
        (q::JSTypedArrayEnum_JS_TYPED_ARRAY_UINT8, ViewKind::Uint8),
        (q::JSTypedArrayEnum_JS_TYPED_ARRAY_INT16, ViewKind::Int16),
        (q::JSTypedArrayEnum_JS_TYPED_ARRAY_UINT16, ViewKind::Uint16),
        (q::JSTypedArrayEnum_JS_TYPED_ARRAY_INT32, ViewKind::Int32),
        (q::JSTypedArrayEnum_JS_TYPED_ARRAY_UINT32, ViewKind::Uint32),
        (
            q::JSTypedArrayEnum_JS_TYPED_ARRAY_BIG_INT64,
            ViewKind::BigInt64,
        ),
        (
            q::JSTypedArrayEnum_JS_TYPED_ARRAY_BIG_UINT64,
            ViewKind::BigUint64,
        ),
        (
            q::JSTypedArrayEnum_JS_TYPED_ARRAY_FLOAT16,
            ViewKind::Float16,
        ),
        (
            q::JSTypedArrayEnum_JS_TYPED_ARRAY_FLOAT32,
            ViewKind::Float32,
        ),
        (
            q::JSTypedArrayEnum_JS_TYPED_ARRAY_FLOAT64,
            ViewKind::Float64,
        ),
    ];

    /// Bytes of one element.
    pub fn element_size(self) -> usize {
        match self {
            ViewKind::Uint8Clamped | ViewKind::Int8 | ViewKind::Uint8 | ViewKind::DataView => 1,
            ViewKind::Int16 | ViewKind::Uint16 | ViewKind::Float16 => 2,
            ViewKind::Int32 | ViewKind::Uint32 | ViewKind::Float32 => 4,
            ViewKind::BigInt64 | ViewKind::BigUint64 | ViewKind::Float64 => 8,
        }
    }
}

/// Where a view lies in its buffer.
pub struct View {
    /// The array buffer.
    pub buffer: Value,
    /// Offset in bytes.
    pub offset: usize,
    /// Length in bytes.
    pub len: usize,
}

impl Value {
    /// An `ArrayBuffer` with a copy of these bytes.
    pub fn array_buffer(bytes: &[u8]) -> JsResult<Value> {
        // SAFETY: pointer and length of a slice; the engine copies it.
        unsafe {
            Value::check(q::JS_NewArrayBufferCopy(
                ctx(),
                bytes.as_ptr(),
                bytes.len() as _,
            ))
        }
    }

    /// A typed array over a buffer. `DataView` has no constructor here: see `realm`.
    pub fn typed_array(kind: ViewKind, args: &[Value]) -> JsResult<Value> {
        let Some((raw, _)) = ViewKind::TYPED.iter().find(|(_, known)| *known == kind) else {
            return Err(Thrown::type_error("a DataView is not a typed array"));
        };
        // SAFETY: live values; the engine only reads the argument list.
        unsafe {
            Value::check(q::JS_NewTypedArray(
                ctx(),
                args.len() as i32,
                args.as_ptr().cast_mut().cast(),
                *raw,
            ))
        }
    }

    /// Element type, if it is a typed array or `DataView`.
    pub fn view_kind(&self) -> Option<ViewKind> {
        if self.is_data_view() {
            return Some(ViewKind::DataView);
        }
        // SAFETY: reads the class of a live value.
        let raw = u32::try_from(unsafe { q::JS_GetTypedArrayType(self.raw()) }).ok()?;
        ViewKind::TYPED
            .iter()
            .find(|(known, _)| *known == raw)
            .map(|(_, kind)| *kind)
    }

    /// Buffer, offset and length of a typed array.
    pub fn typed_array_view(&self) -> JsResult<View> {
        let (mut offset, mut len, mut size) = (0, 0, 0);
        // SAFETY: live value, valid destinations; it throws if this is no typed array.
        let buffer = unsafe {
            Value::check(q::JS_GetTypedArrayBuffer(
                ctx(),
                self.raw(),
                &raw mut offset,
                &raw mut len,
                &raw mut size,
            ))
        }?;
        Ok(View {
            buffer,
            offset: offset as usize,
            len: len as usize,
        })
    }

    /// Runs `read` on the bytes of an array buffer. `read` must not run JavaScript, which could
    /// detach or resize the buffer.
    pub fn with_buffer_bytes<T>(&self, read: impl FnOnce(&[u8]) -> T) -> JsResult<T> {
        let mut len = 0;
        // SAFETY: live value, valid destination; null with a pending exception if it is no
        // buffer or detached.
        let start = unsafe { q::JS_GetArrayBuffer(ctx(), &raw mut len, self.raw()) };
        if start.is_null() {
            // An empty buffer may have no storage at all: nothing is pending then.
            // SAFETY: only asks.
            if unsafe { q::JS_HasException(ctx()) } {
                return Err(Thrown::take());
            }
            return Ok(read(&[]));
        }
        // SAFETY: the engine gave `len` bytes, which stay until JavaScript runs again, and
        // `read` does not run it.
        Ok(read(unsafe {
            std::slice::from_raw_parts(start, len as usize)
        }))
    }
}
