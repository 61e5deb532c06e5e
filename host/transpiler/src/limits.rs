//! The limits of the sandbox, and what enforces them.

use std::time::Duration;

use cpu_time::ThreadTime;
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

/// Returns what to do at each advance of the epoch: goes on until the CPU time of this thread is over.
/// On a busy machine a source has as much of it as elsewhere.
pub(crate) fn deadline() -> impl FnMut() -> UpdateDeadline {
    let now = || ThreadTime::now().as_duration();
    let start = now();
    move || match now().saturating_sub(start) > TIME {
        true => UpdateDeadline::Interrupt,
        false => UpdateDeadline::Continue(1),
    }
}
