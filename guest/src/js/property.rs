//! Own properties as they are: looking at them runs no JavaScript, except on a proxy.

use rquickjs_sys as q;

use super::atom::{Atom, Key};
use super::object::OwnKeys;
use super::realm::ctx;
use super::value::{JsResult, Tag, Thrown, Value};

/// An own property.
pub struct OwnProperty {
    /// What it holds.
    pub slot: Slot,
    /// Whether it is enumerable.
    pub enumerable: bool,
    /// Whether it can be assigned to.
    pub writable: bool,
    /// Whether it can be deleted or defined anew.
    pub configurable: bool,
}

/// What a property holds.
pub enum Slot {
    /// A value.
    Data(Value),
    /// Accessor functions; a missing one is `undefined`.
    Accessor {
        /// The getter.
        get: Value,
        /// The setter.
        set: Value,
    },
}

impl Value {
    /// The own property of that key. On a proxy it runs a trap: see [`Value::proxy_target`].
    pub fn own_property<'a>(&self, key: impl Into<Key<'a>>) -> JsResult<Option<OwnProperty>> {
        let atom = key.into().to_atom()?;
        let mut raw = q::JSPropertyDescriptor {
            flags: 0,
            value: q::JS_UNDEFINED,
            getter: q::JS_UNDEFINED,
            setter: q::JS_UNDEFINED,
        };
        // SAFETY: live value (it throws if that is no object), valid destination.
        let status = unsafe { q::JS_GetOwnProperty(ctx(), &raw mut raw, self.raw(), atom.raw()) };
        if Thrown::check(status)? == 0 {
            return Ok(None);
        }
        // SAFETY: on success the engine gives away all three values. An exotic object may have
        // failed to make the value, which is then the exception marker.
        let (value, get, set) = unsafe {
            (
                Value::check(raw.value),
                Value::from_raw(raw.getter),
                Value::from_raw(raw.setter),
            )
        };
        let flags = raw.flags as u32;
        let slot = if flags & q::JS_PROP_GETSET != 0 {
            Slot::Accessor { get, set }
        } else {
            Slot::Data(value?)
        };
        Ok(Some(OwnProperty {
            slot,
            enumerable: flags & q::JS_PROP_ENUMERABLE != 0,
            writable: flags & q::JS_PROP_WRITABLE != 0,
            configurable: flags & q::JS_PROP_CONFIGURABLE != 0,
        }))
    }

    /// Own keys in the language's order without array indices, which are never turned into
    /// keys, so that this stays cheap for a long array.
    pub fn own_names(&self, which: OwnKeys) -> JsResult<Vec<Atom>> {
        let table = KeyTable::of(self, which)?;
        // The indices come first.
        let (mut first, mut end) = (0, table.len());
        while first < end {
            let middle = first + (end - first) / 2;
            if is_index(&table.key(middle))? {
                first = middle + 1;
            } else {
                end = middle;
            }
        }
        Ok((first..table.len()).map(|index| table.key(index)).collect())
    }

    /// The target of a proxy; nothing if the proxy was revoked or this is no proxy.
    pub fn proxy_target(&self) -> Option<Value> {
        // SAFETY: live value; the error for a revoked proxy is taken and dropped.
        unsafe { Value::check(q::JS_GetProxyTarget(ctx(), self.raw())) }.ok()
    }

    /// The handler of a proxy; nothing if the proxy was revoked or this is no proxy.
    pub fn proxy_handler(&self) -> Option<Value> {
        // SAFETY: as above.
        unsafe { Value::check(q::JS_GetProxyHandler(ctx(), self.raw())) }.ok()
    }
}

fn is_index(key: &Atom) -> JsResult<bool> {
    let key = key.to_value()?;
    if key.tag() == Tag::Symbol {
        return Ok(false);
    }
    let text = key.to_lossy()?;
    let number: Option<u32> = text.parse().ok();
    Ok(number.is_some_and(|number| number != u32::MAX && number.to_string() == text))
}

/// Own keys as the engine lists them.
struct KeyTable {
    start: *mut q::JSPropertyEnum,
    len: u32,
}

impl KeyTable {
    fn of(object: &Value, which: OwnKeys) -> JsResult<KeyTable> {
        let mut flags = 0;
        if which.strings {
            flags |= q::JS_GPN_STRING_MASK;
        }
        if which.symbols {
            flags |= q::JS_GPN_SYMBOL_MASK;
        }
        if !which.hidden {
            flags |= q::JS_GPN_ENUM_ONLY;
        }
        if !object.is_object() {
            return Err(Thrown::type_error("the value is not an object"));
        }
        let mut table = KeyTable {
            start: std::ptr::null_mut(),
            len: 0,
        };
        // SAFETY: live object, valid destinations; on failure both stay as they are.
        let status = unsafe {
            q::JS_GetOwnPropertyNames(
                ctx(),
                &raw mut table.start,
                &raw mut table.len,
                object.raw(),
                flags as i32,
            )
        };
        Thrown::check(status)?;
        Ok(table)
    }

    fn len(&self) -> usize {
        self.len as usize
    }

    fn key(&self, index: usize) -> Atom {
        assert!(index < self.len());
        // SAFETY: the table has `len` entries; the key is duplicated, so that it outlives them.
        unsafe { Atom::from_raw(q::JS_DupAtom(ctx(), (*self.start.add(index)).atom)) }
    }
}

impl Drop for KeyTable {
    fn drop(&mut self) {
        if !self.start.is_null() {
            // SAFETY: returned by `JS_GetOwnPropertyNames`, freed once.
            unsafe { q::JS_FreePropertyEnum(ctx(), self.start, self.len) };
        }
    }
}
