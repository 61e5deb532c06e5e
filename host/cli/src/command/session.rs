//! A VM with its event loop, limits and sources.

mod events;
mod failure;
mod runtime;
mod waiting;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use jsvm::{
    Error, EventLoop, Interrupt, JobReport, Limits, ManualClock, Snapshot, Source, Value, Vm,
    VmBuilder,
};
use jsvm_node::NodeModules;
use tokio::sync::Notify;

use super::builtin::{ExitCode, WithBuiltins};
use super::exit::Exit;
use super::options::ParsedArg;
use super::output;
use super::watch::LoadReporter;
use runtime::OwnedRuntime;

/// Memory beyond the heap: stack, tables and data in transit.
const HEADROOM: u64 = 64 << 20;

/// The time limit of calls that should take no noticeable time.
const BRIEF: Duration = Duration::from_millis(500);

/// A VM with its deadline and with the sources that errors point to.
///
/// The time limit of a VM applies to each call. `--timeout` applies to the whole program, so a
/// session applies it to all calls together.
pub struct Session {
    vm: Vm,
    events: RefCell<EventLoop>,
    runtime: OwnedRuntime,
    /// Interrupts a wait.
    stop: Arc<Notify>,
    builder: VmBuilder,
    memory: ParsedArg<u64>,
    times: Times,
    deadline: Cell<Option<Instant>>,
    at_prompt: bool,
    /// Sources by their names in the VM.
    texts: RefCell<HashMap<String, String>>,
    modules: NodeModules,
    exit_code: ExitCode,
    /// The clock of `--clock`.
    clock: Option<Arc<ManualClock>>,
}

/// How much time a program has.
#[derive(Clone, Debug, Default)]
pub struct Times {
    /// Wall-clock time.
    pub timeout: Option<ParsedArg<Duration>>,
    /// CPU time.
    pub cpu_time: Option<ParsedArg<Duration>>,
}

impl Session {
    /// Creates a session whose VM is created by `make`. Its time starts then.
    pub fn new(
        builder: VmBuilder,
        exit_code: ExitCode,
        modules: NodeModules,
        memory: ParsedArg<u64>,
        times: Times,
        make: impl FnOnce(&VmBuilder) -> anyhow::Result<Vm>,
    ) -> anyhow::Result<Session> {
        let builder = builder
            .modules(WithBuiltins {
                modules: modules.clone(),
                watched: LoadReporter::from_env(),
            })
            .limits(limits(memory.value, None));
        let vm = make(&builder)?;
        let session = Session {
            // `jsvm restore --settle` settles requests that have no handler here.
            events: RefCell::new(EventLoop::new(&vm).leaving_unknown_requests()),
            runtime: OwnedRuntime::new()?,
            stop: Arc::default(),
            vm,
            builder,
            memory,
            times,
            deadline: Cell::new(None),
            at_prompt: false,
            texts: RefCell::default(),
            modules,
            exit_code,
            clock: None,
        };
        session.restart_clock();
        Ok(session)
    }

    /// Marks the session as interactive: error reports do not repeat the input.
    pub fn at_prompt(mut self) -> Session {
        self.at_prompt = true;
        output::set_deadline(None);
        self
    }

    /// Sets the clock that the builder was given. It moves only while the program waits.
    pub fn with_clock(mut self, clock: Option<Arc<ManualClock>>) -> Session {
        self.clock = clock;
        self
    }

    /// The VM, for calls that run no code of the program.
    pub fn vm(&self) -> &Vm {
        &self.vm
    }

    /// Creates a fresh VM, for questions whose answer the program must not influence.
    pub fn blank_vm(&self) -> Result<Vm, Error> {
        self.builder.build()
    }

    /// The builder of VMs like this one.
    pub fn builder(&self) -> &VmBuilder {
        &self.builder
    }

    /// The modules of the program.
    pub fn modules(&self) -> &NodeModules {
        &self.modules
    }

    /// Gives the program its full time again.
    pub fn restart_clock(&self) {
        self.deadline
            .set(self.times.timeout.as_ref().and_then(|timeout| {
                // A deadline beyond the range of the clock is no deadline.
                Instant::now().checked_add(timeout.value)
            }));
        // A prompt is for a person, who may stop the output of a terminal and go on later.
        let deadline = self.deadline.get().filter(|_| !self.at_prompt);
        output::set_deadline(deadline.map(|deadline| (deadline, self.too_long())));
    }

    /// Calls into the VM within the remaining time.
    pub fn enter<T>(&self, call: impl FnOnce(&Vm) -> Result<T, Error>) -> Result<T, Error> {
        // Sockets that it opens belong to the runtime.
        let _runtime = self.runtime.enter();
        match self.deadline.get() {
            Some(deadline) if deadline <= Instant::now() => {
                Err(Error::Interrupted(Interrupt::Deadline))
            }
            Some(deadline) => self.vm.with_deadline(deadline, || call(&self.vm)),
            None => call(&self.vm),
        }
    }

    /// Evaluates a program. Its text is kept for errors that point into it.
    pub fn eval(&self, source: Source<'_>, name: &str, text: &str) -> Result<Value, Error> {
        self.texts
            .borrow_mut()
            .insert(name.to_owned(), text.to_owned());
        self.enter(|vm| vm.eval(source.file_name(name)))
    }

    /// Runs until no job, timer or request with a handler is left.
    ///
    /// `promises` are those of the program and of the evaluated code. Their rejection is reported
    /// as an exception, because the author sees it as an error that was thrown.
    pub fn run(&self, promises: &[&Value]) -> Result<(), Error> {
        self.drive(promises, async |events| events.run().await)
    }

    /// Runs until the VM only waits. Returns whether it waits for something.
    pub fn run_until_waiting(&self, promises: &[&Value]) -> Result<bool, Error> {
        self.drive(promises, async |events| events.run_until_waiting().await)
    }

    /// Runs until a promise is settled, and returns its value. Any other value is returned as it
    /// is.
    pub fn settled(&self, value: &Value, promises: &[&Value]) -> Result<Value, Error> {
        let mut promises = promises.to_vec();
        promises.push(value);
        self.drive(&promises, async |events| events.settled(value).await)
    }

    fn drive<T>(
        &self,
        promises: &[&Value],
        work: impl AsyncFn(&mut EventLoop) -> Result<T, Error>,
    ) -> Result<T, Error> {
        // A notification that came while nothing waited has already stopped the code that ran.
        while self.stop.notified().now_or_never().is_some() {}
        let mut events = self.events.borrow_mut();
        events.set_deadline(self.deadline.get());
        let result = self.runtime.block_on(async {
            tokio::select! {
                biased;
                result = self.pass_time(&mut events, &work) => result,
                () = self.stop.notified() => Err(Error::Interrupted(Interrupt::Handle)),
            }
        });
        match result {
            Err(Error::Rejection(rejection)) => {
                for promise in promises {
                    if rejection.promise.strict_equals(promise)? {
                        return Err(match rejection.limit {
                            Some(limit) => Error::Limit(limit),
                            None => Error::Exception(Box::new(rejection.reason)),
                        });
                    }
                }
                Err(Error::Rejection(rejection))
            }
            result => result,
        }
    }

    /// Discards the jobs that are queued. A stop ends one job, or none if it comes between two calls;
    /// promises that go on without end would do so.
    pub fn discard_jobs(&self) {
        let end = Instant::now() + BRIEF;
        while let Ok(JobReport { pending: true, .. }) = self.vm.run_jobs_up_to(0)
            && Instant::now() < end
        {
            // Ends the job that next asks whether it may go on; many do not ask.
            let _ = self.vm.with_deadline(Instant::now(), || self.vm.run_jobs());
        }
        // Nobody asks where these were.
        self.interrupted_at();
    }

    /// Whether the VM waits for timers or requests.
    pub fn is_waiting(&self) -> Result<bool, Error> {
        let has_timers = self.vm.run_jobs_up_to(0)?.next_timer.is_some();
        let requests = self.vm.unsettled_requests()?;
        let events = self.events.borrow();
        let mut requests = requests.iter();
        Ok(has_timers || requests.any(|request| !events.is_background(&request.name)))
    }

    /// Makes `process.exit` throw from now on, with this message.
    pub fn forbid_exit(&self, why: &'static str) {
        self.exit_code.forbid_exit(why);
    }

    /// Returns the exit code that the program set, as an error unless it is 0.
    pub fn exit(&self) -> anyhow::Result<()> {
        match self.exit_code.get() {
            0 => Ok(()),
            code => Err(Exit(code).into()),
        }
    }

    /// The handle that interrupts a wait from another thread. Running code is stopped by the VM's
    /// interrupt handle.
    pub fn stop(&self) -> Arc<Notify> {
        self.stop.clone()
    }

    /// Calls into the VM with a short time limit, independent of the program's own.
    pub fn briefly<T>(&self, call: impl FnOnce(&Vm) -> Result<T, Error>) -> Result<T, Error> {
        self.vm
            .set_limits(&limits(self.memory.value, Some(BRIEF)))?;
        let result = call(&self.vm);
        if let Err(Error::Interrupted(_)) = &result {
            // It is not that of the program.
            self.interrupted_at();
        }
        self.vm.set_limits(&limits(self.memory.value, None))?;
        result
    }

    /// Takes a snapshot, or a delta to an earlier snapshot.
    pub fn freeze(&self, since: Option<&Snapshot>) -> Result<Snapshot, Error> {
        // The snapshot stores the limits of the command line, not the remaining time.
        let time = self.times.timeout.as_ref().map(|timeout| timeout.value);
        self.vm.set_limits(&limits(self.memory.value, time))?;
        match since {
            Some(parent) => self.vm.snapshot_since(parent),
            None => self.vm.snapshot(),
        }
    }

    /// Returns the text of a source by its name.
    fn text_of(&self, file: &str) -> Option<String> {
        if let Some(text) = self.texts.borrow().get(file) {
            return Some(text.clone());
        }
        self.modules.source(file)
    }
}

/// The hard memory limit of a VM with a heap of this size.
pub fn hard_memory(memory: u64) -> u64 {
    memory.saturating_add(HEADROOM).min(4 << 30)
}

fn limits(memory: u64, time: Option<Duration>) -> Limits {
    Limits::default()
        .memory(memory)
        .hard_memory(hard_memory(memory))
        .time(time)
}
