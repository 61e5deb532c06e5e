//! Errors of embedders. Those of cells are in `fault.rs`.

use jsvm::SnapshotError;

use crate::outcome::PendingCall;

/// A failure of a [`Sandbox`](crate::Sandbox) or [`Session`](crate::Session). What goes wrong in the
/// code of a cell is part of its [`Outcome`](crate::Outcome) instead.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// A tool cannot have this name.
    #[error("a tool cannot have the name {name:?}: {reason}")]
    ToolName {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The schema of a tool is no JSON Schema.
    #[error("the {which} schema of the tool {tool:?} is invalid: {reason}")]
    Schema {
        /// The tool.
        tool: String,
        /// `input` or `output`.
        which: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The code is longer than [`Caps::code`](crate::Caps::code).
    #[error("the code has {bytes} bytes, more than the limit of {limit}: run it in several cells")]
    CodeTooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The session waits for approval, so it runs no other code.
    #[error(
        "the session waits for approval of {}: resume or cancel it first",
        names(.calls)
    )]
    Waiting {
        /// The calls that wait.
        calls: Vec<PendingCall>,
    },
    /// The session does not wait for approval.
    #[error("the session does not wait for approval: run code instead")]
    NotWaiting,
    /// No call of this number waits.
    #[error("no call with the number {id} waits for approval")]
    UnknownCall {
        /// The number.
        id: u64,
    },
    /// Other arguments or another result were given to a call, and do not fit the tool's schema.
    #[error("the decision about the call {id} does not fit the schema of its tool: {reason}")]
    InvalidDecision {
        /// The number of the call.
        id: u64,
        /// What does not fit.
        reason: String,
    },
    /// The bytes are not those of a session, or damaged.
    #[error("the bytes are not a saved session: {0}")]
    Malformed(&'static str),
    /// A part of the bytes cannot be read as a snapshot.
    #[error("cannot read the saved session: {0}")]
    Snapshot(#[from] SnapshotError),
    /// The system has no random numbers for the id of a session.
    #[error("cannot create an id for the session: the system has no random numbers")]
    Entropy(#[source] getrandom::Error),
    /// The VM cannot be created, or was lost with everything that it could be restored from.
    #[error(transparent)]
    Vm(#[from] jsvm::Error),
}

fn names(calls: &[PendingCall]) -> String {
    let names = calls
        .iter()
        .map(|call| format!("{} ({})", call.tool, call.id));
    names.collect::<Vec<_>>().join(", ")
}
