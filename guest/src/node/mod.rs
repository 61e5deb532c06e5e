//! What the modules of Node.js need of the engine, for `guest/node`: functions on bytes, strings and
//! objects, and the context that jobs carry.
//!
//! The modules themselves are JavaScript that the build compiles (`build/src/node.rs`). No component
//! contains them: the embedder hands over the bytecode of a module when it is first needed.

mod bytes;
mod context;
mod encoding;
mod http;
mod objects;

use crate::js::{self, Call, JsResult, Value};
use crate::web::functions;
use crate::{compiled, module, request, tick, timer};

/// Creates a function that returns the tools. Nothing is created before it is called.
pub fn tools() -> JsResult<Value> {
    js::function("nodeTools", 0, &[], |_| {
        let tools = Value::object()?;
        functions! { tools;
            "run" 1 => run,
            "setTimerRef" 2 => set_timer_ref,
            "crypto" 0 => |_| crate::web::named_part("node-crypto"),
            "createRequest" 1 => |call| request::function(&call.arg(0).to_lossy()?, 0),
            "createRequire" 1 => |call| module::create_require(&call.arg(0).to_lossy()?),
        }
        tools.define("nextTick", tick::function()?, js::Property::HIDDEN)?;
        // First: it has other functions of these names.
        crate::web::compression_tools(&tools)?;
        bytes::add_to(&tools)?;
        context::add_to(&tools)?;
        encoding::add_to(&tools)?;
        http::add_to(&tools)?;
        objects::add_to(&tools)?;
        Ok(tools)
    })
}

/// `run(bytecode)`: runs a script that the build compiled, and returns its completion value.
fn run(call: Call<'_>) -> JsResult<Value> {
    let bytecode = crate::web::bytes_of(&call.arg(0))?;
    compiled::of_bytes(&bytecode)?.call(&Value::UNDEFINED, &[])
}

/// `setTimerRef(number, isRef)`: whether a timer keeps the program running.
fn set_timer_ref(call: Call<'_>) -> JsResult<Value> {
    if let Some(number) = call.arg(0).as_number() {
        timer::set_ref(number as u32, call.arg(1).to_boolean());
    }
    Ok(Value::UNDEFINED)
}
