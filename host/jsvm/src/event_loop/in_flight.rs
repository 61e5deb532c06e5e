//! The futures behind the requests of a VM.

use std::collections::HashMap;
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
    aborts: HashMap<u64, Handle>,
    /// Of these, those that nothing waits for.
    background: usize,
}

struct Handle {
    abort: AbortHandle,
    is_background: bool,
}

/// A future that ended, or was aborted.
pub(super) struct Ended {
    id: u64,
    outcome: Result<Result<Data, HostError>, Aborted>,
}

impl InFlight {
    /// Returns how many futures that something waits for have not ended, and were not aborted.
    pub(super) fn len(&self) -> usize {
        self.aborts.len() - self.background
    }

    /// Returns whether there is a future that has to be polled. One that was aborted is such a future, too.
    pub(super) fn is_empty(&self) -> bool {
        self.futures.is_empty()
    }

    /// Returns whether nothing is left that something waits for.
    pub(super) fn is_done(&self) -> bool {
        self.futures.len() <= self.background
    }

    pub(super) fn push(
        &mut self,
        id: u64,
        is_background: bool,
        future: BoxFuture<'static, Result<Data, HostError>>,
    ) {
        let (abort, registration) = AbortHandle::new_pair();
        self.forget(id);
        self.aborts.insert(
            id,
            Handle {
                abort,
                is_background,
            },
        );
        self.background += usize::from(is_background);
        let future = Abortable::new(future, registration);
        let future = future.map(move |outcome| Ended { id, outcome });
        self.futures.push(future.boxed());
    }

    /// Ends the future of a request, if there is one.
    pub(super) fn abort(&mut self, id: u64) {
        if let Some(abort) = self.forget(id) {
            abort.abort();
        }
    }

    fn forget(&mut self, id: u64) -> Option<AbortHandle> {
        let handle = self.aborts.remove(&id)?;
        self.background -= usize::from(handle.is_background);
        Some(handle.abort)
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
        let outcome = outcome.ok()?;
        self.forget(id);
        Some((id, outcome))
    }
}
