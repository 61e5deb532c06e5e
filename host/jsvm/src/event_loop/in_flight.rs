//! The futures behind the requests of a VM.

use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::task::Poll;

use futures_util::future::{AbortHandle, Abortable, Aborted, BoxFuture, FutureExt};
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::data::Data;
use crate::function::HostError;

/// Futures, each with the id of its request.
#[derive(Default)]
pub(super) struct InFlight {
    futures: FuturesUnordered<BoxFuture<'static, Ended>>,
    aborts: HashMap<u64, AbortHandle>,
    /// Those that nobody waits for.
    background: HashSet<u64>,
}

/// A future that ended, or was aborted.
pub(super) struct Ended {
    id: u64,
    outcome: Result<Result<Data, HostError>, Aborted>,
}

impl InFlight {
    /// Returns how many futures have not ended, and were not aborted.
    pub(super) fn len(&self) -> usize {
        self.aborts.len()
    }

    /// Returns whether there is a future that has to be polled. One that was aborted is such a future, too.
    pub(super) fn is_empty(&self) -> bool {
        self.futures.is_empty()
    }

    /// Returns whether there is a future that somebody waits for.
    pub(super) fn keeps_running(&self) -> bool {
        self.futures.len() > self.background.len()
    }

    /// Marks a future as one that nobody waits for.
    pub(super) fn set_background(&mut self, id: u64) {
        self.background.insert(id);
    }

    pub(super) fn push(&mut self, id: u64, future: BoxFuture<'static, Result<Data, HostError>>) {
        let (abort, registration) = AbortHandle::new_pair();
        self.aborts.insert(id, abort);
        let future = Abortable::new(future, registration);
        let future = future.map(move |outcome| Ended { id, outcome });
        self.futures.push(future.boxed());
    }

    /// Ends the future of a request, if there is one.
    pub(super) fn abort(&mut self, id: u64) {
        if let Some(abort) = self.aborts.remove(&id) {
            abort.abort();
        }
    }

    /// A future that has ended, without waiting for one.
    pub(super) async fn ended(&mut self) -> Option<Ended> {
        poll_fn(|context| match self.futures.poll_next_unpin(context) {
            Poll::Ready(ended) => Poll::Ready(ended),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    /// Waits for a future to end.
    pub(super) async fn next(&mut self) -> Option<Ended> {
        self.futures.next().await
    }

    /// Returns what the request of a future that has ended is to be settled with. There is nothing for one
    /// that was aborted: the script gave it up.
    pub(super) fn outcome(
        &mut self,
        Ended { id, outcome }: Ended,
    ) -> Option<(u64, Result<Data, HostError>)> {
        self.background.remove(&id);
        let outcome = outcome.ok()?;
        self.aborts.remove(&id);
        Some((id, outcome))
    }
}
