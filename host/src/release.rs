//! Handles and tokens that were dropped and that the VM does not know about yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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

    fn token(&self, token: u64) {
        self.queue.lock().tokens.push(token);
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

/// A value inside a VM that is not data, such as a function, as it appears in
/// [`Data`](crate::Data).
///
/// It keeps the value alive; [`Vm::retained`](crate::Vm::retained) makes a handle of it.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let data = vm.eval("({ double: x => 2 * x })")?.to_data()?;
/// let token: jsvm::Token = data.root().get("double").unwrap().to()?;
/// assert_eq!(vm.retained(&token)?.call((21,))?.to::<i32>()?, 42);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone)]
pub struct Token(Arc<Retained>);

struct Retained {
    number: u64,
    releases: Arc<Releases>,
}

impl Token {
    /// Takes over a token of the VM that `releases` belongs to.
    pub(crate) fn new(number: u64, releases: &Arc<Releases>) -> Self {
        Token(Arc::new(Retained {
            number,
            releases: releases.clone(),
        }))
    }

    pub(crate) fn belongs_to(&self, releases: &Arc<Releases>) -> bool {
        Arc::ptr_eq(&self.0.releases, releases)
    }

    /// The number by which the VM knows the value.
    pub fn number(&self) -> u64 {
        self.0.number
    }
}

impl Drop for Retained {
    fn drop(&mut self) {
        self.releases.token(self.number);
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Token").field(&self.0.number).finish()
    }
}
