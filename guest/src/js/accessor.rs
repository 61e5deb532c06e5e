//! Accessor properties that are written in Rust.

use std::ffi::CString;
use std::ptr::NonNull;

use rquickjs_sys as q;

use super::atom::Key;
use super::realm::ctx;
use super::value::{JsResult, Thrown, Value};

type Getter = unsafe extern "C" fn(*mut q::JSContext, q::JSValue, i32) -> q::JSValue;
type Setter = unsafe extern "C" fn(*mut q::JSContext, q::JSValue, q::JSValue, i32) -> q::JSValue;

/// Defines an accessor property that is configurable and not enumerable, and returns its getter.
/// Both functions are told the number that the property was made with, and neither is told the
/// receiver. They capture nothing, as in [`super::function`].
pub fn define_accessor<G, S>(
    object: &Value,
    name: &str,
    number: u16,
    get: G,
    set: S,
) -> JsResult<Value>
where
    G: Fn(u16) -> JsResult<Value> + Copy + 'static,
    S: Fn(u16, &Value) -> JsResult<()> + Copy + 'static,
{
    const { assert!(size_of::<G>() == 0 && size_of::<S>() == 0) };
    let _ = (get, set);
    let getter: Getter = getter::<G>;
    let setter: Setter = setter::<S>;
    // SAFETY: the engine calls a function of these two kinds with exactly these parameters; its
    // own declaration is a union, of which the bindings know one member.
    let (getter, setter) = unsafe {
        (
            std::mem::transmute::<Getter, q::JSCFunction>(getter),
            std::mem::transmute::<Setter, q::JSCFunction>(setter),
        )
    };
    let make = |function, prefix: &str, length, kind| {
        let name = CString::new(format!("{prefix} {name}")).unwrap_or_default();
        // SAFETY: the function fits its kind; the engine copies the name.
        unsafe {
            Value::check(q::JS_NewCFunction2(
                ctx(),
                function,
                name.as_ptr(),
                length,
                kind,
                i32::from(number),
            ))
        }
    };
    let get = make(getter, "get", 0, q::JSCFunctionEnum_JS_CFUNC_getter_magic)?;
    let set = make(setter, "set", 1, q::JSCFunctionEnum_JS_CFUNC_setter_magic)?;
    let atom = Key::Name(name).to_atom()?;
    let flags = (q::JS_PROP_CONFIGURABLE | q::JS_PROP_THROW) as i32;
    // SAFETY: live values; both functions are given away.
    let status = unsafe {
        q::JS_DefinePropertyGetSet(
            ctx(),
            object.raw(),
            atom.raw(),
            get.clone().into_raw(),
            set.into_raw(),
            flags,
        )
    };
    Thrown::check(status)?;
    Ok(get)
}

unsafe extern "C" fn getter<G>(_: *mut q::JSContext, _: q::JSValue, number: i32) -> q::JSValue
where
    G: Fn(u16) -> JsResult<Value> + Copy + 'static,
{
    // SAFETY: `G` has no size and is `Copy`, and one was there in `define_accessor`.
    let get = unsafe { NonNull::<G>::dangling().read() };
    match get(number as u16) {
        Ok(value) => value.into_raw(),
        Err(thrown) => thrown.raise(),
    }
}

unsafe extern "C" fn setter<S>(
    _: *mut q::JSContext,
    _: q::JSValue,
    value: q::JSValue,
    number: i32,
) -> q::JSValue
where
    S: Fn(u16, &Value) -> JsResult<()> + Copy + 'static,
{
    // SAFETY: as above.
    let set = unsafe { NonNull::<S>::dangling().read() };
    // SAFETY: a live value, borrowed for the duration of the call.
    let value = unsafe { &Value::slice_from_raw(&raw const value, 1)[0] };
    match set(number as u16, value) {
        Ok(()) => q::JS_UNDEFINED,
        Err(thrown) => thrown.raise(),
    }
}

impl Value {
    /// Makes an own property enumerable, whatever it holds.
    pub fn make_enumerable<'a>(&self, key: impl Into<Key<'a>>) -> JsResult<()> {
        let atom = key.into().to_atom()?;
        let flags = q::JS_PROP_HAS_ENUMERABLE | q::JS_PROP_ENUMERABLE | q::JS_PROP_THROW;
        // SAFETY: live values; without further flags the engine reads no other.
        let status = unsafe {
            q::JS_DefineProperty(
                ctx(),
                self.raw(),
                atom.raw(),
                q::JS_UNDEFINED,
                q::JS_UNDEFINED,
                q::JS_UNDEFINED,
                flags as i32,
            )
        };
        Thrown::check(status).map(drop)
    }
}
