//! Stopping a cell from outside.

use std::sync::Arc;

use futures_util::FutureExt;
use jsvm::InterruptHandle;

use crate::gate::Gate;

/// Stops the cell of a session, from [`Session::stop_handle`](crate::Session::stop_handle). It can be
/// used from any thread, and does nothing while no cell runs.
///
/// ```
/// use jsvm_sandbox::{FaultKind, Sandbox};
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let mut session = Sandbox::builder().build()?.session()?;
/// let stop = session.stop_handle();
/// std::thread::spawn(move || {
///     std::thread::sleep(std::time::Duration::from_millis(50));
///     stop.stop();
/// });
/// let outcome = session.run("for (;;) {}").await?;
/// assert_eq!(outcome.error().unwrap().kind, FaultKind::Stopped);
/// # Ok::<(), jsvm_sandbox::SandboxError>(()) })?;
/// # Ok::<(), jsvm_sandbox::SandboxError>(())
/// ```
#[derive(Clone)]
pub struct StopHandle {
    gate: Arc<Gate>,
}

impl StopHandle {
    pub(crate) fn new(gate: Arc<Gate>) -> StopHandle {
        StopHandle { gate }
    }

    /// Stops the cell that runs.
    pub fn stop(&self) {
        // Held until the VM is told, so that a later cell is not meant.
        let interrupt = self.gate.interrupt.lock();
        if let Some(vm) = &*interrupt {
            vm.interrupt();
            self.gate.stop.notify_one();
        }
    }

    /// Lets the handles stop a VM until the result is dropped.
    pub(crate) fn armed(self, vm: InterruptHandle) -> Armed {
        // An earlier cell may have ended before it was told.
        while self.gate.stop.notified().now_or_never().is_some() {}
        *self.gate.interrupt.lock() = Some(vm);
        Armed { gate: self.gate }
    }
}

impl std::fmt::Debug for StopHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StopHandle").finish_non_exhaustive()
    }
}

/// While it lives, a cell can be stopped.
pub(crate) struct Armed {
    gate: Arc<Gate>,
}

impl Drop for Armed {
    fn drop(&mut self) {
        *self.gate.interrupt.lock() = None;
    }
}
