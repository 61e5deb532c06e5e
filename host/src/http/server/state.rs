//! What all connections and VMs of a server share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::event::Event;
use super::metrics::Metrics;
use super::responder::Responder;
use super::worker::Worker;
use crate::builder::VmBuilder;
use crate::error::Error;
use crate::http::HANDLER;
use crate::http::client::Permits;
use crate::snapshot::Snapshot;

/// What can be set of a server.
#[derive(Clone, Debug)]
pub struct Settings {
    pub threads: usize,
    pub reuse: u64,
    pub timeout: Option<Duration>,
    pub header_timeout: Duration,
    pub max_header: usize,
    pub max_body: u64,
    pub max_concurrent: usize,
    pub max_waiting: usize,
    pub shutdown_timeout: Duration,
}

/// What answers requests.
pub enum Program {
    /// VMs that are restored from a snapshot.
    Vms {
        builder: Box<VmBuilder>,
        snapshot: Snapshot,
        /// Whether requests were unsettled when the VM was frozen.
        has_requests: bool,
    },
    /// Something else.
    Other(Arc<dyn Responder>),
}

impl Program {
    /// The same, for many requests: each restores the snapshot, in which there must be a handler.
    pub fn ready(self) -> Result<Program, Error> {
        let Program::Vms {
            builder, snapshot, ..
        } = self
        else {
            return Ok(self);
        };
        let vm = builder.restore(&snapshot)?;
        if vm.root(HANDLER)?.is_none() {
            let why = "the snapshot does not serve: it has no handler";
            return Err(Error::Engine(why.to_owned()));
        }
        Ok(Program::Vms {
            has_requests: !vm.unsettled_requests()?.is_empty(),
            builder,
            snapshot: snapshot.into_lazy()?,
        })
    }
}

type Tell = dyn Fn(&Event<'_>) + Send + Sync;

/// What all connections and VMs of a server share.
pub struct State {
    pub settings: Settings,
    pub program: Program,
    pub permits: Arc<Permits>,
    pub env: BTreeMap<String, String>,
    pub metrics: Metrics,
    pub told: Box<Tell>,
    pub slots: Arc<Semaphore>,
    pub waiting: AtomicUsize,
    pub last: AtomicU64,
    pub idle: Mutex<Vec<Worker>>,
}

impl State {
    pub fn tell(&self, event: &Event<'_>) {
        if matches!(event, Event::Failed { .. }) {
            self.metrics.failures.inc();
        }
        (self.told)(event);
    }

    /// Until when what begins now must be done.
    pub fn deadline(&self) -> Option<Instant> {
        Instant::now().checked_add(self.settings.timeout?)
    }

    /// The number of the next request.
    pub fn next(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// VMs that serve again.
    pub fn idle(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The right to have a VM, when there is one; nothing if too many wait for one.
    pub async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(slot) = self.slots.clone().try_acquire_owned() {
            return Some(slot);
        }
        let most = self.settings.max_waiting;
        let _waits = Waits::new(&self.waiting, most)?;
        self.slots.clone().acquire_owned().await.ok()
    }
}

/// One that waits, until it is dropped.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn new(waiting: &'a AtomicUsize, most: usize) -> Option<Self> {
        let waits = Waits(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < most).then_some(waits)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
