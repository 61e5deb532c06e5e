//! The interface `buffers`.
use crate::bindings::exports::jsvm::engine::buffers::{Guest, ViewSpan, Words};
use crate::bindings::exports::jsvm::engine::values::{Value as Handle, ValueBorrow};
use crate::bindings::jsvm::engine::types::ViewKind;
use crate::convert;
use crate::error::Result;
use crate::handle::{handle, held};
use crate::js::{Thrown, Value};
use crate::realm::intrinsics;
use crate::value::buffer;

impl Guest for crate::Guest {
    fn create_array_buffer(bytes: Vec<u8>) -> Result<Handle> {
        Ok(handle(Value::array_buffer_of(bytes)?))
    }

    fn create_view(
        kind: ViewKind,
        buffer: ValueBorrow<'_>,
        byte_offset: u32,
        length: Option<u32>,
    ) -> Result<Handle> {
        let buffer = held(&buffer).clone();
        if !buffer::is_buffer(&buffer) {
            return Err(Thrown::type_error("a view needs an array buffer").into());
        }
        let mut args = vec![buffer, Value::number(f64::from(byte_offset))];
        args.extend(length.map(|length| Value::number(f64::from(length))));
        Ok(handle(match kind {
            ViewKind::DataView => intrinsics().data_view(&args)?,
            kind => Value::typed_array(convert::view_kind_in(kind), &args)?,
        }))
    }

    fn create_typed_array(kind: ViewKind, bytes: Vec<u8>) -> Result<Handle> {
        Ok(handle(buffer::new_typed_array(kind, bytes)?))
    }

    fn create_typed_array_of_words(kind: ViewKind, bytes: Words) -> Result<Handle> {
        Ok(handle(buffer::new_typed_array_of_words(kind, bytes)?))
    }

    fn get_view_kind(view: ValueBorrow<'_>) -> Option<ViewKind> {
        held(&view).view_kind().map(convert::view_kind_out)
    }

    fn get_view_span(view: ValueBorrow<'_>) -> Result<ViewSpan> {
        Ok(buffer::view_span(held(&view))?)
    }

    #[expect(unsafe_code, reason = "memory of the engine is lent")]
    fn read_words(buffer: ValueBorrow<'_>) -> Result<Words> {
        let (lent, rest) = buffer::lend_words(held(&buffer))?;
        // SAFETY: the result of the call is dropped before anything else happens in the VM.
        let words = unsafe { lent.into_words() }?;
        Ok(Words { words, rest })
    }

    fn write_bytes(buffer: ValueBorrow<'_>, offset: u32, bytes: Vec<u8>) -> Result<()> {
        Ok(buffer::write(held(&buffer), offset, &bytes)?)
    }

    fn take_bytes(buffer: ValueBorrow<'_>) -> Result<Vec<u8>> {
        Ok(buffer::take(held(&buffer))?)
    }

    fn transfer(buffer: ValueBorrow<'_>, length: Option<u32>) -> Result<Handle> {
        Ok(handle(buffer::transfer(held(&buffer), length)?))
    }

    fn detach(buffer: ValueBorrow<'_>) -> Result<()> {
        Ok(buffer::detach(held(&buffer))?)
    }

    fn is_detached(buffer: ValueBorrow<'_>) -> bool {
        buffer::is_detached(held(&buffer))
    }
}
