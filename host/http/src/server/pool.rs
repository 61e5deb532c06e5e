//! The VMs of a server, and the slots that limit their number.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::config::ServerConfig;
use super::error::ServerError;
use super::event::Event;
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

    /// Waits for a slot. Returns `None` if too many requests wait already.
    pub async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(slot) = self.slots.clone().try_acquire_owned() {
            return Some(slot);
        }
        let limit = self.config.settings.max_waiting;
        let _waiting = WaitingRequest::new(&self.waiting, limit)?;
        self.slots.clone().acquire_owned().await.ok()
    }

    /// Waits until every slot is free: no handler works any more, not even after its response.
    pub async fn finished(&self) {
        let all = u32::try_from(self.config.settings.max_concurrent).unwrap_or(u32::MAX);
        drop(self.slots.acquire_many(all).await);
    }

    /// Answers a request.
    pub async fn serve(self: Arc<Self>, job: Job) {
        match &self.program {
            Program::Vms(template) => self.serve_with_vm(template, job).await,
            Program::Responder(responder) => responder::serve(&self.config, responder, job).await,
        }
    }

    /// Answers a request with an idle VM, or a new one.
    async fn serve_with_vm(&self, template: &VmTemplate, job: Job) {
        // The slot is held until the VM is idle again.
        let Job { task, slot: _slot } = job;
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
        if let Some(worker) = worker.answer(&self.config, task).await {
            self.idle().push(worker);
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
