//! CPU time.

use std::time::Duration;

/// CPU time that the calling thread has used.
#[cfg(unix)]
pub(crate) fn of_thread() -> Duration {
    use rustix::time::{ClockId, clock_gettime};

    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Elsewhere no such clock is known: the time that has passed, which is no less.
#[cfg(not(unix))]
pub(crate) fn of_thread() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;

    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
