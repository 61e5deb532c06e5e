//! Drives a VM that stands alone: runs its jobs and timers, and does what it requests by WASI.
//!
//! Whatever takes time is a task with a pollable, and all of them are waited for at once.

mod bindings;
mod body;
mod fetch;
mod names;
mod pump;
mod report;
pub mod services;
mod target;
mod task;
mod turn;

pub use bindings::jsvm::engine::vm;
pub use body::{Bodies, fields, given, head_fields, header_pairs};
pub use fetch::method_name;
pub use pump::{Ended, Program, Pump, settle};
pub use report::{error, print_error};
pub use target::Target;
pub use task::{Outcome, Tasks, type_error};
pub use turn::{Outside, jobs};

use jsvm_component_data::{Form, Value};

use bindings::jsvm::engine::snapshot;
use bindings::jsvm::engine::types::Data;

/// Has the frozen VM begin a life of its own. To be called before anything else, once.
///
/// `environment` and `arguments` are what `process` has of them. Returns the environment variables
/// of the program as an object: these, and those that it was built with.
pub fn start(environment: Vec<(String, String)>, arguments: Vec<String>) -> Value {
    if snapshot::restored(snapshot::Origin::Fork).is_err() {
        // It is refused only from inside of the VM.
        unreachable!("the VM runs before it was started");
    }
    let variables = environment.into_iter();
    let variables = variables.map(|(name, value)| (name, Value::Text(value)));
    let variables = Value::Map(variables.collect());
    let Some(vm::Output::Value(begin)) = vm::root("jsvm:begin") else {
        return variables;
    };
    let arguments = arguments.into_iter().map(Value::Text).collect();
    let args = Value::List(vec![variables.clone(), Value::List(arguments)]);
    match begin.call_data(&vm::Input::Undefined, &data(args)) {
        Ok(all) => value(all),
        Err(error) => {
            print_error(&report::error(&error));
            variables
        }
    }
}

/// A value as it crosses into the VM.
pub fn data(value: Value) -> Data {
    let Form { item, chunks } = value.write();
    Data {
        item,
        chunks,
        tokens: Vec::new(),
    }
}

/// A value as it came out of the VM. Tokens in it are given back: nothing here has a use for
/// functions.
fn value(data: Data) -> Value {
    for token in data.tokens {
        vm::release(token);
    }
    let form = Form {
        item: data.item,
        chunks: data.chunks,
    };
    Value::read(form).unwrap_or(Value::Other)
}
