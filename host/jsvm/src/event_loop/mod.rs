//! Running programs: what drives a VM until nothing is left to do.

mod launch;
mod serving;

use std::collections::{HashMap, HashSet, VecDeque};
use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::future::{AbortHandle, Abortable, Aborted, BoxFuture, FutureExt};
use futures_util::stream::{FuturesUnordered, StreamExt};

use self::launch::{guarded, launch};
use crate::async_function::RequestInfo;
use crate::data::Data;
use crate::error::{Error, Exception, Interrupt};
use crate::function::{HostError, HostResult};
use crate::source::Source;
use crate::value::{PromiseState, Value};
use crate::vm::{Rejection, Request, Vm};

/// How many jobs run before other tasks of the thread get their turn.
const JOBS: u32 = 10_000;

/// How many requests are settled before other tasks of the thread get their turn.
const SETTLED: u32 = 64;

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
/// [`RequestInfo::repeated`].
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
    in_flight: FuturesUnordered<BoxFuture<'static, Ended>>,
    /// Of those in flight.
    aborts: HashMap<u64, AbortHandle>,
    deadline: Option<Instant>,
    /// Whether the requests that were there before were started.
    has_begun: bool,
    /// Whether requests that nothing answers are left for somebody else.
    leaves_unknown: bool,
    settled_in_a_row: u32,
    /// Those that came together with one that was returned as an error.
    rejections: VecDeque<Rejection>,
}

/// A future that ended, or was aborted.
struct Ended {
    id: u64,
    outcome: Result<Result<Data, HostError>, Aborted>,
}

/// What is to be done after the VM has run.
enum Next {
    /// There is more to run now.
    Run,
    /// Something will happen: a timer, after this time.
    Timer(Duration),
    /// Something will happen: a future in flight will end.
    Future,
    /// Nothing will ever happen.
    Nothing,
}

impl EventLoop {
    /// An event loop for a VM. Requests that are unsettled, as in a VM restored from a snapshot,
    /// are started when it first runs.
    pub fn new(vm: &Vm) -> Self {
        EventLoop {
            vm: vm.clone(),
            in_flight: FuturesUnordered::new(),
            aborts: HashMap::new(),
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

    /// Returns how many requests are in flight.
    pub fn in_flight(&self) -> usize {
        self.aborts.len()
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
                Next::Timer(_) | Next::Future => match self.ended().await {
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
            self.push(request.id, guarded(NAME.into(), future.boxed()));
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

    /// Runs what can be run, and starts what was asked for.
    ///
    /// Of `promise` it is known that somebody will look at its rejection, which is returned beside
    /// what is next.
    fn step(&mut self, promise: Option<&Value>) -> Result<(Next, Option<Error>), Error> {
        if !self.has_begun {
            self.begin()?;
            self.has_begun = true;
        }
        let report = self.bounded(|vm| vm.run_jobs_up_to(JOBS))?;
        if report.requests {
            for request in self.vm.take_requests()? {
                self.start(request, false)?;
            }
        }
        if report.cancellations {
            for id in self.vm.take_cancellations()? {
                if let Some(abort) = self.aborts.remove(&id) {
                    abort.abort();
                }
            }
        }
        if report.pending {
            return Ok((Next::Run, None));
        }
        let mut reason = None;
        if report.rejections {
            self.rejections.extend(self.vm.take_unhandled_rejections()?);
        }
        if !self.rejections.is_empty() {
            reason = self.reject(promise)?;
        }
        let next = match report.next_timer {
            Some(time) => Next::Timer(time),
            None if !self.in_flight.is_empty() => Next::Future,
            // A request may have been rejected at once.
            None if self.vm.run_jobs_up_to(0)?.pending => Next::Run,
            None => Next::Nothing,
        };
        Ok((next, reason))
    }

    /// Starts what was asked for before.
    fn begin(&mut self) -> Result<(), Error> {
        let fresh = self.vm.take_requests()?;
        let fresh: HashSet<u64> = fresh.into_iter().map(|request| request.id).collect();
        for request in self.vm.unsettled_requests()? {
            let is_repeated = !fresh.contains(&request.id);
            self.start(request, is_repeated)?;
        }
        Ok(())
    }

    /// Fails with the first rejection that nothing handles, and returns that of `promise`.
    fn reject(&mut self, promise: Option<&Value>) -> Result<Option<Error>, Error> {
        let mut awaited = None;
        while let Some(rejection) = self.rejections.pop_front() {
            let is_awaited = match promise {
                Some(promise) => rejection.promise.strict_equals(promise)?,
                None => false,
            };
            if !is_awaited {
                return Err(Error::Rejection(Box::new(rejection)));
            }
            awaited = Some(match rejection.limit {
                Some(limit) => Error::Limit(limit),
                None => Error::Exception(Box::new(rejection.reason)),
            });
        }
        Ok(awaited)
    }

    /// Starts the future behind a request.
    fn start(&mut self, request: Request, is_repeated: bool) -> Result<(), Error> {
        let Request { id, name, args } = request;
        let functions = self.vm.async_functions();
        if self.leaves_unknown && !functions.has(&name) {
            return Ok(());
        }
        let info = RequestInfo {
            id,
            name: name.into(),
            repeated: is_repeated,
        };
        match launch(functions, info, &args) {
            Ok(future) => self.push(id, future),
            Err(error) => self.settle(id, Err(error))?,
        }
        Ok(())
    }

    /// Has the end of a future settle a request.
    fn push(&mut self, id: u64, future: BoxFuture<'static, Result<Data, HostError>>) {
        let (abort, registration) = AbortHandle::new_pair();
        self.aborts.insert(id, abort);
        let future = Abortable::new(future, registration);
        let future = future.map(move |outcome| Ended { id, outcome });
        self.in_flight.push(future.boxed());
    }

    /// Waits for what comes next. Returns whether there is anything.
    async fn wait(&mut self, next: Next) -> Result<bool, Error> {
        let timer = match next {
            Next::Nothing => return Ok(false),
            Next::Run => Some(Duration::ZERO),
            Next::Timer(time) => Some(time),
            Next::Future => None,
        };
        // What has ended already comes first; it must not keep anything else waiting.
        self.settled_in_a_row += 1;
        if self.settled_in_a_row > SETTLED || timer == Some(Duration::ZERO) {
            self.settled_in_a_row = 0;
            tokio::task::yield_now().await;
        }
        let ended = if matches!(next, Next::Run) {
            // The jobs of one settled promise run before the next is settled.
            None
        } else if timer == Some(Duration::ZERO) {
            self.ended().await
        } else {
            self.wait_until(timer).await?
        };
        if let Some(ended) = ended {
            self.conclude(ended)?;
        }
        Ok(true)
    }

    /// A future that has ended, without waiting for one.
    async fn ended(&mut self) -> Option<Ended> {
        poll_fn(|context| match self.in_flight.poll_next_unpin(context) {
            Poll::Ready(ended) => Poll::Ready(ended),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    /// Settles the request of a future that has ended. One that was aborted is settled: the
    /// script gave it up.
    fn conclude(&mut self, Ended { id, outcome }: Ended) -> Result<(), Error> {
        match outcome {
            Ok(outcome) => {
                self.aborts.remove(&id);
                self.settle(id, outcome)
            }
            Err(Aborted) => Ok(()),
        }
    }

    /// Settles a request. An outcome that the VM cannot take rejects it.
    fn settle(&self, id: u64, outcome: Result<Data, HostError>) -> Result<(), Error> {
        let reason = match self.bounded(|vm| vm.settle(id, outcome)) {
            Ok(_) => return Ok(()),
            Err(error @ Error::ForeignValue) => HostError::type_error(error.to_string()),
            // The data is malformed.
            Err(Error::Exception(exception)) => HostError::type_error(exception.message),
            Err(error) => return Err(error),
        };
        self.vm.settle::<Data>(id, Err(reason)).map(drop)
    }

    /// Waits for a future to end, or for a time to pass.
    async fn wait_until(&mut self, timer: Option<Duration>) -> Result<Option<Ended>, Error> {
        let timer = timer.and_then(|time| Instant::now().checked_add(time));
        let wake = match (timer, self.deadline) {
            (Some(timer), Some(deadline)) => Some(timer.min(deadline)),
            (timer, deadline) => timer.or(deadline),
        };
        let has_futures = !self.in_flight.is_empty();
        let sleep = async {
            match wake {
                Some(wake) => tokio::time::sleep_until(wake.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            ended = self.in_flight.next(), if has_futures => Ok(ended),
            () = sleep => {
                let is_late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
                if is_late { Err(Error::Interrupted(Interrupt::Deadline)) } else { Ok(None) }
            }
        }
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
