//! A VM and what the program keeps around it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use jsvm::program::NodeModules;
use jsvm::{
    Error, EventLoop, Exception, Gone, Limit, Limits, Snapshot, Source, Value, Vm, VmBuilder,
};
use tokio::runtime::Runtime;
use tokio::sync::Notify;

use super::builtin::{ExitCode, WithBuiltins};
use super::options::Given;
use super::report::Report;
use super::watch::Watched;
use super::{Exit, output};

/// Room above the heap for what is not JavaScript's: stack, tables, data under way.
const HEADROOM: u64 = 64 << 20;

/// How long something may take that nobody expects to take any time.
const BRIEF: Duration = Duration::from_millis(500);

/// A VM with its deadline and with the sources that errors point to.
///
/// The limit on time that a VM has is for each call into it. Here it is for all of them together,
/// since whoever types `--timeout` means the program.
pub struct Session {
    vm: Vm,
    events: RefCell<EventLoop>,
    runtime: Runtime,
    /// Ends a wait.
    stop: Arc<Notify>,
    builder: VmBuilder,
    memory: Given<u64>,
    timeout: Option<Given<Duration>>,
    deadline: Cell<Option<Instant>>,
    at_prompt: bool,
    /// Program texts by the names that the VM has for them.
    texts: RefCell<HashMap<String, String>>,
    modules: NodeModules,
    exit_code: ExitCode,
}

impl Session {
    /// A session with the VM that `make` makes; its time starts when there is one.
    pub fn new(
        builder: VmBuilder,
        exit_code: ExitCode,
        modules: NodeModules,
        memory: Given<u64>,
        timeout: Option<Given<Duration>>,
        make: impl FnOnce(&VmBuilder) -> anyhow::Result<Vm>,
    ) -> anyhow::Result<Session> {
        let builder = builder
            .modules(WithBuiltins {
                modules: modules.clone(),
                watched: Watched::from_env(),
            })
            .limits(limits(memory.value, None));
        let vm = make(&builder)?;
        let session = Session {
            // What nothing here answers, `jsvm restore --settle` does.
            events: RefCell::new(EventLoop::new(&vm).leaving_unknown_requests()),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            stop: Arc::default(),
            vm,
            builder,
            memory,
            timeout,
            deadline: Cell::new(None),
            at_prompt: false,
            texts: RefCell::default(),
            modules,
            exit_code,
        };
        session.restart_clock();
        Ok(session)
    }

    /// Errors are reported to somebody who sees what was typed.
    pub fn at_prompt(mut self) -> Session {
        self.at_prompt = true;
        self
    }

    /// The VM, for calls that run nothing of the program.
    pub fn vm(&self) -> &Vm {
        &self.vm
    }

    /// Another VM, in which nothing has run: for questions that the program must not answer.
    pub fn blank_vm(&self) -> Result<Vm, Error> {
        self.builder.build()
    }

    /// What makes other VMs like this one.
    pub fn builder(&self) -> &VmBuilder {
        &self.builder
    }

    /// Where modules come from.
    pub fn modules(&self) -> &NodeModules {
        &self.modules
    }

    /// Gives the program its full time again.
    pub fn restart_clock(&self) {
        self.deadline.set(self.timeout.as_ref().and_then(|timeout| {
            // A deadline beyond what the clock can count is none.
            Instant::now().checked_add(timeout.value)
        }));
    }

    /// Calls into the VM within what is left of the time.
    pub fn enter<T>(&self, call: impl FnOnce(&Vm) -> Result<T, Error>) -> Result<T, Error> {
        if let Some(deadline) = self.deadline.get() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::Limit(Limit::Time));
            }
            self.vm.set_limits(&limits(self.memory.value, Some(left)))?;
        }
        call(&self.vm)
    }

    /// Evaluates a program. Its text is kept for errors that point into it.
    pub fn eval(&self, source: Source<'_>, name: &str, text: &str) -> Result<Value, Error> {
        self.texts
            .borrow_mut()
            .insert(name.to_owned(), text.to_owned());
        self.enter(|vm| vm.eval(source.file_name(name)))
    }

    /// Runs until nothing is left to do: no job, no timer, no request that is answered here.
    ///
    /// `promises` are those of the program itself and of what was typed. Their rejection is not
    /// called one: to the author it is an error that was thrown.
    pub fn run(&self, promises: &[&Value]) -> Result<(), Error> {
        self.drive(promises, async |events| events.run().await)
    }

    /// Runs until there is nothing to do but to wait. Returns whether it waits for something.
    pub fn run_until_waiting(&self, promises: &[&Value]) -> Result<bool, Error> {
        self.drive(promises, async |events| events.run_until_waiting().await)
    }

    /// Runs until a promise is settled, and returns its value; anything else as it is.
    pub fn settled(&self, value: &Value, promises: &[&Value]) -> Result<Value, Error> {
        self.drive(promises, async |events| events.settled(value).await)
    }

    fn drive<T>(
        &self,
        promises: &[&Value],
        work: impl AsyncFnOnce(&mut EventLoop) -> Result<T, Error>,
    ) -> Result<T, Error> {
        // One that came when nothing waited has stopped what ran then.
        while self.stop.notified().now_or_never().is_some() {}
        let mut events = self.events.borrow_mut();
        events.set_deadline(self.deadline.get());
        let result = self.runtime.block_on(async {
            tokio::select! {
                biased;
                result = work(&mut events) => result,
                () = self.stop.notified() => Err(Error::Limit(Limit::Time)),
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

    /// Goes on with what waits until something else happens. Fails with what goes wrong in it;
    /// then it can be called again.
    pub fn until<T>(&self, happens: impl Future<Output = T>) -> Result<T, Error> {
        let mut events = self.events.borrow_mut();
        events.set_deadline(None);
        self.runtime.block_on(async {
            tokio::pin!(happens);
            tokio::select! {
                biased;
                happened = &mut happens => return Ok(happened),
                result = events.run() => result?,
            }
            Ok(happens.await)
        })
    }

    /// Whether it waits for timers or requests.
    pub fn is_waiting(&self) -> Result<bool, Error> {
        let has_timers = self.vm.run_some_jobs(0)?.next_timer.is_some();
        Ok(has_timers || !self.vm.unsettled_requests()?.is_empty())
    }

    /// From now on the program cannot end the process: something is to be done after it.
    pub fn forbid_exit(&self, why: &'static str) {
        self.exit_code.forbid_exit(why);
    }

    /// Ends the program with the exit code that it chose, if it did.
    pub fn exit(&self) -> anyhow::Result<()> {
        match self.exit_code.get() {
            0 => Ok(()),
            code => Err(Exit(code).into()),
        }
    }

    /// What ends a wait, from another thread. What runs is stopped by the VM's interrupt handle.
    pub fn stop(&self) -> Arc<Notify> {
        self.stop.clone()
    }

    /// Prints why the program failed.
    pub fn failed(&self, error: &Error) -> anyhow::Error {
        let sentence = match error {
            Error::Exception(exception) => {
                self.print_exception(exception, false);
                return Exit::FAILED.into();
            }
            Error::Rejection(rejection) => {
                self.print_exception(&rejection.reason, true);
                if let Some(limit) = rejection.limit {
                    return self.failed(&Error::Limit(limit));
                }
                return Exit::FAILED.into();
            }
            Error::Unsettled => {
                output::print_error("jsvm: the program ended while its value was still awaited");
                return Exit::UNSETTLED.into();
            }
            Error::Limit(Limit::Time) | Error::Gone(Gone::Time) => match &self.timeout {
                Some(timeout) if self.is_late() => {
                    format!(
                        "the program ran longer than --timeout {} allows",
                        timeout.text
                    )
                }
                _ => "interrupted".into(),
            },
            Error::Limit(Limit::Memory) | Error::Gone(Gone::Memory) => {
                format!(
                    "the program needed more than --memory {} allows",
                    self.memory.text
                )
            }
            error => error.to_string(),
        };
        output::print_error(&format!("jsvm: {sentence}"));
        Exit::FAILED.into()
    }

    fn is_late(&self) -> bool {
        self.deadline
            .get()
            .is_some_and(|deadline| deadline <= Instant::now())
    }

    fn print_exception(&self, exception: &Exception, in_promise: bool) {
        let report = Report {
            exception,
            in_promise,
            at_prompt: self.at_prompt,
        };
        // Its text is read even if the program's time is over.
        let text = self.briefly(|_| Ok(report.text(&|file| self.text_of(file))));
        output::print_error(&text.unwrap_or_else(|_| exception.to_string()));
    }

    /// Calls into the VM for what must not take long, whatever the program's own time.
    pub fn briefly<T>(&self, call: impl FnOnce(&Vm) -> Result<T, Error>) -> Result<T, Error> {
        self.vm
            .set_limits(&limits(self.memory.value, Some(BRIEF)))?;
        let result = call(&self.vm);
        self.vm.set_limits(&limits(self.memory.value, None))?;
        result
    }

    /// The VM as it is now, or as what changed since an earlier snapshot.
    pub fn freeze(&self, since: Option<&Snapshot>) -> Result<Snapshot, Error> {
        // The limits are part of it: those that were asked for, not what is left of them.
        let time = self.timeout.as_ref().map(|timeout| timeout.value);
        self.vm.set_limits(&limits(self.memory.value, time))?;
        match since {
            Some(parent) => self.vm.snapshot_since(parent),
            None => self.vm.snapshot(),
        }
    }

    /// The text of a source by its name.
    fn text_of(&self, file: &str) -> Option<String> {
        if let Some(text) = self.texts.borrow().get(file) {
            return Some(text.clone());
        }
        self.modules.source(file)
    }
}

/// All memory that a VM with a heap of this size may have.
pub fn hard_memory(memory: u64) -> u64 {
    memory.saturating_add(HEADROOM).min(4 << 30)
}

fn limits(memory: u64, time: Option<Duration>) -> Limits {
    Limits {
        memory,
        hard_memory: hard_memory(memory),
        time,
        ..Limits::default()
    }
}
