//! The interface `evaluator`.

use crate::argument;
use crate::bindings::exports::jsvm::engine::evaluator::{ExceptionText, Failure, Guest};
use crate::bindings::jsvm::engine::types::Argument;
use crate::data::CopyError;
use crate::error::{self, Failed};
use crate::inspect::{Options, inspect};
use crate::js::{self, JsResult, PromiseState, Source, Thrown, Value};
use crate::{compiled, host, jobs};

type Result<T> = std::result::Result<T, Failure>;

impl Guest for crate::Guest {
    fn evaluate(source: String) -> Result<Argument> {
        argument_of(evaluate(source)?)
    }

    fn inspect(source: String) -> Result<String> {
        Ok(inspect(&evaluate(source)?, &Options::default()))
    }

    fn call_function(name: String, args: Vec<Argument>) -> Result<Argument> {
        let args = args.into_iter().map(argument::copy_in);
        let args = args.collect::<JsResult<Vec<_>>>()?;
        argument_of(settled(call(&name, &args)?)?)
    }

    fn define_function(name: String) -> Result<()> {
        let function = host::function(&name, &name, 0)?;
        Ok(js::global().set(&*name, function)?)
    }
}

/// Evaluates a script, and returns what its promise comes to.
fn evaluate(source: String) -> Result<Value> {
    let source = Source {
        text: source,
        file_name: "<eval>",
        strict: false,
        asynchronous: true,
    };
    settled(compiled::eval(source, false)?)
}

/// Calls the function at a path from the global object.
fn call(path: &str, args: &[Value]) -> JsResult<Value> {
    js::clear_kept();
    let (mut this, mut value) = (Value::UNDEFINED, js::global());
    for name in path.split('.') {
        let next = value.get(name)?;
        if next.is_undefined() {
            return Err(Thrown::type_error(&format!("{path} is not defined")));
        }
        this = std::mem::replace(&mut value, next);
    }
    if !value.is_function() {
        return Err(Thrown::type_error(&format!("{path} is not a function")));
    }
    value.call(&this, args)
}

/// The value of a promise after all jobs, or another value itself.
fn settled(value: Value) -> Result<Value> {
    jobs::run(u32::MAX)?;
    match value.promise_state() {
        None => Ok(value),
        Some(PromiseState::Pending) => Err(Failure::Pending),
        Some(state) => {
            let result = value.promise_result();
            if state == PromiseState::Rejected {
                value.mark_promise_handled();
                return Err(Thrown(result).into());
            }
            Ok(result)
        }
    }
}

/// A result as it crosses.
#[expect(unsafe_code, reason = "memory of the engine is lent")]
fn argument_of(value: Value) -> Result<Argument> {
    // SAFETY: the result of the call is dropped before anything else happens in the VM.
    Ok(unsafe { argument::lend_one(&value) }?)
}

impl From<Thrown> for Failure {
    fn from(thrown: Thrown) -> Self {
        match error::of(thrown) {
            Failed::Interrupted(reason) => Failure::Interrupted(reason),
            Failed::OutOfMemory => Failure::OutOfMemory,
            Failed::Exception(value) => {
                let error::Described {
                    name,
                    message,
                    stack,
                } = error::texts(&value);
                Failure::Exception(ExceptionText {
                    name,
                    message,
                    stack,
                })
            }
        }
    }
}

impl From<CopyError> for Failure {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Thrown(thrown) => thrown.into(),
            CopyError::TooLarge(limit) => Failure::OutputLimit(limit),
        }
    }
}
