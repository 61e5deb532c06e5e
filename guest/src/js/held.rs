//! Objects that hold something of Rust, which is dropped with them.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

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
        gc_mark: Some(mark),
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

type Held = Box<dyn Contents>;

/// The contents of an object, as the collector sees them.
trait Contents {
    fn as_any(&self) -> &dyn Any;
    fn visit(&self, visit: &mut dyn FnMut(&Value));
}

impl<T: 'static> Contents for RefCell<T> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn visit(&self, _: &mut dyn FnMut(&Value)) {}
}

/// Contents with values of JavaScript, which the collector must see.
pub trait Visit: 'static {
    /// Calls `visit` once for each reference to a value that the contents own.
    fn visit(&self, visit: &mut dyn FnMut(&Value));
}

/// Contents of which Rust borrows an `Rc` during calls.
struct Visited<T>(Rc<RefCell<T>>);

impl<T: Visit> Contents for Visited<T> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn visit(&self, visit: &mut dyn FnMut(&Value)) {
        // A collection while it is borrowed sees none of its values, and so keeps all of them.
        if let Ok(held) = self.0.try_borrow() {
            held.visit(visit);
        }
    }
}

/// An object that holds `value`, which must not hold values of JavaScript: the collector could
/// not see them.
pub fn hold<T: 'static>(value: T) -> JsResult<Value> {
    hold_contents(Box::new(RefCell::new(value)))
}

/// Creates an object whose contents hold values of JavaScript, some of which may refer to the object. Rust may
/// keep another `Rc` of the contents during a call, but no longer: the finalizer must drop the last one.
pub fn hold_visited<T: Visit>(value: Rc<RefCell<T>>) -> JsResult<Value> {
    hold_contents(Box::new(Visited(value)))
}

fn hold_contents(held: Held) -> JsResult<Value> {
    // SAFETY: returns an owned value or an exception.
    let object = unsafe { Value::check(q::JS_NewObjectClass(ctx(), class()? as _)) }?;
    let pointer = Box::into_raw(Box::new(held));
    // SAFETY: a live object of a class with room for a pointer, which `finalize` takes back.
    unsafe { q::JS_SetOpaque(object.raw(), pointer.cast()) };
    Ok(object)
}

unsafe extern "C" fn finalize(_: *mut q::JSRuntime, value: q::JSValue) {
    // SAFETY: the class is right, so this is what `hold_contents` put there, or null if it did not get
    // that far; it is taken once.
    unsafe {
        let pointer: *mut Held = q::JS_GetOpaque(value, CLASS.get()).cast();
        if !pointer.is_null() {
            drop(Box::from_raw(pointer));
        }
    }
}

unsafe extern "C" fn mark(rt: *mut q::JSRuntime, value: q::JSValue, mark: q::JS_MarkFunc) {
    // SAFETY: the class is right, so this is what `hold_contents` put there, or null if it did not get that
    // far. The engine marks live objects, and each value that is visited is one that the contents own.
    unsafe {
        let held: *const Held = q::JS_GetOpaque(value, CLASS.get()).cast();
        if let Some(held) = held.as_ref() {
            held.visit(&mut |value| q::JS_MarkValue(rt, value.raw(), mark));
        }
    }
}

impl Value {
    /// Runs `run` on what an object holds. Fails if the object holds nothing of this type.
    pub fn with_held<T: 'static, R>(&self, run: impl FnOnce(&mut T) -> R) -> JsResult<R> {
        let wrong = || Thrown::type_error("Illegal invocation");
        // SAFETY: live value; null if it is of another class, or no object.
        let pointer: *const Held = unsafe { q::JS_GetOpaque(self.raw(), class()?) }.cast();
        // SAFETY: what `hold_contents` put there lives as long as the object, which `self` keeps alive.
        let held = unsafe { pointer.as_ref() }.ok_or_else(wrong)?;
        let cell = held
            .as_any()
            .downcast_ref::<RefCell<T>>()
            .ok_or_else(wrong)?;
        let mut value = cell.try_borrow_mut().map_err(|_| wrong())?;
        Ok(run(&mut value))
    }
}
