//! The interface `batch`.

use crate::bindings::exports::jsvm::engine::batch::{
    BatchReport, CallStep, Guest, MethodStep, Operation, Step, StepResult, Wanted,
};
use crate::bindings::exports::jsvm::engine::values::Input;
use crate::convert::{self, output};
use crate::data;
use crate::error::Result;
use crate::js::{self, JsResult, Key, Thrown, Value};

impl Guest for crate::Guest {
    fn run(steps: Vec<Step<'_>>) -> BatchReport {
        run(steps)
    }
}

/// Does the steps in order, until one fails.
fn run(steps: Vec<Step<'_>>) -> BatchReport {
    let mut done = Vec::with_capacity(steps.len());
    let mut results = Vec::with_capacity(steps.len());
    for step in steps {
        match one(step, &mut done) {
            Ok(result) => results.push(result),
            Err(error) => {
                let error = Some(error);
                return BatchReport { results, error };
            }
        }
    }
    BatchReport {
        results,
        error: None,
    }
}

fn one(step: Step<'_>, done: &mut Vec<Value>) -> Result<StepResult> {
    let value = operate(step.operation, done)?;
    let result = match step.wanted {
        Wanted::Nothing => StepResult::Nothing,
        Wanted::Output => StepResult::Output(output(value.clone())),
        // Not lent: the steps behind this one can change the value.
        Wanted::Data => StepResult::Data(data::copy_out(&value)?.into_data()?),
    };
    done.push(value);
    Ok(result)
}

fn operate(operation: Operation<'_>, done: &[Value]) -> JsResult<Value> {
    let of = |input: &Input<'_>| value(input, done);
    let all = |inputs: &[Input<'_>]| inputs.iter().map(of).collect::<JsResult<Vec<_>>>();
    Ok(match operation {
        Operation::Global => js::global(),
        Operation::Value(value) => of(&value)?,
        Operation::Data(data) => data::copy_in(data)?,
        Operation::Get((object, key)) => of(&object)?.get(Key::Value(&of(&key)?))?,
        Operation::Set((object, key, to)) => {
            let to = of(&to)?;
            of(&object)?.set(Key::Value(&of(&key)?), to.clone())?;
            to
        }
        Operation::Call(CallStep {
            function,
            this,
            args,
        }) => of(&function)?.call(&of(&this)?, &all(&args)?)?,
        Operation::CallMethod(MethodStep { object, key, args }) => {
            let object = of(&object)?;
            let method = object.get(Key::Value(&of(&key)?))?;
            method.call(&object, &all(&args)?)?
        }
        Operation::Construct(CallStep { function, args, .. }) => {
            of(&function)?.construct(&all(&args)?)?
        }
    })
}

fn value(input: &Input<'_>, done: &[Value]) -> JsResult<Value> {
    let Input::EarlierStep(index) = input else {
        return convert::input(input);
    };
    let value = done.get(*index as usize).cloned();
    value.ok_or_else(|| {
        let message = format!("there is no step {index} before this one");
        Thrown::range_error(&message)
    })
}
