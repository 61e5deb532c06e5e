//! What worlds with asynchronous parts need, by pointers to functions: other components leave it out.

use std::cell::Cell;

use jsvm_abi::{Function, TypeId};

use super::described::Described;
use super::fault::Fit;
use crate::js::{JsResult, Thrown, Value};

/// The functions of `concurrent`.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// Calls an asynchronous import, and returns a promise.
    pub call: fn(&'static Described, u32, &'static Function, &[Value], bool) -> JsResult<Value>,
    /// Makes a promise of a future, or a `ReadableStream` of a stream, by its handle.
    pub lift: fn(&'static Described, TypeId, u32) -> JsResult<Value>,
    /// Prepares a promise or an iterable to be passed as a future or stream.
    pub prepare: fn(&'static Described, TypeId, &Value) -> Fit<NewEnd>,
    /// Makes the ends of what was prepared. Returns the handle that is passed.
    pub open: fn(&'static Described, &NewEnd) -> u32,
    /// A synchronous call is over, which may have settled the promises of tasks.
    pub after_call: fn(),
    /// Whether an asynchronous call, a read or a write is going on.
    pub is_waiting: fn() -> bool,
}

/// A future or stream that is passed. Its ends are made last, since ends of a future cannot be given up.
pub struct NewEnd {
    /// The type.
    pub ty: TypeId,
    /// An object that holds the end of this side.
    pub end: Value,
}

thread_local! {
    static HOOKS: Cell<Option<Hooks>> = const { Cell::new(None) };
}

/// The world has asynchronous parts.
pub fn set(hooks: Hooks) {
    HOOKS.set(Some(hooks));
}

/// The functions, if the world has asynchronous parts.
pub fn get() -> Option<Hooks> {
    HOOKS.get()
}

/// The functions, of a world that has a function, a future or a stream that needs them.
///
/// # Errors
/// The world has no asynchronous parts.
pub fn needed() -> JsResult<Hooks> {
    get().ok_or_else(|| Thrown::error("the world has no asynchronous functions"))
}
