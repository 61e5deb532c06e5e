//! Handles and tokens that were dropped and that the VM does not know about yet.

use std::sync::atomic::{AtomicBool, Ordering};

use jsvm_data::TokenOwner;
use parking_lot::Mutex;
use wasmtime::component::ResourceAny;

/// Dropping a handle cannot call the VM: another thread may be in it. What was dropped is
/// queued, and the next call into the VM releases it.
#[derive(Default)]
pub(crate) struct Releases {
    waiting: AtomicBool,
    queue: Mutex<Queue>,
}

#[derive(Default)]
pub(crate) struct Queue {
    pub(crate) handles: Vec<ResourceAny>,
    pub(crate) tokens: Vec<u64>,
}

impl Releases {
    pub(crate) fn handle(&self, handle: ResourceAny) {
        self.queue.lock().handles.push(handle);
        self.waiting.store(true, Ordering::Release);
    }

    /// What has been queued, if anything.
    pub(crate) fn take(&self) -> Option<Queue> {
        if !self.waiting.swap(false, Ordering::Acquire) {
            return None;
        }
        Some(std::mem::take(&mut *self.queue.lock()))
    }
}

impl TokenOwner for Releases {
    fn release_token(&self, number: u64) {
        self.queue.lock().tokens.push(number);
        self.waiting.store(true, Ordering::Release);
    }
}
