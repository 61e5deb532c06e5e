//! The engine of linked components, shared by all VMs of a [`Linker`](crate::Linker).
//!
//! VMs have another engine: a VM checks for interrupts between bytecodes by itself, but a component
//! must be interrupted in its loops, which makes code slower.

use std::time::Duration;

use wasmtime::Config;
use wasmtime::component::{HasData, Linker};
use wasmtime_wasi::p2::bindings::sync::io::poll;

use super::cost::DENSE_IMAGE;
use super::error::LinkError;
use super::poll::InterruptiblePoll;
use super::state::LinkState;
use super::ticker::{EpochTicker, RunningCall};

/// The native stack of a component. The VM that calls it leaves at least twice as much.
const STACK: usize = 1 << 20;

/// The interval of the checks whether a running component must stop.
pub(super) const TICK: Duration = Duration::from_millis(5);

/// The compiler of components, and the interfaces that they can import.
pub(crate) struct Runtime {
    pub(crate) engine: wasmtime::Engine,
    pub(crate) linker: Linker<LinkState>,
    ticker: EpochTicker,
}

/// Returns the settings of all linked components.
fn config() -> Config {
    let mut config = Config::new();
    config
        .max_wasm_stack(STACK)
        .async_stack_size(2 * STACK)
        .concurrency_support(false)
        .wasm_component_model_fixed_length_lists(true)
        .memory_guaranteed_dense_image_size(DENSE_IMAGE)
        .epoch_interruption(true);
    config
}

fn unusable(error: wasmtime::Error) -> LinkError {
    LinkError::Engine {
        reason: format!("{error:#}"),
    }
}

impl Runtime {
    /// Creates the compiler of components whose calls return before anything else is called.
    pub(crate) fn new() -> Result<Self, LinkError> {
        let make = || {
            let config = config();
            let engine = wasmtime::Engine::new(&config)?;
            let mut linker = Linker::new(&engine);
            wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
            // A component that waits can be stopped like one that computes.
            linker.allow_shadowing(true);
            poll::add_to_linker::<LinkState, Polls>(&mut linker, |state| {
                state.interruptible_poll()
            })?;
            linker.allow_shadowing(false);
            let ticker = EpochTicker::start(engine.weak(), TICK)?;
            Ok(Runtime {
                engine,
                linker,
                ticker,
            })
        };
        make().map_err(unusable)
    }

    /// Creates the compiler of components with asynchronous functions, streams or futures. Their calls
    /// take longer, and need a thread that runs their tasks.
    pub(crate) fn new_concurrent() -> Result<Self, LinkError> {
        let make = || {
            let mut config = config();
            config
                .concurrency_support(true)
                .wasm_component_model_async(true)
                .wasm_component_model_more_async_builtins(true);
            let engine = wasmtime::Engine::new(&config)?;
            let mut linker = Linker::new(&engine);
            wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
            wasmtime_wasi::p3::add_to_linker(&mut linker)?;
            let ticker = EpochTicker::start(engine.weak(), TICK)?;
            Ok(Runtime {
                engine,
                linker,
                ticker,
            })
        };
        make().map_err(unusable)
    }

    /// Marks a call as running, so that it can be stopped.
    pub(crate) fn running(&self) -> RunningCall<'_> {
        self.ticker.running()
    }
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime").finish_non_exhaustive()
    }
}

/// The error that ends a component when its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the time limit was reached")]
pub(crate) struct Stopped;

/// Implements `wasi:io/poll`.
struct Polls;

impl HasData for Polls {
    type Data<'a> = InterruptiblePoll<'a>;
}
