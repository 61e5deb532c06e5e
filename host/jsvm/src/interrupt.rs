//! Stopping a VM from outside.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// Interrupts a VM from any thread, from [`Vm::interrupt_handle`](crate::Vm::interrupt_handle).
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let interrupt = vm.interrupt_handle();
/// std::thread::spawn(move || {
///     std::thread::sleep(std::time::Duration::from_millis(20));
///     interrupt.interrupt();
/// });
/// let error = vm.eval("for (;;) {}").unwrap_err();
/// assert!(matches!(error, jsvm::Error::Interrupted(jsvm::Interrupt::Handle)));
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct InterruptHandle(Arc<AtomicBool>);

impl InterruptHandle {
    /// Interrupts the call that is running in the VM, or the next one if none is. The call fails
    /// with [`Interrupt::Handle`](crate::Interrupt::Handle).
    pub fn interrupt(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn clear(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// The moment at which a VM is interrupted, shared with the extensions that run on its behalf.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deadline(Arc<AtomicU64>);

/// When the numbers of [`Deadline`] begin.
fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

impl Deadline {
    /// Nanoseconds since the first use; 0 stands for no deadline.
    fn number(at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(start()).as_nanos())
            .unwrap_or(u64::MAX)
            .max(1)
    }

    /// Sets it.
    pub(crate) fn set(&self, at: Instant) {
        self.0.store(Self::number(at), Ordering::Relaxed);
    }

    /// The moment, if there is one.
    pub(crate) fn get(&self) -> Option<Instant> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            number => start().checked_add(Duration::from_nanos(number)),
        }
    }

    /// Sets it until the result is dropped, which puts back what was there before.
    pub(crate) fn replace(&self, at: Instant) -> PreviousDeadline<'_> {
        let previous = self.0.swap(Self::number(at), Ordering::Relaxed);
        PreviousDeadline {
            deadline: self,
            previous,
        }
    }

    pub(crate) fn is_past(&self, now: Instant) -> bool {
        match self.0.load(Ordering::Relaxed) {
            0 => false,
            deadline => Self::number(now) >= deadline,
        }
    }
}

/// Puts a deadline back, even if a call panics.
pub(crate) struct PreviousDeadline<'a> {
    deadline: &'a Deadline,
    previous: u64,
}

impl Drop for PreviousDeadline<'_> {
    fn drop(&mut self) {
        self.deadline.0.store(self.previous, Ordering::Relaxed);
    }
}
