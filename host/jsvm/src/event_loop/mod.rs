//! Running programs: what drives a VM until nothing is left to do.

mod in_flight;
mod launch;
mod serving;
mod step;
mod wait;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use futures_util::future::FutureExt;

use self::in_flight::InFlight;
use self::launch::guarded;
use self::wait::Next;
use crate::error::{Error, Exception, Interrupt};
use crate::function::HostResult;
use crate::source::Source;
use crate::value::{PromiseState, Value};
use crate::vm::{Rejection, Vm};

/// Drives a VM on tokio: runs its jobs and timers, starts the futures behind its requests
/// ([`VmBuilder::async_function`](crate::VmBuilder::async_function)), and settles their promises
/// in the order in which they end.
///
/// The VM runs on the thread that polls, in pieces: between two jobs batches and between two
/// settled promises the thread is given back. What the VM may use in one piece is what its
/// [`Limits`](crate::Limits) say; a [`deadline`](Self::deadline) bounds the whole.
///
/// Dropping the event loop, or a future of one of its methods, stops it at the next `await`: the
/// futures in flight are dropped with the event loop, while the VM keeps their requests, and
/// another event loop, or one for a VM that was restored from a snapshot, starts them again; see
/// [`RequestInfo::repeated`](crate::RequestInfo::repeated).
///
/// ```
/// use jsvm::{EventLoop, Source};
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let vm = jsvm::Engine::global()?
///     .vm()
///     .async_function("double", async |n: f64| n * 2.0)
///     .build()?;
/// let mut events = EventLoop::new(&vm);
/// let module = Source::module(
///     "setTimeout(() => globalThis.late = true, 5); export const answer = await double(21)",
/// );
/// let namespace = events.eval(module).await?;
/// assert_eq!(namespace.get("answer")?.to::<f64>()?, 42.0);
/// // Until no timer and no request is left:
/// events.run().await?;
/// assert!(vm.eval("late")?.to::<bool>()?);
/// # Ok::<(), jsvm::Error>(()) })?;
/// # Ok::<(), jsvm::Error>(())
/// ```
pub struct EventLoop {
    vm: Vm,
    in_flight: InFlight,
    deadline: Option<Instant>,
    /// Whether the requests that were there before were started.
    has_begun: bool,
    /// Whether requests that nothing answers are left for somebody else.
    leaves_unknown: bool,
    settled_in_a_row: u32,
    /// Those that came together with one that was returned as an error.
    rejections: VecDeque<Rejection>,
}

impl EventLoop {
    /// An event loop for a VM. Requests that are unsettled, as in a VM restored from a snapshot,
    /// are started when it first runs.
    pub fn new(vm: &Vm) -> Self {
        EventLoop {
            vm: vm.clone(),
            in_flight: InFlight::default(),
            deadline: None,
            has_begun: false,
            leaves_unknown: false,
            settled_in_a_row: 0,
            rejections: VecDeque::new(),
        }
    }

    /// Bounds the time from now until the last of its work is done, waiting included. After it
    /// every method fails with [`Interrupt::Deadline`]; the VM can be used on, and the futures in
    /// flight are dropped with the event loop.
    #[must_use]
    pub fn deadline(mut self, time: Duration) -> Self {
        // A deadline beyond what the clock can count is none.
        self.deadline = Instant::now().checked_add(time);
        self
    }

    /// Replaces the [`deadline`](Self::deadline): a moment, or none.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    /// Leaves requests for which there is no function to somebody else, who takes them with
    /// [`Vm::unsettled_requests`]. They do not keep the event loop running. By default they are
    /// rejected with a `TypeError`.
    #[must_use]
    pub fn leaving_unknown_requests(mut self) -> Self {
        self.leaves_unknown = true;
        self
    }

    /// The VM.
    pub fn vm(&self) -> &Vm {
        &self.vm
    }

    /// Returns how many requests are in flight, without those
    /// [in the background](crate::VmBuilder::background_handler).
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Whether requests of a name keep it running: those that have a function, unless they are
    /// [in the background](crate::VmBuilder::background_handler).
    pub fn waits_for(&self, name: &str) -> bool {
        let functions = self.vm.async_functions();
        functions.has(name) && !functions.is_background(name)
    }

    /// Whether requests of a name are [in the background](crate::VmBuilder::background_handler).
    pub fn is_background(&self, name: &str) -> bool {
        self.vm.async_functions().is_background(name)
    }

    /// Runs until nothing is left to do: no job, no timer, no request in flight.
    ///
    /// # Errors
    /// [`Error::Exception`] if a timer or another callback throws, [`Error::Rejection`] if a
    /// promise is rejected and nothing handles it; [`Error::Limit`]; [`Error::Gone`]. After the
    /// first three it can be called again, and goes on with the rest.
    pub async fn run(&mut self) -> Result<(), Error> {
        loop {
            let (next, _) = self.step(None)?;
            if !self.wait(next).await? {
                return Ok(());
            }
        }
    }

    /// Runs until the VM has nothing to do but to wait: for a timer, or a request in flight.
    /// Returns whether it waits for something.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_until_waiting(&mut self) -> Result<bool, Error> {
        loop {
            match self.step(None)?.0 {
                Next::Run => tokio::task::yield_now().await,
                Next::Timer(time) if time.is_zero() => tokio::task::yield_now().await,
                Next::Timer(_) | Next::Future => match self.in_flight.ended().await {
                    Some(ended) => self.conclude(ended)?,
                    None => return Ok(true),
                },
                Next::Nothing => return Ok(false),
            }
        }
    }

    /// Runs until a promise is settled, and returns its value. Anything but a promise is returned
    /// as it is.
    ///
    /// # Errors
    /// [`Error::Exception`] with the reason if it is rejected; [`Error::Unsettled`] if nothing is
    /// left to do and it is not settled; and as [`run`](Self::run).
    pub async fn settled(&mut self, promise: &Value) -> Result<Value, Error> {
        loop {
            let (next, reason) = self.step(Some(promise))?;
            match (promise.promise_state()?, reason) {
                (None, _) => return Ok(promise.clone()),
                (Some(PromiseState::Pending), _) => {}
                (Some(PromiseState::Fulfilled(value)), _) => return Ok(value),
                (Some(PromiseState::Rejected(_)), Some(reason)) => return Err(reason),
                (Some(PromiseState::Rejected(reason)), None) => {
                    return Err(Error::Exception(Box::new(Exception::of(reason))));
                }
            }
            if !self.wait(next).await? {
                return Err(Error::Unsettled);
            }
        }
    }

    /// Evaluates source and, if its value is a promise, as that of a module is, runs until it is
    /// settled.
    ///
    /// # Errors
    /// As [`Vm::eval`] and [`settled`](Self::settled).
    pub async fn eval<'a>(&mut self, source: impl Into<Source<'a>>) -> Result<Value, Error> {
        let source = source.into();
        let value = self.bounded(|vm| vm.eval(source))?;
        self.settled(&value).await
    }

    /// Imports a module from the VM's [loader](crate::ModuleLoader), as what a program begins with,
    /// and runs until it is evaluated. Returns its namespace object.
    ///
    /// # Errors
    /// As [`settled`](Self::settled).
    pub async fn import(&mut self, specifier: &str) -> Result<Value, Error> {
        let promise = self.bounded(|vm| vm.import_module(specifier))?;
        self.settled(&promise).await
    }

    /// A promise for what a future of Rust ends with: to be handed to scripts.
    ///
    /// It is a request like those of
    /// [`VmBuilder::async_function`](crate::VmBuilder::async_function), of the name `jsvm:promise`.
    /// So dropping the event loop drops the future, and a VM that is restored from a snapshot has
    /// the request, and nothing that answers it.
    ///
    /// ```
    /// use jsvm::{EventLoop, HostError};
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let mut events = EventLoop::new(&vm);
    /// let price = events.promise(async {
    ///     tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    ///     Ok::<_, HostError>(21)
    /// })?;
    /// let double = vm.eval("async price => 2 * await price")?.call((price,))?;
    /// assert_eq!(events.settled(&double).await?.to::<i32>()?, 42);
    /// # Ok::<(), jsvm::Error>(()) })?;
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Limit`]; [`Error::Gone`].
    pub fn promise<R: HostResult<Kind> + 'static, Kind: 'static>(
        &mut self,
        future: impl Future<Output = R> + Send + 'static,
    ) -> Result<Value, Error> {
        const NAME: &str = "jsvm:promise";
        if !self.has_begun {
            self.begin()?;
            self.has_begun = true;
        }
        let promise = self.vm.create_request_function(NAME, 0)?.call(())?;
        let mut requests = self.vm.take_requests()?;
        // It is the last that was made.
        let own = requests.pop();
        for request in requests {
            self.start(request, false)?;
        }
        if let Some(request) = own {
            let future = async move { future.await.into_outcome() };
            self.in_flight
                .push(request.id, false, guarded(NAME.into(), future.boxed()));
        }
        Ok(promise)
    }

    /// Calls into the VM within what is left of the time.
    fn bounded<T>(&self, call: impl FnOnce(&Vm) -> Result<T, Error>) -> Result<T, Error> {
        let Some(deadline) = self.deadline else {
            return call(&self.vm);
        };
        if Instant::now() >= deadline {
            return Err(Error::Interrupted(Interrupt::Deadline));
        }
        self.vm.with_deadline(deadline, || call(&self.vm))
    }
}

impl std::fmt::Debug for EventLoop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventLoop")
            .field("in_flight", &self.in_flight())
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
