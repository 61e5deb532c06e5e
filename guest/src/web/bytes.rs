//! `BufferSource`: what has bytes.

use crate::js::{JsResult, Thrown, Value, View, ViewKind};
use crate::realm::readers;

/// Where a typed array, `DataView` or array buffer has its bytes. Nothing for other values.
pub fn span(value: &Value) -> JsResult<Option<View>> {
    if value.is_array_buffer() {
        let len = value.with_buffer_bytes(<[u8]>::len).unwrap_or(0);
        let buffer = value.clone();
        return Ok(Some(View {
            buffer,
            offset: 0,
            len,
        }));
    }
    match value.view_kind() {
        Some(ViewKind::DataView) => {
            let span = readers().data_view_span(value)?;
            Ok(Some(View {
                buffer: span.buffer,
                offset: span.offset as usize,
                len: span.len as usize,
            }))
        }
        Some(_) => value.typed_array_view().map(Some),
        None => Ok(None),
    }
}

/// Runs `read` on the bytes of a value, which must not run JavaScript. A detached buffer has none.
pub fn with<T>(value: &Value, read: impl FnOnce(&[u8]) -> T) -> JsResult<T> {
    let Some(view) = span(value)? else {
        return Err(Thrown::type_error(
            "the value is not an ArrayBuffer or a view of one",
        ));
    };
    let mut read = Some(read);
    let mut run = |bytes: &[u8]| read.take().map(|read| read(bytes));
    let result = view.buffer.with_buffer_bytes(|bytes| {
        let end = view.offset.saturating_add(view.len);
        run(bytes.get(view.offset..end).unwrap_or(&[]))
    });
    let result = result.unwrap_or_else(|_| run(&[]));
    result.ok_or_else(|| Thrown::type_error("the bytes cannot be read"))
}

/// A `Uint8Array` with these bytes.
pub fn uint8_array(bytes: &[u8]) -> JsResult<Value> {
    let buffer = Value::array_buffer(bytes)?;
    Value::typed_array(ViewKind::Uint8, &[buffer])
}
