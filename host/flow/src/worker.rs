//! The worker: it runs the flows of a store.

mod job;
mod live;
mod look;
mod observer;
mod record;
mod schedules;
mod turns;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::Notify;

use crate::effects::Effects;
use crate::error::FlowError;
use crate::flows::Flows;
use crate::model::{FlowId, Outcome, ProgramId, WallTime};
use crate::store::{Change, Store, StoreError};
use live::LiveFlow;
pub use observer::{Observer, TurnReport};

/// How long a worker waits at most until it looks for what other processes did.
const POLL: Duration = Duration::from_millis(20);

/// How often a worker with work looks for more.
const LOOK: Duration = Duration::from_millis(5);

/// How many flows a worker takes up at a time.
const BATCH: usize = 256;

/// How long a worker tries again to write to a store that is full or busy.
const WRITE_PATIENCE: Duration = Duration::from_secs(60);

/// How a worker works.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WorkerConfig {
    /// How many VMs are kept, and how many turns are committed together: 64 by default. Flows at rest need
    /// no VM, and neither do those that wait for requests.
    pub max_vms: usize,
    /// How long a turn may take: 10 s by default.
    pub turn_time: Duration,
    /// How many threads run turns. By default 1: the thread that polls the worker. With more, turns of different
    /// flows run at the same time, and a flow that computes does not delay the others.
    pub threads: usize,
    /// Secrets by name, for [`secret`](crate::DECLARATIONS) in programs.
    pub secrets: HashMap<String, String>,
    /// The longest tail of turns without a snapshot: 256 by default.
    pub max_tail: u32,
    /// How many times the time, or the bytes, of a snapshot the turns since the last one must have, until
    /// another is taken: 3 by default. So snapshots add at most a third, and recovery repeats little.
    pub snapshot_ratio: u32,
    /// When an idle worker ends, timers that are due within this time are waited for: 0 by default.
    pub horizon: Duration,
    /// Receives what the worker does.
    pub observer: Option<Arc<dyn Observer>>,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        WorkerConfig {
            max_vms: 64,
            turn_time: Duration::from_secs(10),
            threads: 1,
            secrets: HashMap::new(),
            max_tail: 256,
            snapshot_ratio: 3,
            horizon: Duration::ZERO,
            observer: None,
        }
    }
}

/// What a worker did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct WorkerMetrics {
    /// Turns that ran.
    pub turns: u64,
    /// Requests that were sent.
    pub requests: u64,
    /// Requests that were sent again, since their outcome was not known.
    pub repeated: u64,
    /// Requests that were rejected as in doubt.
    pub in_doubt: u64,
    /// Flows whose VM was made from the store.
    pub recovered: u64,
    /// Snapshots that were stored.
    pub snapshots: u64,
    /// Bytes of these snapshots.
    pub snapshot_bytes: u64,
    /// Commits.
    pub commits: u64,
    /// Flows that ended.
    pub ended: u64,
    /// Flows that schedules started.
    pub scheduled: u64,
    /// Flows that are in memory now.
    pub live: u64,
    /// Requests that wait for their outcomes now.
    pub in_flight: u64,
}

/// Ends a worker from another thread or task.
#[derive(Clone, Debug, Default)]
pub struct StopWorker {
    inner: Arc<StopState>,
}

#[derive(Debug, Default)]
struct StopState {
    is_set: AtomicBool,
    notify: Notify,
}

impl StopWorker {
    /// Lets the worker wait for the requests in flight and store their outcomes. It runs no turn any more: the next
    /// worker goes on with what is stored.
    pub fn stop(&self) {
        self.inner.is_set.store(true, Ordering::Relaxed);
        self.inner.notify.notify_one();
    }

    /// Returns whether the worker is to stop.
    pub fn is_set(&self) -> bool {
        self.inner.is_set.load(Ordering::Relaxed)
    }
}

/// When a worker ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// When it is [stopped](Worker::stop_handle).
    Stopped,
    /// When no flow can go on: all have ended, or wait for signals or for timers beyond the
    /// [`horizon`](WorkerConfig::horizon).
    Idle,
}

/// Runs the flows of a store: on the thread that polls it, or on several [`threads`](WorkerConfig::threads).
///
/// ```
/// use jsvm::SealKey;
/// use jsvm_flow::{Flows, HttpEffects, MemoryStore, ProgramBuilder, Until, Worker, WorkerConfig};
/// use jsvm_http::Client;
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("hello.js");
/// # std::fs::write(&file, "export default async (name) => `Hello, ${name}`")?;
/// let store = MemoryStore::new();
/// let key = SealKey::generate()?;
/// let mut flows = Flows::new(store.clone(), &key)?;
/// let program = ProgramBuilder::new(flows.engine()).file(&file)?;
/// let id = "greeting-1".parse()?;
/// flows.start(&program, &id, r#""world""#)?;
///
/// let effects = HttpEffects::new(Client::new(|_| Ok(())));
/// let mut worker = Worker::new(Flows::new(store, &key)?, effects, WorkerConfig::default())?;
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?
/// #     .block_on(worker.run(Until::Idle))?;
/// assert_eq!(flows.show(&id)?.result.as_deref(), Some(r#""Hello, world""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Worker<S, E> {
    flows: Flows<S>,
    effects: E,
    config: WorkerConfig,
    live: HashMap<FlowId, LiveFlow>,
    /// Flows that have inputs for a turn.
    ready: BTreeSet<FlowId>,
    /// The last flow of the last plan.
    last_planned: Option<FlowId>,
    in_flight: FuturesUnordered<BoxFuture<'static, Ended>>,
    /// Changes that need not be committed before anything leaves.
    pending: Vec<Change>,
    /// The flows that these are of: what the store has of them is old.
    dirty: HashSet<FlowId>,
    /// Flows whose rows cannot be read, so that they cannot even be stopped.
    unreadable: HashSet<FlowId>,
    metrics: WorkerMetrics,
    stop: StopWorker,
    /// Counts turns, to find the VMs that were used long ago.
    tick: u64,
    last_look: Option<Instant>,
    last_time: WallTime,
    /// By programs: their flows have about the same size.
    costs: HashMap<ProgramId, live::SnapshotCost>,
    runner: job::TurnRunner,
}

/// A request that ended. Requests that were given up have no outcome.
struct Ended {
    flow: FlowId,
    run: u32,
    number: u64,
    outcome: Option<Outcome>,
}

impl<S: Store, E: Effects> Worker<S, E> {
    /// Makes this process the worker of a store.
    ///
    /// # Errors
    /// [`FlowError::Store`] with [`StoreError::Owned`] if another process is; [`FlowError::Threads`].
    pub fn new(mut flows: Flows<S>, effects: E, config: WorkerConfig) -> Result<Self, FlowError> {
        flows.store.own()?;
        flows.turn_time = config.turn_time;
        Ok(Worker {
            runner: job::TurnRunner::new(config.threads)?,
            flows,
            effects,
            config,
            live: HashMap::new(),
            ready: BTreeSet::new(),
            last_planned: None,
            in_flight: FuturesUnordered::new(),
            pending: Vec::new(),
            dirty: HashSet::new(),
            unreadable: HashSet::new(),
            metrics: WorkerMetrics::default(),
            stop: StopWorker::default(),
            tick: 0,
            last_look: None,
            last_time: 0,
            costs: HashMap::new(),
        })
    }

    /// Returns what stops the worker.
    pub fn stop_handle(&self) -> StopWorker {
        self.stop.clone()
    }

    /// Returns what the worker did.
    pub fn metrics(&self) -> WorkerMetrics {
        WorkerMetrics {
            live: self.live.len() as u64,
            in_flight: self.in_flight.len() as u64,
            ..self.metrics
        }
    }

    /// Returns the flows, to start and look at them in the same process.
    pub fn flows(&mut self) -> &mut Flows<S> {
        &mut self.flows
    }

    /// Runs flows. It can be called again.
    ///
    /// # Errors
    /// [`FlowError::Store`]: nothing left the worker that is not committed, and another worker goes on
    /// from there. Failures of single flows stop these flows.
    pub async fn run(&mut self, until: Until) -> Result<(), FlowError> {
        self.last_look = None;
        loop {
            if self.step().await? {
                // Effects make progress only when they are polled.
                tokio::task::yield_now().await;
                continue;
            }
            self.write(Vec::new()).await?;
            let runs = self.runner.running() > 0;
            if self.stop.is_set() && self.in_flight.is_empty() && !runs {
                return self.keep_outcomes().await;
            }
            let now = self.flows.time.now();
            let wake = self.flows.store.next_wake()?;
            let horizon = u64::try_from(self.config.horizon.as_nanos()).unwrap_or(u64::MAX);
            let is_idle = self.in_flight.is_empty()
                && !runs
                && wake.is_none_or(|wake| wake > now.saturating_add(horizon));
            // A flow that ended leaves its place in its lane to another.
            let admitted = self.flows.store.admit()?;
            let is_idle = is_idle && admitted == 0;
            if until == Until::Idle && is_idle {
                let due = self.flows.store.due(now, 1 + self.unreadable.len())?;
                if due.iter().all(|due| self.unreadable.contains(&due.id)) {
                    return Ok(());
                }
            }
            // The timer that is due may be that of a flow whose turn runs: it is not looked for in a loop.
            let least = if runs { LOOK } else { Duration::ZERO };
            let pause = wake.map_or(POLL, |wake| {
                Duration::from_nanos(wake.saturating_sub(now)).clamp(least, POLL)
            });
            let stop = self.stop.clone();
            tokio::select! {
                Some(ended) = self.in_flight.next() => self.receive(ended),
                finished = self.runner.next() => self.finish_turn(finished)?,
                () = tokio::time::sleep(pause) => {}
                () = stop.inner.notify.notified() => {}
            }
            self.last_look = None;
        }
    }

    /// Does what can be done now. Returns whether something was.
    async fn step(&mut self) -> Result<bool, FlowError> {
        while let Some(Some(ended)) = self.in_flight.next().now_or_never() {
            self.receive(ended);
        }
        let mut has_finished = false;
        while let Some(finished) = self.runner.take() {
            self.finish_turn(finished)?;
            has_finished = true;
        }
        if self.stop.is_set() {
            return Ok(has_finished);
        }
        let is_time = self.last_look.is_none_or(|look| look.elapsed() >= LOOK);
        if is_time {
            self.last_look = Some(Instant::now());
            let now = self.flows.time.now();
            if now < self.last_time || self.last_time == 0 {
                self.write(Vec::new()).await?;
                self.follow_clock(now)?;
            }
            self.last_time = now;
            // A disk that is full is tried again at the next look.
            match self.start_scheduled(now) {
                Err(FlowError::Store(error)) if error.is_transient() => {}
                result => result?,
            }
            match self.flows.store.admit() {
                Err(error) if error.is_transient() => 0,
                result => result?,
            };
            self.look(now)?;
        }
        let planned = self.plan(true)?;
        if planned.is_empty() {
            return Ok(has_finished);
        }
        let begins = planned.iter().map(|turn| turn.begin.clone()).collect();
        // What a turn gets is durable before the turn runs.
        self.write(begins).await?;
        for turn in planned {
            self.start_turn(turn)?;
        }
        if let Some(observer) = &self.config.observer {
            observer.metrics(&self.metrics());
        }
        Ok(true)
    }

    /// Stores what flows got, for turns that the next worker runs.
    async fn keep_outcomes(&mut self) -> Result<(), FlowError> {
        loop {
            let planned = self.plan(false)?;
            if planned.is_empty() {
                return Ok(());
            }
            for turn in &planned {
                // Its VM is behind what is stored.
                self.live.remove(&turn.flow);
            }
            let begins = planned.into_iter().map(|turn| turn.begin).collect();
            self.write(begins).await?;
        }
    }

    /// Has a change committed with the next commit.
    fn push(&mut self, flow: &FlowId, change: Change) {
        self.dirty.insert(flow.clone());
        self.pending.push(change);
    }

    /// Commits what is pending, and further changes.
    async fn write(&mut self, further: Vec<Change>) -> Result<(), FlowError> {
        let mut changes = std::mem::take(&mut self.pending);
        changes.extend(further);
        if changes.is_empty() {
            return Ok(());
        }
        let until = Instant::now() + WRITE_PATIENCE;
        loop {
            match self.flows.store.commit(&changes) {
                Ok(()) => {
                    self.metrics.commits += 1;
                    self.dirty.clear();
                    return Ok(());
                }
                // Nothing was changed, and nothing has left.
                Err(error) if error.is_transient() && Instant::now() < until => {
                    tokio::time::sleep(POLL).await;
                }
                Err(error) => return Err(self.lose(error)),
            }
        }
    }

    /// It is not known what the store has: this worker cannot go on from its memory.
    fn lose(&mut self, error: StoreError) -> FlowError {
        self.runner.forget();
        self.live.clear();
        self.ready.clear();
        self.in_flight.clear();
        self.pending.clear();
        self.dirty.clear();
        error.into()
    }
}

impl<S: std::fmt::Debug, E> std::fmt::Debug for Worker<S, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker")
            .field("flows", &self.flows)
            .field("live", &self.live.len())
            .field("in_flight", &self.in_flight.len())
            .field("metrics", &self.metrics)
            .finish_non_exhaustive()
    }
}
