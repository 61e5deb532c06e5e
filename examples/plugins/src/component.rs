//! Plugins that are WebAssembly components, in whatever language they were written.

use std::path::Path;
use std::thread;
use std::time::Duration;

use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine, Store, StoreLimits, StoreLimitsBuilder, Trap};

use crate::document::Document;
use crate::limits::Limits;
use crate::pipeline::PipelineError;
use crate::plugin::{Failure, Plugin, tell};

mod bindings {
    //! Bindings generated from the WIT.
    #![allow(missing_docs, unused, clippy::all, clippy::undocumented_unsafe_blocks)]

    wasmtime::component::bindgen!({ path: "wit", world: "plugin" });
}

/// How precisely time is measured.
const TICK: Duration = Duration::from_millis(10);

/// Loads components.
pub struct Components {
    engine: Engine,
    linker: Linker<State>,
    limits: Limits,
}

/// What an instance has.
struct State {
    name: String,
    limits: StoreLimits,
}

impl bindings::jsvm::pipeline::host::Host for State {
    fn log(&mut self, text: String) {
        tell(&self.name, &text);
    }
}

/// It has types and no functions.
impl bindings::jsvm::pipeline::documents::Host for State {}

impl Components {
    pub fn new(limits: Limits) -> Result<Components, PipelineError> {
        let engine = Engine::new(Config::new().epoch_interruption(true));
        let engine = engine.map_err(PipelineError::Components)?;
        // Without WASI: a plugin has nothing but what its world says.
        let mut linker = Linker::new(&engine);
        bindings::Plugin::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)
            .map_err(PipelineError::Components)?;
        let ticking = engine.weak();
        thread::Builder::new().spawn(move || {
            while let Some(engine) = ticking.upgrade() {
                engine.increment_epoch();
                drop(engine);
                thread::sleep(TICK);
            }
        })?;
        Ok(Components {
            engine,
            linker,
            limits,
        })
    }

    /// Compiles a component, and makes the first instance of it.
    pub fn load(&self, name: &str, path: &Path) -> Result<Box<dyn Plugin>, Failure> {
        let broken = |error: wasmtime::Error| Failure::Plugin(format!("{error:#}"));
        let component = Component::from_file(&self.engine, path).map_err(broken)?;
        let pre = self.linker.instantiate_pre(&component).map_err(broken)?;
        let pre = bindings::PluginPre::new(pre).map_err(broken)?;
        let mut loaded = Loaded {
            name: name.to_owned(),
            limits: self.limits,
            pre,
            instance: None,
        };
        loaded.instance = Some(loaded.instantiate()?);
        Ok(Box::new(loaded))
    }
}

/// A component that is loaded.
struct Loaded {
    name: String,
    limits: Limits,
    pre: bindings::PluginPre<State>,
    /// Nothing after a trap, which leaves an instance in no state to be used.
    instance: Option<(Store<State>, bindings::Plugin)>,
}

impl Loaded {
    fn instantiate(&self) -> Result<(Store<State>, bindings::Plugin), Failure> {
        let memory = usize::try_from(self.limits.memory).unwrap_or(usize::MAX);
        let state = State {
            name: self.name.clone(),
            limits: StoreLimitsBuilder::new().memory_size(memory).build(),
        };
        let mut store = Store::new(self.pre.engine(), state);
        store.limiter(|state| &mut state.limits);
        store.set_epoch_deadline(ticks(self.limits.loading()));
        let plugin = self.pre.instantiate(&mut store);
        let plugin = plugin.map_err(|error| Failure::Plugin(format!("{error:#}")))?;
        Ok((store, plugin))
    }
}

fn ticks(time: Duration) -> u64 {
    u64::try_from(time.as_millis() / TICK.as_millis()).unwrap_or(u64::MAX) + 1
}

impl Plugin for Loaded {
    fn transform(&mut self, document: &Document) -> Result<Option<Document>, Failure> {
        let (mut store, plugin) = match self.instance.take() {
            Some(instance) => instance,
            None => self.instantiate()?,
        };
        store.set_epoch_deadline(ticks(self.limits.time));
        let given = bindings::Document {
            text: document.text.clone(),
            tags: document.tags.clone(),
        };
        match plugin.call_transform(&mut store, &given) {
            Ok(result) => {
                self.instance = Some((store, plugin));
                let document = result.map_err(Failure::Document)?;
                Ok(document.map(|bindings::Document { text, tags }| Document { text, tags }))
            }
            Err(error) => Err(match error.downcast_ref::<Trap>() {
                Some(Trap::Interrupt) => Failure::Plugin("the time limit was reached".to_owned()),
                Some(trap) => Failure::Document(trap.to_string()),
                None => Failure::Plugin(format!("{error:#}")),
            }),
        }
    }
}
