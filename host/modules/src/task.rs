//! A future with the store that it uses.
#![expect(unsafe_code, reason = "the future borrows what is kept beside it")]

use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll, Waker};

use wasmtime::Store;

use crate::world::World;

/// What runs on a store.
pub type Running<'a> = Pin<Box<dyn Future<Output = wasmtime::Result<()>> + Send + 'a>>;

/// A future that is polled by hand, and its store. To end it in the middle does not end the store.
pub struct Task {
    running: ManuallyDrop<Running<'static>>,
    store: NonNull<Store<World>>,
}

// SAFETY: the store and the future can be sent, and `Task` is the only one that has the pointer.
unsafe impl Send for Task {}

impl Task {
    pub fn new(store: Store<World>, run: fn(&mut Store<World>) -> Running<'_>) -> Self {
        let store = NonNull::from(Box::leak(Box::new(store)));
        // SAFETY: the store is there until the `Task` is dropped, and the future goes before it. Nothing else uses
        // the store as long as there is a future: see `restart`.
        let running = run(unsafe { &mut *store.as_ptr() });
        Task {
            running: ManuallyDrop::new(running),
            store,
        }
    }

    /// Lets it run until it waits or ends.
    pub fn poll(&mut self) -> Poll<wasmtime::Result<()>> {
        let mut context = Context::from_waker(Waker::noop());
        self.running.as_mut().poll(&mut context)
    }

    /// Ends what runs, looks at the store, and begins anew.
    pub fn restart<R>(
        &mut self,
        run: fn(&mut Store<World>) -> Running<'_>,
        look: impl FnOnce(&mut Store<World>) -> R,
    ) -> R {
        // What is on the stacks of functions is unwound: wasmtime resumes them with an error.
        *self.running = Box::pin(std::future::pending());
        // SAFETY: the future that had it is gone.
        let result = look(unsafe { &mut *self.store.as_ptr() });
        // SAFETY: as in `new`.
        *self.running = run(unsafe { &mut *self.store.as_ptr() });
        result
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        // SAFETY: it is used no more.
        unsafe { ManuallyDrop::drop(&mut self.running) };
        // SAFETY: it came from a box, and the future that used it is gone.
        drop(unsafe { Box::from_raw(self.store.as_ptr()) });
    }
}
