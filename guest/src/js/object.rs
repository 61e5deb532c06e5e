//! Objects: properties, calls, and what class they are of.

use rquickjs_sys as q;

use super::atom::{Atom, Key};
use super::realm::ctx;
use super::value::{JsResult, Thrown, Value};

/// Attributes of a property that is defined.
#[derive(Clone, Copy)]
pub struct Property(i32);

impl Property {
    /// Writable, enumerable and configurable, as by assignment.
    pub const PLAIN: Property = Property(q::JS_PROP_C_W_E as i32);
    /// Writable and configurable, not enumerable.
    pub const HIDDEN: Property = Property((q::JS_PROP_CONFIGURABLE | q::JS_PROP_WRITABLE) as i32);
    /// Configurable only.
    pub const READ_ONLY: Property = Property(q::JS_PROP_CONFIGURABLE as i32);
}

/// Which own keys to list.
#[derive(Clone, Copy, Default)]
pub struct OwnKeys {
    /// String keys, indices included.
    pub strings: bool,
    /// Symbol keys.
    pub symbols: bool,
    /// Also those that are not enumerable.
    pub hidden: bool,
}

impl OwnKeys {
    /// What `Object.keys` lists.
    pub const ENUMERABLE: OwnKeys = OwnKeys {
        strings: true,
        symbols: false,
        hidden: false,
    };
}

impl Value {
    /// `{}`
    pub fn object() -> JsResult<Value> {
        // SAFETY: returns an owned value or an exception.
        unsafe { Value::check(q::JS_NewObject(ctx())) }
    }

    /// `[]`
    pub fn array() -> JsResult<Value> {
        // SAFETY: as above.
        unsafe { Value::check(q::JS_NewArray(ctx())) }
    }

    /// `[...elements]`
    pub fn array_of(elements: Vec<Value>) -> JsResult<Value> {
        let raw: Vec<q::JSValue> = elements.into_iter().map(Value::into_raw).collect();
        // SAFETY: `JS_NewArrayFrom` takes over the reference counts, also when it fails.
        unsafe { Value::check(q::JS_NewArrayFrom(ctx(), raw.len() as i32, raw.as_ptr())) }
    }

    /// `value[key]`
    pub fn get<'a>(&self, key: impl Into<Key<'a>>) -> JsResult<Value> {
        match key.into() {
            // SAFETY: live value; returns an owned value or an exception.
            Key::Index(index) => unsafe {
                Value::check(q::JS_GetPropertyUint32(ctx(), self.raw(), index))
            },
            // SAFETY: the same.
            Key::Atom(atom) => unsafe {
                Value::check(q::JS_GetProperty(ctx(), self.raw(), atom.raw()))
            },
            key => {
                let atom = key.to_atom()?;
                // SAFETY: the same.
                unsafe { Value::check(q::JS_GetProperty(ctx(), self.raw(), atom.raw())) }
            }
        }
    }

    /// `value[key] = to` in strict mode.
    pub fn set<'a>(&self, key: impl Into<Key<'a>>, to: Value) -> JsResult<()> {
        let atom = key.into().to_atom()?;
        // SAFETY: live value; `JS_SetProperty` takes over the reference count of `to`.
        let status = unsafe { q::JS_SetProperty(ctx(), self.raw(), atom.raw(), to.into_raw()) };
        Thrown::check(status).map(drop)
    }

    /// Defines an own property, whatever the prototype has under that name.
    pub fn define<'a>(
        &self,
        key: impl Into<Key<'a>>,
        to: Value,
        attributes: Property,
    ) -> JsResult<()> {
        let atom = key.into().to_atom()?;
        let flags = attributes.0 | q::JS_PROP_THROW as i32;
        // SAFETY: live value; takes over the reference count of `to`.
        let status = unsafe {
            q::JS_DefinePropertyValue(ctx(), self.raw(), atom.raw(), to.into_raw(), flags)
        };
        Thrown::check(status).map(drop)
    }

    /// Defines the getter or the setter of an own property, or both; the other stays as it is.
    pub fn define_accessor<'a>(
        &self,
        key: impl Into<Key<'a>>,
        getter: Option<Value>,
        setter: Option<Value>,
    ) -> JsResult<()> {
        let atom = key.into().to_atom()?;
        let mut flags = q::JS_PROP_HAS_CONFIGURABLE
            | q::JS_PROP_CONFIGURABLE
            | q::JS_PROP_HAS_ENUMERABLE
            | q::JS_PROP_THROW;
        for (flag, function) in [(q::JS_PROP_HAS_GET, &getter), (q::JS_PROP_HAS_SET, &setter)] {
            if function.is_some() {
                flags |= flag;
            }
        }
        let (getter, setter) = (
            getter.unwrap_or(Value::UNDEFINED),
            setter.unwrap_or(Value::UNDEFINED),
        );
        // SAFETY: live values, which are only borrowed.
        let status = unsafe {
            q::JS_DefineProperty(
                ctx(),
                self.raw(),
                atom.raw(),
                q::JS_UNDEFINED,
                getter.raw(),
                setter.raw(),
                flags as i32,
            )
        };
        Thrown::check(status).map(drop)
    }

    /// Replaces the prototype; `null` for none.
    pub fn set_prototype(&self, prototype: &Value) -> JsResult<()> {
        // SAFETY: live values.
        let status = unsafe { q::JS_SetPrototype(ctx(), self.raw(), prototype.raw()) };
        Thrown::check(status).map(drop)
    }

    /// `delete value[key]`
    pub fn delete<'a>(&self, key: impl Into<Key<'a>>) -> JsResult<bool> {
        let atom = key.into().to_atom()?;
        // SAFETY: live value.
        let status = unsafe { q::JS_DeleteProperty(ctx(), self.raw(), atom.raw(), 0) };
        Ok(Thrown::check(status)? != 0)
    }

    /// `key in value`
    pub fn has<'a>(&self, key: impl Into<Key<'a>>) -> JsResult<bool> {
        if !self.is_object() {
            return Err(Thrown::type_error(
                "cannot use 'in' on a value that is not an object",
            ));
        }
        let atom = key.into().to_atom()?;
        // SAFETY: live object.
        let status = unsafe { q::JS_HasProperty(ctx(), self.raw(), atom.raw()) };
        Ok(Thrown::check(status)? != 0)
    }

    /// Own property keys in the language's order.
    pub fn own_keys(&self, which: OwnKeys) -> JsResult<Vec<Atom>> {
        if !self.is_object() {
            return Err(Thrown::type_error("the value is not an object"));
        }
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
        let (mut table, mut len) = (std::ptr::null_mut(), 0);
        // SAFETY: live object, valid destinations.
        let status = unsafe {
            q::JS_GetOwnPropertyNames(
                ctx(),
                &raw mut table,
                &raw mut len,
                self.raw(),
                flags as i32,
            )
        };
        Thrown::check(status)?;
        let mut keys = Vec::with_capacity(len as usize);
        for index in 0..len as usize {
            // SAFETY: the table has `len` entries; each key is duplicated before the table with
            // its own references is freed.
            keys.push(unsafe { Atom::from_raw(q::JS_DupAtom(ctx(), (*table.add(index)).atom)) });
        }
        // SAFETY: returned by `JS_GetOwnPropertyNames`, freed once.
        unsafe { q::JS_FreePropertyEnum(ctx(), table, len) };
        Ok(keys)
    }

    /// Whether it is an array of that length that has each index below it, and no other property
    /// that is enumerable.
    pub fn is_dense_array(&self, length: u32) -> JsResult<bool> {
        if self.dense_length() == Some(length) {
            return Ok(true);
        }
        let keys = self.own_keys(OwnKeys::ENUMERABLE)?;
        if keys.len() != length as usize {
            return Ok(false);
        }
        for (index, key) in keys.iter().enumerate() {
            if *key != Key::Index(index as u32).to_atom()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The prototype; `null` if there is none.
    pub fn prototype(&self) -> JsResult<Value> {
        // SAFETY: live value.
        unsafe { Value::check(q::JS_GetPrototype(ctx(), self.raw())) }
    }

    /// Calls it.
    pub fn call(&self, this: &Value, args: &[Value]) -> JsResult<Value> {
        // SAFETY: live values; the engine only reads the argument list, whose elements are
        // `repr(transparent)`.
        unsafe {
            Value::check(q::JS_Call(
                ctx(),
                self.raw(),
                this.raw(),
                args.len() as i32,
                args.as_ptr().cast_mut().cast(),
            ))
        }
    }

    /// `new value(...args)`
    pub fn construct(&self, args: &[Value]) -> JsResult<Value> {
        // SAFETY: as in `call`.
        unsafe {
            Value::check(q::JS_CallConstructor(
                ctx(),
                self.raw(),
                args.len() as i32,
                args.as_ptr().cast_mut().cast(),
            ))
        }
    }

    /// Whether it can be called.
    pub fn is_function(&self) -> bool {
        // SAFETY: live value.
        unsafe { q::JS_IsFunction(ctx(), self.raw()) }
    }

    /// Number of the engine's class of an object; scripts cannot change it. 0 for what is none.
    pub fn class_number(&self) -> u32 {
        // SAFETY: live value.
        unsafe { q::JS_GetClassID(self.raw()) }
    }

    /// Name of the engine's class of an object; scripts cannot change it.
    pub fn class_name(&self) -> Option<String> {
        if !self.is_object() {
            return None;
        }
        // SAFETY: live object; the name is an owned atom.
        let name = unsafe {
            let class = q::JS_GetClassID(self.raw());
            Atom::from_raw(q::JS_GetClassName(super::realm::runtime(), class))
        };
        name.to_value().ok()?.to_lossy().ok()
    }

    /// A date.
    pub fn date(milliseconds: f64) -> JsResult<Value> {
        // SAFETY: returns an owned value or an exception.
        unsafe { Value::check(q::JS_NewDate(ctx(), milliseconds)) }
    }
}

/// Questions about the class of an object. None of them runs JavaScript.
macro_rules! class_checks {
    ($($(#[$doc:meta])* $name:ident => $check:ident;)*) => {
        impl Value {
            $(
                $(#[$doc])*
                pub fn $name(&self) -> bool {
                    // SAFETY: reads the class of a live value.
                    unsafe { q::$check(self.raw()) }
                }
            )*
        }
    };
}

class_checks! {
    /// An array; a proxy of one is not.
    is_array => JS_IsArray;
    /// An error made by an `Error` constructor.
    is_error => JS_IsError;
    /// A promise.
    is_promise => JS_IsPromise;
    /// A `WeakRef`.
    is_weak_ref => JS_IsWeakRef;
    /// A `WeakMap`.
    is_weak_map => JS_IsWeakMap;
    /// A `WeakSet`.
    is_weak_set => JS_IsWeakSet;
    /// A proxy.
    is_proxy => JS_IsProxy;
    /// An `ArrayBuffer` or `SharedArrayBuffer`.
    is_array_buffer => JS_IsArrayBuffer;
    /// A `DataView`.
    is_data_view => JS_IsDataView;
}
