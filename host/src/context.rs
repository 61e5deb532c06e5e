//! What the store of one VM holds, and the answers to what the component imports.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use wasmtime::ResourceLimiter;

use crate::bindings::jsvm::engine::host::{self, PollPoint};
use crate::bindings::jsvm::engine::types::{self, Reply};
use crate::bindings::wasi::clocks::{monotonic_clock, wall_clock};
use crate::bindings::wasi::random::random;
use crate::builder::VmBuilder;
use crate::clock::{Clock, SystemClock};
use crate::data::{Data, Form};
use crate::entropy::Entropy;
use crate::function::{Functions, HostError};
use crate::limits::{Deadline, InterruptHandle, Limits};
#[cfg(feature = "link")]
use crate::link::{Links, Stop, Surroundings};
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
    #[cfg(feature = "link")]
    links: Option<Links>,
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
            #[cfg(feature = "link")]
            links: builder.links().is_used().then(|| {
                let around = Surroundings {
                    clock: builder.clock.clone(),
                    seed: builder.seed,
                };
                Links::new(builder.links(), around)
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
            #[cfg(feature = "link")]
            links: None,
        }
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
        #[cfg(feature = "link")]
        if Links::is_call(name) {
            return match &mut self.links {
                Some(links) => links.call(name, args, self.watch.stop()),
                None => Err(Links::missing(name)),
            };
        }
        self.functions.call(name, args)
    }

    fn reply(&self, name: &str, value: Data) -> Result<Reply, HostError> {
        if !value.belongs_to(&self.releases) {
            let message = format!("host function `{name}` returned a token of another VM");
            return Err(HostError::type_error(message));
        }
        value.into_reply().map_err(|error| {
            HostError::type_error(format!("host function `{name}` returned no data: {error}"))
        })
    }

    fn thrown(&self, name: &str, error: HostError) -> Form {
        let data = error.into_data();
        let form = match data.belongs_to(&self.releases) {
            true => data.into_form().ok(),
            false => None,
        };
        form.unwrap_or_else(|| {
            let message = format!("host function `{name}` threw what cannot be thrown in this VM");
            let data = HostError::type_error(message).into_data();
            data.into_form().unwrap_or_else(|_| Form {
                item: vec![UNDEFINED],
                chunks: Vec::new(),
                tokens: Vec::new(),
            })
        })
    }
}

/// `undefined` as data.
const UNDEFINED: u8 = 0xf7;

/// Asked whether to stop.
pub(crate) type StopWhen = Arc<dyn Fn() -> bool + Send + Sync>;

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
        }
    }

    /// A call begins.
    pub(crate) fn begin(&mut self) {
        self.started = None;
        self.stopping = None;
    }

    /// When somebody else is to stop who works for this call.
    #[cfg(feature = "link")]
    fn stop(&mut self) -> Stop {
        let started = *self.started.get_or_insert_with(Instant::now);
        Stop {
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
        asked.is_some_and(|asked| catch_unwind(AssertUnwindSafe(|| asked())).unwrap_or(true))
    }

    fn poll(&mut self, point: PollPoint) -> bool {
        let now = Instant::now();
        let started = *self.started.get_or_insert(now);
        let late =
            self.time.is_some_and(|time| now - started >= time) || self.deadline.is_past(now);
        if !late && !self.interrupt.is_set() && !self.is_told_to_stop() {
            return false;
        }
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
    fn host_call(&mut self, name: String, args: Form) -> wasmtime::Result<Result<Reply, Form>> {
        let mut args = Data::from_vm(args, &self.releases);
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
        let now = self.clock.wall();
        Ok(wall_clock::Datetime {
            seconds: now.as_secs(),
            nanoseconds: now.subsec_nanos(),
        })
    }
}

impl monotonic_clock::Host for Context {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(u64::try_from(self.monotonic().as_nanos()).unwrap_or(u64::MAX))
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
