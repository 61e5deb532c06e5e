//! Advances the epoch of the engine while something runs in it.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use wasmtime::Engine;

/// The time between two advances.
const TICK: Duration = Duration::from_millis(10);

/// A thread that advances the epoch. It sleeps while nothing runs.
pub(crate) struct Ticker {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    running: Mutex<usize>,
    started: Condvar,
}

impl Ticker {
    /// Starts the thread.
    pub(crate) fn new(engine: Engine) -> std::io::Result<Self> {
        let shared: Arc<Shared> = Arc::default();
        let ticking = shared.clone();
        let thread = thread::Builder::new().name("jsvm-transpiler".into());
        thread.stack_size(64 << 10).spawn(move || {
            loop {
                ticking.wait();
                thread::sleep(TICK);
                engine.increment_epoch();
            }
        })?;
        Ok(Ticker { shared })
    }

    /// Lets time pass until the result is dropped.
    pub(crate) fn run(&self) -> Running<'_> {
        *self.shared.running.lock() += 1;
        self.shared.started.notify_one();
        Running(&self.shared)
    }
}

impl Shared {
    fn wait(&self) {
        let mut running = self.running.lock();
        self.started
            .wait_while(&mut running, |running| *running == 0);
    }
}

/// Time passes while this exists.
pub(crate) struct Running<'t>(&'t Shared);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        *self.0.running.lock() -= 1;
    }
}
