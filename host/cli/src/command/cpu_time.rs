//! The limit of a program's CPU time.

use std::sync::OnceLock;
use std::time::Duration;

use jsvm::VmBuilder;

/// Stops the VM when the thread that runs it has used this much CPU time since its first poll. A
/// limit of the VM applies to each call; this one applies to all of them together.
#[cfg(unix)]
pub fn limit_cpu_time(builder: VmBuilder, limit: Duration) -> VmBuilder {
    use rustix::time::{ClockId, clock_gettime};

    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
        Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
    };
    let start = OnceLock::new();
    builder.stop_when(move || now().saturating_sub(*start.get_or_init(now)) >= limit)
}

/// Elsewhere time that passes is counted instead, which is no less.
#[cfg(not(unix))]
pub fn limit_cpu_time(builder: VmBuilder, limit: Duration) -> VmBuilder {
    use std::time::Instant;

    let start = OnceLock::new();
    builder.stop_when(move || start.get_or_init(Instant::now).elapsed() >= limit)
}
