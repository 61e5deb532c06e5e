//! The value that code shares with the jobs that it causes: the base of `AsyncLocalStorage`.

use crate::js::{self, JsResult, Value};
use crate::web::functions;

pub fn add_to(tools: &Value) -> JsResult<()> {
    functions! { tools;
        "getContext" 0 => |_| Ok(js::async_context()),
        "setContext" 1 => |call| {
            js::set_async_context(call.arg(0));
            Ok(Value::UNDEFINED)
        },
    }
    Ok(())
}
