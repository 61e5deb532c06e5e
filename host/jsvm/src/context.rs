//! What the store of one VM holds, and the answers to what the component imports.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::Duration;

use jsvm_protocol::webassembly::INSTANTIATE;
use jsvm_snapshot::Limits;
use wasmtime::ResourceLimiter;

use crate::argument;
use crate::bindings::jsvm::engine::{console, modules, types};
use crate::bindings::wit::{Argument, ImportKind, Level, Module};
use crate::callback::PendingCalls;
use crate::clock::{Clock, SystemClock};
use crate::data::Data;
use crate::entropy::{Entropy, Seed};
use crate::extension::{ExtensionInstances, StopWhen};
use crate::function::{Functions, HostError, panic_message};
use crate::module::{Import, Imports};
use crate::module_compiler::{Modules, VmMemory};
use crate::release::Releases;
use crate::watch::Watch;

/// The data of a VM's store.
pub(crate) struct Context {
    pub(crate) functions: Arc<Functions>,
    /// Calls of host functions that wait for a JavaScript function.
    pub(crate) pending: PendingCalls,
    /// Receives the messages of `console`.
    console: Option<Arc<ConsoleWriter>>,
    /// What scripts can import.
    imports: Arc<Imports>,
    /// Names of functions whose closures can be gone.
    pub(crate) ephemeral: Vec<(String, Weak<dyn Any + Send + Sync>)>,
    pub(crate) clock: Arc<dyn Clock>,
    /// What is added to the monotonic clock.
    monotonic_offset: Duration,
    pub(crate) entropy: Entropy,
    pub(crate) limits: Limits,
    pub(crate) watch: Watch,
    pub(crate) releases: Arc<Releases>,
    /// Whether the hard memory limit refused something during this call.
    pub(crate) memory_refused: bool,
    /// The message of a panic of the embedder's code, where the VM could not go on.
    pub(crate) panic: Option<String>,
    extensions: ExtensionInstances,
    /// What runs modules of WebAssembly.
    modules: Modules,
}

/// The embedder's function for messages: the name of the level, and the text.
pub(crate) type ConsoleWriter = dyn Fn(&str, &str) + Send + Sync;

/// What the embedder decides about a VM, and its calls need.
pub(crate) struct ContextSettings {
    pub(crate) functions: Arc<Functions>,
    pub(crate) console: Option<Arc<ConsoleWriter>>,
    pub(crate) imports: Arc<Imports>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seed: Option<Seed>,
    pub(crate) limits: Limits,
    pub(crate) stop_when: Option<StopWhen>,
    pub(crate) measures_gaps: bool,
    pub(crate) extensions: ExtensionInstances,
    pub(crate) modules: Modules,
}

impl Context {
    /// What a VM with these settings starts with.
    pub(crate) fn new(settings: ContextSettings) -> Self {
        let ContextSettings {
            limits, stop_when, ..
        } = settings;
        Context {
            functions: settings.functions,
            pending: PendingCalls::default(),
            console: settings.console,
            imports: settings.imports,
            ephemeral: Vec::new(),
            clock: settings.clock,
            monotonic_offset: Duration::ZERO,
            entropy: Entropy::new(settings.seed),
            watch: Watch::new(&limits, stop_when, settings.measures_gaps),
            limits,
            releases: Arc::default(),
            memory_refused: false,
            panic: None,
            extensions: settings.extensions,
            modules: settings.modules,
        }
    }

    /// What an instance has while it is no VM.
    pub(crate) fn idle() -> Self {
        Self::new(ContextSettings {
            functions: Arc::default(),
            console: None,
            imports: Arc::default(),
            clock: Arc::new(SystemClock),
            seed: None,
            limits: Limits::default(),
            stop_when: None,
            measures_gaps: false,
            extensions: ExtensionInstances::default(),
            modules: Modules::default(),
        })
    }

    /// A call begins.
    pub(crate) fn begin_call(&mut self) {
        self.watch.begin();
        self.memory_refused = false;
        self.panic = None;
    }

    /// Runs code of the embedder that must not fail. A panic must not unwind through the VM, which
    /// would leave it in the middle of things: it becomes a trap.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> wasmtime::Result<T> {
        catch_unwind(AssertUnwindSafe(|| work(self))).map_err(|panic| {
            let message = panic_message(&*panic);
            self.panic = Some(message.clone());
            wasmtime::format_err!("a function of the embedder panicked: {message}")
        })
    }

    /// The monotonic clock.
    pub(crate) fn monotonic(&self) -> Duration {
        self.clock.monotonic().saturating_add(self.monotonic_offset)
    }

    /// The time of day.
    ///
    /// # Errors
    /// If the embedder's clock panics.
    pub(crate) fn wall(&mut self) -> wasmtime::Result<Duration> {
        self.guarded(|context| context.clock.wall())
    }

    /// The monotonic clock.
    ///
    /// # Errors
    /// If the embedder's clock panics.
    pub(crate) fn guarded_monotonic(&mut self) -> wasmtime::Result<Duration> {
        self.guarded(|context| context.monotonic())
    }

    /// Keeps the monotonic clock from going back behind what the VM has seen of it.
    pub(crate) fn go_on_from(&mut self, monotonic: Duration) {
        self.monotonic_offset = monotonic.saturating_sub(self.clock.monotonic());
    }
}

/// Answers of host functions.
impl Context {
    /// Whether an extension answers host calls of a name.
    pub(crate) fn is_of_extension(&self, name: &str) -> bool {
        self.extensions.answer(name)
    }

    /// Lets an extension answer a host call.
    ///
    /// # Errors
    /// What the script gets thrown.
    pub(crate) fn call_extension(
        &mut self,
        name: &str,
        args: &mut Data,
    ) -> Result<Data, HostError> {
        let Some(extension) = self.extensions.find(name) else {
            return Err(HostError::type_error(format!(
                "no extension answers `{name}`"
            )));
        };
        let result = extension.call(name, args, self.watch.stop());
        self.watch.check_after_call();
        result
    }

    /// Whether modules of WebAssembly may be compiled.
    pub(crate) fn has_module_compiler(&self) -> bool {
        !matches!(self.modules, Modules::Interpreted)
    }

    /// Lets native code answer a message about modules of WebAssembly, if there is any.
    pub(crate) fn call_modules(&mut self, memory: VmMemory, message: &[u8]) -> Option<Vec<u8>> {
        let mut modules = std::mem::take(&mut self.modules);
        let reply = catch_unwind(AssertUnwindSafe(|| {
            let runner = modules.runner()?;
            let reply = runner.call(memory, message);
            Some((reply, modules))
        }));
        // After a panic they are interpreted.
        let (reply, modules) = reply.ok().flatten()?;
        self.modules = modules;
        if message.first() == Some(&INSTANTIATE) {
            // It may have been compiled.
            self.watch.check_after_call();
        }
        Some(reply)
    }

    /// What the script gets thrown. `culprit` names the code of the embedder that threw.
    fn thrown(&self, culprit: &str, error: HostError) -> Argument {
        let data = error.into_data();
        let argument = match data.belongs_to(&self.releases) {
            true => argument::of_data(data).ok(),
            false => None,
        };
        argument.unwrap_or_else(|| {
            Argument::Error(types::ThrownError {
                class: types::ErrorClass::TypeError,
                message: format!("{culprit} threw what cannot be thrown in this VM"),
                code: None,
                cause: None,
            })
        })
    }

    /// Calls code of the embedder that may throw. A panic must not unwind through the VM, which would
    /// leave it in the middle of things.
    #[expect(
        clippy::result_large_err,
        reason = "the bindings pass a thrown value in this form"
    )]
    pub(crate) fn catching<T>(
        &self,
        culprit: impl Fn() -> String,
        call: impl FnOnce() -> Result<T, HostError>,
    ) -> Result<T, Argument> {
        let outcome = catch_unwind(AssertUnwindSafe(call));
        let outcome = outcome.unwrap_or_else(|panic| Err(HostError::panicked(&culprit(), &*panic)));
        outcome.map_err(|error| self.thrown(&culprit(), error))
    }
}

impl console::Host for Context {
    fn write(&mut self, level: Level, text: String) -> wasmtime::Result<()> {
        let Some(write) = &self.console else {
            return Ok(());
        };
        let level = match level {
            Level::Debug => "debug",
            Level::Log => "log",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
            Level::Trace => "trace",
        };
        // No method of `console` throws: there is nobody to tell of a panic.
        let _ = catch_unwind(AssertUnwindSafe(|| write(level, &text)));
        Ok(())
    }
}

impl modules::Host for Context {
    fn resolve(
        &mut self,
        specifier: String,
        importer: String,
        kind: ImportKind,
    ) -> wasmtime::Result<Result<String, Argument>> {
        let import = Import::new(&specifier, &importer, kind.into());
        let culprit = || "the module loader".to_owned();
        Ok(self.catching(culprit, || self.imports.resolve(&import)))
    }

    fn load(&mut self, name: String) -> wasmtime::Result<Result<Module, Argument>> {
        let culprit = || "the module loader".to_owned();
        Ok(self.catching(culprit, || self.imports.load(&name)))
    }
}

impl types::Host for Context {}

impl ResourceLimiter for Context {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let allowed = desired as u64 <= self.limits.hard_memory;
        self.memory_refused |= !allowed;
        Ok(allowed)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        _desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::ResourceLimiter;

    use super::Context;

    #[test]
    fn memory_that_an_earlier_call_was_refused_is_forgotten() {
        let mut context = Context::idle();
        assert!(!context.memory_growing(0, usize::MAX, None).unwrap());
        assert!(context.memory_refused);
        context.begin_call();
        assert!(!context.memory_refused);
    }
}
