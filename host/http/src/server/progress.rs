//! Notices clients that do not take a response.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::time::sleep_until;

use super::peer::after;

tokio::task_local! {
    /// The response that the current task sends.
    static CURRENT: Arc<Progress>;
}

/// Whether a piece of a response waits to be taken, and since when.
///
/// Hyper asks for a piece when there is room for it. So a piece is taken when hyper asks for the
/// next one.
#[derive(Default)]
pub struct Progress(Mutex<Option<Instant>>);

impl Progress {
    /// That of the current task.
    pub fn current() -> Arc<Progress> {
        CURRENT.try_with(Arc::clone).unwrap_or_default()
    }

    /// Notes that a piece was handed to hyper.
    pub fn piece_waits(&self) {
        self.set(Some(Instant::now()));
    }

    /// Notes that hyper asked for more.
    pub fn piece_taken(&self) {
        self.set(None);
    }

    fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    /// The time until which the piece must be taken.
    pub fn deadline(&self, limit: Duration) -> Option<Instant> {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.map(|since| after(since, limit))
    }

    /// Does work whose responses this object observes.
    pub fn observe<F: Future>(self: Arc<Self>, work: F) -> impl Future<Output = F::Output> {
        CURRENT.scope(self, work)
    }
}

/// The error of a client that took nothing for too long.
pub struct Stalled;

/// Sends a response. The work is dropped when its client takes nothing for so long.
pub async fn until_stalled<F: Future>(limit: Duration, work: F) -> Result<F::Output, Stalled> {
    let progress = Arc::<Progress>::default();
    let mut work = pin!(progress.clone().observe(work));
    let mut timer = pin!(None);
    std::future::poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(Ok(done));
        }
        loop {
            let Some(deadline) = progress.deadline(limit) else {
                return Poll::Pending;
            };
            if timer.is_none() {
                timer.set(Some(sleep_until(deadline.into())));
            }
            // It was set when it was `None`.
            let Some(sleep) = timer.as_mut().as_pin_mut() else {
                return Poll::Pending;
            };
            if sleep.poll(context).is_pending() {
                return Poll::Pending;
            }
            if deadline <= Instant::now() {
                return Poll::Ready(Err(Stalled));
            }
            // It was set for an earlier piece.
            timer.set(None);
        }
    })
    .await
}
