//! `BufferSource`: values that have bytes.

use std::ops::Range;

use crate::js::{JsResult, Thrown, Value, View, ViewKind};
use crate::realm::readers;

/// The position of the bytes of a typed array, `DataView` or array buffer. Other values have none.
pub fn span(value: &Value) -> JsResult<Option<View>> {
    if value.is_array_buffer() {
        let len = value.buffer_len().unwrap_or(0);
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

/// Whether a value is a typed array, a `DataView` or an array buffer.
pub fn is_source(value: &Value) -> bool {
    value.is_array_buffer() || value.view_kind().is_some()
}

/// The view of a value that has bytes. One whose buffer is detached, or too short for it, is empty, as Web IDL has
/// it where bytes are read.
///
/// # Errors
/// A `TypeError` for any other value.
pub fn view(value: &Value) -> JsResult<View> {
    if !is_source(value) {
        return Err(Thrown::type_error(
            "the value is not an ArrayBuffer or a view of one",
        ));
    }
    if let Ok(Some(view)) = span(value) {
        return Ok(view);
    }
    Ok(View {
        buffer: Value::array_buffer(&[])?,
        offset: 0,
        len: 0,
    })
}

/// The part of the buffer that a view covers. It is empty if the buffer is detached or too short.
fn covered(view: &View) -> Range<usize> {
    let end = view.offset.saturating_add(view.len);
    if end <= view.buffer.buffer_len().unwrap_or(0) {
        view.offset..end
    } else {
        0..0
    }
}

/// Returns the number of bytes of a value.
pub fn len(value: &Value) -> JsResult<usize> {
    Ok(covered(&view(value)?).len())
}

/// Copies the bytes of a value.
pub fn to_vec(value: &Value) -> JsResult<Vec<u8>> {
    let view = view(value)?;
    let covered = covered(&view);
    if covered.is_empty() {
        return Ok(Vec::new());
    }
    view.buffer.buffer_part(covered)
}

/// Copies a part of the bytes of a value. It is empty unless the value has all of it.
pub fn part(value: &Value, part: Range<usize>) -> JsResult<Vec<u8>> {
    let view = view(value)?;
    let covered = covered(&view);
    if part.start > part.end || part.end > covered.len() {
        return Ok(Vec::new());
    }
    let offset = covered.start;
    view.buffer
        .buffer_part(offset + part.start..offset + part.end)
}

/// Runs `run` on copies of the bytes of a view, a few thousand at a time. It ends when `run` returns
/// `false`.
pub fn for_each_piece(view: &View, mut run: impl FnMut(&[u8]) -> bool) -> JsResult<()> {
    let mut piece = [0; 4 << 10];
    let mut rest = covered(view);
    while !rest.is_empty() {
        let wanted = rest.len().min(piece.len());
        let read = view.buffer.read_buffer(rest.start, &mut piece[..wanted])?;
        if read == 0 || !run(&piece[..read]) {
            break;
        }
        rest.start += read;
    }
    Ok(())
}

/// Creates a `Uint8Array` with these bytes.
pub fn uint8_array(bytes: &[u8]) -> JsResult<Value> {
    let buffer = Value::array_buffer(bytes)?;
    Value::typed_array(ViewKind::Uint8, &[buffer])
}
