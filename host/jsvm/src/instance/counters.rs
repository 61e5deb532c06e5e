//! The counters in a VM's memory that its polls count down.
#![expect(unsafe_code, reason = "memory of a VM is written while it runs")]

use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

use super::Instance;

/// Where the counters of an instance are.
#[derive(Debug)]
pub(crate) struct Counters {
    /// The count of branches; that of iterations is next to it.
    first: *mut AtomicI32,
}

// SAFETY: what it points to is only written, and by one instruction for each counter.
unsafe impl Send for Counters {}

impl Counters {
    /// The counters of an instance, which takes them from the watchdog before its memory goes.
    pub(super) fn of(instance: &Instance) -> Self {
        Counters {
            first: ptr::with_exposed_provenance_mut(instance.counters),
        }
    }

    /// Sets both to zero, which makes the VM poll.
    pub(crate) fn set_to_zero(&self) {
        for counter in [self.first, self.first.wrapping_add(1)] {
            // SAFETY: the address is that of an aligned counter in the memory of an instance, which
            // never moves, and is there: an instance calls `unwatch` before it is dropped. Of a
            // component of somebody else, both addresses were checked. The VM may be counting at
            // this moment: native code reads and writes the word as a whole, so that one of the two
            // writes is lost and nothing else. Each count is as good as any other.
            unsafe { (*counter).store(0, Ordering::Relaxed) };
        }
    }
}
