//! How requests are settled.

use jsvm_component_data::Value;
use wasi::io::poll::Pollable;

use crate::target::Target;

/// How a request is settled: the value that fulfils its promise, or the reason that rejects it.
pub type Outcome = Result<Value, Value>;

/// An error for the script when something outside of the VM fails.
pub fn type_error(message: impl Into<String>) -> Value {
    Value::TypeError(message.into())
}

/// The error of a URL whose host the program may not reach.
pub fn denied(url: &str) -> Value {
    let host = Target::parse(url).map_or(url, |target| target.authority);
    Value::Coded {
        name: "PermissionDenied",
        message: format!(
            "cannot reach {host}: permission denied. Whoever runs this file must allow this host"
        ),
        code: "ERR_ACCESS_DENIED",
    }
}

/// The result of a step of work that may have to wait.
pub enum Step<W> {
    /// The work goes on when the pollable is ready.
    Wait(W, Pollable),
    /// The work is done.
    Done(Outcome),
}

impl<W> Step<W> {
    /// Converts the work that is left.
    pub fn map<T>(self, convert: impl FnOnce(W) -> T) -> Step<T> {
        match self {
            Step::Wait(work, pollable) => Step::Wait(convert(work), pollable),
            Step::Done(outcome) => Step::Done(outcome),
        }
    }
}
