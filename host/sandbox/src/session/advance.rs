//! Running a cell until it ends or waits.

use std::time::{Duration, Instant};

use jsvm::Snapshot;

use super::{Phase, Session};
use crate::drive::{Driver, Progress, timed};
use crate::error::SandboxError;
use crate::outcome::Outcome;
use crate::report::{End, Report};
use crate::stop::StopHandle;

impl Session {
    /// Runs the cell, and finds out how it ended. `start` is the state before it.
    pub(super) async fn advance(
        &mut self,
        start: Snapshot,
        is_new: bool,
    ) -> Result<Outcome, SandboxError> {
        let began = Instant::now();
        let mut running = Duration::ZERO;
        self.phase = Phase::Runs(start.clone());
        let live = self.live()?;
        let deadline = began + self.sandbox.caps().time;
        let guard = StopHandle::new(self.gate.clone()).armed(live.vm.interrupt_handle());
        let mut driver = Driver::new(&live.vm, &self.gate, deadline);
        let work = async {
            let value = if is_new {
                live.begin(&self.code, self.cells, deadline)?
            } else {
                live.cell()?
            };
            driver.run(&value).await
        };
        let progress = timed(work, &mut running).await;
        let unhandled = std::mem::take(&mut driver.unhandled);
        // What is in flight ends here, and is counted.
        drop(driver);
        drop(guard);
        let report = Report {
            sandbox: &self.sandbox,
            vm: &live.vm,
            inside: &live.inside,
            prompt: &live.prompt,
            cell: self.cells,
            code: &self.code,
        };
        let (end, phase) = match progress {
            Ok(Progress::Waits) => (End::Waits(self.gate.waiting()), Phase::Waits(start.clone())),
            Ok(Progress::Ended(Ok(value))) => (report.value(&value), Phase::Idle),
            Ok(Progress::Ended(Err(error))) => (report.error(&error), Phase::Idle),
            Err(error) => (report.stopped(&error), Phase::Idle),
        };
        let unhandled = report.unhandled(&unhandled);
        let is_stopped = matches!(end, End::Stopped(_));
        let files = if is_stopped {
            Vec::new()
        } else {
            report.files()
        };
        if is_stopped {
            self.roll_back(&start)?;
        } else {
            if !matches!(phase, Phase::Waits(_)) {
                live.forget_cell()?;
            }
            self.phase = phase;
        }
        let activity = self.gate.take();
        let memory = self.live()?.vm.heap().usage()?;
        Ok(end.outcome(
            self.cells,
            activity,
            unhandled,
            files,
            (began.elapsed(), running),
            &memory,
        ))
    }
}
