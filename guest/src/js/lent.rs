//! Memory of the engine that is read by the embedder where it is.

use super::internals::Units;
use super::value::{JsResult, Thrown, Value};
use crate::memory;

/// The memory of a string or an array buffer, which stays alive with this.
pub struct Lent<T = u8> {
    owner: Value,
    start: *const T,
    len: usize,
}

/// The code units of a string.
pub enum LentUnits {
    /// All below 256.
    Latin1(Lent<u8>),
    /// UTF-16.
    Utf16(Lent<u16>),
}

impl Lent<u16> {
    /// The same as bytes, in the order that the machine has: WebAssembly is little-endian.
    pub fn into_bytes(self) -> Lent<u8> {
        Lent {
            owner: self.owner,
            start: self.start.cast(),
            len: 2 * self.len,
        }
    }
}

impl Lent<u8> {
    /// The same as words, in the order that the machine has; itself if they would not be aligned, or are
    /// not whole.
    pub fn into_words(self) -> Result<Lent<u64>, Lent<u8>> {
        let start: *const u64 = self.start.cast();
        if !start.is_aligned() || !self.len.is_multiple_of(size_of::<u64>()) {
            return Err(self);
        }
        Ok(Lent {
            owner: self.owner,
            start,
            len: self.len / size_of::<u64>(),
        })
    }
}

impl<T: Copy> Lent<T> {
    /// What `owner` keeps alive.
    fn of(owner: &Value, slice: &[T]) -> Self {
        Lent {
            owner: owner.clone(),
            start: slice.as_ptr(),
            len: slice.len(),
        }
    }

    /// What is there.
    pub fn as_slice(&self) -> &[T] {
        // SAFETY: `owner` keeps the memory alive. A string's does not change; a buffer's only when
        // JavaScript runs, which whoever has borrowed this cannot do without giving it up.
        unsafe { std::slice::from_raw_parts(self.start, self.len) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The same as a list of the interface: dropping it gives the memory back. It must not be
    /// written to, and no JavaScript may run while it is there.
    pub fn into_list(self) -> Vec<T> {
        if self.len == 0 {
            return Vec::new();
        }
        memory::lend(self.start as usize, self.owner);
        // SAFETY: not from the allocator, but the allocator was told just now, and frees the owner
        // in its place. Capacity and length are equal, so it is never moved.
        unsafe { Vec::from_raw_parts(self.start.cast_mut(), self.len, self.len) }
    }
}

impl Value {
    /// The code units of a string.
    pub fn lend_units(&self) -> JsResult<LentUnits> {
        let lent = self.with_units(|units| match units {
            Units::Latin1(units) => LentUnits::Latin1(Lent::of(self, units)),
            Units::Utf16(units) => LentUnits::Utf16(Lent::of(self, units)),
        })?;
        lent.ok_or_else(|| Thrown::type_error("the value is not a string"))
    }

    /// The bytes of an array buffer from `offset` on, as many as `len`.
    pub fn lend_buffer(&self, offset: usize, len: usize) -> JsResult<Lent> {
        let lent = self.with_buffer_bytes(|bytes| {
            let part = bytes.get(offset..offset.checked_add(len)?)?;
            Some(Lent::of(self, part))
        })?;
        lent.ok_or_else(|| Thrown::type_error("the view is out of bounds"))
    }
}
