//! Objects beyond getting and setting: definitions of properties, prototypes, proxies, integrity.

use rquickjs_sys as q;

use super::atom::Key;
use super::realm::ctx;
use super::value::{JsResult, Thrown, Value};

/// What a property is to become. What is missing stays as it is.
#[derive(Default)]
pub struct Definition {
    pub value: Option<Value>,
    pub get: Option<Value>,
    pub set: Option<Value>,
    pub writable: Option<bool>,
    pub enumerable: Option<bool>,
    pub configurable: Option<bool>,
}

impl Value {
    /// `Object.defineProperty(value, key, definition)`
    pub fn define_property<'a>(
        &self,
        key: impl Into<Key<'a>>,
        definition: &Definition,
    ) -> JsResult<()> {
        if !self.is_object() {
            return Err(Thrown::type_error("the value is not an object"));
        }
        let accessors = [&definition.get, &definition.set];
        if accessors.iter().any(|function| function.is_some())
            && (definition.value.is_some() || definition.writable.is_some())
        {
            return Err(Thrown::type_error(
                "a property has either a value or a getter and a setter",
            ));
        }
        for function in accessors.into_iter().flatten() {
            if !function.is_function() && !function.is_undefined() {
                return Err(Thrown::type_error(
                    "a getter or setter is a function or undefined",
                ));
            }
        }
        let mut flags = q::JS_PROP_THROW;
        for (has, given) in [
            (q::JS_PROP_HAS_VALUE, definition.value.is_some()),
            (q::JS_PROP_HAS_GET, definition.get.is_some()),
            (q::JS_PROP_HAS_SET, definition.set.is_some()),
        ] {
            if given {
                flags |= has;
            }
        }
        for (has, is, given) in [
            (
                q::JS_PROP_HAS_WRITABLE,
                q::JS_PROP_WRITABLE,
                definition.writable,
            ),
            (
                q::JS_PROP_HAS_ENUMERABLE,
                q::JS_PROP_ENUMERABLE,
                definition.enumerable,
            ),
            (
                q::JS_PROP_HAS_CONFIGURABLE,
                q::JS_PROP_CONFIGURABLE,
                definition.configurable,
            ),
        ] {
            match given {
                Some(true) => flags |= has | is,
                Some(false) => flags |= has,
                None => {}
            }
        }
        let atom = key.into().to_atom()?;
        let raw = |value: &Option<Value>| value.as_ref().map_or(q::JS_UNDEFINED, Value::raw);
        // SAFETY: live values, which are only borrowed.
        let status = unsafe {
            q::JS_DefineProperty(
                ctx(),
                self.raw(),
                atom.raw(),
                raw(&definition.value),
                raw(&definition.get),
                raw(&definition.set),
                flags as i32,
            )
        };
        Thrown::check(status).map(drop)
    }

    /// Whether there is an own property of that key. On a proxy it runs a trap.
    pub fn has_own<'a>(&self, key: impl Into<Key<'a>>) -> JsResult<bool> {
        let atom = key.into().to_atom()?;
        // SAFETY: live value (it throws if that is no object); no descriptor is asked for.
        let status =
            unsafe { q::JS_GetOwnProperty(ctx(), std::ptr::null_mut(), self.raw(), atom.raw()) };
        Ok(Thrown::check(status)? != 0)
    }

    /// An empty object with this prototype, an object or `null`.
    pub fn object_with(prototype: &Value) -> JsResult<Value> {
        if !prototype.is_object() && prototype.tag() != super::Tag::Null {
            return Err(Thrown::type_error("a prototype is an object or null"));
        }
        // SAFETY: live value.
        unsafe { Value::check(q::JS_NewObjectProto(ctx(), prototype.raw())) }
    }

    /// `new Proxy(target, handler)`
    pub fn proxy(target: &Value, handler: &Value) -> JsResult<Value> {
        // SAFETY: live values, which the engine duplicates; it throws if one is no object.
        unsafe { Value::check(q::JS_NewProxy(ctx(), target.raw(), handler.raw())) }
    }

    /// Whether properties can be added. On a proxy it runs a trap.
    pub fn is_extensible(&self) -> JsResult<bool> {
        // SAFETY: live value; anything but an object is not extensible.
        let status = unsafe { q::JS_IsExtensible(ctx(), self.raw()) };
        Ok(Thrown::check(status)? != 0)
    }

    /// `Object.preventExtensions(value)`
    pub fn prevent_extensions(&self) -> JsResult<()> {
        // SAFETY: live value.
        let status = unsafe { q::JS_PreventExtensions(ctx(), self.raw()) };
        match Thrown::check(status)? {
            0 => Err(Thrown::type_error("the object refuses to be closed")),
            _ => Ok(()),
        }
    }

    /// `Object.seal(value)`
    pub fn seal(&self) -> JsResult<()> {
        // SAFETY: live value.
        Thrown::check(unsafe { q::JS_SealObject(ctx(), self.raw()) }).map(drop)
    }

    /// `Object.freeze(value)`
    pub fn freeze(&self) -> JsResult<()> {
        // SAFETY: live value.
        Thrown::check(unsafe { q::JS_FreezeObject(ctx(), self.raw()) }).map(drop)
    }
}
