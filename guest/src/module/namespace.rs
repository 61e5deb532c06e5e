//! ES modules for `require`.

use super::error::coded;
use super::resolve::BY_FULL_NAME;
use crate::js::{self, JsResult, Module, PromiseState, Thrown, Value};

/// Evaluates the ES module of a full name, and returns its namespace now.
///
/// # Errors
/// The exception of the module; an `Error` if it has a top-level `await` that is not settled.
pub fn namespace(name: &str) -> JsResult<Value> {
    let text = format!("export * as namespace from {}", quoted(name)?);
    let (promise, exports) = Module::new(text, BY_FULL_NAME)?.evaluate()?;
    match promise.promise_state() {
        Some(PromiseState::Fulfilled) => exports.get("namespace"),
        Some(PromiseState::Rejected) => {
            promise.mark_promise_handled();
            Err(Thrown(promise.promise_result()))
        }
        _ => {
            let message = format!("require() cannot be used on {name}: it has a top-level await");
            Err(coded(Thrown::error(&message), "ERR_REQUIRE_ASYNC_MODULE"))
        }
    }
}

/// A string literal of JavaScript.
fn quoted(text: &str) -> JsResult<String> {
    let json = js::global().get("JSON")?.get("stringify")?;
    json.call(&Value::UNDEFINED, &[Value::text(text)?])?
        .to_lossy()
}
