//! Several operations in one call.

mod operand;
mod results;

pub use operand::{IntoOperand, IntoOperands, Operand, Step};
use results::Got;
pub use results::{BatchError, BatchResults};

use crate::arg::{Arg, IntoArg};
use crate::bindings::wit;
use crate::data::Data;
use crate::error::Error;
use crate::value::Value;
use crate::vm::Vm;

/// Operations on values that are done in one call into the VM, in order, until one fails.
///
/// A call costs some tenths of a microsecond, whatever it does. What a step results in can be used
/// by later steps without ever leaving the VM; what is wanted of it is said with
/// [`output`](Self::output) or [`data`](Self::data).
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let order = vm.eval("({ items: ['a', 'b'], total() { return 3 * this.items.length } })")?;
/// let mut batch = vm.batch();
/// let items = batch.get(&order, "items");
/// batch.call_method(items, "push", ("c",));
/// let total = batch.call_method(&order, "total", ());
/// let names = batch.call_method(items, "slice", ());
/// batch.output(total);
/// batch.data(names);
/// let results = batch.run()?;
/// assert_eq!(results.value(total).unwrap().to::<i32>()?, 9);
/// assert_eq!(results.to::<Vec<String>>(names)?, ["a", "b", "c"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Batch<'a> {
    vm: &'a Vm,
    steps: Vec<wit::Step>,
    /// The handles in the steps live as long as these.
    kept: Vec<Kept>,
    /// What was wrong with an operand.
    error: Option<(Step, Error)>,
}

#[derive(Debug)]
#[expect(dead_code, reason = "they are only kept")]
enum Kept {
    Value(Value),
    Data(Data),
}

impl<'a> Batch<'a> {
    pub(crate) fn new(vm: &'a Vm) -> Self {
        Batch {
            vm,
            steps: Vec::new(),
            kept: Vec::new(),
            error: None,
        }
    }

    /// The global object.
    pub fn global(&mut self) -> Step {
        self.push(wit::Operation::Global)
    }

    /// A value that several steps use: it is copied in once.
    pub fn value(&mut self, value: impl IntoArg) -> Step {
        match value.into_arg() {
            Arg::Data(data) => self.data_step(data),
            arg => {
                let value = self.convert(Operand::Arg(arg));
                self.push(wit::Operation::Value(value))
            }
        }
    }

    /// `object[key]`
    pub fn get(&mut self, object: impl IntoOperand, key: impl IntoOperand) -> Step {
        let (object, key) = (self.operand(object), self.operand(key));
        self.push(wit::Operation::Get((object, key)))
    }

    /// `object[key] = value` in strict mode. The result is the value.
    pub fn set(
        &mut self,
        object: impl IntoOperand,
        key: impl IntoOperand,
        value: impl IntoOperand,
    ) -> Step {
        let (object, key) = (self.operand(object), self.operand(key));
        let value = self.operand(value);
        self.push(wit::Operation::Set((object, key, value)))
    }

    /// Calls a function with `this` undefined.
    pub fn call(&mut self, function: impl IntoOperand, args: impl IntoOperands) -> Step {
        let step = self.call_step(function, args);
        self.push(wit::Operation::Call(step))
    }

    /// `object[key](...args)`
    pub fn call_method(
        &mut self,
        object: impl IntoOperand,
        key: impl IntoOperand,
        args: impl IntoOperands,
    ) -> Step {
        let (object, key) = (self.operand(object), self.operand(key));
        let args = self.operands(args);
        self.push(wit::Operation::CallMethod(wit::MethodStep {
            object,
            key,
            args,
        }))
    }

    /// `new constructor(...args)`
    pub fn construct(&mut self, constructor: impl IntoOperand, args: impl IntoOperands) -> Step {
        let step = self.call_step(constructor, args);
        self.push(wit::Operation::Construct(step))
    }

    /// Makes the result of a step one of the results of the batch, as a [`Value`].
    pub fn output(&mut self, step: Step) {
        self.want(step, wit::Wanted::Output);
    }

    /// Makes the result of a step one of the results of the batch, as data. It is copied when the
    /// step is done.
    pub fn data(&mut self, step: Step) {
        self.want(step, wit::Wanted::Data);
    }

    /// Does the steps. It does not run jobs.
    ///
    /// # Errors
    /// If a step fails; the results of those before it are in the error.
    pub fn run(self) -> Result<BatchResults, BatchError> {
        let failed = |step, error, results| BatchError {
            step,
            error,
            results,
        };
        if let Some((step, error)) = self.error {
            return Err(failed(step, error, BatchResults::default()));
        }
        let shared = &self.vm.shared;
        let steps = &self.steps;
        let ran = shared.enter_noting(|e| e.vm.batch().call_run(e.store, steps));
        let (report, interrupted) = match ran {
            Ok(report) => report,
            Err(error) => return Err(failed(Step(0), error, BatchResults::default())),
        };
        let results = report.results.into_iter().map(|result| match result {
            wit::StepResult::Nothing => Got::Nothing,
            wit::StepResult::Output(output) => Got::Value(shared.wrap(output)),
            wit::StepResult::Data(form) => Got::Data(shared.data(form)),
        });
        let results = BatchResults(results.collect());
        match interrupted.explain(report.error.map_or(Ok(()), Err)) {
            Ok(()) => Ok(results),
            Err(error) => {
                let step = Step(results.0.len() as u32);
                Err(failed(step, shared.error(error, interrupted), results))
            }
        }
    }

    fn push(&mut self, operation: wit::Operation) -> Step {
        self.steps.push(wit::Step {
            operation,
            wanted: wit::Wanted::Nothing,
        });
        Step((self.steps.len() - 1) as u32)
    }

    fn want(&mut self, step: Step, wanted: wit::Wanted) {
        if let Some(step) = self.steps.get_mut(step.index()) {
            step.wanted = wanted;
        }
    }

    fn call_step(&mut self, function: impl IntoOperand, args: impl IntoOperands) -> wit::CallStep {
        wit::CallStep {
            function: self.operand(function),
            this: wit::Input::Undefined,
            args: self.operands(args),
        }
    }

    fn operands(&mut self, operands: impl IntoOperands) -> Vec<wit::Input> {
        let operands = operands.into_operands().into_iter();
        operands.map(|operand| self.convert(operand)).collect()
    }

    fn operand(&mut self, operand: impl IntoOperand) -> wit::Input {
        self.convert(operand.into_operand())
    }

    fn convert(&mut self, operand: Operand) -> wit::Input {
        let arg = match operand {
            Operand::Step(step) => return wit::Input::EarlierStep(step.0),
            Operand::Arg(arg) => arg,
        };
        match arg {
            Arg::Undefined => wit::Input::Undefined,
            Arg::Null => wit::Input::Null,
            Arg::Boolean(value) => wit::Input::Boolean(value),
            Arg::Number(value) => wit::Input::Number(value),
            Arg::Text(text) => wit::Input::Text(text),
            Arg::Value(value) => match value.input(&self.vm.shared) {
                Ok(operand) => {
                    self.kept.push(Kept::Value(value));
                    operand
                }
                Err(error) => self.refuse(error),
            },
            Arg::Data(data) => wit::Input::EarlierStep(self.data_step(data).0),
            Arg::Invalid(error) => self.refuse(error.into()),
        }
    }

    fn data_step(&mut self, data: Data) -> Step {
        let form = match self.vm.check(&data) {
            Ok(()) => data.form().cloned().map(Into::into).map_err(Error::from),
            Err(error) => Err(error),
        };
        match form {
            Ok(form) => {
                self.kept.push(Kept::Data(data));
                self.push(wit::Operation::Data(form))
            }
            Err(error) => {
                self.refuse(error);
                self.push(wit::Operation::Global)
            }
        }
    }

    /// Remembers the first error, for [`run`](Self::run).
    fn refuse(&mut self, error: Error) -> wit::Input {
        let step = Step(self.steps.len() as u32);
        self.error.get_or_insert((step, error));
        wit::Input::Undefined
    }
}
