//! Array buffers and views over them.

use crate::bindings::exports::jsvm::engine::buffers::{ViewSpan, Words};
use crate::bindings::jsvm::engine::types::ViewKind;
use crate::convert;
use crate::handle::handle;
use crate::js::{JsResult, LentBuffer, Thrown, Value, ViewKind as Kind};
use crate::realm::{Class, Method, intrinsics, readers};

/// Creates a typed array or `DataView` with these bytes.
pub fn new_typed_array(kind: ViewKind, bytes: Vec<u8>) -> JsResult<Value> {
    new_view(kind, bytes.len(), || Value::array_buffer_of(bytes))
}

/// Creates a `Uint8Array` with these bytes.
pub fn uint8_array(bytes: Vec<u8>) -> JsResult<Value> {
    new_typed_array(ViewKind::Uint8, bytes)
}

/// Creates a typed array or `DataView` with the bytes of words.
pub fn new_typed_array_of_words(kind: ViewKind, bytes: Words) -> JsResult<Value> {
    let Words { words, rest } = bytes;
    let len = size_of::<u64>() * words.len() + rest.len();
    new_view(kind, len, || Value::array_buffer_of_words(words, &rest))
}

/// Creates a view over the whole of a buffer of `len` bytes.
fn new_view(
    kind: ViewKind,
    len: usize,
    buffer: impl FnOnce() -> JsResult<Value>,
) -> JsResult<Value> {
    let kind = convert::view_kind_in(kind);
    if !len.is_multiple_of(kind.element_size()) {
        return Err(Thrown::range_error(
            "the bytes are not a whole number of elements",
        ));
    }
    let buffer = buffer()?;
    match kind {
        Kind::DataView => intrinsics().data_view(&[buffer]),
        kind => Value::typed_array(kind, &[buffer]),
    }
}

/// Where bytes lie: a buffer, an offset and a length. Nothing a script can replace is asked.
struct Span {
    buffer: Value,
    offset: usize,
    len: usize,
}

/// Whether it is an `ArrayBuffer` or `SharedArrayBuffer`.
pub fn is_buffer(value: &Value) -> bool {
    intrinsics().class_of(value) == Class::ArrayBuffer
}

fn span(value: &Value) -> JsResult<Span> {
    if is_buffer(value) {
        return Ok(Span {
            buffer: value.clone(),
            offset: 0,
            len: value.buffer_len()?,
        });
    }
    let (buffer, offset, len) = if value.is_data_view() {
        let view = readers().data_view_span(value)?;
        (view.buffer, view.offset as usize, view.len as usize)
    } else {
        let view = value.typed_array_view()?;
        (view.buffer, view.offset, view.len)
    };
    let room = buffer.buffer_len()?;
    if offset.checked_add(len).is_none_or(|end| end > room) {
        return Err(Thrown::type_error("the view is out of bounds"));
    }
    Ok(Span {
        buffer,
        offset,
        len,
    })
}

/// Where a view lies.
pub fn view_span(view: &Value) -> JsResult<ViewSpan> {
    if is_buffer(view) {
        return Err(Thrown::type_error(
            "the value is no typed array or DataView",
        ));
    }
    let Span {
        buffer,
        offset,
        len,
    } = span(view)?;
    Ok(ViewSpan {
        buffer: handle(buffer),
        byte_offset: offset as u32,
        byte_length: len as u32,
    })
}

/// The bytes of a buffer or view.
pub fn lend(value: &Value) -> JsResult<LentBuffer> {
    let Span {
        buffer,
        offset,
        len,
    } = span(value)?;
    Ok(LentBuffer::new(buffer, offset..offset + len))
}

/// The bytes of a buffer or view: as many as fill 64-bit words, and a copy of the others.
pub fn lend_words(value: &Value) -> JsResult<(LentBuffer, Vec<u8>)> {
    let Span {
        buffer,
        offset,
        len,
    } = span(value)?;
    let words = len / size_of::<u64>() * size_of::<u64>();
    let rest = buffer.buffer_part(offset + words..offset + len)?;
    Ok((LentBuffer::new(buffer, offset..offset + words), rest))
}

/// Writes bytes to a buffer or view.
pub fn write(value: &Value, at: u32, bytes: &[u8]) -> JsResult<()> {
    let Span {
        buffer,
        offset,
        len,
    } = span(value)?;
    if buffer.is_immutable_buffer() {
        return Err(Thrown::type_error("the array buffer is immutable"));
    }
    let at = at as usize;
    if at.checked_add(bytes.len()).is_none_or(|end| end > len) {
        return Err(Thrown::range_error("the bytes do not fit"));
    }
    buffer.write_buffer(offset + at, bytes)
}

/// Refuses what cannot be detached.
fn detachable(value: &Value) -> JsResult<()> {
    if value.class_name().as_deref() != Some("ArrayBuffer") {
        return Err(Thrown::type_error("the value is no ArrayBuffer"));
    }
    if value.is_immutable_buffer() {
        return Err(Thrown::type_error("the array buffer is immutable"));
    }
    Ok(())
}

/// The bytes of a buffer, which is detached.
pub fn take(buffer: &Value) -> JsResult<Vec<u8>> {
    detachable(buffer)?;
    let bytes = buffer.buffer_to_vec()?;
    if is_detached(buffer) {
        return Err(Thrown::type_error("the array buffer is detached"));
    }
    buffer.detach_buffer();
    Ok(bytes)
}

/// `buffer.transfer(length)`
pub fn transfer(buffer: &Value, length: Option<u32>) -> JsResult<Value> {
    detachable(buffer)?;
    let length = length.map(|length| Value::number(f64::from(length)));
    Method::BufferTransfer.call(buffer, length.as_slice())
}

/// Detaches a buffer.
pub fn detach(buffer: &Value) -> JsResult<()> {
    detachable(buffer)?;
    buffer.detach_buffer();
    Ok(())
}

/// Whether it is a buffer that is detached.
pub fn is_detached(value: &Value) -> bool {
    let answer = Method::BufferDetached.call(value, &[]);
    answer.is_ok_and(|answer| answer.to_boolean())
}
