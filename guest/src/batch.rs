//! Several operations in one call.

use crate::bindings::exports::jsvm::engine::vm::{
    BatchReport, CallStep, MethodStep, Operand, Operation, Step, StepResult, Wanted,
};
use crate::convert::output;
use crate::data;
use crate::error::Result;
use crate::handle::held;
use crate::js::{self, JsResult, Key, Thrown, Value};

/// Does the steps in order, until one fails.
pub fn run(steps: Vec<Step<'_>>) -> BatchReport {
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
    let of = |operand: &Operand<'_>| value(operand, done);
    let all = |operands: &[Operand<'_>]| operands.iter().map(of).collect::<JsResult<Vec<_>>>();
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

fn value(operand: &Operand<'_>, done: &[Value]) -> JsResult<Value> {
    Ok(match operand {
        Operand::Undefined => Value::UNDEFINED,
        Operand::Null => Value::NULL,
        Operand::Boolean(value) => Value::boolean(*value),
        Operand::Number(value) => Value::number(*value),
        Operand::Text(text) => Value::text(text)?,
        Operand::Value(borrow) => held(borrow).clone(),
        Operand::Step(index) => {
            let value = done.get(*index as usize).cloned();
            value.ok_or_else(|| {
                let message = format!("there is no step {index} before this one");
                Thrown::range_error(&message)
            })?
        }
    })
}
