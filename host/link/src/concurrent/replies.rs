//! Results that a script waits for, by the numbers that its calls returned.
//!
//! A call of an asynchronous function returns a number at once. The script then makes a request with
//! it, which an event loop settles with the result. So a VM can be frozen meanwhile, and its program
//! can give the request up.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use jsvm::{Arguments, Data, HostError, NativeModule, RequestInfo, VmBuilder};
use tokio::sync::oneshot;

use super::super::handles::first_number;
use super::Failure;

/// The module of the function that waits, and the name of its requests.
pub(crate) const WAIT: &str = "jsvm:link/wait";

type Outcome = Result<Data, HostError>;

/// Where the result of a command goes.
pub(super) enum Reply {
    /// To a request.
    Later(oneshot::Sender<Outcome>),
    /// To a call that waits for it.
    Now(std::sync::mpsc::SyncSender<Outcome>),
}

impl Reply {
    /// Sends the result. Returns it if nobody waits any more.
    pub(super) fn send(self, outcome: Outcome) {
        // A script that gave the call up has no use for the result.
        match self {
            Reply::Later(sender) => drop(sender.send(outcome)),
            Reply::Now(sender) => drop(sender.send(outcome)),
        }
    }

    /// Whether nobody waits any more.
    pub(super) fn is_given_up(&self) -> bool {
        matches!(self, Reply::Later(sender) if sender.is_closed())
    }
}

struct Awaited {
    instance: u64,
    outcome: oneshot::Receiver<Outcome>,
    failure: Failure,
}

struct AwaitedResults {
    by_number: HashMap<u64, Awaited>,
    next: u64,
}

fn awaited() -> MutexGuard<'static, AwaitedResults> {
    static AWAITED: OnceLock<Mutex<AwaitedResults>> = OnceLock::new();
    let awaited = AWAITED.get_or_init(|| {
        Mutex::new(AwaitedResults {
            by_number: HashMap::new(),
            next: first_number(),
        })
    });
    awaited.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns a reply, and the number by which a script waits for it.
pub(super) fn later(instance: u64, failure: &Failure) -> (Reply, u64) {
    let (sender, outcome) = oneshot::channel();
    let mut awaited = awaited();
    let number = awaited.next;
    awaited.next += 1;
    let entry = Awaited {
        instance,
        outcome,
        failure: failure.clone(),
    };
    awaited.by_number.insert(number, entry);
    (Reply::Later(sender), number)
}

/// Forgets the results of an instance that nobody has waited for.
pub(super) fn forget(instance: u64) {
    awaited()
        .by_number
        .retain(|_, entry| entry.instance != instance);
}

/// Returns the number of an instance.
pub(super) fn new_instance() -> u64 {
    let mut awaited = awaited();
    awaited.next += 1;
    awaited.next
}

async fn wait(request: RequestInfo, number: f64, _rest: Arguments) -> Result<Data, HostError> {
    let entry = awaited().by_number.remove(&(number as u64));
    // The process that made the call is gone, or an event loop that waited for it.
    let Some(Awaited {
        outcome, failure, ..
    }) = entry
    else {
        return Err(request.lost());
    };
    outcome.await.unwrap_or_else(|_| Err(failure.error()))
}

/// Lets the VMs of a builder wait for results.
pub(crate) fn answer_waits(builder: VmBuilder) -> VmBuilder {
    builder
        .module(WAIT, NativeModule::new().request("wait", WAIT))
        .async_handler(WAIT, wait)
}
