//! What turns did, as it is stored.

use super::Worker;
use super::job::DoneTurn;
use super::live::{LiveFlow, TakenSnapshot};
use crate::effects::{Call, Effects};
use crate::error::FlowError;
use crate::flows::initial_state;
use crate::model::{FlowId, FlowState, ProgramId, StartRecord, Status, WallTime};
use crate::recover::Tail;
use crate::store::{Change, Store};
use crate::turn::{End, Failure, Ran};
use crate::vault::RecordKind;
use crate::vm::CHECKPOINT;

impl<S: Store, E: Effects> Worker<S, E> {
    /// Records what a turn did. Returns whether the flow, or its run, is over.
    pub(super) fn record(
        &mut self,
        live: &mut LiveFlow,
        done: &DoneTurn,
        number: u64,
        wall: WallTime,
        bytes: usize,
    ) -> Result<bool, FlowError> {
        let DoneTurn { vm, ran, snapshot } = done;
        self.metrics.turns += 1;
        let id = live.row.id.clone();
        let vault = self.flows.vault.clone();
        // Outcomes that came while the turn ran are not stored yet.
        let waits = live.unstored_requests() + ran.requests.len();
        let stuck = ran.end.is_none()
            && waits == 0
            && ran.next_timer.is_none()
            && ran.signals.is_empty()
            && live.ready.is_empty();
        let end = match &ran.end {
            None if stuck && vm.vm.unsettled_requests()?.is_empty() => Some(End::Failed(Failure {
                name: "Error".to_owned(),
                message:
                    "the flow waits for nothing: no request, timer or signal can settle its promise"
                        .to_owned(),
                stack: String::new(),
            })),
            end => end.clone(),
        };
        let old = &live.row.state;
        let mut state = FlowState {
            status: Status::Running,
            wake: ran.next_timer.map(|next| ran.wall.saturating_add(next)),
            wall: ran.wall,
            monotonic: ran.monotonic,
            requests: u32::try_from(waits).unwrap_or(u32::MAX),
            waiting: describe_wait(waits, &ran.signals, ran.next_timer.is_some()),
            result: None,
            progress: match &ran.progress {
                Some(text) => Some(vault.seal(&id, RecordKind::Progress, text.as_bytes())?),
                None => old.progress.clone(),
            },
        };
        match &end {
            None | Some(End::Continued(_)) => {}
            Some(End::Completed(text)) => {
                state.status = Status::Completed;
                state.result = Some(vault.seal(&id, RecordKind::Result, text.as_bytes())?);
            }
            Some(End::Failed(failure)) => {
                state.status = Status::Failed;
                state.result = Some(self.seal_failure(&id, failure)?);
            }
        }
        if end.is_some() {
            state.wake = None;
            state.requests = 0;
            state.waiting = String::new();
        }
        let logs = ran.logs.iter().map(|line| {
            let bytes = postcard::to_stdvec(line).unwrap_or_default();
            vault.seal(&id, RecordKind::Log, &bytes)
        });
        let run_time = ran.nanoseconds();
        let change = Change::End {
            flow: id.clone(),
            run: live.row.run,
            turn: number,
            digest: ran.digest,
            ran: run_time,
            logs: logs.collect::<Result<_, _>>()?,
            state: state.clone(),
        };
        self.push(&id, change);
        live.row.state = state;
        live.tail.add(run_time, bytes);
        if let Some(End::Continued(input)) = &end {
            self.begin_anew(
                live,
                live.row.program,
                input.clone(),
                ran.early.clone(),
                wall,
            )?;
            self.last_look = None;
        } else if end.is_some() {
            self.metrics.ended += 1;
        } else if self.move_at_checkpoint(live, ran, wall)? {
            return Ok(true);
        } else if let Some(taken) = snapshot {
            self.keep_snapshot(live, taken, number)?;
        }
        Ok(end.is_some())
    }

    /// Begins another run of a flow. Signals that were not awaited are not lost.
    fn begin_anew(
        &mut self,
        live: &LiveFlow,
        program: ProgramId,
        input: String,
        signals: Vec<(String, String)>,
        wall: WallTime,
    ) -> Result<(), FlowError> {
        let id = &live.row.id;
        let start = StartRecord {
            input,
            scheduled: None,
            signals,
        };
        let change = Change::Restart {
            flow: id.clone(),
            run: live.row.run + 1,
            program,
            input: self.flows.seal_start(id, &start)?,
            seed: self.flows.new_seed(id)?,
            state: initial_state(wall),
        };
        self.push(id, change);
        self.last_look = None;
        Ok(())
    }

    /// Moves a flow to other code, if that was ordered and its turn ended at a checkpoint with nothing else
    /// pending. Returns whether it moved.
    fn move_at_checkpoint(
        &mut self,
        live: &LiveFlow,
        ran: &Ran,
        wall: WallTime,
    ) -> Result<bool, FlowError> {
        let is_alone = live.in_flight.is_empty()
            && live.ready.is_empty()
            && ran.next_timer.is_none()
            && ran.signals.is_empty();
        let [request] = &ran.requests[..] else {
            return Ok(false);
        };
        let (true, CHECKPOINT, Ok(Call::Custom(args))) = (is_alone, &*request.name, &request.call)
        else {
            return Ok(false);
        };
        let Some(target) = self.flows.row(&live.row.id)?.target else {
            return Ok(false);
        };
        let (input,): (String,) = args.to().map_err(jsvm::Error::from)?;
        let (id, run) = (&live.row.id, live.row.run);
        if let Err(reason) = self.flows.try_code(id, run + 1, target, &input, wall)? {
            let change = Change::Refuse {
                flow: id.clone(),
                run,
                target,
                reason: self.flows.seal_refusal(id, &reason)?,
            };
            self.push(&live.row.id, change);
            return Ok(false);
        }
        self.begin_anew(live, target, input, ran.early.clone(), wall)?;
        Ok(true)
    }

    /// Replaces the journal of a flow by a snapshot.
    fn keep_snapshot(
        &mut self,
        live: &mut LiveFlow,
        taken: &TakenSnapshot,
        turn: u64,
    ) -> Result<(), FlowError> {
        self.costs.entry(live.row.program).or_default().learn(taken);
        self.metrics.snapshots += 1;
        self.metrics.snapshot_bytes += taken.bytes.len() as u64;
        let id = live.row.id.clone();
        let vault = &self.flows.vault;
        let bytes = vault.seal(&id, RecordKind::Snapshot, &taken.bytes)?;
        let change = Change::Snapshot {
            flow: id,
            run: live.row.run,
            turn,
            bytes,
        };
        self.push(&live.row.id, change);
        live.tail = Tail::default();
        Ok(())
    }

    pub(super) fn seal_failure(
        &self,
        id: &FlowId,
        failure: &Failure,
    ) -> Result<Vec<u8>, FlowError> {
        let text = serde_json::to_string(failure).unwrap_or_default();
        let vault = &self.flows.vault;
        vault.seal(id, RecordKind::Result, text.as_bytes())
    }
}

/// Says what a flow waits for.
fn describe_wait(requests: usize, signals: &[String], has_timer: bool) -> String {
    let mut parts = Vec::new();
    match requests {
        0 => {}
        1 => parts.push("1 request".to_owned()),
        count => parts.push(format!("{count} requests")),
    }
    parts.extend(signals.iter().map(|name| format!("signal {name}")));
    if has_timer {
        parts.push("timer".to_owned());
    }
    parts.join(", ")
}
