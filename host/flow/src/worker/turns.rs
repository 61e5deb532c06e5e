//! From what is ready to turns, and from turns to requests.

use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::{AbortHandle, Abortable};
use jsvm::{Data, HostError};

use super::job::{DoneTurn, FinishedTurn, SnapshotPolicy, TurnJob};
use super::live::LiveFlow;
use super::{Ended, TurnReport, Worker};
use crate::effects::{Call, EffectRequest, Effects, Outgoing};
use crate::error::FlowError;
use crate::model::{FlowId, Input, LogLine, Outcome, ProgramId, Turn};
use crate::secrets::reveal;
use crate::store::{Change, Store, StoreError};
use crate::vault::RecordKind;
use crate::vm::CHECKPOINT;

/// A turn that is to run when its inputs are committed.
pub(super) struct PlannedTurn {
    pub(super) flow: FlowId,
    number: u64,
    turn: Turn,
    pub(super) begin: Change,
    bytes: usize,
    ready_since: Instant,
}

impl<S: Store, E: Effects> Worker<S, E> {
    /// Takes the outcome of a request.
    pub(super) fn receive(&mut self, ended: Ended) {
        let Ended {
            flow,
            run,
            number,
            outcome,
        } = ended;
        let Some(live) = self.live.get_mut(&flow) else {
            return;
        };
        // It is of an earlier run, or was given up.
        if live.row.run != run || live.in_flight.remove(&number).is_none() {
            return;
        }
        if let Some(outcome) = outcome {
            self.give(&flow, number, outcome);
        }
    }

    /// Makes the outcome of a request an input of the next turn.
    pub(super) fn give(&mut self, flow: &FlowId, request: u64, outcome: Outcome) {
        if let Some(live) = self.live.get_mut(flow) {
            live.ready.push(Input::Outcome { request, outcome });
            live.ready_since.get_or_insert_with(Instant::now);
            self.ready.insert(flow.clone());
        }
    }

    /// Makes turns of what is ready, of as many flows as can have a VM. Each gets a VM, if they are to run.
    pub(super) fn plan(&mut self, are_to_run: bool) -> Result<Vec<PlannedTurn>, FlowError> {
        let now = self.flows.time.now();
        let count = self.config.max_vms.max(1);
        let count = count.saturating_sub(self.runner.running());
        // In turn, so that flows that are always ready do not stop others.
        let (before, after): (Vec<_>, Vec<_>) = {
            let last = self.last_planned.as_ref();
            let runs = |id: &FlowId| self.live.get(id).is_some_and(|live| live.running.is_some());
            // A flow whose turn runs has its next one later.
            let ready = self.ready.iter().filter(|id| !runs(id)).cloned();
            ready.partition(|id| last.is_some_and(|last| id <= last))
        };
        let chosen: Vec<_> = after.into_iter().chain(before).take(count).collect();
        if let Some(last) = chosen.last() {
            self.last_planned = Some(last.clone());
        }
        let mut planned = Vec::new();
        for id in chosen {
            self.ready.remove(&id);
            if are_to_run && let Err(error) = self.wake(&id) {
                self.stop_or_fail(&id, error)?;
                continue;
            }
            let Some(live) = self.live.get_mut(&id) else {
                continue;
            };
            let state = &live.row.state;
            let passed = now.saturating_sub(state.wall);
            let turn = Turn {
                wall: now,
                monotonic: state.monotonic.saturating_add(passed),
                inputs: std::mem::take(&mut live.ready),
            };
            live.attention = false;
            live.row.turns += 1;
            self.tick += 1;
            live.used = self.tick;
            let bytes = postcard::to_stdvec(&turn).map_err(|_| {
                StoreError::Failed("the inputs of a turn cannot be encoded".to_owned())
            })?;
            let inputs = self.flows.vault.seal(&id, RecordKind::Turn, &bytes)?;
            let bytes = inputs.len();
            let begin = Change::Begin {
                runs: are_to_run,
                flow: id.clone(),
                run: live.row.run,
                turn: live.row.turns,
                inputs,
                signals: std::mem::take(&mut live.signals),
            };
            planned.push(PlannedTurn {
                number: live.row.turns,
                flow: id,
                turn,
                begin,
                bytes,
                ready_since: live.ready_since.take().unwrap_or_else(Instant::now),
            });
        }
        Ok(planned)
    }

    /// Makes the VM of a flow that waits for requests without one.
    fn wake(&mut self, id: &FlowId) -> Result<(), FlowError> {
        let has_vm = self.live.get(id).is_none_or(|live| live.vm.is_some());
        if has_vm {
            return Ok(());
        }
        let stored = self.flows.stored(id)?;
        let recovered = self.flows.recover(stored)?;
        self.metrics.recovered += 1;
        if let Some(live) = self.live.get_mut(id) {
            live.vm = Some(recovered.vm);
        }
        Ok(())
    }

    /// Starts a turn whose inputs are committed.
    pub(super) fn start_turn(&mut self, planned: PlannedTurn) -> Result<(), FlowError> {
        let Some(live) = self.live.get(&planned.flow) else {
            return Ok(());
        };
        let policy = self.snapshot_policy(live.row.program);
        let Some(live) = self.live.get_mut(&planned.flow) else {
            return Ok(());
        };
        let Some(vm) = live.vm.take() else {
            return Ok(());
        };
        live.running = Some(planned.number);
        let job = TurnJob {
            run: live.row.run,
            program: live.program.clone(),
            tail: live.tail,
            flow: planned.flow,
            number: planned.number,
            turn: planned.turn,
            vm,
            time_limit: self.config.turn_time,
            bytes: planned.bytes,
            policy,
            ready_since: planned.ready_since,
        };
        match self.runner.start(job) {
            Some(finished) => self.finish_turn(finished),
            None => Ok(()),
        }
    }

    pub(super) fn snapshot_policy(&self, program: ProgramId) -> SnapshotPolicy {
        SnapshotPolicy {
            cost: self.costs.get(&program).copied().unwrap_or_default(),
            max_tail: self.config.max_tail,
            ratio: self.config.snapshot_ratio,
        }
    }

    /// Records what a turn did, and lets its requests leave.
    pub(super) fn finish_turn(&mut self, finished: FinishedTurn) -> Result<(), FlowError> {
        let FinishedTurn {
            flow: id,
            run,
            number,
            wall,
            bytes,
            ready_since,
            done,
        } = finished;
        // The flow was cancelled meanwhile: nothing leaves the turn.
        let is_awaited = |live: &LiveFlow| live.row.run == run && live.running == Some(number);
        if !self.live.get(&id).is_some_and(is_awaited) {
            return Ok(());
        }
        let mut done = match done {
            Ok(done) => done,
            // The journal ends with this turn, which can be retried.
            Err(error) => return self.stop_flow(&id, &error),
        };
        let Some(mut live) = self.live.remove(&id) else {
            return Ok(());
        };
        live.running = None;
        if let Some(text) = live.warn_of_memory(&done.vm)? {
            // It is no part of what the turn did: its digest is made.
            done.ran.logs.push(LogLine {
                wall,
                level: "warn".to_owned(),
                text,
            });
        }
        if let Some(observer) = &self.config.observer {
            observer.turn(TurnReport {
                ran: done.ran.ran,
                latency: ready_since.elapsed(),
            });
        }
        // Their outcomes may have come while the turn ran.
        let cancelled = &done.ran.cancelled;
        live.ready.retain(
            |input| !matches!(input, Input::Outcome { request, .. } if cancelled.contains(request)),
        );
        let is_over = self.record(&mut live, &done, number, wall, bytes)?;
        if is_over {
            return Ok(());
        }
        let DoneTurn { vm, ran, .. } = done;
        for number in &ran.cancelled {
            if let Some(handle) = live.in_flight.remove(number) {
                handle.abort();
            }
        }
        if std::mem::take(&mut live.clock_was_put_back) {
            // Its times are later than the clock: they are found, and moved.
            self.last_time = 0;
        }
        live.vm = Some(vm);
        self.live.insert(id.clone(), live);
        for request in ran.requests {
            self.send(&id, request, false);
        }
        Ok(())
    }

    /// Sends a request.
    pub(super) fn send(&mut self, id: &FlowId, request: Outgoing, repeated: bool) {
        let Some(live) = self.live.get_mut(id) else {
            return;
        };
        let Outgoing {
            id: number,
            name,
            call,
        } = request;
        if name == CHECKPOINT {
            // The flow stays with its code.
            let nothing = Data::of(&()).map_err(HostError::from);
            return self.give(id, number, Outcome::new(nothing));
        }
        let call = call.map_err(HostError::type_error).and_then(|mut call| {
            if let Call::Http(call) = &mut call {
                reveal(call, &live.seed, &self.config.secrets)?;
            }
            Ok(call)
        });
        let call = match call {
            Ok(call) => call,
            Err(error) => {
                return self.give(id, number, Outcome::new(Err(error)));
            }
        };
        self.metrics.requests += 1;
        let (handle, registration) = AbortHandle::new_pair();
        live.in_flight.insert(number, handle);
        let (flow, run) = (id.clone(), live.row.run);
        let work = self.effects.perform(EffectRequest {
            flow: flow.clone(),
            run,
            number,
            name,
            call,
            repeated,
        });
        let work = Abortable::new(work, registration).map(move |ended| Ended {
            flow,
            run,
            number,
            outcome: ended.ok().map(Outcome::new),
        });
        self.in_flight.push(work.boxed());
    }

    /// Lets flows that were not used for long go without a VM, and forgets those that wait for no request.
    pub(super) fn rest(&mut self) {
        let vms = self.live.values().filter(|live| live.vm.is_some()).count();
        let vms = vms + self.runner.running();
        let excess = vms.saturating_sub(self.config.max_vms);
        if excess == 0 {
            return;
        }
        let at_rest = self
            .live
            .iter()
            .filter(|(id, live)| live.vm.is_some() && !self.ready.contains(*id))
            .filter(|(id, _)| !self.dirty.contains(*id));
        let mut at_rest: Vec<_> = at_rest.map(|(id, live)| (live.used, id.clone())).collect();
        at_rest.sort_unstable();
        for (_, id) in at_rest.into_iter().take(excess) {
            if let Some(live) = self.live.get_mut(&id) {
                live.vm = None;
                if live.in_flight.is_empty() {
                    self.live.remove(&id);
                }
            }
        }
    }
}
