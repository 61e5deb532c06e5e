//! Running what is queued: jobs of the engine, and timers.

use crate::host;
use crate::js::{self, JsResult};
use crate::{tick, timer};

/// Runs jobs until none is left and then the timers that are due, each with its jobs, as in the
/// event loop of HTML. Returns how many jobs and timers ran, at most `limit`.
///
/// After a timer that computed for so long that the VM polled, the others wait for the next call: so
/// an embedder that stops what computes for too long does not stop those behind it.
pub fn run(limit: u32) -> JsResult<u32> {
    let mut executed = drain(limit)?;
    if executed == limit {
        return Ok(executed);
    }
    let Some(batch) = timer::due() else {
        return Ok(executed);
    };
    let polls = host::polls();
    while executed < limit && host::polls() == polls && batch.run_next()? {
        executed += 1;
        executed += drain(limit - executed)?;
    }
    Ok(executed)
}

fn drain(limit: u32) -> JsResult<u32> {
    let mut executed = 0;
    while executed < limit && run_next()? {
        executed += 1;
    }
    Ok(executed)
}

/// Runs a tick or a job. Returns whether there was one.
fn run_next() -> JsResult<bool> {
    if !tick::do_wait() && tick::run_next()? {
        return Ok(true);
    }
    tick::make_wait();
    let ran = js::execute_job();
    if !js::is_job_pending() {
        tick::make_due();
    }
    Ok(ran? || tick::run_next()?)
}

/// Whether a tick or a job is queued.
pub fn are_pending() -> bool {
    js::is_job_pending() || tick::are_pending()
}
