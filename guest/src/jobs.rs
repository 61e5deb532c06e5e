//! Running what is queued: jobs of the engine, and timers.

use crate::js::{self, JsResult};
use crate::timer;

/// Runs jobs until none is left and then the timers that are due, each with its jobs, as in the
/// event loop of HTML. Returns how many jobs and timers ran, at most `limit`.
pub fn run(limit: u32) -> JsResult<u32> {
    let mut executed = drain(limit)?;
    if executed == limit {
        return Ok(executed);
    }
    let Some(batch) = timer::due() else {
        return Ok(executed);
    };
    while executed < limit && batch.run_next()? {
        executed += 1;
        executed += drain(limit - executed)?;
    }
    Ok(executed)
}

fn drain(limit: u32) -> JsResult<u32> {
    let mut executed = 0;
    while executed < limit && js::execute_job()? {
        executed += 1;
    }
    Ok(executed)
}
