//! Waits for the promise that an export returned.
#![allow(unsafe_code)]

use super::{adapter, export, hooks};
use crate::bindings::jsvm::engine::console::Level;
use crate::js::{JsResult, PromiseState, Thrown, Value};
use crate::{error, host, jobs, timer};

/// Returns the value of a promise, or the value itself. Jobs and timers run until it is settled.
///
/// # Errors
/// The reason of a rejection; an error if nothing can settle the promise; the VM was stopped, or has no
/// memory.
pub fn settled(value: Value) -> JsResult<Value> {
    if !value.is_object() || value.promise_state().is_none() {
        run_jobs()?;
        return Ok(value);
    }
    // The caller reports a rejection.
    value.mark_promise_handled();
    loop {
        run_jobs()?;
        match value.promise_state() {
            Some(PromiseState::Fulfilled) => return Ok(value.promise_result()),
            Some(PromiseState::Rejected) => return Err(Thrown(value.promise_result())),
            _ => {}
        }
        match timer::until_next(true) {
            // It is due by now.
            Some(0) => {}
            // SAFETY: exports are called by the adapter alone.
            Some(nanoseconds) => unsafe { adapter::sleep(nanoseconds) },
            None => return Err(Thrown::error(never())),
        }
    }
}

/// Why a promise cannot be settled.
fn never() -> &'static str {
    match hooks::get().is_some_and(|hooks| (hooks.is_waiting)()) {
        true => {
            "the promise waits for an asynchronous call, a future or a stream, which only an asynchronous \
             function can: declare this function `async` in WIT"
        }
        false => "the promise can never be settled: no timer is set and no job is left",
    }
}

/// Runs what is queued. What a job or a timer throws is reported: it is no error of the export that happens to
/// run.
///
/// # Errors
/// The VM was stopped, or has no memory.
pub fn run_jobs() -> JsResult<()> {
    loop {
        match jobs::run(u32::MAX) {
            Ok(_) => return Ok(()),
            Err(thrown) if thrown.is_interrupt() || error::is_exhaustion(&thrown.0) => {
                return Err(thrown);
            }
            Err(thrown) => {
                let reason = export::describe(&thrown.0);
                host::console(Level::Error, &format!("Uncaught {reason}"));
            }
        }
    }
}
