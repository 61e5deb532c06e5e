//! What the store of one VM holds, and the answers to what the component imports.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use jsvm_data::{ConversionError, Form, initial};
use jsvm_snapshot::Limits;
use wasmtime::ResourceLimiter;

use crate::bindings::jsvm::engine::host::{self, PollPoint};
use crate::bindings::jsvm::engine::types::{self, Reply};
use crate::bindings::wasi::clocks::{monotonic_clock, wall_clock};
use crate::bindings::wasi::random::random;
use crate::builder::VmBuilder;
use crate::clock::{Clock, SystemClock};
use crate::data::{Data, Node};
use crate::entropy::Entropy;
use crate::error::Interrupt;
use crate::extension::{ExtensionInstances, ExtensionVm, StopSignal, StopWhen, asks_to_stop};
use crate::function::{Functions, HostError, panic_message};
use crate::interrupt::{Deadline, InterruptHandle};
use crate::release::Releases;

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

impl Context {
    /// What a VM of this builder starts with.
    pub(crate) fn new(builder: &VmBuilder) -> Self {
        Context {
            functions: builder.functions.clone(),
            ephemeral: Vec::new(),
            clock: builder.clock.clone(),
            monotonic_offset: Duration::ZERO,
            entropy: Entropy::new(builder.seed),
            limits: builder.limits.clone(),
            watch: Watch {
                stop_when: builder.stop_when.clone(),
                ..Watch::new(&builder.limits, InterruptHandle::default())
            },
            releases: Arc::default(),
            memory_refused: false,
            panic: None,
            extensions: builder.extensions().instantiate(|| ExtensionVm {
                clock: builder.clock.clone(),
                seed: builder.seed,
            }),
        }
    }

    /// What an instance has while it is no VM.
    pub(crate) fn idle() -> Self {
        let limits = Limits::default();
        Context {
            functions: Arc::default(),
            ephemeral: Vec::new(),
            clock: Arc::new(SystemClock),
            monotonic_offset: Duration::ZERO,
            entropy: Entropy::new(None),
            watch: Watch::new(&limits, InterruptHandle::default()),
            limits,
            releases: Arc::default(),
            memory_refused: false,
            panic: None,
            extensions: ExtensionInstances::default(),
        }
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
            return extension.call(name, args, self.watch.stop());
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

/// Watches the time of one call. The clock is first read when the VM first asks, about 50 µs
/// into a call: short calls pay nothing.
pub(crate) struct Watch {
    pub(crate) time: Option<Duration>,
    pub(crate) grace: Duration,
    pub(crate) interrupt: InterruptHandle,
    pub(crate) deadline: Deadline,
    /// The embedder's own reason to stop.
    stop_when: Option<StopWhen>,
    started: Option<Instant>,
    stopping: Option<Instant>,
    /// Whether a built-in had to be stopped, which ends the instance.
    pub(crate) stopped_builtin: bool,
    /// Who interrupted the call, if anybody did.
    pub(crate) interrupted: Option<Interrupt>,
}

impl Watch {
    pub(crate) fn new(limits: &Limits, interrupt: InterruptHandle) -> Self {
        Watch {
            time: limits.time,
            grace: limits.grace,
            interrupt,
            deadline: Deadline::default(),
            stop_when: None,
            started: None,
            stopping: None,
            stopped_builtin: false,
            interrupted: None,
        }
    }

    /// A call begins.
    pub(crate) fn begin(&mut self) {
        self.started = None;
        self.stopping = None;
        self.interrupted = None;
    }

    /// The stop condition for extensions that run on behalf of this call.
    fn stop(&mut self) -> StopSignal {
        let started = *self.started.get_or_insert_with(Instant::now);
        StopSignal {
            until: self.time.and_then(|time| started.checked_add(time)),
            deadline: self.deadline.clone(),
            interrupt: self.interrupt.clone(),
            stop_when: self.stop_when.clone(),
        }
    }

    /// Allows next to no time from now on.
    pub(crate) fn hurry(&mut self) {
        self.time = Some(Duration::from_millis(20));
        self.grace = Duration::ZERO;
        self.begin();
    }

    /// A panic must not unwind through the VM: it is a reason to stop, too.
    fn is_told_to_stop(&self) -> bool {
        let asked = self.stop_when.as_ref();
        asked.is_some_and(asks_to_stop)
    }

    /// Who interrupts the call now, if anybody does.
    fn due(&self, started: Instant, now: Instant) -> Option<Interrupt> {
        if self.deadline.is_past(now) {
            Some(Interrupt::Deadline)
        } else if self.time.is_some_and(|time| now - started >= time) {
            Some(Interrupt::TimeLimit)
        } else if self.interrupt.is_set() {
            Some(Interrupt::Handle)
        } else if self.is_told_to_stop() {
            Some(Interrupt::Embedder)
        } else {
            None
        }
    }

    fn poll(&mut self, point: PollPoint) -> bool {
        let now = Instant::now();
        let started = *self.started.get_or_insert(now);
        let Some(interrupt) = self.due(started, now) else {
            return false;
        };
        self.interrupted.get_or_insert(interrupt);
        match point {
            PollPoint::Bytecode => true,
            PollPoint::Builtin => {
                // The next bytecode may be near: it leaves the VM usable.
                let since = *self.stopping.get_or_insert(now);
                self.stopped_builtin = now - since >= self.grace;
                self.stopped_builtin
            }
        }
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
