//! Helpers of every part.

use std::cell::OnceCell;

use super::{functions, registry};
use crate::js::{self, Call, JsResult, Thrown, Value};

thread_local! {
    static EXCEPTION: OnceCell<Value> = const { OnceCell::new() };
}

/// Keeps `DOMException` as it is before any script runs.
pub fn keep(global: &Value) -> JsResult<()> {
    let constructor = global.get("DOMException")?;
    EXCEPTION.with(|cell| {
        let _ = cell.set(constructor);
    });
    Ok(())
}

/// A `DOMException`.
pub fn new_exception(message: &str, name: &str) -> JsResult<Value> {
    let constructor = EXCEPTION.with(|cell| cell.get().cloned());
    let constructor = constructor.unwrap_or(Value::UNDEFINED);
    constructor.construct(&[Value::text(message)?, Value::text(name)?])
}

/// A `DOMException` to be thrown.
pub fn exception(message: &str, name: &str) -> Thrown {
    new_exception(message, name).map_or_else(|thrown| thrown, Thrown)
}

/// Adds the helpers.
pub fn natives(object: &Value) -> JsResult<()> {
    functions! { object;
        // `expose(Class, { describe, clone })`
        "expose" 2 => registry::expose,
        "exception" 2 => |call| {
            new_exception(&call.arg(0).to_lossy()?, &call.arg(1).to_lossy()?)
        },
        "report" 1 => |call| {
            js::throw_later(&call.arg(0))?;
            Ok(Value::UNDEFINED)
        },
        // A string without lone surrogates.
        "text" 1 => |call| call.arg(0).to_well_formed(),
        "settle" 1 => settle,
        // A list of a part as an array, whatever a script did to arrays; an array as it is.
        "array" 1 => array,
        // `apply(function, this, ...args)`
        "apply" 2 => |call| {
            call.arg(0).call(&call.arg(1), call.args.get(2..).unwrap_or(&[]))
        },
    }
    Ok(())
}

/// `settle(run)`: a promise of what `run` returns or throws. Unlike an `async` function it does
/// not need `Promise` to be as it was.
fn settle(call: Call<'_>) -> JsResult<Value> {
    match call.arg(0).call(&Value::UNDEFINED, &[]) {
        Err(thrown) if thrown.is_interrupt() => Err(thrown),
        outcome => Value::settled_promise(outcome),
    }
}

fn array(call: Call<'_>) -> JsResult<Value> {
    let list = call.arg(0);
    if list.is_array() {
        return Ok(list);
    }
    let len = list.get("length")?.as_number().unwrap_or(0.0) as u32;
    let elements = (0..len).map(|index| list.get(index));
    Value::array_of(elements.collect::<JsResult<Vec<_>>>()?)
}
