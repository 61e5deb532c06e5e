//! The first call of a VM in a built file.

use jsvm_component_data::Value;
use jsvm_protocol::standalone::BEGIN;

use crate::bindings::jsvm::engine::snapshot;
use crate::boundary::{data, value};
use crate::busy::{apply_limit, limited};
use crate::report::{describe, print_error};
use crate::{roots, values};

/// Starts the frozen VM as one of several from its image. Call it once, before anything else.
///
/// `environment` and `arguments` are those of the process. Returns the environment variables of the
/// program as an object: these, and those that it was built with.
pub fn start(environment: Vec<(String, String)>, arguments: Vec<String>) -> Value {
    if snapshot::restored(snapshot::Origin::Fork, None).is_err() {
        // The VM refuses only calls from its own host functions.
        unreachable!("the VM runs before it was started");
    }
    apply_limit();
    let variables = environment.into_iter();
    let variables = variables.map(|(name, value)| (name, Value::Text(value)));
    let variables = Value::Map(variables.collect());
    let Some(values::Output::Value(begin)) = roots::get_root(BEGIN) else {
        return variables;
    };
    let arguments = arguments.into_iter().map(Value::Text).collect();
    let args = Value::List(vec![variables.clone(), Value::List(arguments)]);
    match limited(|| begin.call_data(&values::Input::Undefined, &data(args))) {
        Ok(all) => value(all),
        Err(error) => {
            print_error(&describe(&error));
            variables
        }
    }
}
