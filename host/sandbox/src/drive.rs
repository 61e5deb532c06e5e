//! Runs a cell until it ends, or only waits for approval.

use std::future::poll_fn;
use std::pin::pin;
use std::time::{Duration, Instant};

use jsvm::{Error, EventLoop, Interrupt, PromiseState, Value, Vm};

use crate::gate::Gate;

/// How many errors are kept that no code handled.
const MAX_UNHANDLED: usize = 16;

/// How long it takes at most until the end of work is noticed that is not a call of a tool.
const GLANCE: Duration = Duration::from_millis(10);

/// How far a cell came.
pub enum Progress {
    /// It ended: with a value, or by an exception or a promise that never settles.
    Ended(Result<Value, Error>),
    /// It waits for approval.
    Waits,
}

/// A cell that runs.
pub struct Driver<'a> {
    events: EventLoop,
    gate: &'a Gate,
    /// Errors that no code handled.
    pub unhandled: Vec<Error>,
}

/// What a step of the event loop ended with.
enum Step<T> {
    Ended(Result<T, Error>),
    /// An error that no code handled. There can be more to do.
    Unhandled,
    /// A call began to wait, or ended.
    News,
}

impl<'a> Driver<'a> {
    pub fn new(vm: &Vm, gate: &'a Gate, deadline: Instant) -> Driver<'a> {
        let mut events = EventLoop::new(vm);
        events.set_deadline(Some(deadline));
        Driver {
            events,
            gate,
            unhandled: Vec::new(),
        }
    }

    /// Runs until the value of a cell is there, and all calls of tools have ended.
    ///
    /// # Errors
    /// Limits and interrupts: the cell cannot go on.
    pub async fn run(&mut self, value: &Value) -> Result<Progress, Error> {
        let result = loop {
            match self.step(Some(value)).await? {
                Step::Ended(Ok(value)) => break Ok(value),
                Step::Ended(Err(error @ (Error::Exception(_) | Error::Unsettled))) => {
                    break Err(error);
                }
                Step::Ended(Err(error)) => return Err(error),
                Step::Unhandled => {}
                Step::News => {
                    if self.only_waits(value).await? && value.is_pending()? {
                        return Ok(Progress::Waits);
                    }
                }
            }
        };
        // Calls that the code does not await end with the cell, too.
        while !self.only_waits(value).await? && self.events.in_flight() > 0 {
            match self.step(None).await? {
                Step::Ended(Ok(_)) => break,
                Step::Ended(Err(error)) => return Err(error),
                Step::Unhandled | Step::News => {}
            }
        }
        if self.gate.waiting_count() > 0 {
            return Ok(Progress::Waits);
        }
        Ok(Progress::Ended(result))
    }

    /// Whether all that is in flight waits for approval, and something does.
    async fn only_waits(&mut self, value: &Value) -> Result<bool, Error> {
        while let Err(error) = self.events.run_until_waiting().await {
            // The rejection of the cell itself is what it ends with.
            let is_own = match &error {
                Error::Rejection(rejection) => rejection.promise.strict_equals(value)?,
                _ => false,
            };
            if !is_own {
                self.keep(error)?;
            }
        }
        let waiting = self.gate.waiting_count();
        Ok(waiting > 0 && self.events.in_flight() == waiting)
    }

    async fn step(&mut self, value: Option<&Value>) -> Result<Step<Value>, Error> {
        let events = &mut self.events;
        let run = async {
            match value {
                Some(value) => events.settled(value).await,
                None => events.run().await.map(|()| Value::UNDEFINED),
            }
        };
        // Whatever else the embedder has in flight tells nobody when it ends.
        let glances = value.is_none() || self.gate.waiting_count() > 0;
        let glance = async {
            if glances {
                tokio::time::sleep(GLANCE).await;
            } else {
                std::future::pending().await
            }
        };
        let ended = tokio::select! {
            biased;
            ended = run => ended,
            () = self.gate.stop.notified() => Err(Error::Interrupted(Interrupt::Handle)),
            () = self.gate.news.notified() => return Ok(Step::News),
            () = glance => return Ok(Step::News),
        };
        match (ended, value) {
            (Err(error @ Error::Rejection(_)), _) => {
                self.keep(error)?;
                Ok(Step::Unhandled)
            }
            // An exception in a timer.
            (Err(error @ Error::Exception(_)), Some(value)) if !is_reason(&error, value)? => {
                self.keep(error)?;
                Ok(Step::Unhandled)
            }
            (Err(error @ Error::Exception(_)), None) => {
                self.keep(error)?;
                Ok(Step::Unhandled)
            }
            (ended, _) => Ok(Step::Ended(ended)),
        }
    }

    /// Keeps an error that no code handled. Another one is returned.
    fn keep(&mut self, error: Error) -> Result<(), Error> {
        if error.exception().is_none() {
            return Err(error);
        }
        if self.unhandled.len() < MAX_UNHANDLED {
            self.unhandled.push(error);
        }
        Ok(())
    }
}

/// Whether an exception is what a promise is rejected with.
fn is_reason(error: &Error, promise: &Value) -> Result<bool, Error> {
    match (error, promise.promise_state()?) {
        (Error::Exception(exception), Some(PromiseState::Rejected(reason))) => {
            reason.strict_equals(&exception.value)
        }
        _ => Ok(false),
    }
}

/// Awaits a future, and adds up the time in which it runs.
pub async fn timed<T>(future: impl Future<Output = T>, running: &mut Duration) -> T {
    let mut future = pin!(future);
    poll_fn(|context| {
        let began = Instant::now();
        let polled = future.as_mut().poll(context);
        *running += began.elapsed();
        polled
    })
    .await
}
