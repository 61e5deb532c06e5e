//! The VMs of a server, and the slots that limit their number.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::config::ServerConfig;
use super::error::ServerError;
use super::event::Event;
use super::exchange::plain;
use super::memory::Reservation;
use super::responder::{self, Responder};
use super::task::Job;
use super::worker::{VmTemplate, Worker};

/// The program that answers the requests of a server.
pub enum Program {
    /// VMs that are restored from a snapshot.
    Vms(VmTemplate),
    /// A responder of the embedder.
    Responder(Arc<dyn Responder>),
}

impl Program {
    /// Checks that the program can serve, and prepares it for many requests.
    pub fn ready(self) -> Result<Program, ServerError> {
        match self {
            Program::Vms(template) => template.ready().map(Program::Vms),
            responder => Ok(responder),
        }
    }
}

/// The program of a server, its idle VMs, and its slots.
pub struct Pool {
    pub config: Arc<ServerConfig>,
    program: Program,
    /// One permit for each request that can be answered at a time.
    slots: Arc<Semaphore>,
    /// The number of requests that wait for a slot.
    waiting: AtomicUsize,
    /// VMs that can answer another request.
    idle: Mutex<Vec<Worker>>,
}

impl Pool {
    pub fn new(config: Arc<ServerConfig>, program: Program) -> Self {
        Pool {
            slots: Arc::new(Semaphore::new(config.settings.max_concurrent)),
            config,
            program,
            waiting: AtomicUsize::new(0),
            idle: Mutex::default(),
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a slot and memory. Returns `None` if too many requests wait already, or if the
    /// request waits for too long.
    pub async fn slot(&self) -> Option<Slot> {
        if let Some(slot) = self.free_slot() {
            return Some(slot);
        }
        let settings = &self.config.settings;
        let _waiting = WaitingRequest::new(&self.waiting, settings.max_waiting)?;
        let slot = async {
            let permit = self.slots.clone().acquire_owned().await.ok()?;
            let memory = match &self.config.memory {
                Some(memory) => Some(memory.reserve().await?),
                None => None,
            };
            Some(Slot {
                _permit: permit,
                memory,
            })
        };
        match settings.timeout {
            Some(limit) => tokio::time::timeout(limit, slot).await.ok().flatten(),
            None => slot.await,
        }
    }

    /// Takes a slot and memory if both are free.
    fn free_slot(&self) -> Option<Slot> {
        let permit = self.slots.clone().try_acquire_owned().ok()?;
        let memory = match &self.config.memory {
            Some(memory) => Some(memory.try_reserve()?),
            None => None,
        };
        Some(Slot {
            _permit: permit,
            memory,
        })
    }

    /// Waits until every slot is free: no handler works any more, not even after its response.
    pub async fn finished(&self) {
        let all = u32::try_from(self.config.settings.max_concurrent).unwrap_or(u32::MAX);
        drop(self.slots.acquire_many(all).await);
    }

    /// Answers a request.
    pub async fn serve(self: Arc<Self>, job: Job) {
        // The threads may have been busy for long.
        if job.task.is_abandoned() {
            // Some clients have only ended their side.
            drop(job.task.response.send(plain(StatusCode::BAD_REQUEST)));
            return;
        }
        match &self.program {
            Program::Vms(template) => self.serve_with_vm(template, job).await,
            Program::Responder(responder) => responder::serve(&self.config, responder, job).await,
        }
    }

    /// Answers a request with an idle VM, or a new one.
    async fn serve_with_vm(&self, template: &VmTemplate, job: Job) {
        // The slot is held until the VM is idle again.
        let Job { task, slot } = job;
        let request = task.id;
        let worker = self.idle().pop();
        let worker = worker.map_or_else(|| Worker::new(&self.config, template), Ok);
        let worker = match worker {
            Ok(worker) => worker,
            Err(error) => {
                let text = format!("cannot create a VM for the request: {error}");
                self.config.report(&Event::HandlerFailed {
                    request,
                    text: &text,
                });
                // Dropping the task drops the sender of the response: the client gets status 500.
                return;
            }
        };
        let memory = slot.memory.clone();
        if let Some(worker) = worker.answer(&self.config, task, memory).await {
            self.idle().push(worker);
        }
    }
}

/// The right of a request to be answered, and the memory for it.
pub struct Slot {
    _permit: OwnedSemaphorePermit,
    pub memory: Option<Arc<Reservation>>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(memory) = &self.memory {
            memory.shrink();
        }
    }
}

/// A request that waits for a slot, until it is dropped.
struct WaitingRequest<'a>(&'a AtomicUsize);

impl<'a> WaitingRequest<'a> {
    fn new(waiting: &'a AtomicUsize, limit: usize) -> Option<Self> {
        let request = WaitingRequest(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < limit).then_some(request)
    }
}

impl Drop for WaitingRequest<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
