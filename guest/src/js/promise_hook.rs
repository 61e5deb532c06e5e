//! What happens to promises.

use std::cell::Cell;

use rquickjs_sys as q;

use super::realm::runtime;
use super::value::Value;

/// Something that happened to a promise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PromiseEvent {
    /// It was made.
    Made,
    /// The `then` of what it was resolved with is about to be called.
    Adopting,
    /// That has been called.
    Adopted,
    /// It was fulfilled.
    Fulfilled,
}

/// `parent` is `undefined` if there is none. It must not run JavaScript.
type Hook = fn(event: PromiseEvent, promise: &Value, parent: &Value);

thread_local! {
    static HOOK: Cell<Option<Hook>> = const { Cell::new(None) };
}

/// Sets what is told about promises; nothing for nobody, when the engine does not even ask.
pub fn on_promise_event(hook: Option<Hook>) {
    HOOK.set(hook);
    let callback: q::JSPromiseHook = match hook {
        Some(_) => Some(happened),
        None => None,
    };
    // SAFETY: the callback matches the expected signature and needs no opaque pointer.
    unsafe { q::JS_SetPromiseHook(runtime(), callback, std::ptr::null_mut()) }
}

unsafe extern "C" fn happened(
    _: *mut q::JSContext,
    event: q::JSPromiseHookType,
    promise: q::JSValue,
    parent: q::JSValue,
    _: *mut q::c_void,
) {
    let event = match event {
        q::JSPromiseHookType_JS_PROMISE_HOOK_INIT => PromiseEvent::Made,
        q::JSPromiseHookType_JS_PROMISE_HOOK_BEFORE => PromiseEvent::Adopting,
        q::JSPromiseHookType_JS_PROMISE_HOOK_AFTER => PromiseEvent::Adopted,
        q::JSPromiseHookType_JS_PROMISE_HOOK_RESOLVE => PromiseEvent::Fulfilled,
        _ => return,
    };
    if let Some(hook) = HOOK.get() {
        let values = [promise, parent];
        // SAFETY: both values live for the duration of the callback and are only borrowed.
        let values = unsafe { Value::slice_from_raw(values.as_ptr(), 2) };
        hook(event, &values[0], &values[1]);
    }
}
