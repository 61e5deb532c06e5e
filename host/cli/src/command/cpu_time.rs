//! The limit of a program's CPU time.

use std::sync::OnceLock;
use std::time::Duration;

use cpu_time::ThreadTime;
use jsvm::VmBuilder;

/// Stops the VM when the thread that runs it has used this much CPU time since its first poll. A
/// limit of the VM applies to each call; this one applies to all of them together.
pub fn limit_cpu_time(builder: VmBuilder, limit: Duration) -> VmBuilder {
    let start = OnceLock::new();
    builder.stop_when(move || {
        let now = ThreadTime::now().as_duration();
        now.saturating_sub(*start.get_or_init(|| now)) >= limit
    })
}
