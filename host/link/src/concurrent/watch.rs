//! When the thread of an instance has to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jsvm::extension::StopSignal;

/// Tells the thread of an instance when to stop: its VM does, its embedder wants it, or code computes
/// for longer than a call of the VM may.
pub(super) struct WorkerWatch {
    is_stopped: AtomicBool,
    stop: Mutex<StopSignal>,
    /// The time that code may take without waiting.
    limit: Option<Duration>,
    /// When the code that runs has begun.
    begun: Mutex<Option<Instant>>,
}

impl WorkerWatch {
    pub(super) fn new(stop: StopSignal, limit: Option<Duration>) -> Self {
        WorkerWatch {
            is_stopped: AtomicBool::new(false),
            stop: Mutex::new(stop.beyond_call()),
            limit,
            begun: Mutex::new(None),
        }
    }

    /// Lets the thread run as long as the VM of a call may.
    pub(super) fn allow(&self, stop: &StopSignal) {
        *locked(&self.stop) = stop.clone().beyond_call();
    }

    /// Stops the thread for good.
    pub(super) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// Counts the time of some work as time without waiting.
    pub(super) fn count<T>(&self, work: impl FnOnce() -> T) -> T {
        *locked(&self.begun) = Some(Instant::now());
        let result = work();
        *locked(&self.begun) = None;
        result
    }

    /// Whether to stop now.
    pub(super) fn is_due(&self) -> bool {
        let begun = *locked(&self.begun);
        let is_late = self.limit.zip(begun);
        self.is_stopped.load(Ordering::Relaxed)
            || is_late.is_some_and(|(limit, begun)| begun.elapsed() >= limit)
            || locked(&self.stop).is_due()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
