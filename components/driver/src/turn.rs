//! Runs the jobs of a VM, and takes what they leave.

use jsvm_component_data::Value;

use crate::boundary;
use crate::busy::limited_jobs;
use crate::jobs::{self, Waiting};
use crate::report::{describe, describe_exception};
use crate::{promises, requests, values};

/// Jobs that run before a driver looks at requests.
const MAX_JOBS: u32 = 10_000;

/// Receives what jobs leave for the driver.
pub trait JobEvents {
    /// A job threw, or a promise was rejected and nothing handles the rejection.
    fn on_error(&mut self, reason: &str);

    /// A job was stopped because the VM computed for too long: see [`limited`](crate::limited).
    fn on_stop(&mut self);

    /// The script cancelled a request.
    fn on_cancel(&mut self, request: u64);

    /// The script made a request.
    fn on_request(&mut self, id: u64, name: &str, args: Vec<Value>);
}

/// The state of a VM after jobs ran.
pub struct Turn {
    /// Nanoseconds until the next timer is due.
    pub next_timer: Option<u64>,
    /// Whether the VM can do nothing before a request is settled or a timer is due.
    pub is_idle: bool,
}

/// Runs jobs, and reports what they leave to `events`.
pub fn run_jobs(events: &mut impl JobEvents) -> Turn {
    let report = match limited_jobs(|| jobs::run_jobs(MAX_JOBS)) {
        Ok(report) => report,
        Err(error) => {
            match error {
                values::Error::Interrupted(_) => events.on_stop(),
                error => events.on_error(&describe(&error)),
            }
            return Turn {
                next_timer: None,
                is_idle: false,
            };
        }
    };
    let next_timer = report.next_timer;
    if report.pending {
        return Turn {
            next_timer,
            is_idle: false,
        };
    }
    if report.waiting.contains(Waiting::REJECTIONS) {
        for rejection in promises::take_unhandled_rejections() {
            let reason = describe_exception(&rejection.reason);
            events.on_error(&format!("Uncaught (in promise) {reason}"));
        }
    }
    if report.waiting.contains(Waiting::CANCELLATIONS) {
        for request in requests::take_cancellations() {
            events.on_cancel(request);
        }
    }
    let has_requests = report.waiting.contains(Waiting::REQUESTS);
    if has_requests {
        for request in requests::take_requests() {
            let args = boundary::value(request.args)
                .into_list()
                .unwrap_or_default();
            events.on_request(request.id, &request.name, args);
        }
    }
    Turn {
        next_timer,
        is_idle: !has_requests,
    }
}
