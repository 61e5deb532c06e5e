//! Stops a script that computes for too long without a pause.
//!
//! Nothing stops a component on most hosts: an endless loop takes one of their threads for ever.

use std::cell::Cell;

use wasi::clocks::monotonic_clock;

use crate::Host;
use crate::bindings::exports::jsvm::engine::host::InterruptPoint;
use crate::bindings::exports::jsvm::standalone::stopwatch::Guest;

/// What the VM does.
#[derive(Clone, Copy)]
enum Activity {
    /// It was not called.
    None,
    /// It was called, and has not polled yet. Most calls never do, and cost no look at the clock.
    Called,
    /// It computes since this time.
    ComputingSince(u64),
}

thread_local! {
    /// Nanoseconds; 0 is no limit.
    static LIMIT: Cell<u64> = const { Cell::new(0) };
    static ACTIVITY: Cell<Activity> = const { Cell::new(Activity::None) };
}

impl Guest for Host {
    fn set_limit(nanoseconds: u64) {
        LIMIT.set(nanoseconds);
    }

    fn start() {
        ACTIVITY.set(Activity::Called);
    }

    fn stop() {
        ACTIVITY.set(Activity::None);
    }
}

/// Whether the script must stop.
pub fn is_over(point: InterruptPoint) -> bool {
    let limit = LIMIT.get();
    if limit == 0 {
        return false;
    }
    let begin = match ACTIVITY.get() {
        Activity::None => return false,
        Activity::Called => {
            ACTIVITY.set(Activity::ComputingSince(monotonic_clock::now()));
            return false;
        }
        Activity::ComputingSince(begin) => begin,
    };
    let limit = match point {
        InterruptPoint::Bytecode => limit,
        // A built-in cannot be unwound, so stopping it ends the instance with all of its requests.
        // Usually it returns in time for its script to be stopped.
        InterruptPoint::Builtin => limit.saturating_mul(2),
    };
    monotonic_clock::now().saturating_sub(begin) >= limit
}
