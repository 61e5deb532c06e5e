//! Describes how a cell ended.

use std::time::{Duration, Instant};

use jsvm::{Error, InspectOptions, MemoryUsage, Value, Vm};
use jsvm_node::Prompt;

use crate::fault::{self, CellError, Parsing, Scene, ToolFault};
use crate::files::Inside;
use crate::gate::Activity;
use crate::outcome::{CellValue, Costs, FileChange, Outcome, PendingCall, Status};
use crate::sandbox::Sandbox;
use crate::schema::shortened;

/// Time for what describes a result. It can run code of the cell: accessors and `toJSON`.
const BRIEF: Duration = Duration::from_secs(1);
/// Bytes of a text that describes a value that is too large.
const MAX_BEGINNING: usize = 4 << 10;
/// Levels of a value that are shown.
const DEPTH: u32 = 4;

/// How a cell ended.
pub enum End {
    Value(CellValue),
    Failed(CellError),
    /// It was stopped: the session is as before.
    Stopped(CellError),
    Waits(Vec<PendingCall>),
}

/// What is known of a cell and its VM.
pub struct Report<'a> {
    pub sandbox: &'a Sandbox,
    pub vm: &'a Vm,
    pub inside: &'a Inside,
    pub prompt: &'a Prompt,
    pub cell: u32,
    pub code: &'a str,
}

impl Report<'_> {
    /// Describes the value of a cell.
    pub fn value(&self, value: &Value) -> End {
        let cap = self.sandbox.caps().value;
        let described = self.briefly(|| {
            let text = value.inspect(InspectOptions::default().depth(DEPTH))?;
            // A cycle or a BigInt has no form as JSON.
            let json = match value.to_json() {
                Err(Error::Exception(_)) => None,
                json => json?,
            };
            Ok((text, json))
        });
        let (text, json) = match described {
            Ok(described) => described,
            Err(error @ Error::Exception(_)) => return self.error(&error),
            Err(error) => return self.stopped(&error),
        };
        let too_large = json.as_ref().map(String::len).filter(|bytes| *bytes > cap);
        let json = json.filter(|_| too_large.is_none());
        let limit = if too_large.is_some() {
            MAX_BEGINNING.min(cap)
        } else {
            cap
        };
        End::Value(CellValue {
            // JSON that is nested deeper than serde reads it is described by its text alone.
            json: json.and_then(|json| serde_json::from_str(&json).ok()),
            text: shortened(text, limit),
            too_large: too_large.map(|bytes| bytes as u64),
        })
    }

    /// Describes an exception, or a promise that never settles.
    pub fn error(&self, error: &Error) -> End {
        End::Failed(self.describe(error, true))
    }

    /// Describes why a cell cannot go on.
    pub fn stopped(&self, error: &Error) -> End {
        End::Stopped(self.describe(error, false))
    }

    /// Describes errors that no code handled.
    pub fn unhandled(&self, errors: &[Error]) -> Vec<CellError> {
        errors
            .iter()
            .map(|error| self.describe(error, true))
            .collect()
    }

    /// Returns the files that the cell changed.
    pub fn files(&self) -> Vec<FileChange> {
        let changes = self.briefly(|| self.inside.call("cellChanges", ())?.to());
        changes.unwrap_or_default()
    }

    fn describe(&self, error: &Error, is_usable: bool) -> CellError {
        let thrown = error.exception().filter(|_| is_usable);
        let tool = thrown.and_then(|exception| self.tool_fault(&exception.value));
        let parsing = match thrown {
            Some(_) if tool.is_none() => self.parsing(),
            _ => Parsing::Fine,
        };
        let scene = Scene {
            cell: self.cell,
            code: self.code,
            tools: self.sandbox.tools(),
            time: self.sandbox.caps().time,
            parsing,
        };
        fault::describe(error, tool, &scene)
    }

    fn tool_fault(&self, thrown: &Value) -> Option<ToolFault> {
        let details = self.briefly(|| self.inside.call("detailsOf", (thrown,)));
        details.ok()?.to().ok()
    }

    fn parsing(&self) -> Parsing {
        let code = self.prompt.read(self.code.trim_end()).with_variables();
        if self.prompt.parses(&code) {
            Parsing::Fine
        } else if self.prompt.parses_in_function(&code) {
            Parsing::NeedsFunction
        } else {
            Parsing::Wrong
        }
    }

    fn briefly<T>(&self, calls: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        self.vm.with_deadline(Instant::now() + BRIEF, calls)
    }
}

impl End {
    /// Puts everything together.
    pub fn outcome(
        self,
        cell: u32,
        activity: Activity,
        unhandled: Vec<CellError>,
        files: Vec<FileChange>,
        (time, running): (Duration, Duration),
        memory: &MemoryUsage,
    ) -> Outcome {
        let status = match self {
            End::Value(value) => Status::Completed { value },
            End::Waits(waiting) => Status::Waiting { waiting },
            End::Failed(error) => Status::Failed {
                error,
                rolled_back: false,
            },
            End::Stopped(error) => Status::Failed {
                error,
                rolled_back: true,
            },
        };
        let calls = activity.records;
        let costs = Costs {
            time,
            running,
            memory: memory.used,
            peak_memory: memory.peak,
            calls: calls.len() as u32,
            tool_time: calls.iter().map(|call| call.time).sum(),
            tool_bytes: calls
                .iter()
                .map(|call| call.input_bytes + call.output_bytes)
                .sum(),
        };
        Outcome {
            cell,
            status,
            console: activity.console,
            unhandled,
            calls,
            files,
            costs,
        }
    }
}
