//! What a cell results in. All of it can be serialized, for a model or a client.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fault::CellError;
use crate::tool::ToolErrorCode;

/// The result of [`Session::run`](crate::Session::run) and its companions.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// The number of the cell, from 1. Its code has the file name `<cell N>`.
    pub cell: u32,
    /// How it ended.
    #[serde(flatten)]
    pub status: Status,
    /// What it printed.
    pub console: ConsoleOutput,
    /// Rejections that no code handled, and exceptions in timers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unhandled: Vec<CellError>,
    /// The calls of tools, in the order in which they began.
    pub calls: Vec<CallRecord>,
    /// Files that the cell changed.
    pub files: Vec<FileChange>,
    /// What it used.
    pub costs: Costs,
}

impl Outcome {
    /// Returns the value, if the cell completed.
    pub fn value(&self) -> Option<&CellValue> {
        match &self.status {
            Status::Completed { value } => Some(value),
            _ => None,
        }
    }

    /// Returns the error, if the cell failed.
    pub fn error(&self) -> Option<&CellError> {
        match &self.status {
            Status::Failed { error, .. } => Some(error),
            _ => None,
        }
    }

    /// Returns the calls that wait for approval.
    pub fn waiting(&self) -> &[PendingCall] {
        match &self.status {
            Status::Waiting { waiting } => waiting,
            _ => &[],
        }
    }
}

/// How a cell ended.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Status {
    /// The value of its last statement.
    Completed {
        /// The value.
        value: CellValue,
    },
    /// It threw, or was stopped.
    Failed {
        /// Why.
        error: CellError,
        /// Whether variables and files are as they were before the cell. They are if the cell was
        /// stopped, and not if it threw. What its calls of tools did is not undone.
        rolled_back: bool,
    },
    /// It waits for approval of these calls.
    Waiting {
        /// The calls.
        waiting: Vec<PendingCall>,
    },
}

/// The value of a cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CellValue {
    /// The value as JSON, if it has such a form and is not too large. `undefined` and functions
    /// have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// The value as the console shows it, shortened.
    pub text: String,
    /// How many bytes of JSON the value has, if it was too large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub too_large: Option<u64>,
}

/// What a cell printed, up to [`Caps::console`](crate::Caps::console).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConsoleOutput {
    /// The messages.
    pub messages: Vec<ConsoleMessage>,
    /// How many bytes were left out.
    pub omitted_bytes: u64,
}

/// A message of the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConsoleMessage {
    /// `debug`, `log`, `info`, `warn`, `error` or `trace`.
    pub level: String,
    /// The text.
    pub text: String,
}

/// A call of a tool that waits for approval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PendingCall {
    /// The number of the call, unique in its session.
    pub id: u64,
    /// The name of the tool.
    pub tool: String,
    /// The arguments.
    pub input: Value,
}

/// A call of a tool that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CallRecord {
    /// The number of the call, unique in its session.
    pub id: u64,
    /// The name of the tool.
    pub tool: String,
    /// How it ended.
    #[serde(flatten)]
    pub end: CallEnd,
    /// How long the tool took.
    #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
    pub time: Duration,
    /// Bytes of the arguments, as JSON.
    pub input_bytes: u64,
    /// Bytes of the result, as JSON.
    pub output_bytes: u64,
}

/// How a call of a tool ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "end", content = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CallEnd {
    /// It returned a result.
    Returned,
    /// It failed.
    Failed(ToolErrorCode),
    /// It was running when the cell was stopped. Whether it had an effect is not known.
    Stopped,
    /// It waits for approval.
    Waits,
}

/// A file that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileChange {
    /// The path.
    pub path: String,
    /// What happened to it.
    pub kind: FileChangeKind,
    /// UTF-16 units of a text, or bytes; 0 if the file was removed.
    pub size: u64,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FileChangeKind {
    /// It was not there before.
    Created,
    /// It has other contents.
    Modified,
    /// It is no longer there.
    Removed,
}

/// What a cell used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Costs {
    /// Time from the call to the outcome. Time that the session waits for approval does not count.
    #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
    pub time: Duration,
    /// Time in which the VM ran: the rest is waiting for tools and timers.
    #[serde(rename = "running_milliseconds", serialize_with = "milliseconds")]
    pub running: Duration,
    /// Bytes of the heap of the session, after the cell.
    pub memory: u64,
    /// The largest size of that heap so far.
    pub peak_memory: u64,
    /// Calls of tools.
    pub calls: u32,
    /// Time in tools, added up. Calls that run at the same time count each.
    #[serde(rename = "tool_milliseconds", serialize_with = "milliseconds")]
    pub tool_time: Duration,
    /// Bytes of JSON that went to tools and came from them.
    pub tool_bytes: u64,
}

fn milliseconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((time.as_secs_f64() * 1e6).round() / 1e3)
}
