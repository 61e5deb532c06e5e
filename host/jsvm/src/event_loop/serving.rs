//! What a server does with the event loop of a VM besides running it.

use super::EventLoop;
use crate::error::Error;
use crate::vm::Vm;

impl EventLoop {
    /// An event loop for a VM of which it is known that no request was unsettled when it was
    /// restored.
    #[doc(hidden)]
    pub fn without_requests(vm: &Vm) -> Self {
        EventLoop {
            has_begun: true,
            ..EventLoop::new(vm)
        }
    }

    /// As [`run`](Self::run), but only as long as `goes_on` says so. It is asked whenever what a
    /// script asked for has been started.
    #[doc(hidden)]
    pub async fn run_while(&mut self, goes_on: impl Fn() -> bool) -> Result<(), Error> {
        loop {
            let (next, _) = self.step(None)?;
            if !goes_on() || !self.wait(next).await? {
                return Ok(());
            }
        }
    }

    /// Settles what has ended, and leaves what comes of that to the next run.
    #[doc(hidden)]
    pub async fn settle_ended(&mut self) -> Result<(), Error> {
        while let Some(ended) = self.in_flight.ended().await {
            self.conclude(ended)?;
        }
        Ok(())
    }
}
