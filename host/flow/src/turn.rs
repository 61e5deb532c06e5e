//! A turn: the VM gets inputs, and runs until it waits.

use std::time::{Duration, Instant};

use jsvm::{Error, Exception};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::effects::Outgoing;
use crate::model::{FlowId, Input, LogLine, Turn, WallTime};
use crate::vm::FlowVm;

/// How often timers that are due at once run in a turn. A program that sets one after the other goes on in
/// the next turn.
const MAX_PASSES: u32 = 1_000;

/// What a turn did. It may leave only when the inputs are committed.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) requests: Vec<Outgoing>,
    pub(crate) cancelled: Vec<u64>,
    pub(crate) logs: Vec<LogLine>,
    /// JSON.
    pub(crate) progress: Option<String>,
    /// Nanoseconds until the next timer.
    pub(crate) next_timer: Option<u64>,
    /// The times at the end of the turn.
    pub(crate) wall: WallTime,
    pub(crate) monotonic: u64,
    pub(crate) end: Option<End>,
    /// The signals that it waits for.
    pub(crate) signals: Vec<String>,
    /// Signals that came and that it did not await yet: names and payloads.
    pub(crate) early: Vec<(String, String)>,
    pub(crate) digest: [u8; 16],
    pub(crate) ran: Duration,
}

/// How a flow ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The JSON of the result.
    Completed(String),
    /// The JSON of the next input.
    Continued(String),
    Failed(Failure),
}

/// The description of an error.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
pub struct Failure {
    /// The name of the error's class.
    pub name: String,
    /// Its message.
    pub message: String,
    /// Its stack.
    pub stack: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &*self.name {
            "" => f.write_str(&self.message),
            name => write!(f, "{name}: {}", self.message),
        }
    }
}

impl From<&Exception> for Failure {
    fn from(exception: &Exception) -> Self {
        Failure {
            name: exception.name.clone(),
            message: exception.message.clone(),
            stack: exception.stack.clone(),
        }
    }
}

/// `state()` of `internal.js`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HostState {
    done: Option<Done>,
    signals: Vec<String>,
    early: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Done {
    Completed { text: String },
    Continued { text: String },
    Failed { error: Failure },
}

/// The flow that a turn is of.
pub(crate) struct Whose<'a> {
    pub(crate) id: &'a FlowId,
    pub(crate) run: u32,
}

impl FlowVm {
    /// Runs a turn. A time limit bounds all of it; a turn that is repeated has none.
    ///
    /// # Errors
    /// Limits, and the loss of the VM: its state is not known then. What the program throws is part of
    /// what the turn did.
    pub(crate) fn run(
        &self,
        whose: &Whose<'_>,
        turn: &Turn,
        time_limit: Option<Duration>,
    ) -> Result<Ran, Error> {
        let began = Instant::now();
        self.set_time_limit(time_limit)?;
        self.clock.set(turn.wall, turn.monotonic);
        let work = || self.give_all(whose, &turn.inputs);
        let given = match time_limit.and_then(|limit| began.checked_add(limit)) {
            Some(deadline) => self.vm.with_deadline(deadline, work),
            None => work(),
        };
        let mut end = None;
        let mut next_timer = None;
        match given {
            Ok(next) => next_timer = next,
            // No script caught it.
            Err(Error::Exception(exception)) => end = Some(End::Failed(Failure::from(&*exception))),
            Err(error) => return Err(error),
        }
        let state: String = self.call("state", ())?.to()?;
        let state: HostState = serde_json::from_str(&state).map_err(|error| {
            jsvm::ConversionError::new("the state of a flow", error.to_string())
        })?;
        let rejections = self.vm.take_unhandled_rejections()?;
        let end = end.or_else(|| state.done.map(End::from)).or_else(|| {
            let rejection = rejections.first()?;
            Some(End::Failed(Failure::from(&rejection.reason)))
        });
        drop(rejections);
        let requests = self.vm.take_requests()?.into_iter().map(Outgoing::new);
        let requests: Vec<_> = requests.collect();
        let cancelled = self.vm.take_cancellations()?;
        let (wall, monotonic) = self.clock.now();
        let output = self.take_output();
        let logs = output.lines.into_iter().map(|(level, text)| LogLine {
            wall: turn.wall,
            level,
            text,
        });
        let mut ran = Ran {
            requests,
            cancelled,
            logs: logs.collect(),
            progress: output.progress,
            next_timer,
            wall,
            monotonic,
            end,
            signals: state.signals,
            early: state.early,
            digest: [0; 16],
            ran: began.elapsed(),
        };
        ran.digest = ran.digest();
        Ok(ran)
    }

    /// Gives the inputs in order, and runs after each. Returns nanoseconds until the next timer.
    fn give_all(&self, whose: &Whose<'_>, inputs: &[Input]) -> Result<Option<u64>, Error> {
        for input in inputs {
            match input {
                Input::Start { input, scheduled } => {
                    let scheduled = scheduled.map(|time| (time / 1_000_000) as f64);
                    let id = whose.id.as_str();
                    self.call("start", (id, whose.run, &**input, scheduled))?;
                }
                Input::Outcome { request, outcome } => {
                    let result = outcome.clone().into_result()?;
                    self.vm.settle(*request, result)?;
                }
                Input::Signal { name, payload } => {
                    self.call("signal", (&**name, &**payload))?;
                }
            }
            while self.vm.run_jobs_up_to(u32::MAX)?.pending {}
        }
        let mut passes = 0;
        loop {
            let report = self.vm.run_jobs_up_to(u32::MAX)?;
            let is_due = report.next_timer == Some(Duration::ZERO);
            if report.pending || (is_due && passes < MAX_PASSES) {
                passes += 1;
                continue;
            }
            let next = report.next_timer;
            return Ok(next.map(|next| u64::try_from(next.as_nanos()).unwrap_or(u64::MAX)));
        }
    }
}

impl From<Done> for End {
    fn from(done: Done) -> Self {
        match done {
            Done::Completed { text } => End::Completed(text),
            Done::Continued { text } => End::Continued(text),
            Done::Failed { error } => End::Failed(error),
        }
    }
}

impl Ran {
    /// Returns how long the turn ran.
    pub(crate) fn nanoseconds(&self) -> u64 {
        u64::try_from(self.ran.as_nanos()).unwrap_or(u64::MAX)
    }

    /// The digest of all that leaves the turn.
    fn digest(&self) -> [u8; 16] {
        let mut digest = Sha256::new();
        for request in &self.requests {
            request.digest(&mut digest);
        }
        for number in &self.cancelled {
            digest.update(number.to_le_bytes());
        }
        let mut part = |text: &str| {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text.as_bytes());
        };
        for line in &self.logs {
            part(&line.level);
            part(&line.text);
        }
        part(self.progress.as_deref().unwrap_or_default());
        match &self.end {
            None => part("goes on"),
            Some(End::Completed(text) | End::Continued(text)) => part(text),
            Some(End::Failed(failure)) => {
                part(&failure.name);
                part(&failure.message);
            }
        }
        self.signals.iter().for_each(|name| part(name));
        digest.update(self.next_timer.unwrap_or(u64::MAX).to_le_bytes());
        let digest = digest.finalize();
        std::array::from_fn(|index| digest[index])
    }
}
