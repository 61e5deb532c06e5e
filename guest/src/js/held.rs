//! Objects that hold something of Rust, which is dropped with them.

use std::any::Any;
use std::cell::{Cell, RefCell};

use rquickjs_sys as q;

use super::realm::{ctx, runtime};
use super::value::{JsResult, Thrown, Value};

thread_local! {
    static CLASS: Cell<q::JSClassID> = const { Cell::new(0) };
}

/// The class of such objects. It is made when it is first needed.
fn class() -> JsResult<q::JSClassID> {
    if CLASS.get() != 0 {
        return Ok(CLASS.get());
    }
    let mut id = 0;
    let definition = q::JSClassDef {
        class_name: c"Native".as_ptr(),
        finalizer: Some(finalize),
        gc_mark: None,
        call: None,
        exotic: std::ptr::null_mut(),
    };
    // SAFETY: valid destination and definition, which the engine copies.
    unsafe {
        q::JS_NewClassID(runtime(), &raw mut id);
        Thrown::check(q::JS_NewClass(runtime(), id, &raw const definition))?;
    }
    CLASS.set(id);
    Ok(id)
}

type Held = Box<dyn Any>;

/// An object that holds `value`, which must not hold values of JavaScript: the collector could
/// not see them.
pub fn hold<T: 'static>(value: T) -> JsResult<Value> {
    let held: Held = Box::new(RefCell::new(value));
    // SAFETY: returns an owned value or an exception.
    let object = unsafe { Value::check(q::JS_NewObjectClass(ctx(), class()? as _)) }?;
    let pointer = Box::into_raw(Box::new(held));
    // SAFETY: a live object of a class with room for a pointer, which `finalize` takes back.
    unsafe { q::JS_SetOpaque(object.raw(), pointer.cast()) };
    Ok(object)
}

unsafe extern "C" fn finalize(_: *mut q::JSRuntime, value: q::JSValue) {
    // SAFETY: the class is right, so this is what `hold` put there, or null if it did not get
    // that far; it is taken once.
    unsafe {
        let pointer: *mut Held = q::JS_GetOpaque(value, CLASS.get()).cast();
        if !pointer.is_null() {
            drop(Box::from_raw(pointer));
        }
    }
}

impl Value {
    /// Runs `run` on what an object holds. Fails if the object holds nothing of this type.
    pub fn with_held<T: 'static, R>(&self, run: impl FnOnce(&mut T) -> R) -> JsResult<R> {
        let wrong = || Thrown::type_error("Illegal invocation");
        // SAFETY: live value; null if it is of another class, or no object.
        let pointer: *const Held = unsafe { q::JS_GetOpaque(self.raw(), class()?) }.cast();
        // SAFETY: what `hold` put there lives as long as the object, which `self` keeps alive.
        let held = unsafe { pointer.as_ref() }.ok_or_else(wrong)?;
        let cell = held.downcast_ref::<RefCell<T>>().ok_or_else(wrong)?;
        let mut value = cell.try_borrow_mut().map_err(|_| wrong())?;
        Ok(run(&mut value))
    }
}
