//! When a linked component is to stop.

use std::time::Instant;

use crate::context::StopWhen;
use crate::limits::{Deadline, InterruptHandle};

/// When the VM that calls a component wants it to stop: it has no other time than its VM.
#[derive(Clone, Default)]
pub(crate) struct Stop {
    pub(crate) until: Option<Instant>,
    pub(crate) deadline: Deadline,
    pub(crate) interrupt: InterruptHandle,
    pub(crate) stop_when: Option<StopWhen>,
}

impl Stop {
    /// Whether it is to stop now.
    pub(crate) fn is_due(&self) -> bool {
        let now = Instant::now();
        self.until.is_some_and(|until| now >= until)
            || self.deadline.is_past(now)
            || self.interrupt.is_set()
            || self.stop_when.as_ref().is_some_and(|asked| asked())
    }
}

/// Ends a component that was to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the time limit was reached")]
pub(crate) struct Stopped;
