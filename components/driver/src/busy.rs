//! The limit on computing without a pause.

use std::cell::Cell;

use jsvm_protocol::standalone::BUSY_TIMEOUT;

use crate::bindings::jsvm::standalone::stopwatch;
use crate::{jobs, roots, values};

/// Why a script was stopped, for people.
pub const STOPPED: &str = "the program computed for too long without a pause, and was stopped; jsvm build --busy-timeout sets \
     the limit";

thread_local! {
    static HAS_LIMIT: Cell<bool> = const { Cell::new(false) };
    /// Whether the jobs of the latest call were not all.
    static GOES_ON: Cell<bool> = const { Cell::new(false) };
}

/// Applies the limit that the file was built with.
pub(crate) fn apply_limit() {
    if let Some(values::Output::Number(milliseconds)) = roots::get_root(BUSY_TIMEOUT)
        && milliseconds > 0.0
    {
        stopwatch::set_limit((milliseconds * 1e6) as u64);
        HAS_LIMIT.set(true);
    }
}

/// Whether there is a limit.
pub fn is_limited() -> bool {
    HAS_LIMIT.get()
}

/// Makes a call that runs JavaScript. If that takes longer than the limit, the call fails with
/// [`values::Error::Interrupted`].
pub fn limited<T>(call: impl FnOnce() -> T) -> T {
    if !HAS_LIMIT.get() {
        return call();
    }
    GOES_ON.set(false);
    stopwatch::start();
    let result = call();
    stopwatch::stop();
    result
}

/// As [`limited`], for a call that runs jobs. Jobs that queue others for ever are one computation.
pub(crate) fn limited_jobs(
    call: impl FnOnce() -> Result<jobs::JobReport, values::Error>,
) -> Result<jobs::JobReport, values::Error> {
    if !HAS_LIMIT.get() {
        return call();
    }
    if !GOES_ON.get() {
        stopwatch::start();
    }
    let report = call();
    let goes_on = report.as_ref().is_ok_and(|report| report.pending);
    GOES_ON.set(goes_on);
    if !goes_on {
        stopwatch::stop();
    }
    report
}
