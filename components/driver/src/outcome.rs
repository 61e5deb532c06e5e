//! How requests are settled.

use jsvm_component_data::Value;
use wasi::io::poll::Pollable;

/// How a request is settled: the value that fulfils its promise, or the reason that rejects it.
pub type Outcome = Result<Value, Value>;

/// An error for the script when something outside of the VM fails.
pub fn type_error(message: impl Into<String>) -> Value {
    Value::TypeError(message.into())
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
