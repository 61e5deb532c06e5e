//! Waiting for what comes next: a timer, or the end of a future.

use std::time::{Duration, Instant};

use super::EventLoop;
use super::in_flight::Ended;
use crate::data::Data;
use crate::error::{Error, Interrupt};
use crate::function::HostError;

/// How many requests are settled before other tasks of the thread get their turn.
const SETTLED: u32 = 64;

/// What is to be done after the VM has run.
pub(super) enum Next {
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
    /// Waits for what comes next. Returns whether there is anything.
    pub(super) async fn wait(&mut self, next: Next) -> Result<bool, Error> {
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
            self.in_flight.ended().await
        } else {
            self.wait_until(timer).await?
        };
        if let Some(ended) = ended {
            self.conclude(ended)?;
        }
        Ok(true)
    }

    /// Settles the request of a future that has ended.
    pub(super) fn conclude(&mut self, ended: Ended) -> Result<(), Error> {
        match self.in_flight.outcome(ended) {
            Some((id, outcome)) => self.settle(id, outcome),
            None => Ok(()),
        }
    }

    /// Settles a request. An outcome that the VM cannot take rejects it.
    pub(super) fn settle(&self, id: u64, outcome: Result<Data, HostError>) -> Result<(), Error> {
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
