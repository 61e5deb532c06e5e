//! Flows that schedules start.

use super::Worker;
use crate::effects::Effects;
use crate::error::FlowError;
use crate::model::WallTime;
use crate::store::{Store, StoreError};

/// How many flows of one schedule are started at a time.
const BURST: u32 = 64;

impl<S: Store, E: Effects> Worker<S, E> {
    /// Starts the flows of schedules that are due.
    pub(super) fn start_scheduled(&mut self, now: WallTime) -> Result<(), FlowError> {
        for _ in 0..BURST {
            let due = self.flows.store.schedules(Some(now))?;
            if due.is_empty() {
                break;
            }
            for schedule in due {
                match self.flows.fire(&schedule, now) {
                    Ok(started) => self.metrics.scheduled += u64::from(started),
                    Err(FlowError::Store(error)) if !matches!(error, StoreError::Damaged(_)) => {
                        return Err(error.into());
                    }
                    // It has no further time, or cannot be read: it starts nothing until it is replaced.
                    Err(_) => {
                        let (name, next) = (&schedule.name, schedule.next);
                        self.flows.store.fire(name, next, NEVER, None)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Later than all times of a clock.
const NEVER: WallTime = i64::MAX as WallTime;
