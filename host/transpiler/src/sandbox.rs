//! Runs the component: a fresh instance for each source, which is dropped with all of its memory.

use std::sync::OnceLock;

use corosensei::stack::DefaultStack;
use parking_lot::Mutex;
use wasmtime::component::Linker;
use wasmtime::{Engine, Store, Trap};

use crate::bindings::exports::jsvm::transpiler::transpiler::Guest;
use crate::bindings::{JsTranspiler, JsTranspilerPre};
use crate::error::TranspilerError;
use crate::limits::{self, Limits, WASM_STACK};
use crate::ticker::Ticker;
use crate::{native, settings};

/// What host functions and the runtime have of a stack, on top of what the component may use.
const HOST_STACK: usize = 1 << 20;

/// What all calls share.
struct Sandbox {
    engine: Engine,
    component: JsTranspilerPre<Limits>,
    ticker: Ticker,
}

impl Sandbox {
    fn new() -> wasmtime::Result<Self> {
        let mut config = settings::shared_config();
        // No fiber is ever made, but wasmtime wants one to be large enough all the same.
        config
            .max_wasm_stack(WASM_STACK)
            .async_stack_size(WASM_STACK);
        native::prepare(&mut config)?;
        let engine = Engine::new(&config)?;
        let component = native::load(&engine)?;
        let component = Linker::new(&engine).instantiate_pre(&component)?;
        Ok(Sandbox {
            component: JsTranspilerPre::new(component)?,
            ticker: Ticker::new(engine.clone())?,
            engine,
        })
    }

    /// Returns the sandbox of this process, which the first call creates.
    fn global() -> wasmtime::Result<&'static Self> {
        static GLOBAL: OnceLock<Sandbox> = OnceLock::new();
        // One thread creates it; a failure is not remembered.
        static CREATING: Mutex<()> = Mutex::new(());
        if let Some(sandbox) = GLOBAL.get() {
            return Ok(sandbox);
        }
        let _creating = CREATING.lock();
        if let Some(sandbox) = GLOBAL.get() {
            return Ok(sandbox);
        }
        let sandbox = Sandbox::new()?;
        Ok(GLOBAL.get_or_init(|| sandbox))
    }

    fn call<T>(
        &self,
        store: &mut Store<Limits>,
        work: impl FnOnce(&Guest, &mut Store<Limits>) -> wasmtime::Result<T>,
    ) -> wasmtime::Result<T> {
        let instance: JsTranspiler = self.component.instantiate(&mut *store)?;
        work(instance.jsvm_transpiler_transpiler(), store)
    }
}

/// Calls the component in a fresh instance, on a stack of its own.
pub(crate) fn call<T>(
    work: impl FnOnce(&Guest, &mut Store<Limits>) -> wasmtime::Result<T>,
) -> Result<T, TranspilerError> {
    let failed = |error: wasmtime::Error| TranspilerError::Sandbox {
        reason: format!("{error:#}"),
    };
    let sandbox = Sandbox::global().map_err(failed)?;
    let mut stack =
        DefaultStack::new(WASM_STACK + HOST_STACK).map_err(|error| failed(error.into()))?;
    let mut store = Store::new(&sandbox.engine, Limits::default());
    store.limiter(|limits| limits);
    store.set_epoch_deadline(1);
    let mut next = limits::deadline();
    store.epoch_deadline_callback(move |_| Ok(next()));
    let _running = sandbox.ticker.run();
    let result = corosensei::on_stack(&mut stack, || sandbox.call(&mut store, work));
    result.map_err(|error| match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => TranspilerError::Time,
        // The stack of the module is at the beginning of its memory: below it is nothing.
        Some(Trap::StackOverflow | Trap::MemoryOutOfBounds) => TranspilerError::Depth,
        _ if store.data().lacked_memory => TranspilerError::Memory,
        _ => failed(error),
    })
}
