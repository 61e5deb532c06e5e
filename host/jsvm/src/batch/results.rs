//! What comes of a batch.

use std::fmt;

use ::serde::de::DeserializeOwned;

use super::operand::Step;
use crate::data::Data;
use crate::error::Error;
use crate::value::Value;

/// The results of the steps of a [`Batch`](super::Batch) whose results were asked for.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let mut batch = vm.batch();
/// let global = batch.global();
/// let math = batch.get(global, "Math");
/// let largest = batch.call_method(math, "max", (1, 2));
/// batch.output(largest);
/// let results = batch.run()?;
/// assert_eq!(results.to::<u32>(largest)?, 2);
/// // Nobody asked for the result of this step.
/// assert!(results.value(math).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct BatchResults(pub(super) Vec<Got>);

/// The result of a step.
#[derive(Clone, Debug)]
pub(crate) enum Got {
    Nothing,
    Value(Value),
    Data(Data),
}

impl BatchResults {
    /// The result of a step that was wanted as [`output`](super::Batch::output).
    pub fn value(&self, step: Step) -> Option<&Value> {
        match self.0.get(step.index()) {
            Some(Got::Value(value)) => Some(value),
            _ => None,
        }
    }

    /// The result of a step that was wanted as [`data`](super::Batch::data).
    pub fn data(&self, step: Step) -> Option<&Data> {
        match self.0.get(step.index()) {
            Some(Got::Data(data)) => Some(data),
            _ => None,
        }
    }

    /// The result of a step that was wanted in one of the two ways, converted.
    ///
    /// # Errors
    /// As [`Value::to`]; a step whose result was not wanted reads as `undefined`.
    pub fn to<T: DeserializeOwned>(&self, step: Step) -> Result<T, Error> {
        match self.0.get(step.index()) {
            Some(Got::Value(value)) => value.to(),
            Some(Got::Data(data)) => Ok(data.to()?),
            Some(Got::Nothing) | None => Value::UNDEFINED.to(),
        }
    }
}

/// A step of a [`Batch`](super::Batch) failed.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let mut batch = vm.batch();
/// let global = batch.global();
/// let missing = batch.call_method(global, "missing", ());
/// let error = batch.run().unwrap_err();
/// assert_eq!(error.step, missing);
/// assert_eq!(error.error.exception().unwrap().name, "TypeError");
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct BatchError {
    /// The step. Those after it were not tried.
    pub step: Step,
    /// Why it failed.
    pub error: Error,
    /// The results of the steps before it.
    pub results: BatchResults,
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {} of the batch: {}", self.step.0, self.error)
    }
}

impl std::error::Error for BatchError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl From<BatchError> for Error {
    fn from(error: BatchError) -> Self {
        error.error
    }
}
