//! The interface `jobs`.
use crate::bindings::exports::jsvm::engine::jobs::{Guest, JobReport, Waiting};
use crate::bindings::exports::jsvm::engine::values::Value as Handle;
use crate::error::Result;
use crate::handle::handle;
use crate::{jobs, rejection, request, tick, timer};

impl Guest for crate::Guest {
    fn run_jobs(limit: u32) -> Result<JobReport> {
        let executed = jobs::run(limit)?;
        let pending = jobs::are_pending();
        let (requests, cancellations) = request::waiting();
        let waiting = [
            (requests, Waiting::REQUESTS),
            (cancellations, Waiting::CANCELLATIONS),
            (rejection::waiting(), Waiting::REJECTIONS),
        ];
        let waiting = waiting.into_iter().filter(|(is, _)| *is);
        Ok(JobReport {
            executed,
            pending,
            next_timer: timer::until_next(request::are_pending()),
            waiting: waiting.fold(Waiting::empty(), |all, (_, flag)| all | flag),
        })
    }

    fn create_tick_function() -> Result<Handle> {
        Ok(handle(tick::function()?))
    }
}
