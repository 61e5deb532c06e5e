//! Array buffers and the views over them.

use std::ops::Range;

pub use jsvm_data::ViewKind;
use rquickjs_sys as q;

use super::realm::ctx;
use super::value::{JsResult, Thrown, Value};

/// Typed arrays as the engine numbers them.
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
        let Some((raw, _)) = TYPED.iter().find(|(_, known)| *known == kind) else {
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
        TYPED
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

    /// Returns the length of an array buffer in bytes.
    pub fn buffer_len(&self) -> JsResult<usize> {
        // SAFETY: the slice is used at once.
        unsafe { self.buffer_bytes() }.map(<[u8]>::len)
    }

    /// Copies the bytes of an array buffer.
    pub fn buffer_to_vec(&self) -> JsResult<Vec<u8>> {
        // SAFETY: the slice is used at once.
        unsafe { self.buffer_bytes() }.map(<[u8]>::to_vec)
    }

    /// Copies a part of the bytes of an array buffer, as far as it has them.
    pub fn buffer_part(&self, part: Range<usize>) -> JsResult<Vec<u8>> {
        // SAFETY: the slice is used at once.
        let bytes = unsafe { self.buffer_bytes() }?;
        let end = part.end.min(bytes.len());
        Ok(bytes.get(part.start..end).unwrap_or_default().to_vec())
    }

    /// Copies bytes of an array buffer from `offset` on. Returns how many there were.
    pub fn read_buffer(&self, offset: usize, to: &mut [u8]) -> JsResult<usize> {
        // SAFETY: the slice is used at once.
        let bytes = unsafe { self.buffer_bytes() }?;
        let bytes = bytes.get(offset..).unwrap_or_default();
        let len = bytes.len().min(to.len());
        to[..len].copy_from_slice(&bytes[..len]);
        Ok(len)
    }

    /// Creates an array buffer with the same bytes.
    pub fn copy_buffer(&self) -> JsResult<Value> {
        // SAFETY: the slice is used at once, and making a buffer runs no JavaScript.
        Value::array_buffer(unsafe { self.buffer_bytes() }?)
    }

    /// Appends the bytes of an array buffer.
    pub fn append_buffer_to(&self, to: &mut Vec<u8>) -> JsResult<()> {
        // SAFETY: the slice is used at once.
        to.extend_from_slice(unsafe { self.buffer_bytes() }?);
        Ok(())
    }

    /// The bytes of an array buffer, where the engine has them.
    ///
    /// # Safety
    /// While the slice is used, no JavaScript may run, and nothing may write to the buffer: it could
    /// be detached or resized, which frees the bytes.
    pub(super) unsafe fn buffer_bytes(&self) -> JsResult<&[u8]> {
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
            return Ok(&[]);
        }
        // SAFETY: the engine gave `len` bytes, which stay as the caller promises.
        Ok(unsafe { std::slice::from_raw_parts(start, len as usize) })
    }
}
