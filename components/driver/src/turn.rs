//! What a VM is asked for after each thing that has happened to it.

use jsvm_component_data::Value;

use crate::report;
use crate::vm::{self, Waiting};

/// Jobs that run before anything else has its turn.
const JOBS: u32 = 10_000;

/// What is told of what jobs leave.
pub trait Outside {
    /// A job has thrown, or a promise was rejected that nothing handles.
    fn failed(&mut self, reason: &str);

    /// The VM has given up a request.
    fn cancelled(&mut self, request: u64);

    /// The VM makes a request.
    fn requested(&mut self, request: u64, name: &str, args: Vec<Value>);
}

/// Runs jobs and takes what they leave. Returns the nanoseconds until the next timer, and whether
/// the VM has done all it can do by now.
pub fn jobs(outside: &mut impl Outside) -> (Option<u64>, bool) {
    let report = match vm::run_jobs(JOBS) {
        Ok(report) => report,
        Err(error) => {
            outside.failed(&report::error(&error));
            return (None, false);
        }
    };
    if report.pending {
        return (report.next_timer, false);
    }
    if report.waiting.contains(Waiting::REJECTIONS) {
        for rejection in vm::take_unhandled_rejections() {
            let reason = report::exception(&rejection.reason);
            outside.failed(&format!("Uncaught (in promise) {reason}"));
        }
    }
    if report.waiting.contains(Waiting::CANCELLATIONS) {
        for request in vm::take_cancellations() {
            outside.cancelled(request);
        }
    }
    if report.waiting.contains(Waiting::REQUESTS) {
        for request in vm::take_requests() {
            let args = crate::value(request.args).into_list().unwrap_or_default();
            outside.requested(request.id, &request.name, args);
        }
        return (report.next_timer, false);
    }
    (report.next_timer, true)
}
