//! Evaluation, jobs, and the global object.

use rquickjs_sys as q;

use super::compile::{Source, c_string, run_source};
use super::internals::clear_kept;
use super::module::Module;
use super::realm::{ctx, runtime};
use super::value::{JsResult, Thrown, Value};

/// Returns the global object.
pub fn global() -> Value {
    // SAFETY: returns an owned value and cannot fail.
    unsafe { Value::from_raw(q::JS_GetGlobalObject(ctx())) }
}

/// Evaluates a script, or a module up to its first `await`. The second part of the result is
/// the namespace of a module.
pub fn eval(source: Source<'_>, module: bool) -> JsResult<(Value, Option<Value>)> {
    clear_kept();
    if !module {
        let (file_name, flags) = (c_string(source.file_name), source.flags());
        return Ok((run_source(source.text, &file_name, flags)?, None));
    }
    let module = Module::new(source.text, source.file_name)?;
    module.set_url(source.file_name)?;
    let (promise, namespace) = module.evaluate()?;
    Ok((promise, Some(namespace)))
}

/// Runs one job. Returns whether there was one.
pub fn execute_job() -> JsResult<bool> {
    let mut context = std::ptr::null_mut();
    // SAFETY: valid destination.
    let status = unsafe { q::JS_ExecutePendingJob(runtime(), &raw mut context) };
    Ok(Thrown::check(status)? != 0)
}
