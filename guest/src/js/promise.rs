//! Promises.

use std::cell::Cell;

use rquickjs_sys as q;

use super::realm::{ctx, runtime};
use super::value::{JsResult, Thrown, Value};

/// State of a promise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PromiseState {
    Pending,
    Fulfilled,
    Rejected,
}

/// A promise and the functions that resolve and reject it.
pub fn new_promise() -> JsResult<(Value, Value, Value)> {
    let mut functions = [q::JS_UNDEFINED; 2];
    // SAFETY: room for the two functions that the engine writes.
    let promise =
        unsafe { Value::check(q::JS_NewPromiseCapability(ctx(), functions.as_mut_ptr())) }?;
    // SAFETY: on success both functions are owned values.
    let [resolve, reject] = functions.map(|raw| unsafe { Value::from_raw(raw) });
    Ok((promise, resolve, reject))
}

impl Value {
    /// State, if it is a promise.
    pub fn promise_state(&self) -> Option<PromiseState> {
        // SAFETY: live value.
        match unsafe { q::JS_PromiseState(ctx(), self.raw()) } {
            q::JSPromiseStateEnum_JS_PROMISE_PENDING => Some(PromiseState::Pending),
            q::JSPromiseStateEnum_JS_PROMISE_FULFILLED => Some(PromiseState::Fulfilled),
            q::JSPromiseStateEnum_JS_PROMISE_REJECTED => Some(PromiseState::Rejected),
            _ => None,
        }
    }

    /// Value or reason of a settled promise, otherwise `undefined`.
    pub fn promise_result(&self) -> Value {
        // SAFETY: live value; it returns an owned value, and for anything but a promise throws.
        unsafe { Value::check(q::JS_PromiseResult(ctx(), self.raw())) }.unwrap_or(Value::UNDEFINED)
    }

    /// Makes a rejection count as handled.
    pub fn mark_promise_handled(&self) {
        // SAFETY: live value.
        unsafe { q::JS_PromiseMarkAsHandled(ctx(), self.raw()) }
    }

    /// A promise that is settled already.
    pub fn settled_promise(outcome: Result<Value, Thrown>) -> JsResult<Value> {
        let (value, rejected) = match outcome {
            Ok(value) => (value, false),
            Err(Thrown(reason)) => (reason, true),
        };
        // SAFETY: live value, which the engine duplicates.
        unsafe { Value::check(q::JS_NewSettledPromise(ctx(), rejected, value.raw())) }
    }

    /// Reacts to a promise without looking `then` up.
    pub fn then(&self, on_fulfilled: &Value, on_rejected: &Value) -> JsResult<Value> {
        // SAFETY: live values.
        unsafe {
            Value::check(q::JS_PromiseThen(
                ctx(),
                self.raw(),
                on_fulfilled.raw(),
                on_rejected.raw(),
            ))
        }
    }
}

type Tracker = fn(promise: &Value, reason: &Value, handled: bool);

thread_local! {
    static TRACKER: Cell<Option<Tracker>> = const { Cell::new(None) };
}

/// Sets what is told when a promise is rejected without a handler, and when such a promise gets
/// a handler after all.
pub fn on_rejection(tracker: Tracker) {
    TRACKER.set(Some(tracker));
    // SAFETY: the callback matches the expected signature and needs no opaque pointer.
    unsafe {
        q::JS_SetHostPromiseRejectionTracker(runtime(), Some(tracked), std::ptr::null_mut());
    }
}

unsafe extern "C" fn tracked(
    _: *mut q::JSContext,
    promise: q::JSValue,
    reason: q::JSValue,
    handled: bool,
    _: *mut q::c_void,
) {
    if let Some(tracker) = TRACKER.get() {
        let values = [promise, reason];
        // SAFETY: both values live for the duration of the callback and are only borrowed.
        let values = unsafe { Value::slice_from_raw(values.as_ptr(), 2) };
        tracker(&values[0], &values[1], handled);
    }
}
