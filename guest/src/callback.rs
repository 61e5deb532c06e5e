//! Host functions that call JavaScript functions before they return: see `wit/callbacks.wit`.

use std::cell::Cell;

use crate::host;
use crate::js::{self, JsResult, Thrown, Value};
use crate::realm::{Class, intrinsics};

thread_local! {
    /// The calls that have not ended. It is 0 between calls of the embedder.
    static LEVEL: Cell<u32> = const { Cell::new(0) };
}

/// Creates a function that makes host calls of a name until the host returns.
pub fn function(name: &str, length: u32) -> JsResult<Value> {
    js::function(name, length, &[Value::text(name)?], |function| {
        let level = LEVEL.get();
        LEVEL.set(level + 1);
        let result = run(&function.data[0], level, function.args);
        LEVEL.set(level);
        result
    })
}

/// Asks the host until it returns or throws.
fn run(name: &Value, level: u32, args: &[Value]) -> JsResult<Value> {
    let level = Value::number(f64::from(level));
    let mut first = vec![level.clone(), Value::UNDEFINED];
    first.extend_from_slice(args);
    // An argument that cannot be passed is the script's mistake: no call of the host has begun.
    let mut answer = host::ask(name, &first)??;
    drop(first);
    loop {
        let next = match Answer::of(answer)? {
            Answer::Return(value) => return Ok(value),
            Answer::Call(parts) => parts[0].call(&parts[1], &parts[2..]),
        };
        answer = tell(name, &level, next)?;
    }
}

/// Tells the host how a call has ended.
fn tell(name: &Value, level: &Value, mut outcome: JsResult<Value>) -> JsResult<Value> {
    // At the second time, the outcome is why the first cannot be passed.
    for _ in 0..2 {
        let args = match outcome {
            Ok(value) => [level.clone(), Value::boolean(true), value],
            Err(thrown) if thrown.is_interrupt() => return Err(thrown),
            Err(thrown) => [level.clone(), Value::boolean(false), thrown.0],
        };
        match host::ask(name, &args) {
            Ok(answer) => return answer,
            Err(thrown) => outcome = Err(thrown),
        }
    }
    match outcome {
        Err(thrown) if thrown.is_interrupt() => Err(thrown),
        _ => host::ask(
            name,
            &[level.clone(), Value::boolean(false), Value::UNDEFINED],
        )?,
    }
}

/// What the host wants.
enum Answer {
    Return(Value),
    /// A function, `this` and arguments.
    Call(Vec<Value>),
}

impl Answer {
    fn of(answer: Value) -> JsResult<Answer> {
        if !answer.is_object() || intrinsics().class_of(&answer) != Class::Array {
            return Ok(Answer::Return(answer));
        }
        let len = answer.dense_length().unwrap_or(0);
        let mut parts: Vec<_> = (0..len).map_while(|at| answer.dense_element(at)).collect();
        match parts.len() {
            1 => Ok(Answer::Return(parts.remove(0))),
            2.. if parts.len() == len as usize => Ok(Answer::Call(parts)),
            _ => Err(Thrown::type_error(
                "the answer of a host function is an array that is empty or has holes",
            )),
        }
    }
}
