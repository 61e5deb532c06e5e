//! Rules: a component for the world of `wit/rules.wit`, in any language.

use std::path::Path;

use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, Store, StoreLimits, StoreLimitsBuilder};

mod bindings {
    //! Bindings generated from the WIT.
    #![allow(missing_docs, unused, clippy::all, clippy::undocumented_unsafe_blocks)]

    wasmtime::component::bindgen!({ path: "wit", world: "rules" });
}

pub use bindings::{Decision, Order};

/// Bounds the work of a call. A decision of the example takes a thousandth of it.
const FUEL: u64 = 100_000_000;

/// Bounds the memory of an instance.
const MAX_MEMORY: usize = 64 << 20;

/// Bounds what the host keeps of an instance.
const MAX_STATE: usize = 1 << 20;

/// Why rules cannot be used, or no longer.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The file is missing, or is no component for the world.
    #[error("cannot load the rules: {0:#}")]
    Load(wasmtime::Error),
    /// The call trapped, or did not end in time.
    #[error("the rules failed in `{call}`: {error:#}")]
    Call {
        /// The function of the world.
        call: &'static str,
        /// Why it failed.
        error: wasmtime::Error,
    },
    /// The state is larger than the host keeps.
    #[error("the rules save {0} bytes, and the host keeps at most {MAX_STATE}")]
    State(usize),
}

/// Compiles components.
pub struct Loader {
    engine: Engine,
    linker: Linker<StoreLimits>,
}

impl Loader {
    /// Creates a loader. Its components get no imports, so rules reach neither files nor a network.
    pub fn new() -> Result<Loader, RulesError> {
        let engine = Engine::new(Config::new().consume_fuel(true)).map_err(RulesError::Load)?;
        let linker = Linker::new(&engine);
        Ok(Loader { engine, linker })
    }

    /// Compiles a file.
    pub fn load(&self, path: &Path) -> Result<Rules, RulesError> {
        let component = Component::from_file(&self.engine, path).map_err(RulesError::Load)?;
        let pre = self
            .linker
            .instantiate_pre(&component)
            .map_err(RulesError::Load)?;
        let pre = bindings::RulesPre::new(pre).map_err(RulesError::Load)?;
        Ok(Rules {
            engine: self.engine.clone(),
            pre,
        })
    }
}

/// Compiled rules.
pub struct Rules {
    engine: Engine,
    pre: bindings::RulesPre<StoreLimits>,
}

impl Rules {
    /// Starts an instance, which continues from a state if there is one.
    pub fn start(&self, state: Option<&[u8]>) -> Result<Running, RulesError> {
        let limits = StoreLimitsBuilder::new().memory_size(MAX_MEMORY).build();
        let mut store = Store::new(&self.engine, limits);
        store.limiter(|limits| limits);
        store.set_fuel(FUEL).map_err(RulesError::Load)?;
        let instance = self.pre.instantiate(&mut store).map_err(RulesError::Load)?;
        let mut running = Running { store, instance };
        if let Some(state) = state {
            running.call("load", |rules, store| rules.call_load(store, state))?;
        }
        Ok(running)
    }
}

/// An instance of rules. After an error it cannot be called again.
pub struct Running {
    store: Store<StoreLimits>,
    instance: bindings::Rules,
}

impl Running {
    /// Decides on an order.
    pub fn decide(&mut self, order: &Order) -> Result<Decision, RulesError> {
        self.call("decide", |rules, store| rules.call_decide(store, order))
    }

    /// Returns the state of the rules.
    pub fn save(&mut self) -> Result<Vec<u8>, RulesError> {
        let state = self.call("save", |rules, store| rules.call_save(store))?;
        if state.len() > MAX_STATE {
            return Err(RulesError::State(state.len()));
        }
        Ok(state)
    }

    fn call<T>(
        &mut self,
        call: &'static str,
        run: impl FnOnce(&bindings::Rules, &mut Store<StoreLimits>) -> wasmtime::Result<T>,
    ) -> Result<T, RulesError> {
        self.store
            .set_fuel(FUEL)
            .and_then(|()| run(&self.instance, &mut self.store))
            .map_err(|error| RulesError::Call { call, error })
    }
}
