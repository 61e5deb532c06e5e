//! Property keys.

use rquickjs_sys as q;

use super::realm::ctx;
use super::value::{JsResult, Thrown, Value};

/// An interned property key. Equal keys are equal numbers.
#[derive(PartialEq, Eq)]
#[repr(transparent)]
pub struct Atom(q::JSAtom);

/// A property key in any form.
#[derive(Clone, Copy)]
pub enum Key<'a> {
    /// By name.
    Name(&'a str),
    /// By index.
    Index(u32),
    /// By value, converted as `object[key]` does.
    Value(&'a Value),
    /// By an interned key.
    Atom(&'a Atom),
}

impl<'a> From<&'a str> for Key<'a> {
    fn from(name: &'a str) -> Self {
        Key::Name(name)
    }
}

impl<'a> From<&'a Atom> for Key<'a> {
    fn from(atom: &'a Atom) -> Self {
        Key::Atom(atom)
    }
}

impl From<u32> for Key<'_> {
    fn from(index: u32) -> Self {
        Key::Index(index)
    }
}

impl Key<'_> {
    /// Interns it.
    pub fn to_atom(self) -> JsResult<Atom> {
        // SAFETY: each call gets live arguments and returns an owned atom, or null for an
        // exception.
        let raw = unsafe {
            match self {
                Key::Name(name) if name.is_ascii() => {
                    q::JS_NewAtomLen(ctx(), name.as_ptr().cast(), name.len() as _)
                }
                // Where a key was made before whose characters are the bytes of this one, the
                // engine would return that.
                Key::Name(name) => return Key::Value(&Value::text(name)?).to_atom(),
                Key::Index(index) => q::JS_NewAtomUInt32(ctx(), index),
                Key::Value(value) => q::JS_ValueToAtom(ctx(), value.raw()),
                Key::Atom(atom) => q::JS_DupAtom(ctx(), atom.0),
            }
        };
        if raw == q::JS_ATOM_NULL {
            Err(Thrown::take())
        } else {
            Ok(Atom(raw))
        }
    }
}

impl Atom {
    /// Takes an atom that the engine returned.
    ///
    /// # Safety
    /// The caller gives one reference count away.
    pub(super) unsafe fn from_raw(raw: q::JSAtom) -> Atom {
        Atom(raw)
    }

    pub(super) fn raw(&self) -> q::JSAtom {
        self.0
    }

    /// The number that stands for it as long as it is alive.
    pub fn number(&self) -> u32 {
        self.0
    }

    /// The key as a value: a string or a symbol.
    pub fn to_value(&self) -> JsResult<Value> {
        // SAFETY: live atom.
        unsafe { Value::check(q::JS_AtomToValue(ctx(), self.0)) }
    }
}

impl Clone for Atom {
    fn clone(&self) -> Self {
        // SAFETY: live atom.
        Atom(unsafe { q::JS_DupAtom(ctx(), self.0) })
    }
}

impl Drop for Atom {
    fn drop(&mut self) {
        // SAFETY: owns one reference count.
        unsafe { q::JS_FreeAtom(ctx(), self.0) }
    }
}
