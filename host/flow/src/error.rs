//! Errors.

use crate::model::Status;
use crate::store::StoreError;

/// A failure of durable programs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// The id of a flow is not allowed.
    #[error(
        "{0:?} cannot be the id of a flow: use 1 to 200 printable ASCII characters without spaces and \
         quotation marks"
    )]
    InvalidId(String),
    /// There is no such flow.
    #[error("there is no flow {0}. `jsvm flow list` lists those of the store")]
    NoFlow(String),
    /// The flow has ended, so that it cannot take a signal.
    #[error("the flow {id} is {status}: it takes no signals any more")]
    Ended {
        /// The flow.
        id: String,
        /// How it ended.
        status: Status,
    },
    /// The flow has ended, so that there is nothing to look into.
    #[error(
        "the flow {id} is {status}: its state is not kept. `jsvm flow show {id}` prints how it ended"
    )]
    NoState {
        /// The flow.
        id: String,
        /// How it ended.
        status: Status,
    },
    /// The flow cannot be retried.
    #[error("the flow {id} is {status}: only failed, cancelled and stopped flows can be retried")]
    NotRetryable {
        /// The flow.
        id: String,
        /// How it ended.
        status: Status,
    },
    /// A program cannot be read.
    #[error("cannot read the program {file}: {reason}")]
    Read {
        /// The file.
        file: String,
        /// Why not.
        reason: String,
    },
    /// The program is no function.
    #[error(
        "{file} has no default export that is a function. Write `export default async function (input) \
         {{ … }}`"
    )]
    NoMain {
        /// The file.
        file: String,
    },
    /// The top level of a program failed.
    #[error("the top level of {file} failed{}: {error}", at(.place))]
    TopLevel {
        /// The file.
        file: String,
        /// Where it threw: file, line and column; empty if that is not known.
        place: String,
        /// The exception, the limit or the loss of the VM.
        error: Box<jsvm::Error>,
    },
    /// The top level of a program waits.
    #[error(
        "the top level of {file} waits for {what}, so there is no state to begin flows from. Wait inside \
         of the default function"
    )]
    TopLevelWaits {
        /// The file.
        file: String,
        /// What it waits for.
        what: &'static str,
    },
    /// A payload is not JSON.
    #[error("the {what} is not JSON: {reason}")]
    NotJson {
        /// `input` or `payload`.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// A payload is too large.
    #[error(
        "the {what} has {bytes} bytes, and {limit} are allowed. Store it elsewhere, and pass its name"
    )]
    TooLarge {
        /// `input`, `payload` or `name`.
        what: &'static str,
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A name is empty.
    #[error("the {what} cannot be empty")]
    Empty {
        /// `name` or `id`.
        what: &'static str,
    },
    /// The outcome of a fetch in a fork is no response.
    #[error(
        "request {number} is a fetch, whose outcome is a response: give it --response {number}=STATUS:BODY"
    )]
    NeedsResponse {
        /// The request.
        number: u64,
    },
    /// The key does not fit the store.
    #[error(
        "a record of the store cannot be unsealed: the key is that of another store, or the record is \
         damaged"
    )]
    WrongKey,
    /// The key is not that of the store.
    #[error(
        "the key is not that of the store, whose records are sealed with another one. Name that one: --key-file FILE"
    )]
    NotItsKey,
    /// The store does not have the program of a flow.
    #[error("the store does not have the program {0} of the flow")]
    NoProgram(String),
    /// Neither this program nor the store has the engine of a flow.
    #[error(
        "the flow needs the engine {0}, which neither this jsvm nor the store has. Use the version of jsvm \
         that started the flow"
    )]
    NoEngine(String),
    /// A turn was stopped by [`turn_time`](crate::WorkerConfig::turn_time).
    #[error(
        "the turn ran longer than {0:?}, and is undone. `jsvm flow retry` repeats it; if it needs the time, run the \
         worker with a longer --turn-time"
    )]
    TurnTime(std::time::Duration),
    /// The embedder does not have a function that the program of a flow needs.
    #[error(
        "the program calls the function {0}, which this process does not have. Run it with a worker whose flows have \
         the pure function {0}, then retry the flow"
    )]
    NoFunction(String),
    /// The flow has no query of this name.
    #[error("the flow {id} answers no query {name:?}. It answers: {known}")]
    NoQuery {
        /// The flow.
        id: String,
        /// The query.
        name: String,
        /// The queries that it has, or `none`.
        known: String,
    },
    /// Recovery made something else of a turn than the first time.
    #[error(
        "turn {turn} of the flow {id} did something else when it was repeated: its journal or its program \
         is not what it was, so the flow cannot go on"
    )]
    Diverged {
        /// The flow.
        id: String,
        /// The turn.
        turn: u64,
    },
    /// A turn is not kept.
    #[error(
        "turn {turn} is not kept: a snapshot has replaced the turns before {first}, and the last one is {last}"
    )]
    NotKept {
        /// The turn.
        turn: u64,
        /// The first turn after which the state is known.
        first: u64,
        /// The last turn.
        last: u64,
    },
    /// A request of that number has no place in a fork.
    #[error(
        "no request {number} waits for its outcome after turn {turn}. `jsvm flow show --at {turn}` lists those that do"
    )]
    NoRequest {
        /// The request.
        number: u64,
        /// The turn.
        turn: u64,
    },
    /// A schedule cannot be kept.
    #[error("{0}")]
    Schedule(String),
    /// A file is not an exported flow.
    #[error("the file is not an exported flow, or it is damaged: {0}")]
    NotExported(&'static str),
    /// The threads that run turns cannot be started.
    #[error("cannot start the threads of the worker: {0}. Use fewer")]
    Threads(String),
    /// A turn panicked on its thread.
    #[error(
        "the turn panicked, which is a bug of jsvm. Please report it with the message on standard error"
    )]
    Panicked,
    /// The system has no entropy.
    #[error("the system has no entropy for a seed")]
    Entropy(#[source] getrandom::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A VM failed.
    #[error(transparent)]
    Vm(#[from] jsvm::Error),
}

fn at(place: &str) -> String {
    match place {
        "" => String::new(),
        place => format!(" at {place}"),
    }
}
