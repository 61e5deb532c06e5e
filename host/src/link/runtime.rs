//! The runtime of linked components, which all VMs of an engine share.
//!
//! It is another one than that of the VMs: a VM stops by itself at a bytecode, while other code has to
//! be stopped at its loops, which costs it some of its speed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use wasmtime::component::{HasData, Linker};
use wasmtime::{Config, EngineWeak};
use wasmtime_wasi::p2::bindings::sync::io::poll;

use super::error::LinkError;
use super::state::LinkState;
use super::waiting::Waiting;

/// What a component may use of the native stack. The VM that calls it has left at least twice as much.
const STACK: usize = 1 << 20;

/// How often a running component is asked whether to stop.
pub(super) const TICK: Duration = Duration::from_millis(5);

/// Ticks without a call after which nothing ticks any more.
const IDLE_TICKS: u32 = 200;

/// The compiler and what components can import.
pub(crate) struct Runtime {
    pub(crate) engine: wasmtime::Engine,
    pub(crate) linker: Linker<LinkState>,
    ticker: Ticker,
}

impl Runtime {
    pub(crate) fn new() -> Result<Self, LinkError> {
        let make = || {
            let mut config = Config::new();
            config
                .max_wasm_stack(STACK)
                .async_stack_size(2 * STACK)
                .concurrency_support(false)
                .epoch_interruption(true);
            let engine = wasmtime::Engine::new(&config)?;
            let mut linker = Linker::new(&engine);
            wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
            // A component that waits is stopped like one that computes.
            linker.allow_shadowing(true);
            poll::add_to_linker::<LinkState, Polls>(&mut linker, |state| state.waiting())?;
            linker.allow_shadowing(false);
            let ticker = Ticker::start(engine.weak())?;
            Ok(Runtime {
                engine,
                linker,
                ticker,
            })
        };
        make().map_err(|error: wasmtime::Error| LinkError::Engine {
            reason: format!("{error:#}"),
        })
    }

    /// Keeps the clock ticking by which components are stopped.
    pub(crate) fn running(&self) -> Running<'_> {
        self.ticker.running()
    }
}

/// Who answers `wasi:io/poll`.
struct Polls;

impl HasData for Polls {
    type Data<'a> = Waiting<'a>;
}

/// A thread that advances the epoch of an engine while something runs.
struct Ticker {
    shared: Arc<Ticks>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Ticks {
    calls: AtomicUsize,
    parked: AtomicBool,
    gone: AtomicBool,
}

impl Ticker {
    fn start(engine: EngineWeak) -> std::io::Result<Self> {
        let shared = Arc::new(Ticks::default());
        let ticks = shared.clone();
        let tick = move || {
            let mut idle = 0;
            while !ticks.gone.load(SeqCst) {
                thread::sleep(TICK);
                let Some(engine) = engine.upgrade() else {
                    return;
                };
                engine.increment_epoch();
                drop(engine);
                idle = match ticks.calls.load(SeqCst) {
                    0 => idle + 1,
                    _ => 0,
                };
                if idle >= IDLE_TICKS {
                    ticks.parked.store(true, SeqCst);
                    // A call that came in between has seen nothing parked.
                    if ticks.calls.load(SeqCst) == 0 && !ticks.gone.load(SeqCst) {
                        thread::park();
                    }
                    ticks.parked.store(false, SeqCst);
                    idle = 0;
                }
            }
        };
        let thread = thread::Builder::new()
            .name("jsvm-link-ticks".into())
            .spawn(tick)?;
        Ok(Ticker {
            shared,
            thread: Some(thread),
        })
    }

    fn running(&self) -> Running<'_> {
        self.shared.calls.fetch_add(1, SeqCst);
        if self.shared.parked.load(SeqCst) {
            self.unpark();
        }
        Running(&self.shared)
    }

    fn unpark(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.gone.store(true, SeqCst);
        self.unpark();
    }
}

/// A call that runs.
pub(crate) struct Running<'a>(&'a Ticks);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, SeqCst);
    }
}
