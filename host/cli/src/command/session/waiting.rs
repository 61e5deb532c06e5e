//! Waiting: for the clock of `--clock`, and for a person at a prompt.

use std::future::pending;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use jsvm::{Error, EventLoop};

use super::Session;

/// How often the clock of `--clock` moves while requests are in flight.
const TICK: Duration = Duration::from_millis(5);

impl Session {
    /// Does the work of an event loop. A clock of `--clock` jumps to the next timer when the program
    /// waits for nothing else. While requests are in flight, it moves as real time does.
    pub(super) async fn pass_time<T>(
        &self,
        events: &mut EventLoop,
        work: &impl AsyncFn(&mut EventLoop) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Some(clock) = &self.clock else {
            return work(events).await;
        };
        loop {
            if let Some(result) = work(events).now_or_never() {
                return result;
            }
            if !events.run_until_waiting().await? {
                return work(events).await;
            }
            let next = self.vm.run_jobs_up_to(0)?.next_timer;
            match next {
                Some(time) if events.in_flight() == 0 => clock.advance(time),
                None if events.in_flight() == 0 => return work(events).await,
                _ => {
                    let begun = Instant::now();
                    tokio::select! {
                        biased;
                        result = work(events) => return result,
                        () = tokio::time::sleep(TICK) => clock.advance(begun.elapsed()),
                    }
                }
            }
        }
    }

    /// Runs timers and requests until a future is ready. It can be called again after an error.
    pub fn until<T>(&self, happens: impl Future<Output = T>) -> Result<T, Error> {
        let mut events = self.events.borrow_mut();
        events.set_deadline(None);
        self.runtime.block_on(async {
            tokio::pin!(happens);
            loop {
                let begun = Instant::now();
                let tick = async {
                    match &self.clock {
                        // A person waits, so time is real.
                        Some(_) => tokio::time::sleep(TICK).await,
                        None => pending().await,
                    }
                };
                tokio::select! {
                    biased;
                    happened = &mut happens => return Ok(happened),
                    result = events.run() => {
                        result?;
                        return Ok(happens.await);
                    }
                    () = tick => {}
                }
                if let Some(clock) = &self.clock {
                    clock.advance(begun.elapsed());
                }
            }
        })
    }
}
