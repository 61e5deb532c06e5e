//! Memory of the engine that the embedder reads in place.
//!
//! The interface's results are lists, which are freed after the call. A list over memory of the
//! engine saves a copy: the allocator is told to drop the owner of that memory instead of freeing
//! it.

use std::cell::RefCell;
use std::ops::Range;

use super::internals::Units;
use super::value::{JsResult, Thrown, Value};
use crate::memory;

thread_local! {
    /// The addresses of lists over memory of the engine, each with the value that owns the memory.
    /// The same memory can be there several times.
    static LENT: RefCell<Vec<(usize, Value)>> = const { RefCell::new(Vec::new()) };
}

/// Makes a list of memory that `owner` keeps alive.
///
/// # Safety
/// As long as the list is there, the memory must stay as it is, and the list must not be written
/// to.
unsafe fn list_of<T>(start: *const T, len: usize, owner: Value) -> Vec<T> {
    if len == 0 {
        return Vec::new();
    }
    LENT.with_borrow_mut(|lent| lent.push((start as usize, owner)));
    // SAFETY: only addresses of such lists are in the table.
    unsafe { memory::set_take_back(Some(take_back)) };
    // SAFETY: the memory is not from Rust's allocator, but that asks `take_back` before it frees a
    // block. Capacity and length are equal, so the list is never moved.
    unsafe { Vec::from_raw_parts(start.cast_mut(), len, len) }
}

/// Drops the owner of the memory at `start`, if there is a list of it.
fn take_back(start: usize) -> bool {
    // The owner is dropped when the table is no longer borrowed.
    let owner = LENT.with_borrow_mut(|lent| {
        let index = lent.iter().position(|(known, _)| *known == start)?;
        let (_, owner) = lent.swap_remove(index);
        if lent.is_empty() {
            // SAFETY: there is no such list any more.
            unsafe { memory::set_take_back(None) };
        }
        Some(owner)
    });
    owner.is_some()
}

/// The code units of a string. They do not change, and stay where they are as long as this is there.
pub struct LentString<T = u8> {
    string: Value,
    start: *const T,
    len: usize,
}

/// The code units of a string, in the width that the engine has.
pub enum LentUnits {
    /// All below 256.
    Latin1(LentString<u8>),
    /// UTF-16.
    Utf16(LentString<u16>),
}

impl LentString<u16> {
    /// Converts the units to bytes, in the machine's order: WebAssembly is little-endian.
    pub fn into_bytes(self) -> LentString<u8> {
        LentString {
            string: self.string,
            start: self.start.cast(),
            len: size_of::<u16>() * self.len,
        }
    }
}

impl<T: Copy> LentString<T> {
    fn of(string: &Value, units: &[T]) -> Self {
        LentString {
            string: string.clone(),
            start: units.as_ptr(),
            len: units.len(),
        }
    }

    /// Returns the number of units.
    pub fn len(&self) -> usize {
        self.len
    }

    fn units(&self) -> &[T] {
        // SAFETY: the units are there as long as the string, which this keeps alive.
        unsafe { std::slice::from_raw_parts(self.start, self.len) }
    }

    /// The address of the units, which stay there as long as the string is alive.
    pub fn address(&self) -> usize {
        self.start as usize
    }

    /// Copies the units.
    pub fn to_vec(&self) -> Vec<T> {
        self.units().to_vec()
    }

    /// Makes a list of the interface, which keeps the string alive.
    ///
    /// # Safety
    /// The list must not be written to.
    pub unsafe fn into_list(self) -> Vec<T> {
        // SAFETY: the units of a string never change; the rest is the caller's promise.
        unsafe { list_of(self.start, self.len, self.string) }
    }
}

impl LentString<u8> {
    /// Whether all units are below 128.
    pub fn is_ascii(&self) -> bool {
        self.units().is_ascii()
    }
}

/// A part of an array buffer. It has no address: a script can detach or resize the buffer.
pub struct LentBuffer {
    buffer: Value,
    part: Range<usize>,
}

impl LentBuffer {
    /// A part of an array buffer.
    pub fn new(buffer: Value, part: Range<usize>) -> Self {
        LentBuffer { buffer, part }
    }

    /// Returns the number of bytes.
    pub fn len(&self) -> usize {
        self.part.len()
    }

    /// A part of this part; less if there are not so many bytes.
    pub fn slice(self, start: usize, len: usize) -> LentBuffer {
        let first = self.part.start.saturating_add(start).min(self.part.end);
        let end = first.saturating_add(len).min(self.part.end);
        LentBuffer {
            part: first..end,
            ..self
        }
    }

    /// The bytes, where the engine has them now.
    ///
    /// # Errors
    /// A `TypeError` if the buffer does not have them any more.
    ///
    /// # Safety
    /// As [`Value::buffer_bytes`].
    unsafe fn bytes(&self) -> JsResult<&[u8]> {
        // SAFETY: the caller's promise.
        let bytes = unsafe { self.buffer.buffer_bytes() };
        let part = bytes.ok().and_then(|bytes| bytes.get(self.part.clone()));
        part.ok_or_else(|| {
            Thrown::type_error("an array buffer was detached or resized while it was copied")
        })
    }

    /// The address of the bytes, which stay there as long as no JavaScript runs and the buffer is alive.
    ///
    /// # Errors
    /// A `TypeError` if the buffer does not have the bytes any more.
    pub fn address(&self) -> JsResult<usize> {
        // SAFETY: only the address is used.
        unsafe { self.bytes() }.map(|bytes| bytes.as_ptr() as usize)
    }

    /// The buffer.
    pub fn into_owner(self) -> Value {
        self.buffer
    }

    /// Copies the bytes.
    ///
    /// # Errors
    /// A `TypeError` if the buffer does not have them any more.
    pub fn to_vec(&self) -> JsResult<Vec<u8>> {
        // SAFETY: the slice is used at once.
        unsafe { self.bytes() }.map(<[u8]>::to_vec)
    }

    /// Makes a list of the interface, which keeps the buffer alive.
    ///
    /// # Errors
    /// A `TypeError` if the buffer does not have the bytes any more.
    ///
    /// # Safety
    /// As long as the list is there, no JavaScript may run, and neither the list nor the buffer may
    /// be written to.
    pub unsafe fn into_list(self) -> JsResult<Vec<u8>> {
        // SAFETY: the caller's promise.
        unsafe {
            let bytes = self.bytes()?;
            let (start, len) = (bytes.as_ptr(), bytes.len());
            Ok(list_of(start, len, self.buffer))
        }
    }

    /// Makes a list of the interface, as words in the machine's order of bytes. It is a copy if the
    /// bytes are not aligned. Bytes that do not fill a word are left out.
    ///
    /// # Errors
    /// A `TypeError` if the buffer does not have the bytes any more.
    ///
    /// # Safety
    /// As [`LentBuffer::into_list`].
    pub unsafe fn into_words(self) -> JsResult<Vec<u64>> {
        // SAFETY: the caller's promise; the words are inside of the bytes and aligned.
        unsafe {
            let (bytes, _) = self.bytes()?.as_chunks();
            let start: *const u64 = bytes.as_ptr().cast();
            if !start.is_aligned() {
                return Ok(bytes.iter().copied().map(u64::from_le_bytes).collect());
            }
            let len = bytes.len();
            Ok(list_of(start, len, self.buffer))
        }
    }
}

impl Value {
    /// Lends the code units of a string.
    pub fn lend_units(&self) -> JsResult<LentUnits> {
        let lent = self.with_units(|units| match units {
            Units::Latin1(units) => LentUnits::Latin1(LentString::of(self, units)),
            Units::Utf16(units) => LentUnits::Utf16(LentString::of(self, units)),
        })?;
        lent.ok_or_else(|| Thrown::type_error("the value is not a string"))
    }
}
