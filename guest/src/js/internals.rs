//! Strings and objects as the engine has them in memory, by `guest/engine/jsvm.c`.
//!
//! Each call checks anew what it reads: what JavaScript did in between can make it find nothing,
//! and do no harm. None of it runs JavaScript.
#![allow(dead_code, reason = "not all of it has a user yet")]

use std::mem::{ManuallyDrop, MaybeUninit};

use rquickjs_sys as q;

use super::atom::Atom;
use super::context::{ctx, runtime};
use super::value::{JsResult, Thrown, Value};

/// Key of an entry; `jsvm_property` in jsvm.c.
#[repr(C)]
struct RawProperty {
    atom: q::JSAtom,
    key: u8,
    flags: u8,
}

unsafe extern "C" {
    fn jsvm_string_parts(
        ctx: *mut q::JSContext,
        value: q::JSValue,
        start: *mut *const u8,
        len: *mut u32,
        wide: *mut q::c_int,
    ) -> q::c_int;
    fn jsvm_new_string_latin1(ctx: *mut q::JSContext, start: *const u8, len: usize) -> q::JSValue;
    fn jsvm_plain_shape(value: q::JSValue, count: *mut u32) -> *const u8;
    fn jsvm_plain_property(
        ctx: *mut q::JSContext,
        value: q::JSValue,
        index: u32,
        to: *mut RawProperty,
    ) -> q::c_int;
    fn jsvm_plain_value(value: q::JSValue, index: u32, to: *mut q::JSValue) -> q::c_int;
    fn jsvm_atom_text(ctx: *mut q::JSContext, atom: q::JSAtom) -> q::JSValue;
    fn jsvm_dense_length(value: q::JSValue, count: *mut u32) -> q::c_int;
    fn jsvm_dense_element(value: q::JSValue, index: u32, to: *mut q::JSValue) -> q::c_int;
    fn jsvm_sweep_arenas(runtime: *mut q::JSRuntime);
}

/// Zeroes what is free in the arenas that the engine keeps small things in.
pub fn sweep_arenas() {
    // SAFETY: live runtime; what is free belongs to nobody.
    unsafe { jsvm_sweep_arenas(runtime()) }
}

/// The code units of a string, where the engine has them.
#[derive(Clone, Copy, Debug)]
pub enum Units<'a> {
    /// All below 256.
    Latin1(&'a [u8]),
    /// UTF-16.
    Utf16(&'a [u16]),
}

/// What kind of key a property has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyKind {
    /// A string that is not an array index.
    Text,
    /// An array index.
    Index,
    /// A symbol.
    Symbol,
    /// A private name, which only the class that made it can see.
    Private,
}

/// The table of an ordinary object: one that is made of keys and values, and of nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// The same for two objects that have the same keys and attributes in the same order. It says
    /// so only as long as one of them is alive and unchanged.
    pub address: usize,
    /// How many entries the table has; some may be free.
    pub len: u32,
}

/// The key of an entry in the table of an ordinary object.
pub struct PlainKey {
    /// The key.
    pub atom: Atom,
    /// What kind of key that is.
    pub kind: KeyKind,
    /// Whether the property is enumerable.
    pub enumerable: bool,
}

impl Value {
    /// Reads the code units of a string where they are; `None` if it is not a string. A string that
    /// was put together is made one piece first.
    ///
    /// # Errors
    /// If memory runs out.
    pub fn with_units<R>(&self, read: impl FnOnce(Units<'_>) -> R) -> JsResult<Option<R>> {
        let (mut start, mut len, mut wide) = (std::ptr::null(), 0, 0);
        // SAFETY: live context and value, valid destinations.
        let status = unsafe {
            jsvm_string_parts(
                ctx(),
                self.raw(),
                &raw mut start,
                &raw mut len,
                &raw mut wide,
            )
        };
        if Thrown::check(status)? != 0 {
            return Ok(None);
        }
        let len = len as usize;
        // SAFETY: the string has so many units of that width there, aligned to it. They neither
        // change nor move while it is alive, and `self` keeps it alive.
        Ok(Some(read(unsafe {
            if wide == 0 {
                Units::Latin1(std::slice::from_raw_parts(start, len))
            } else {
                Units::Utf16(std::slice::from_raw_parts(start.cast(), len))
            }
        })))
    }

    /// A string of characters below 256, from a byte each.
    pub fn latin1(units: &[u8]) -> JsResult<Value> {
        // SAFETY: pointer and length of a slice; the engine copies it.
        unsafe { Value::check(jsvm_new_string_latin1(ctx(), units.as_ptr(), units.len())) }
    }

    /// The table of an ordinary object; `None` for any other object.
    pub fn plain_shape(&self) -> Option<Shape> {
        let mut len = 0;
        // SAFETY: live value, valid destination.
        let shape = unsafe { jsvm_plain_shape(self.raw(), &raw mut len) };
        (!shape.is_null()).then_some(Shape {
            address: shape as usize,
            len,
        })
    }

    /// The key of an entry of an ordinary object; `None` if there is no such entry, or it is free.
    /// Entries are in the order in which they were made, which is JavaScript's but for array
    /// indices (first, and ascending) and symbols (last).
    pub fn plain_key(&self, index: u32) -> Option<PlainKey> {
        let mut key = MaybeUninit::<RawProperty>::uninit();
        // SAFETY: live context and value, valid destination, which is written unless 0 is returned.
        // The key is duplicated before anything else happens.
        unsafe {
            if jsvm_plain_property(ctx(), self.raw(), index, key.as_mut_ptr()) == 0 {
                return None;
            }
            let key = key.assume_init();
            Some(PlainKey {
                atom: Atom::from_raw(q::JS_DupAtom(ctx(), key.atom)),
                kind: match key.key {
                    0 => KeyKind::Text,
                    1 => KeyKind::Index,
                    2 => KeyKind::Symbol,
                    _ => KeyKind::Private,
                },
                enumerable: u32::from(key.flags) & q::JS_PROP_ENUMERABLE != 0,
            })
        }
    }

    /// The value in an entry of an ordinary object; `None` if there is no such entry, or it is an
    /// accessor or something that the engine makes when it is first asked for.
    pub fn plain_value(&self, index: u32) -> Option<Value> {
        let mut value = q::JS_UNDEFINED;
        // SAFETY: live value, valid destination; what is written there is a live value, which is
        // duplicated before anything else happens.
        unsafe {
            (jsvm_plain_value(self.raw(), index, &raw mut value) != 0)
                .then(|| Value::from_raw(q::JS_DupValue(ctx(), value)))
        }
    }

    /// The length of an array that has each index below it and no other property; `None` for any
    /// other object.
    pub fn dense_length(&self) -> Option<u32> {
        let mut len = 0;
        // SAFETY: live value, valid destination.
        (unsafe { jsvm_dense_length(self.raw(), &raw mut len) } != 0).then_some(len)
    }

    /// An element of such an array; `None` if it has become another, or has no such element.
    pub fn dense_element(&self, index: u32) -> Option<Value> {
        let mut value = q::JS_UNDEFINED;
        // SAFETY: as in `plain_value`.
        unsafe {
            (jsvm_dense_element(self.raw(), index, &raw mut value) != 0)
                .then(|| Value::from_raw(q::JS_DupValue(ctx(), value)))
        }
    }
}

impl PlainKey {
    /// Reads the code units of a key that is [`KeyKind::Text`], where they are; `None` if it is
    /// another.
    pub fn with_units<R>(&self, read: impl FnOnce(Units<'_>) -> R) -> Option<R> {
        if self.kind != KeyKind::Text {
            return None;
        }
        // SAFETY: a live key that is a string. The value is lent, so it must not be dropped.
        let text = unsafe { Value::from_raw(jsvm_atom_text(ctx(), self.atom.raw())) };
        // A key is in one piece, so there is nothing that could fail.
        ManuallyDrop::new(text).with_units(read).ok().flatten()
    }
}
