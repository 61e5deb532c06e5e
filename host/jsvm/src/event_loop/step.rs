//! One step of an event loop: what can be run now runs, and what was asked for is started.

use std::collections::HashSet;

use super::EventLoop;
use super::launch::launch;
use super::wait::Next;
use crate::async_function::RequestInfo;
use crate::error::Error;
use crate::value::Value;
use crate::vm::Request;

/// How many jobs run before other tasks of the thread get their turn.
const JOBS: u32 = 10_000;

impl EventLoop {
    /// Runs what can be run, and starts what was asked for.
    ///
    /// Of `promise` it is known that somebody will look at its rejection, which is returned beside
    /// what is next.
    pub(super) fn step(&mut self, promise: Option<&Value>) -> Result<(Next, Option<Error>), Error> {
        if !self.has_begun {
            self.begin()?;
            self.has_begun = true;
        }
        // Nothing runs between rejections that were reported together.
        let earlier = match self.rejections.is_empty() {
            true => None,
            false => self.reject(promise)?,
        };
        let report = self.bounded(|vm| vm.run_jobs_up_to(JOBS))?;
        if report.requests {
            for request in self.vm.take_requests()? {
                self.start(request, false)?;
            }
        }
        if report.cancellations {
            for id in self.vm.take_cancellations()? {
                self.in_flight.abort(id);
            }
        }
        if report.pending {
            return Ok((Next::Run, earlier));
        }
        let mut reason = earlier;
        if report.rejections {
            self.rejections.extend(self.vm.take_unhandled_rejections()?);
        }
        if !self.rejections.is_empty() {
            reason = self.reject(promise)?.or(reason);
        }
        let next = match report.next_timer {
            Some(time) => Next::Timer(time),
            None if !self.in_flight.is_done() => Next::Future,
            // A request may have been rejected at once.
            None if self.vm.run_jobs_up_to(0)?.pending => Next::Run,
            None => Next::Nothing,
        };
        Ok((next, reason))
    }

    /// Starts what was asked for before.
    pub(super) fn begin(&mut self) -> Result<(), Error> {
        let fresh = self.vm.take_requests()?;
        let fresh: HashSet<u64> = fresh.into_iter().map(|request| request.id).collect();
        for request in self.vm.unsettled_requests()? {
            let is_repeated = !fresh.contains(&request.id);
            self.start(request, is_repeated)?;
        }
        Ok(())
    }

    /// Fails with the first rejection that nothing handles, and returns that of `promise`.
    fn reject(&mut self, promise: Option<&Value>) -> Result<Option<Error>, Error> {
        let mut awaited = None;
        while let Some(rejection) = self.rejections.pop_front() {
            let is_awaited = match promise {
                Some(promise) => rejection.promise.strict_equals(promise)?,
                None => false,
            };
            if !is_awaited {
                return Err(Error::Rejection(Box::new(rejection)));
            }
            awaited = Some(match rejection.limit {
                Some(limit) => Error::Limit(limit),
                None => Error::Exception(Box::new(rejection.reason)),
            });
        }
        Ok(awaited)
    }

    /// Starts the future behind a request.
    pub(super) fn start(&mut self, request: Request, is_repeated: bool) -> Result<(), Error> {
        let Request { id, name, args } = request;
        let functions = self.vm.async_functions();
        if self.leaves_unknown && !functions.has(&name) {
            return Ok(());
        }
        let is_background = functions.is_background(&name);
        let info = RequestInfo {
            id,
            name: name.into(),
            repeated: is_repeated,
        };
        match launch(functions, info, &args) {
            Ok(future) => self.in_flight.push(id, is_background, future),
            Err(error) => self.settle(id, Err(error))?,
        }
        Ok(())
    }
}
