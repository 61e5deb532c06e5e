//! A live JavaScript VM.

mod compile;
mod frames;
mod functions;
mod heap;
mod make;
mod module_imports;
mod objects;
mod observe;
mod requests;
mod roots;
mod snapshot;
mod time_zone;
mod tokens;
mod world;

pub(crate) use snapshot::unexpected;

use std::sync::Arc;
use std::time::{Duration, Instant};

use jsvm_snapshot::Limits;

use ::serde::de::DeserializeOwned;

#[cfg(feature = "event-loop")]
use crate::async_function::AsyncFunctions;
use crate::batch::Batch;
use crate::bindings::wit;
use crate::builder::VmBuilder;
use crate::data::Data;
use crate::error::Error;
use crate::instance::apply_limits;
use crate::interrupt::InterruptHandle;
use crate::intrinsics::Intrinsics;
use crate::shared::Shared;
use crate::source::Source;
use crate::value::Value;

/// A live JavaScript VM.
///
/// Cloning it gives another reference to the same VM. It can be used from any thread, by one at a
/// time: a call waits until another thread's call has ended. Every function that calls into the VM
/// can fail with the [errors of every call](Error#errors-of-every-call).
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// vm.eval("let n = 0; function next() { return ++n }")?;
/// let next = vm.global()?.get("next")?;
/// assert_eq!(next.call(())?.to::<u32>()?, 1);
/// assert_eq!(next.call(())?.to::<u32>()?, 2);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone)]
pub struct Vm {
    pub(crate) shared: Arc<Shared>,
}

impl Vm {
    pub(crate) fn new(builder: &VmBuilder) -> Result<Vm, Error> {
        let vm = builder.vm_with(builder.context(), None)?;
        if builder.without != Intrinsics::empty() {
            let without = builder.without.into();
            vm.shared
                .try_enter(|e| e.vm.realm().call_remove_intrinsics(e.store, without))?;
        }
        let functions = [&builder.globals, &builder.calling_globals];
        if functions.iter().any(|list| !list.is_empty()) || !builder.requests.is_empty() {
            let global = vm.global()?;
            for (name, length) in &builder.calling_globals {
                global.set(&**name, vm.create_calling_function(name, *length)?)?;
            }
            for (name, length) in &builder.globals {
                global.set(&**name, vm.create_host_function(name, *length)?)?;
            }
            for name in &builder.requests {
                global.set(&**name, vm.create_request_function(name, 0)?)?;
            }
        }
        Ok(vm)
    }

    /// Compiles and runs source. It does not run jobs: see [`run_jobs`](Self::run_jobs).
    ///
    /// A `&str` is a script; see [`Source`] for modules and options.
    ///
    /// # Errors
    /// [`Error::Exception`] if it throws, with a `SyntaxError` if it does not parse;
    /// [`Error::Limit`].
    pub fn eval<'a>(&self, source: impl Into<Source<'a>>) -> Result<Value, Error> {
        let source = source.into();
        let options = source.options();
        let output = self.shared.try_enter(|e| {
            e.vm.evaluation()
                .call_eval(e.store, source.text(), &options)
        })?;
        Ok(self.shared.wrap(output))
    }

    /// Compiles and runs source, and converts what it results in: one call into the VM where
    /// [`eval`](Self::eval) and [`Value::to`] are two.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let words: Vec<String> = vm.eval_to("'one two'.split(' ')")?;
    /// assert_eq!(words, ["one", "two"]);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// As both of them.
    pub fn eval_to<'a, T: DeserializeOwned>(
        &self,
        source: impl Into<Source<'a>>,
    ) -> Result<T, Error> {
        let source = source.into();
        let options = source.options();
        let form = self.shared.try_enter(|e| {
            e.vm.evaluation()
                .call_eval_data(e.store, source.text(), &options)
        })?;
        Ok(self.shared.data(form).convert()?)
    }

    /// Several operations that are to be done in one call; see [`Batch`].
    pub fn batch(&self) -> Batch<'_> {
        Batch::new(self)
    }

    /// Imports a module from the [loader](crate::ModuleLoader), as what a program begins with:
    /// a promise for its namespace object. It does not run jobs.
    ///
    /// # Errors
    /// [`Error::Limit`]. That there is no such module, or that it throws, rejects the promise.
    pub fn import_module(&self, specifier: &str) -> Result<Value, Error> {
        let output = self
            .shared
            .try_enter(|e| e.vm.evaluation().call_import_module(e.store, specifier, ""))?;
        Ok(self.shared.wrap(output))
    }

    /// What the scripts of [`crate::http`] are made of.
    #[doc(hidden)]
    pub fn http_tools(&self) -> Result<Value, Error> {
        let handle = self
            .shared
            .try_enter(|e| e.vm.http_tools().call_get_http_tools(e.store))?;
        Ok(Value::from_handle(&self.shared, handle))
    }

    /// Returns whether source can only be a module: it does not parse as a script and does as a
    /// module.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn detect_module(&self, source: &str) -> Result<bool, Error> {
        self.shared
            .enter(|e| e.vm.evaluation().call_detect_module(e.store, source))
    }

    /// The global object.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn global(&self) -> Result<Value, Error> {
        let handle = self
            .shared
            .enter(|e| e.vm.evaluation().call_get_global(e.store))?;
        Ok(Value::from_handle(&self.shared, handle))
    }

    /// Runs queued jobs (promise reactions) until none is left, and the timers that are due.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// vm.eval("var x = 0; Promise.resolve(1).then(v => x = v)")?;
    /// assert_eq!(vm.run_jobs()?, 1);
    /// assert_eq!(vm.eval("x")?.to::<i32>()?, 1);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`eval`](Self::eval). The job that failed is gone; the others can be run by calling
    /// again.
    pub fn run_jobs(&self) -> Result<u32, Error> {
        Ok(self.run_jobs_up_to(u32::MAX)?.executed)
    }

    /// Runs at most `limit` jobs and timers, and tells what is to be done next.
    ///
    /// # Errors
    /// As [`run_jobs`](Self::run_jobs).
    pub fn run_jobs_up_to(&self, limit: u32) -> Result<JobReport, Error> {
        let report = self
            .shared
            .try_enter(|e| e.vm.jobs().call_run_jobs(e.store, limit))?;
        Ok(JobReport {
            executed: report.executed,
            pending: report.pending,
            next_timer: report.next_timer.map(Duration::from_nanos),
            requests: report.waiting.contains(wit::Waiting::REQUESTS),
            cancellations: report.waiting.contains(wit::Waiting::CANCELLATIONS),
            rejections: report.waiting.contains(wit::Waiting::REJECTIONS),
        })
    }

    /// The functions that answer requests.
    #[cfg(feature = "event-loop")]
    pub(crate) fn async_functions(&self) -> &AsyncFunctions {
        &self.shared.async_functions
    }

    /// Interrupts the calls that `calls` makes into this VM at a moment: they fail with
    /// [`Interrupt::Deadline`](crate::Interrupt::Deadline). [`Limits::time`] still bounds each
    /// call.
    ///
    /// Calls of other threads wait until `calls` returns.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use jsvm::{Error, Interrupt};
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let deadline = Instant::now() + Duration::from_millis(20);
    /// let error = vm.with_deadline(deadline, || vm.eval("for (;;) {}")).unwrap_err();
    /// assert!(matches!(error, Error::Interrupted(Interrupt::Deadline)));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn with_deadline<T>(&self, deadline: Instant, calls: impl FnOnce() -> T) -> T {
        self.shared.with_deadline(deadline, calls)
    }

    /// Stops what the VM does, from another thread.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        self.shared.interrupt.clone()
    }

    /// The longest time that passed without a poll, if the VM was built with
    /// [`measure_poll_gaps`](crate::VmBuilder::measure_poll_gaps): between two polls, the beginning
    /// and the end of calls. An interrupt comes no later than that.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().measure_poll_gaps().build()?;
    /// vm.eval("for (let i = 0; i < 1e6; i++);")?;
    /// assert!(vm.longest_poll_gap()?.unwrap() < std::time::Duration::from_secs(1));
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn longest_poll_gap(&self) -> Result<Option<Duration>, Error> {
        self.shared
            .enter(|e| Ok(e.store.data().watch.longest_gap()))
    }

    /// Replaces the limits. [`hard_memory`](Limits::hard_memory) may be raised but what is in use
    /// stays in use.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn set_limits(&self, limits: &Limits) -> Result<(), Error> {
        self.shared.enter(|e| {
            let wit = wit::Limits {
                memory: limits.memory,
                stack: limits.stack,
                output: limits.output,
            };
            let context = e.store.data_mut();
            context.watch.set_limits(limits);
            context.limits = limits.clone();
            apply_limits(e.store);
            e.vm.heap().call_set_limits(e.store, wit)
        })
    }

    pub(crate) fn check(&self, data: &Data) -> Result<(), Error> {
        self.shared.check_data(data)
    }
}

impl std::fmt::Debug for Vm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vm").finish_non_exhaustive()
    }
}

/// The result of [`Vm::run_jobs_up_to`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// vm.eval("Promise.resolve().then(() => {}); setTimeout(() => {}, 1000)")?;
/// let report = vm.run_jobs_up_to(10)?;
/// assert_eq!((report.executed, report.pending), (1, false));
/// assert!(report.next_timer.is_some());
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobReport {
    /// How many jobs ran.
    pub executed: u32,
    /// Whether jobs are left.
    pub pending: bool,
    /// Time until the first timer is due, zero if it is; nothing if no timer is set.
    pub next_timer: Option<Duration>,
    /// Whether requests wait to be [taken](Vm::take_requests).
    pub requests: bool,
    /// Whether requests were given up; see [`Vm::take_cancellations`].
    pub cancellations: bool,
    /// Whether there are [unhandled rejections](Vm::take_unhandled_rejections).
    pub rejections: bool,
}

pub use compile::BytecodeParts;
pub use functions::EphemeralFunction;
pub use heap::{Heap, HeapStatistics, MemoryUsage};
pub use observe::{PromiseEvent, PromiseEventKind, PromiseEvents};
pub use requests::{Rejection, Request};
pub use roots::{RootId, Roots};
pub use world::{ExportMismatch, ExportProblem, WorldDefinitionError};
