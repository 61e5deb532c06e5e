//! The events of `process` at errors and at the end of a program, in the order of Node.js.

use jsvm::node::{self, Origin};
use jsvm::{Error, Value};

use super::Session;
use crate::command::exit::Exit;

impl Session {
    /// Runs until no job, timer or request with a handler is left. Listeners of `process` can handle
    /// errors; one that none handles ends the program, and is printed before this returns.
    ///
    /// `main` is the promise of the program's module, if it is one.
    pub fn run_handled(&self, main: Option<&Value>) -> anyhow::Result<()> {
        let promises: Vec<&Value> = main.into_iter().collect();
        loop {
            let result = self.run(&promises);
            self.report_handled_rejections()?;
            match result {
                Ok(()) => return Ok(()),
                Err(error) => self.handle(&error, origin_of(&error, main)?)?,
            }
        }
    }

    /// Lets listeners of `process` handle an error.
    ///
    /// If none does, the program ends: it is told so, then the error is printed.
    pub fn handle(&self, error: &Error, origin: Origin) -> anyhow::Result<()> {
        let handled = match error {
            Error::Exception(exception) => {
                self.enter(|vm| node::handle_exception(vm, &exception.value, origin))
            }
            Error::Rejection(rejection) if rejection.limit.is_none() => {
                let reason = &rejection.reason.value;
                self.enter(|vm| node::handle_rejection(vm, reason, &rejection.promise))
            }
            _ => Ok(false),
        };
        match handled {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.fail(error)),
            Err(thrown) => Err(self.fail(&thrown)),
        }
    }

    /// Tells the program that it ends with an error, and prints the error. Returns the exit code.
    fn fail(&self, error: &Error) -> anyhow::Error {
        // An error of a listener changes nothing: the program ends anyway.
        let code = self.enter(|vm| node::exit(vm, 1, 0));
        let failed = self.failed(error);
        match code {
            Ok(Some(_)) => Exit(self.exit_code.get()).into(),
            _ => failed,
        }
    }

    /// Tells the program that nothing is left to do, as long as it begins something then. At last it
    /// is told that it ends. Returns the exit code.
    pub fn end(&self, main: Option<&Value>) -> anyhow::Result<Exit> {
        loop {
            let code = self.exit_code.get();
            let told = self.enter(|vm| node::emit(vm, "beforeExit", u32::from(code), ()));
            match told {
                Ok(false) => break,
                Ok(true) => {}
                Err(error) => self.handle(&error, Origin::Exception)?,
            }
            // A timer that is due at once counts, too.
            let has_work = self.has_work()?;
            if !self.run_jobs(main)? && !has_work {
                break;
            }
            self.run_handled(main)?;
        }
        let unsettled = match main {
            Some(promise) if promise.is_pending()? => Exit::UNSETTLED.0,
            _ => 0,
        };
        match self.enter(|vm| node::exit(vm, 0, unsettled)) {
            Ok(Some(_)) => Ok(Exit(self.exit_code.get())),
            Ok(None) => Ok(Exit(unsettled)),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Whether a timer or a request keeps the program running.
    fn has_work(&self) -> Result<bool, Error> {
        if self.vm.run_jobs_up_to(0)?.next_timer.is_some() {
            return Ok(true);
        }
        let events = self.events.borrow();
        let requests = self.vm.unsettled_requests()?;
        Ok(requests.iter().any(|it| events.waits_for(&it.name)))
    }

    /// Runs what can run now. Returns whether the program waits for something.
    fn run_jobs(&self, main: Option<&Value>) -> anyhow::Result<bool> {
        let promises: Vec<&Value> = main.into_iter().collect();
        loop {
            match self.run_until_waiting(&promises) {
                Ok(waits) => return Ok(waits),
                Err(error) => self.handle(&error, origin_of(&error, main)?)?,
            }
        }
    }

    /// Emits `rejectionHandled` for promises whose rejection was reported too early.
    fn report_handled_rejections(&self) -> anyhow::Result<()> {
        let handled = self.vm.take_handled_rejections().unwrap_or_default();
        for promise in &handled {
            if let Err(error) = self.enter(|vm| node::report_handled(vm, promise)) {
                self.handle(&error, Origin::Exception)?;
            }
        }
        Ok(())
    }
}

/// How an error came to nobody: that of the program's module is the reason of its promise.
fn origin_of(error: &Error, main: Option<&Value>) -> Result<Origin, Error> {
    use jsvm::PromiseState::Rejected;
    if let (Error::Exception(exception), Some(main)) = (error, main)
        && let Some(Rejected(reason)) = main.promise_state()?
        && reason.strict_equals(&exception.value)?
    {
        return Ok(Origin::Rejection);
    }
    Ok(Origin::Exception)
}
