//! Why a cell failed, in a form that a model can act on.

use std::time::Duration;

use jsvm::{Error, Exception, Gone, Limit};
use serde::{Deserialize, Serialize};

use crate::declare;
use crate::schema::shortened;
use crate::tool::Issue;
use crate::tools::ToolSet;

/// Bytes of the message of an error.
const MAX_MESSAGE: usize = 4 << 10;
/// Places in code that are reported of one error.
const MAX_PLACES: usize = 10;
/// Bytes of a line of code.
const MAX_LINE: usize = 200;

/// Why a cell failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CellError {
    /// What kind of failure it is.
    pub kind: FaultKind,
    /// The message, with the name of the error.
    pub message: String,
    /// The places in code that led to it, innermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// The tool that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<ToolFault>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What kind of failure ended a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FaultKind {
    /// The code does not parse.
    Syntax,
    /// The code threw.
    Exception,
    /// A tool failed, and the code did not catch the error.
    Tool,
    /// The cell took too long.
    Time,
    /// The cell took too much memory.
    Memory,
    /// The code awaits something that never comes.
    Unsettled,
    /// The embedder stopped the cell.
    Stopped,
    /// The VM was lost for another reason.
    Lost,
}

/// A place in the code of a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The number of the cell.
    pub cell: u32,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The text of the line, if it is in the cell that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// The failure of a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolFault {
    /// The name of the tool.
    #[serde(rename = "tool")]
    pub name: String,
    /// Why it failed: a [`ToolErrorCode`](crate::ToolErrorCode) in lower case.
    pub code: String,
    /// The arguments that do not fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<Issue>,
}

/// What is known of the cell that failed.
pub struct Scene<'a> {
    pub cell: u32,
    /// Its code, or an empty text.
    pub code: &'a str,
    pub tools: &'a ToolSet,
    pub time: Duration,
    pub parsing: Parsing,
}

/// How the code of a cell parses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsing {
    Fine,
    /// Only inside of a function.
    NeedsFunction,
    Wrong,
}

/// Returns the name of the file of a cell.
pub fn file_name(cell: u32) -> String {
    format!("<cell {cell}>")
}

/// Describes an error. `tool` is what is known of its exception.
pub fn describe(error: &Error, tool: Option<ToolFault>, scene: &Scene<'_>) -> CellError {
    let plain = |kind, message: String, hint: &str| CellError {
        kind,
        message,
        places: Vec::new(),
        tool: None,
        hint: (!hint.is_empty()).then(|| hint.to_owned()),
    };
    match error {
        Error::Exception(exception) => of_exception(exception, tool, scene),
        Error::Rejection(rejection) => match rejection.limit {
            Some(limit) => describe(&Error::Limit(limit), None, scene),
            None => of_exception(&rejection.reason, tool, scene),
        },
        Error::Interrupted(jsvm::Interrupt::Handle | jsvm::Interrupt::Embedder) => {
            plain(FaultKind::Stopped, "the cell was stopped".to_owned(), "")
        }
        Error::Interrupted(_) | Error::Gone(Gone::Time) => plain(
            FaultKind::Time,
            format!(
                "the cell exceeded a time limit ({} s for a cell)",
                scene.time.as_secs_f64()
            ),
            "Look for a loop that never ends, or split the work into several cells.",
        ),
        Error::Limit(Limit::Memory) | Error::Gone(Gone::Memory) => plain(
            FaultKind::Memory,
            "the cell exceeded the memory limit".to_owned(),
            "Work on smaller parts, and keep only what is needed.",
        ),
        Error::Limit(limit) => plain(
            FaultKind::Memory,
            limit.to_string(),
            "Make a smaller value.",
        ),
        Error::Unsettled => plain(
            FaultKind::Unsettled,
            "the cell awaits a promise that never settles".to_owned(),
            "Look for a `new Promise` that calls neither of its functions.",
        ),
        error => plain(FaultKind::Lost, error.to_string(), "Make the cell do less."),
    }
}

fn of_exception(exception: &Exception, tool: Option<ToolFault>, scene: &Scene<'_>) -> CellError {
    let places: Vec<Place> = exception
        .locations()
        .filter_map(|place| {
            let cell = place.file.strip_prefix("<cell ")?.strip_suffix('>')?;
            let cell = cell.parse().ok()?;
            let line = (cell == scene.cell)
                .then(|| scene.code.lines().nth(place.line.checked_sub(1)? as usize));
            Some(Place {
                cell,
                line: place.line,
                column: place.column,
                code: line
                    .flatten()
                    .map(|line| shortened(line.trim().to_owned(), MAX_LINE)),
            })
        })
        .take(MAX_PLACES)
        .collect();
    let kind = match &tool {
        Some(_) => FaultKind::Tool,
        None if scene.parsing == Parsing::Fine => FaultKind::Exception,
        None => FaultKind::Syntax,
    };
    let hint = match &tool {
        Some(tool) => hint_of_tool(tool, scene.tools),
        None if scene.parsing == Parsing::NeedsFunction => Some(
            "A cell is a script: end it with the value as an expression, without `return`.".into(),
        ),
        None if exception.name == "ReferenceError" => Some(
            "There are only the language, `tools`, `files`, `console`, timers and what cells \
             declared: no `require`, `process` or network."
                .into(),
        ),
        None => None,
    };
    CellError {
        kind,
        message: shortened(exception.to_string(), MAX_MESSAGE),
        places,
        tool,
        hint,
    }
}

fn hint_of_tool(fault: &ToolFault, tools: &ToolSet) -> Option<String> {
    match fault.code.as_str() {
        "invalid-arguments" => {
            let tool = &tools.get(&fault.name)?.tool;
            Some(format!("Call it as {}", declare::signature(tool)))
        }
        "denied" => Some("Do not make this call again; find another way, or ask.".into()),
        "result-too-large" => Some("Ask for fewer items, or for a part.".into()),
        "too-many-calls" => Some("Make fewer calls, or split them over several cells.".into()),
        _ => None,
    }
}
