//! The limits of the sandbox, and what enforces them.

use std::time::Duration;

use wasmtime::{ResourceLimiter, UpdateDeadline};

/// CPU time for one source.
pub(crate) const TIME: Duration = Duration::from_secs(2);

/// Memory for one source in bytes, stack of the module included.
pub(crate) const MEMORY: usize = 256 << 20;

/// Native stack for the code of the component, in bytes.
pub(crate) const WASM_STACK: usize = 64 << 20;

/// The state of one sandbox.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    /// Whether memory was refused. Then the component traps.
    pub(crate) lacked_memory: bool,
}

impl ResourceLimiter for Limits {
    fn memory_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.lacked_memory |= desired > MEMORY;
        Ok(desired <= MEMORY)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

/// Returns what to do at each advance of the epoch: goes on until the time is over.
pub(crate) fn deadline() -> impl FnMut() -> UpdateDeadline {
    let start = cpu_time();
    move || match cpu_time().saturating_sub(start) > TIME {
        true => UpdateDeadline::Interrupt,
        false => UpdateDeadline::Continue(1),
    }
}

/// The CPU time of this thread, so that a busy machine does not fail.
#[cfg(target_os = "linux")]
fn cpu_time() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ThreadCPUTime);
    // This clock begins at zero and never has negative times.
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

/// The time since the first call.
#[cfg(not(target_os = "linux"))]
fn cpu_time() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}
