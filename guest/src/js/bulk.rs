//! Reads and creates whole objects and arrays at once, by `guest/engine/jsvm.c`. When they are
//! copied, one call for each value would cost more than the copy.

use std::mem::MaybeUninit;

use rquickjs_sys as q;

use super::atom::Atom;
use super::realm::ctx;
use super::value::{JsResult, Value};

unsafe extern "C" {
    fn jsvm_dense_elements(
        value: q::JSValue,
        values: *mut *const q::JSValue,
        count: *mut u32,
    ) -> q::c_int;
    fn jsvm_plain_entries(
        ctx: *mut q::JSContext,
        value: q::JSValue,
        keys: *mut q::JSAtom,
        values: *mut q::JSValue,
        max: q::c_int,
    ) -> q::c_int;
    fn jsvm_new_object(
        ctx: *mut q::JSContext,
        keys: *const q::JSAtom,
        values: *mut q::JSValue,
        count: q::c_int,
        like: q::JSValue,
    ) -> q::JSValue;
}

/// The maximum number of properties that [`Value::with_entries`] reads.
const MAX_ENTRIES: usize = 64;

impl Value {
    /// Runs `read` on the keys and values of an ordinary object that has only named properties with
    /// values, in JavaScript's order, without those that are not enumerable. The result is `None` for
    /// any other object, and for one with more than [`MAX_ENTRIES`] properties.
    ///
    /// # Safety
    /// `read` must not run JavaScript, and must not change the object.
    pub unsafe fn with_entries<R>(&self, read: impl FnOnce(&[Atom], &[Value]) -> R) -> Option<R> {
        let mut keys = [const { MaybeUninit::<q::JSAtom>::uninit() }; MAX_ENTRIES];
        let mut values = [const { MaybeUninit::<q::JSValue>::uninit() }; MAX_ENTRIES];
        // SAFETY: live context and value, and room for so many entries.
        let count = unsafe {
            jsvm_plain_entries(
                ctx(),
                self.raw(),
                keys.as_mut_ptr().cast(),
                values.as_mut_ptr().cast(),
                MAX_ENTRIES as q::c_int,
            )
        };
        let count = usize::try_from(count).ok()?;
        // SAFETY: as many were written. They are the object's, which `self` keeps alive and, as the
        // caller promises, nothing changes meanwhile; here they are only borrowed.
        unsafe {
            Some(read(
                std::slice::from_raw_parts(keys.as_ptr().cast(), count),
                Value::slice_from_raw(values.as_ptr().cast(), count),
            ))
        }
    }

    /// Runs `read` on the elements of an array that has each index below its length and no other
    /// property. The result is `None` for any other object.
    ///
    /// # Safety
    /// `read` must not run JavaScript, and must not change the array.
    pub unsafe fn with_elements<R>(&self, read: impl FnOnce(&[Value]) -> R) -> Option<R> {
        let (mut values, mut count) = (std::ptr::null(), 0);
        // SAFETY: live value, valid destinations.
        if unsafe { jsvm_dense_elements(self.raw(), &raw mut values, &raw mut count) } == 0 {
            return None;
        }
        // SAFETY: so many elements are there, and stay while, as the caller promises, nothing changes
        // the array.
        Some(read(unsafe {
            Value::slice_from_raw(values, count as usize)
        }))
    }

    /// An object with these keys and as many values, which are taken out. Of two keys that are the
    /// same the last counts. It is made fastest if `like` is one with the same keys.
    pub fn object_of(
        keys: &[Atom],
        values: std::vec::Drain<'_, Value>,
        like: &Value,
    ) -> JsResult<Value> {
        debug_assert_eq!(keys.len(), values.len());
        let count = keys.len().min(values.len());
        // SAFETY: atoms and values are `repr(transparent)`. The engine only reads the keys, and
        // takes the values over, also when it fails: so they are forgotten here.
        unsafe {
            let raw = jsvm_new_object(
                ctx(),
                keys.as_ptr().cast(),
                values.as_slice().as_ptr().cast_mut().cast(),
                count as q::c_int,
                like.raw(),
            );
            values.take(count).for_each(std::mem::forget);
            Value::check(raw)
        }
    }

    /// An array of these elements, which are taken out.
    pub fn array_from(elements: std::vec::Drain<'_, Value>) -> JsResult<Value> {
        let count = elements.len();
        // SAFETY: the engine takes the elements over, also when it fails.
        unsafe {
            let raw = q::JS_NewArrayFrom(
                ctx(),
                count as q::c_int,
                elements.as_slice().as_ptr().cast(),
            );
            elements.for_each(std::mem::forget);
            Value::check(raw)
        }
    }
}
