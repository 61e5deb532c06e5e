//! Iterating from outside.

use crate::bindings::exports::jsvm::engine::collections::{Iterated, IteratedEnd};
use crate::bindings::exports::jsvm::engine::values::Error;
use crate::convert::output;
use crate::js::{self, JsResult, Key, Property, Thrown, Value};
use crate::realm::intrinsics;

/// What tells the object of an iteration from others. The iterator and its `next` are properties
/// of the object, where the collector sees them.
struct Iteration {
    has_ended: bool,
}

/// Begins to iterate.
pub fn begin(iterable: &Value) -> JsResult<Value> {
    let symbol = intrinsics().well_known("iterator");
    let method = iterable.get(Key::Value(&symbol.unwrap_or(Value::UNDEFINED)))?;
    if !method.is_function() {
        return Err(Thrown::type_error("the value is not iterable"));
    }
    let iterator = method.call(iterable, &[])?;
    if !iterator.is_object() {
        return Err(Thrown::type_error("the iterator is not an object"));
    }
    let next = iterator.get("next")?;
    let iteration = js::hold(Iteration { has_ended: false })?;
    iteration.define("iterator", iterator, Property::READ_ONLY)?;
    iteration.define("next", next, Property::READ_ONLY)?;
    Ok(iteration)
}

/// The next values.
pub fn next_many(iteration: &Value, count: u32) -> JsResult<Iterated> {
    let has_ended = iteration.with_held(|state: &mut Iteration| state.has_ended)?;
    let mut values = Vec::new();
    if has_ended {
        return Ok(Iterated {
            values,
            end: IteratedEnd::Done,
        });
    }
    let (iterator, next) = (iteration.get("iterator")?, iteration.get("next")?);
    let mut end = IteratedEnd::More;
    while values.len() < count as usize {
        match step(&iterator, &next) {
            Ok(Some(value)) => values.push(output(value)),
            Ok(None) => {
                end = IteratedEnd::Done;
                break;
            }
            Err(thrown) => {
                end = IteratedEnd::Failed(Error::from(thrown));
                break;
            }
        }
    }
    if !matches!(end, IteratedEnd::More) {
        finish(iteration)?;
    }
    Ok(Iterated { values, end })
}

fn step(iterator: &Value, next: &Value) -> JsResult<Option<Value>> {
    let result = next.call(iterator, &[])?;
    if !result.is_object() {
        return Err(Thrown::type_error("the iterator's result is not an object"));
    }
    if result.get("done")?.to_boolean() {
        return Ok(None);
    }
    result.get("value").map(Some)
}

/// Ends an iteration early.
pub fn end(iteration: &Value) -> JsResult<()> {
    if iteration.with_held(|state: &mut Iteration| state.has_ended)? {
        return Ok(());
    }
    let iterator = iteration.get("iterator")?;
    finish(iteration)?;
    let method = iterator.get("return")?;
    if method.is_undefined() || method.tag() == js::Tag::Null {
        return Ok(());
    }
    if method.call(&iterator, &[])?.is_object() {
        Ok(())
    } else {
        Err(Thrown::type_error("the iterator's result is not an object"))
    }
}

/// It has ended: its iterator is not kept alive any longer.
fn finish(iteration: &Value) -> JsResult<()> {
    iteration.with_held(|state: &mut Iteration| state.has_ended = true)?;
    iteration.delete("iterator")?;
    iteration.delete("next")?;
    Ok(())
}
