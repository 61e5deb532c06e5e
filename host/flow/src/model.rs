//! What is stored of flows: rows, turns and their inputs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::FlowError;

/// The most bytes of a flow's id.
pub const MAX_ID: usize = 200;

/// Nanoseconds since 1970-01-01T00:00:00Z.
pub type WallTime = u64;

/// The name of a flow, unique in a store: 1 to 200 bytes of printable ASCII without spaces.
///
/// ```
/// use jsvm_flow::FlowId;
/// let id: FlowId = "order-17".parse()?;
/// assert_eq!(id.as_str(), "order-17");
/// assert!("two words".parse::<FlowId>().is_err());
/// # Ok::<(), jsvm_flow::FlowError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FlowId(String);

impl FlowId {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for FlowId {
    type Err = FlowError;

    fn from_str(text: &str) -> Result<Self, FlowError> {
        // It is part of a header field, `Idempotency-Key`.
        let is_valid = text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"');
        if text.is_empty() || text.len() > MAX_ID || !is_valid {
            return Err(FlowError::InvalidId(text.to_owned()));
        }
        Ok(FlowId(text.to_owned()))
    }
}

impl fmt::Display for FlowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The digest of a program's code: the SHA-256 of its sealed bundle.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProgramId([u8; 32]);

impl ProgramId {
    /// The id with these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        ProgramId(bytes)
    }

    /// Returns the bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for ProgramId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ProgramId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProgramId({self})")
    }
}

/// Whether a flow runs, and how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Status {
    /// It runs, or waits for a request, a timer or a signal.
    Running,
    /// Its function returned.
    Completed,
    /// It threw an error that its code did not catch.
    Failed,
    /// It was cancelled.
    Cancelled,
    /// A limit, a damaged record or another engine stopped it. It can be retried.
    Stopped,
}

impl Status {
    /// Returns the word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Running => "running",
            Status::Completed => "completed",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
            Status::Stopped => "stopped",
        }
    }

    /// Returns the status of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        use Status::{Cancelled, Completed, Failed, Running, Stopped};
        let all = [Running, Completed, Failed, Cancelled, Stopped];
        all.into_iter().find(|status| status.as_str() == word)
    }

    /// Whether nothing happens any more unless somebody retries the flow.
    pub const fn is_ended(self) -> bool {
        !matches!(self, Status::Running)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a turn of a flow gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Input {
    /// The first: the flow's function is called with a JSON text.
    Start {
        input: String,
        /// The time of its schedule, if one started it.
        scheduled: Option<WallTime>,
    },
    /// The outcome of a request.
    Outcome { request: u64, outcome: Outcome },
    /// A signal, with its payload as a JSON text.
    Signal { name: String, payload: String },
}

/// What a run begins with, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StartRecord {
    /// JSON.
    pub(crate) input: String,
    /// The time of its schedule, if one started it.
    pub(crate) scheduled: Option<WallTime>,
    /// Names and payloads of signals that an earlier run did not await.
    pub(crate) signals: Vec<(String, String)>,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) fulfilled: bool,
    /// The value or the reason, in the data form.
    pub(crate) item: Vec<u8>,
    pub(crate) chunks: Vec<Vec<u8>>,
}

/// The inputs of a turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Turn {
    /// The wall-clock time of the turn.
    pub(crate) wall: WallTime,
    /// The time of timers: nanoseconds of the flow's own clock, which never goes back.
    pub(crate) monotonic: u64,
    pub(crate) inputs: Vec<Input>,
}

/// What is known of a flow after a turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowState {
    /// Whether it runs.
    pub status: Status,
    /// When the next timer is due, if one is set.
    pub wake: Option<WallTime>,
    /// The wall-clock time of the last turn.
    pub wall: WallTime,
    /// Nanoseconds of the flow's own clock at the end of the last turn.
    pub monotonic: u64,
    /// How many requests have no outcome.
    pub requests: u32,
    /// What it waits for, for people: `signal approved`, `2 requests`.
    pub waiting: String,
    /// The sealed JSON of the result, or the text of the error.
    pub result: Option<Vec<u8>>,
    /// The sealed JSON of what the program last reported as its progress.
    pub progress: Option<Vec<u8>>,
}

/// A flow as it is stored, without its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowRow {
    /// Its id.
    pub id: FlowId,
    /// The code that it runs.
    pub program: ProgramId,
    /// How many times it was begun: by its start, `continueWith` and retries.
    pub run: u32,
    /// When it was started.
    pub created: WallTime,
    /// How many turns of the present run are committed.
    pub turns: u64,
    /// The program that it moves to at its next checkpoint.
    pub target: Option<ProgramId>,
    /// Sealed: why the last order to move was given up.
    pub refusal: Option<Vec<u8>>,
    /// The lane that limits how many flows run at once.
    pub lane: Option<Lane>,
    /// The sealed input, with the signals that an earlier run did not await.
    pub input: Vec<u8>,
    /// The sealed seed of its random numbers.
    pub seed: Vec<u8>,
    /// What is known after its last turn.
    pub state: FlowState,
}

/// Flows that share a limit of how many run at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// The flows of one name share the limit.
    pub name: String,
    /// How many run at once at most. The oldest flow that waits decides.
    pub limit: u32,
}

/// A schedule as it is stored: it starts flows by a cron expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSchedule {
    /// Its name, with which the ids of its flows begin.
    pub name: FlowId,
    /// The cron expression.
    pub cron: String,
    /// The IANA name of the time zone.
    pub zone: String,
    /// What to do about times that passed while no worker ran.
    pub missed: Missed,
    /// Whether a flow is started while the last one runs.
    pub overlap: bool,
    /// The program.
    pub program: ProgramId,
    /// The sealed input of each flow.
    pub input: Vec<u8>,
    /// When the next flow is started.
    pub next: WallTime,
    /// The flow that was started last.
    pub last: Option<FlowId>,
}

/// What a worker does about times of a schedule that passed while no worker ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Missed {
    /// Starts one flow, for the latest of them.
    #[default]
    Latest,
    /// Starts a flow for each.
    All,
    /// Starts none, if the time is more than a minute ago.
    Skip,
}

impl Missed {
    /// Returns the word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Missed::Latest => "latest",
            Missed::All => "all",
            Missed::Skip => "skip",
        }
    }

    /// Returns the choice that a word means.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Missed::Latest, Missed::All, Missed::Skip];
        all.into_iter().find(|missed| missed.as_str() == word)
    }
}

/// A turn in the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Its number in the run, from 1.
    pub turn: u64,
    /// The sealed inputs.
    pub inputs: Vec<u8>,
    /// The digest of what the turn did; missing if the worker ended before it was known.
    pub digest: Option<[u8; 16]>,
    /// Nanoseconds that it ran, or [`NOT_RUN`](Self::NOT_RUN).
    pub ran: u64,
}

impl JournalEntry {
    /// The time of a turn that was stored and did not run, so that nothing has left it.
    pub const NOT_RUN: u64 = i64::MAX as u64;
}

/// A line of a flow's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// The wall-clock time of the turn that wrote it.
    pub wall: WallTime,
    /// `debug`, `log`, `info`, `warn`, `error` or `trace`.
    pub level: String,
    /// The text.
    pub text: String,
}

/// A signal that waits for its flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSignal {
    /// Its place among all signals of the store.
    pub number: u64,
    /// Its id, by which it is known if it comes again.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The sealed payload, as JSON.
    pub payload: Vec<u8>,
}

/// A program as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredProgram {
    /// Its id.
    pub id: ProgramId,
    /// The file that it was made of, for people.
    pub name: String,
    /// The digest of the engine that its snapshot needs.
    pub engine: [u8; 32],
    /// The snapshot of its VM after the top level ran.
    pub snapshot: Vec<u8>,
}

/// All that is needed to go on with a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFlow {
    /// The row.
    pub row: FlowRow,
    /// The newest sealed snapshot, with the number of the turn after which it was taken.
    pub snapshot: Option<(u64, Vec<u8>)>,
    /// The turns after that.
    pub journal: Vec<JournalEntry>,
}
