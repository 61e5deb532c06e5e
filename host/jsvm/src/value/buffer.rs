//! Array buffers and views over them.

use super::{Repr, Value};
use crate::error::Error;

/// The place of a view in its buffer, from [`Value::view_span`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let span = vm.eval("new Uint16Array(new ArrayBuffer(8), 2, 1)")?.view_span()?;
/// assert_eq!((span.byte_offset, span.byte_length), (2, 2));
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ViewSpan {
    /// Its array buffer.
    pub buffer: Value,
    /// Offset in bytes.
    pub byte_offset: u32,
    /// Length in bytes.
    pub byte_length: u32,
}

/// Array buffers and views over them. No code of a script runs.
impl Value {
    /// Returns the place of a typed array or `DataView` in its buffer.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let view = vm.eval("new Uint16Array(new ArrayBuffer(8), 2, 1)")?;
    /// let span = view.view_span()?;
    /// assert_eq!((span.byte_offset, span.byte_length), (2, 2));
    /// assert_eq!(span.buffer.to_bytes()?.len(), 8);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is neither, or its buffer is detached.
    pub fn view_span(&self) -> Result<ViewSpan, Error> {
        let h = self.object()?;
        let span =
            h.vm.try_enter(|e| e.vm.buffers().call_get_view_span(e.store, h.resource))?;
        Ok(ViewSpan {
            buffer: Value::from_handle(&h.vm, span.buffer),
            byte_offset: span.byte_offset,
            byte_length: span.byte_length,
        })
    }

    /// Writes bytes into an array buffer, or into what a typed array or `DataView` covers.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let pixels = vm.eval("new Uint8Array(4)")?;
    /// pixels.write_bytes(1, &[10, 20])?;
    /// assert_eq!(pixels.to_bytes()?, [0, 10, 20, 0]);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is none of them, detached or immutable, and
    /// with a `RangeError` if they do not fit; nothing is written then.
    pub fn write_bytes(&self, offset: u32, bytes: &[u8]) -> Result<(), Error> {
        let h = self.object()?;
        h.vm.try_enter(|e| {
            e.vm.buffers()
                .call_write_bytes(e.store, h.resource, offset, bytes)
        })
    }

    /// Copies the bytes of an `ArrayBuffer` out and detaches it: the script's views of it are empty
    /// from now on, and its memory is free.
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is no `ArrayBuffer`, or detached, shared or
    /// immutable.
    pub fn take_bytes(&self) -> Result<Vec<u8>, Error> {
        let h = self.object()?;
        h.vm.try_enter(|e| e.vm.buffers().call_take_bytes(e.store, h.resource))
    }

    /// `buffer.transfer(length)`: a new `ArrayBuffer` with the bytes of this one, which is
    /// detached.
    ///
    /// # Errors
    /// As [`take_bytes`](Self::take_bytes); [`Error::Limit`].
    pub fn transfer(&self, length: Option<u32>) -> Result<Value, Error> {
        let h = self.object()?;
        let buffer =
            h.vm.try_enter(|e| e.vm.buffers().call_transfer(e.store, h.resource, length))?;
        Ok(Value::from_handle(&h.vm, buffer))
    }

    /// Detaches an `ArrayBuffer`. It may be detached already.
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is no `ArrayBuffer`, or shared or immutable.
    pub fn detach(&self) -> Result<(), Error> {
        let h = self.object()?;
        h.vm.try_enter(|e| e.vm.buffers().call_detach(e.store, h.resource))
    }

    /// Returns whether it is an `ArrayBuffer` that is detached.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn is_detached(&self) -> Result<bool, Error> {
        match &self.0 {
            Repr::Handle(h) => {
                h.vm.enter(|e| e.vm.buffers().call_is_detached(e.store, h.resource))
            }
            _ => Ok(false),
        }
    }
}
