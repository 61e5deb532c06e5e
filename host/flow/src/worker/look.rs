//! Flows that have something to do: taken up, stopped and cancelled.

use std::time::Instant;

use super::job::TurnJob;
use super::live::LiveFlow;
use super::{BATCH, Worker};
use crate::effects::{Effects, Outgoing, in_doubt};
use crate::error::FlowError;
use crate::model::{FlowId, FlowRow, FlowState, Input, Outcome, Status, StoredSignal, WallTime};
use crate::recover::{Recovered, UnknownTurn};
use crate::store::{Change, Store, StoreError};
use crate::turn::Failure;
use crate::vault::RecordKind;

impl<S: Store, E: Effects> Worker<S, E> {
    /// Takes up flows that have something to do.
    pub(super) fn look(&mut self, now: WallTime) -> Result<(), FlowError> {
        self.rest();
        for due in self.flows.store.due(now, BATCH)? {
            let live = self.live.get(&due.id);
            // It has ended, or begins anew, and the store does not know it yet.
            if live.is_none() && self.dirty.contains(&due.id) {
                continue;
            }
            if self.unreadable.contains(&due.id) {
                continue;
            }
            if due.cancel {
                if let Err(error) = self.cancel(&due.id) {
                    self.stop_or_fail(&due.id, error)?;
                }
                continue;
            }
            // The store may not know that its timer has been due already.
            let is_due = |live: &LiveFlow| live.row.state.wake.is_some_and(|wake| wake <= now);
            if !due.attention && !live.is_none_or(is_due) {
                continue;
            }
            // The turn that runs may be that of its timer.
            if !due.attention && live.is_some_and(|live| live.running.is_some()) {
                continue;
            }
            if !self.live.contains_key(&due.id)
                && let Err(error) = self.take_up(&due.id)
            {
                self.stop_or_fail(&due.id, error)?;
                continue;
            }
            let signals = match due.attention {
                true => self.flows.store.signals(&due.id)?,
                false => Vec::new(),
            };
            if let Err(error) = self.give_signals(&due.id, signals) {
                self.stop_or_fail(&due.id, error)?;
            }
        }
        Ok(())
    }

    /// Has a turn of a flow run, with the signals that wait for it.
    fn give_signals(&mut self, id: &FlowId, signals: Vec<StoredSignal>) -> Result<(), FlowError> {
        let Some(live) = self.live.get_mut(id) else {
            return Ok(());
        };
        // A timer is due, or a mark in the store is to be removed: by a turn.
        live.attention = true;
        live.ready_since.get_or_insert_with(Instant::now);
        for signal in signals {
            if live.signals.contains(&signal.number) {
                continue;
            }
            let vault = &self.flows.vault;
            let payload = vault.open_text(id, RecordKind::Signal, &signal.payload)?;
            live.signals.push(signal.number);
            let name = signal.name;
            live.ready.push(Input::Signal { name, payload });
        }
        self.ready.insert(id.clone());
        Ok(())
    }

    /// Stops a flow because of an error of its own. A failure of the store is returned.
    pub(super) fn stop_or_fail(&mut self, id: &FlowId, error: FlowError) -> Result<(), FlowError> {
        match error {
            FlowError::Store(error) if !matches!(error, StoreError::Damaged(_)) => {
                Err(error.into())
            }
            error => self.stop_flow(id, &error),
        }
    }

    /// The clock of the system was put back: timers go on with what was left of their time.
    pub(super) fn follow_clock(&mut self, now: WallTime) -> Result<(), FlowError> {
        for id in self.flows.store.ahead(now)? {
            let row = match self.flows.row(&id) {
                Err(error) => {
                    self.stop_or_fail(&id, error)?;
                    continue;
                }
                Ok(row) => row,
            };
            let state = match self.live.get_mut(&id) {
                // What its turn does with its timers is not known yet.
                Some(live) if live.running.is_some() => {
                    live.clock_was_put_back = true;
                    continue;
                }
                Some(live) => &mut live.row.state,
                None => &mut row.state.clone(),
            };
            let run = row.run;
            let left = state.wake.map(|wake| wake.saturating_sub(state.wall));
            state.wake = left.map(|left| now.saturating_add(left));
            state.wall = now;
            let state = state.clone();
            let change = Change::State {
                flow: id.clone(),
                run,
                state,
            };
            self.push(&id, change);
        }
        Ok(())
    }

    /// Makes the VM of a flow from the store. Its requests without an outcome are in doubt.
    fn take_up(&mut self, id: &FlowId) -> Result<(), FlowError> {
        let stored = self.flows.stored(id)?;
        if stored.row.state.status.is_ended() {
            return Ok(());
        }
        let is_new = stored.row.turns == 0;
        let recovered = self.flows.recover(stored)?;
        self.metrics.recovered += u64::from(!is_new);
        let Recovered {
            mut vm,
            program,
            seed,
            row,
            unknown,
            tail,
        } = recovered;
        let mut live = LiveFlow::new(program, seed, row, tail);
        live.used = self.tick;
        if !is_new {
            live.row.input = Vec::new();
        }
        if is_new {
            // It is needed no more, and can be large.
            let input = std::mem::take(&mut live.row.input);
            let start = self.flows.open_start(id, &input)?;
            live.ready.push(Input::Start {
                input: start.input,
                scheduled: start.scheduled,
            });
            let signals = start.signals.into_iter();
            let signals = signals.map(|(name, payload)| Input::Signal { name, payload });
            live.ready.extend(signals);
        }
        let unknown = match unknown {
            // A worker that was stopped has stored it: it is like any other turn.
            Some(unknown) if !unknown.may_have_run => {
                live.row.turns -= 1;
                live.ready.splice(0..0, unknown.turn.inputs);
                self.ready.insert(id.clone());
                None
            }
            unknown => unknown,
        };
        if let Some(UnknownTurn { number, turn, .. }) = unknown {
            let wall = turn.wall;
            let job = TurnJob {
                flow: id.clone(),
                run: live.row.run,
                number,
                turn,
                vm,
                program: live.program.clone(),
                time_limit: self.config.turn_time,
                tail: live.tail,
                bytes: 0,
                policy: self.snapshot_policy(live.row.program),
                ready_since: Instant::now(),
            };
            let done = job.run().done?;
            let is_over = self.record(&mut live, &done, number, wall, 0)?;
            if is_over {
                return Ok(());
            }
            vm = done.vm;
        }
        let has_outcome = |id: u64| {
            let mut ready = live.ready.iter();
            ready.any(|input| matches!(input, Input::Outcome { request, .. } if *request == id))
        };
        let mut unsettled = vm.vm.unsettled_requests()?;
        unsettled.retain(|request| !has_outcome(request.id));
        live.vm = Some(vm);
        self.live.insert(id.clone(), live);
        for request in unsettled {
            let request = Outgoing::new(request);
            let by_effects = || self.effects.is_repeatable(&request.name);
            if request.is_repeatable().unwrap_or_else(by_effects) {
                self.metrics.repeated += u64::from(request.call.is_ok());
                self.send(id, request, true);
            } else {
                self.metrics.in_doubt += 1;
                let outcome = Outcome::new(Err(in_doubt(&request)));
                self.give(id, request.id, outcome);
            }
        }
        Ok(())
    }

    /// Stops a flow that cannot go on, and keeps its state.
    pub(super) fn stop_flow(&mut self, id: &FlowId, error: &FlowError) -> Result<(), FlowError> {
        let failure = Failure {
            name: "Stopped".to_owned(),
            message: error.to_string(),
            stack: String::new(),
        };
        if let Some(observer) = &self.config.observer {
            observer.stopped(id, error);
        }
        let row = match self.live.remove(id) {
            Some(live) => live.row.clone(),
            None => match self.flows.row(id) {
                // Nothing can be written to it. Others go on.
                Err(FlowError::Store(StoreError::Damaged(_))) => {
                    self.unreadable.insert(id.clone());
                    return Ok(());
                }
                row => row?,
            },
        };
        self.metrics.ended += 1;
        self.end_without_turn(&row, Status::Stopped, Some(&failure))
    }

    fn cancel(&mut self, id: &FlowId) -> Result<(), FlowError> {
        let row = match self.live.remove(id) {
            Some(live) => live.row.clone(),
            None => self.flows.row(id)?,
        };
        self.metrics.ended += 1;
        self.end_without_turn(&row, Status::Cancelled, None)
    }

    fn end_without_turn(
        &mut self,
        row: &FlowRow,
        status: Status,
        failure: Option<&Failure>,
    ) -> Result<(), FlowError> {
        let result = failure.map(|failure| self.seal_failure(&row.id, failure));
        let change = Change::State {
            flow: row.id.clone(),
            run: row.run,
            state: FlowState {
                status,
                wake: None,
                wall: self.flows.time.now(),
                requests: 0,
                waiting: String::new(),
                result: result.transpose()?,
                ..row.state.clone()
            },
        };
        self.push(&row.id, change);
        Ok(())
    }
}
