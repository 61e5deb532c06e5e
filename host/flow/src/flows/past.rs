//! The past of a flow, as far as it is kept: its turns since the newest snapshot.

use std::collections::HashMap;

use jsvm::{Data, Error, HostError};

use super::Flows;
use crate::effects::{Call, MadeResponse, Outgoing};
use crate::error::FlowError;
use crate::look::FlowInside;
use crate::model::{
    FlowId, FlowRow, Input, JournalEntry, LogLine, Outcome, Status, StoredFlow, Turn, WallTime,
};
use crate::store::{Store, StoreError};
use crate::turn::{Ran, Whose};
use crate::vault::RecordKind;
use crate::vm::FlowVm;

/// A turn of a flow, from [`Flows::timeline`].
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct PastTurn {
    /// Its number in the run.
    pub turn: u64,
    /// When it ran, in nanoseconds since 1970.
    pub wall: WallTime,
    /// What it got, for people: `200 from GET https://example.com/`, `signal approved`.
    pub inputs: Vec<String>,
    /// The requests that it made, with their numbers in the run.
    pub requests: Vec<(u64, String)>,
    /// What it logged.
    pub logs: Vec<LogLine>,
}

/// What a request of a flow gets in a [fork](Flows::fork) instead of its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForkOutcome {
    /// It is fulfilled with a value, as JSON.
    Value(String),
    /// It is rejected with an `Error` that has this message.
    Error(String),
    /// It is fulfilled as `fetch` is: with a response that has this status and body.
    Response {
        /// The status: 200 to 599.
        status: u16,
        /// The body.
        body: String,
    },
}

/// The VM of a flow before one of its turns.
struct Rewound {
    vm: FlowVm,
    row: FlowRow,
    seed: [u8; 32],
}

impl<S: Store> Flows<S> {
    /// Lists the turns since the newest snapshot, oldest first. Earlier turns are not kept.
    ///
    /// # Errors
    /// [`FlowError::NoFlow`]; [`FlowError::NoState`]; those of recovery.
    pub fn timeline(&mut self, id: &FlowId) -> Result<Vec<PastTurn>, FlowError> {
        let mut turns = Vec::new();
        let mut names = HashMap::new();
        let stored = self.kept(id)?;
        self.rewind(stored, u64::MAX, |number, turn, ran| {
            for request in &ran.requests {
                names.insert(request.id, request.title());
            }
            turns.push(PastTurn {
                turn: number,
                wall: turn.wall,
                inputs: turn
                    .inputs
                    .iter()
                    .map(|input| describe(input, &names))
                    .collect(),
                requests: ran
                    .requests
                    .iter()
                    .map(|request| (request.id, request.title()))
                    .collect(),
                logs: ran.logs.clone(),
            });
        })?;
        Ok(turns)
    }

    /// Returns where a flow waited after a turn that is kept. The flow stays as it is.
    ///
    /// # Errors
    /// [`FlowError::NotKept`]; [`FlowError::NoFlow`]; [`FlowError::NoState`]; those of recovery.
    pub fn inspect_at(&mut self, id: &FlowId, turn: u64) -> Result<FlowInside, FlowError> {
        let stored = self.kept(id)?;
        let rewound = self.rewind(stored, turn, |_, _, _| {})?;
        rewound.vm.set_time_limit(Some(self.turn_time))?;
        Self::look_inside(&rewound.vm)
    }

    /// Starts another flow from the state of a flow after a turn that is kept. What the flow did later is left
    /// out, and requests without an outcome are sent again as after a crash. An outcome settles one of them
    /// instead.
    ///
    /// Returns `false`, and changes nothing, if there is a flow with the new id.
    ///
    /// # Errors
    /// [`FlowError::NotKept`]; [`FlowError::NoRequest`]; [`FlowError::NeedsResponse`]; [`FlowError::NoFlow`];
    /// [`FlowError::NoState`]; those of recovery.
    pub fn fork(
        &mut self,
        id: &FlowId,
        new: &FlowId,
        turn: u64,
        outcome: Option<(u64, ForkOutcome)>,
    ) -> Result<bool, FlowError> {
        let stored = self.kept(id)?;
        let Rewound { vm, row, seed } = self.rewind(stored, turn, |_, _, _| {})?;
        let now = self.time.now();
        vm.call("rename", (new.as_str(), row.run))?;
        let program = self.program(row.program)?;
        let snapshot = vm.vm.snapshot_since(&program.base)?;
        let bytes = snapshot.to_bytes().map_err(Error::from)?;
        let (wall, monotonic) = vm.clock.now();
        let mut state = row.state.clone();
        state.status = Status::Running;
        state.wall = now;
        state.monotonic = monotonic.saturating_add(now.saturating_sub(wall));
        state.result = None;
        state.progress = None;
        state.wake = None;
        state.waiting = format!("its first turn after turn {turn} of {id}");
        let mut inputs = Vec::new();
        if let Some((number, outcome)) = outcome {
            let mut pending = vm.vm.unsettled_requests()?.into_iter();
            let Some(request) = pending.find(|request| request.id == number) else {
                return Err(FlowError::NoRequest { number, turn });
            };
            let is_fetch = matches!(Outgoing::new(request).call, Ok(Call::Http(_)));
            if is_fetch && matches!(outcome, ForkOutcome::Value(_)) {
                return Err(FlowError::NeedsResponse { number });
            }
            inputs.push(Input::Outcome {
                request: number,
                outcome: Outcome::new(outcome.into_result()?),
            });
        }
        // It begins with a turn, which finds the timers that are due, and what the outcome causes.
        let begin = Turn {
            wall: now,
            monotonic: state.monotonic,
            inputs,
        };
        let begin = postcard::to_stdvec(&begin)
            .map_err(|_| StoreError::Failed("a turn cannot be encoded".to_owned()))?;
        let flow = StoredFlow {
            row: FlowRow {
                id: new.clone(),
                created: now,
                turns: turn + 1,
                target: None,
                refusal: None,
                lane: None,
                seed: self.vault.seal(new, RecordKind::Seed, &seed)?,
                input: Vec::new(),
                state,
                ..row
            },
            snapshot: Some((turn, self.vault.seal(new, RecordKind::Snapshot, &bytes)?)),
            journal: vec![JournalEntry {
                turn: turn + 1,
                inputs: self.vault.seal(new, RecordKind::Turn, &begin)?,
                digest: None,
                ran: 0,
            }],
        };
        Ok(self.store.import(&flow, &[])?)
    }

    /// Makes the VM of a flow from the store, as its recovery does: snapshot and journal are compared with their
    /// digests. The flow stays as it is.
    ///
    /// # Errors
    /// [`FlowError::NoFlow`]; [`FlowError::NoState`]; [`FlowError::Diverged`]; those of recovery.
    pub fn verify(&mut self, id: &FlowId) -> Result<(), FlowError> {
        let stored = self.kept(id)?;
        self.recover(stored).map(drop)
    }

    /// Returns a flow that has a state.
    fn kept(&mut self, id: &FlowId) -> Result<StoredFlow, FlowError> {
        let stored = self.stored(id)?;
        let status = stored.row.state.status;
        if status.is_ended() && status != Status::Stopped {
            let id = id.to_string();
            return Err(FlowError::NoState { id, status });
        }
        Ok(stored)
    }

    /// Repeats the turns up to one, and shows each.
    fn rewind(
        &mut self,
        mut stored: StoredFlow,
        last: u64,
        mut each: impl FnMut(u64, &Turn, &Ran),
    ) -> Result<Rewound, FlowError> {
        let first = stored.snapshot.as_ref().map_or(0, |(turn, _)| *turn);
        let end = stored.row.turns;
        let last = match last {
            u64::MAX => end,
            last => last,
        };
        if last < first || last > end || (last == 0 && end > 0) {
            return Err(FlowError::NotKept {
                turn: last,
                first: first.max(1),
                last: end,
            });
        }
        let journal = std::mem::take(&mut stored.journal);
        let id = stored.row.id.clone();
        stored.row.turns = first;
        let recovered = self.recover(stored)?;
        let (vm, mut row, seed) = (recovered.vm, recovered.row, recovered.seed);
        let whose = Whose {
            id: &id,
            run: row.run,
        };
        for entry in journal.into_iter().take_while(|entry| entry.turn <= last) {
            let turn = self.open_turn(&id, &entry)?;
            let ran = vm.run(&whose, &turn, Some(self.turn_time))?;
            each(entry.turn, &turn, &ran);
        }
        row.turns = last;
        Ok(Rewound { vm, row, seed })
    }
}

impl ForkOutcome {
    fn into_result(self) -> Result<Result<Data, HostError>, FlowError> {
        let numbers = jsvm::serde::Options::default().integers(jsvm::serde::Integers::Number);
        let data = |value: &serde_json::Value| {
            Data::of_with(value, &numbers).map_err(|error| FlowError::from(Error::from(error)))
        };
        Ok(match self {
            ForkOutcome::Error(message) => Err(HostError::new(message)),
            ForkOutcome::Value(text) => {
                let value = serde_json::from_str(&text).map_err(|error| FlowError::NotJson {
                    what: "outcome",
                    reason: error.to_string(),
                })?;
                Ok(data(&value)?)
            }
            ForkOutcome::Response { status, body } => {
                let response = MadeResponse::new(status, body);
                let data = Data::of_with(&response, &numbers).map_err(Error::from)?;
                Ok(data)
            }
        })
    }
}

/// Describes an input for people.
fn describe(input: &Input, names: &HashMap<u64, String>) -> String {
    match input {
        Input::Start { scheduled, .. } => match scheduled {
            None => "start".to_owned(),
            Some(_) => "start by a schedule".to_owned(),
        },
        Input::Signal { name, .. } => format!("signal {name}"),
        Input::Outcome { request, outcome } => {
            let name = match names.get(request) {
                Some(name) => name.clone(),
                None => format!("request {request}"),
            };
            let Ok(Err(error)) = outcome.clone().into_result() else {
                return format!("outcome of {name}");
            };
            let data = error.into_data();
            let message = data.root().ok().and_then(|root| root.get("message"));
            match message.and_then(|message| message.to::<String>().ok()) {
                Some(message) => format!("failure of {name}: {message}"),
                None => format!("failure of {name}"),
            }
        }
    }
}
