//! What the store of one VM holds, and the answers to what the component imports.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::Duration;

use jsvm_data::{ConversionError, Form, initial};
use jsvm_snapshot::Limits;
use wasmtime::ResourceLimiter;

use crate::bindings::jsvm::engine::host::{self, PollPoint};
use crate::bindings::jsvm::engine::types::{self, Reply};
use crate::bindings::wasi::clocks::{monotonic_clock, wall_clock};
use crate::bindings::wasi::random::random;
use crate::clock::{Clock, SystemClock};
use crate::data::{Data, Node};
use crate::entropy::Entropy;
use crate::extension::{ExtensionInstances, StopWhen};
use crate::function::{Functions, HostError, panic_message};
use crate::release::Releases;
use crate::watch::Watch;

/// The data of a VM's store.
pub(crate) struct Context {
    pub(crate) functions: Arc<Functions>,
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
}

/// What the embedder decides about a VM, and its calls need.
pub(crate) struct ContextSettings {
    pub(crate) functions: Arc<Functions>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seed: Option<u64>,
    pub(crate) limits: Limits,
    pub(crate) stop_when: Option<StopWhen>,
    pub(crate) measures_gaps: bool,
    pub(crate) extensions: ExtensionInstances,
}

impl Context {
    /// What a VM with these settings starts with.
    pub(crate) fn new(settings: ContextSettings) -> Self {
        let ContextSettings {
            limits, stop_when, ..
        } = settings;
        Context {
            functions: settings.functions,
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
        }
    }

    /// What an instance has while it is no VM.
    pub(crate) fn idle() -> Self {
        Self::new(ContextSettings {
            functions: Arc::default(),
            clock: Arc::new(SystemClock),
            seed: None,
            limits: Limits::default(),
            stop_when: None,
            measures_gaps: false,
            extensions: ExtensionInstances::default(),
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

    /// Keeps the monotonic clock from going back behind what the VM has seen of it.
    pub(crate) fn go_on_from(&mut self, monotonic: Duration) {
        self.monotonic_offset = monotonic.saturating_sub(self.clock.monotonic());
    }
}

/// Answers of host functions.
impl Context {
    fn call(&mut self, name: &str, args: &mut Data) -> Result<Data, HostError> {
        if let Some(extension) = self.extensions.find(name) {
            let result = extension.call(name, args, self.watch.stop());
            self.watch.check_after_call();
            return result;
        }
        self.functions.call(name, args)
    }

    fn reply(&self, name: &str, value: Data) -> Result<Reply, HostError> {
        if !value.belongs_to(&self.releases) {
            let message = format!("host function `{name}` returned a token of another VM");
            return Err(HostError::type_error(message));
        }
        reply(value).map_err(|error| {
            HostError::type_error(format!("host function `{name}` returned no data: {error}"))
        })
    }

    fn thrown(&self, name: &str, error: HostError) -> types::Data {
        let data = error.into_data();
        let form = match data.belongs_to(&self.releases) {
            true => data.into_form().ok(),
            false => None,
        };
        let form = form.unwrap_or_else(|| {
            let message = format!("host function `{name}` threw what cannot be thrown in this VM");
            let data = HostError::type_error(message).into_data();
            data.into_form().unwrap_or_else(|_| Form {
                item: vec![initial::UNDEFINED],
                chunks: Vec::new(),
                tokens: Vec::new(),
            })
        });
        form.into()
    }
}

/// Data in the form in which it crosses as a result most cheaply.
fn reply(data: Data) -> Result<Reply, ConversionError> {
    /// Longer strings are faster as data.
    const SHORT: usize = 256;
    let primitive = data.as_primitive().and_then(|node| match node {
        Node::Undefined => Some(Reply::Undefined),
        Node::Null => Some(Reply::Null),
        Node::Boolean(value) => Some(Reply::Boolean(*value)),
        Node::Number(value) => Some(Reply::Number(*value)),
        Node::Text(text) if text.len() < SHORT => Some(Reply::Text(text.clone())),
        _ => None,
    });
    match primitive {
        Some(reply) => Ok(reply),
        None => Ok(Reply::Data(data.into_form()?.into())),
    }
}

impl host::Host for Context {
    fn host_call(
        &mut self,
        name: String,
        args: types::Data,
    ) -> wasmtime::Result<Result<Reply, types::Data>> {
        let mut args = Data::from_vm(args.into(), &self.releases);
        // A panic must not unwind through the VM, which would leave it in the middle of things.
        let outcome = catch_unwind(AssertUnwindSafe(|| self.call(&name, &mut args)));
        let outcome = outcome.unwrap_or_else(|panic| Err(HostError::panicked(&name, &*panic)));
        let outcome = outcome.and_then(|value| self.reply(&name, value));
        Ok(outcome.map_err(|error| self.thrown(&name, error)))
    }

    fn poll(&mut self, point: PollPoint) -> wasmtime::Result<bool> {
        Ok(self.watch.poll(point))
    }
}

impl types::Host for Context {}

impl wall_clock::Host for Context {
    fn now(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        let now = self.guarded(|context| context.clock.wall())?;
        Ok(wall_clock::Datetime {
            seconds: now.as_secs(),
            nanoseconds: now.subsec_nanos(),
        })
    }
}

impl monotonic_clock::Host for Context {
    fn now(&mut self) -> wasmtime::Result<u64> {
        let now = self.guarded(|context| context.monotonic())?;
        Ok(u64::try_from(now.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl random::Host for Context {
    fn get_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.entropy.next()
    }
}

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
