//! The interface `jobs`.
use crate::bindings::exports::jsvm::engine::jobs::{Guest, JobReport, Waiting};
use crate::error::Result;
use crate::{jobs, js, rejection, request, timer};

impl Guest for crate::Guest {
    fn run_jobs(limit: u32) -> Result<JobReport> {
        let executed = jobs::run(limit)?;
        let pending = js::is_job_pending();
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
            next_timer: timer::until_next(),
            waiting: waiting.fold(Waiting::empty(), |all, (_, flag)| all | flag),
        })
    }
}
