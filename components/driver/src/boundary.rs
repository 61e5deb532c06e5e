//! Values on their way into the VM and out of it.

use jsvm_component_data::{Form, Value};

use crate::bindings::jsvm::engine::types::Data;
use crate::outcome::Outcome;
use crate::{requests, roots};

/// Converts a value for the VM.
pub fn data(value: Value) -> Data {
    let Form { item, chunks } = value.write();
    Data {
        item,
        chunks,
        tokens: Vec::new(),
    }
}

/// Converts a value from the VM, and releases its tokens: a driver has no use for functions.
pub fn value(data: Data) -> Value {
    for token in data.tokens {
        roots::release(token);
    }
    let form = Form {
        item: data.item,
        chunks: data.chunks,
    };
    Value::read(form).unwrap_or(Value::Other)
}

/// Settles a request. The VM ignores it if the script has cancelled the request.
pub fn settle(request: u64, outcome: Outcome) {
    let outcome = match outcome {
        Ok(value) => Ok(data(value)),
        Err(reason) => Err(data(reason)),
    };
    // The data was written here, so it is well-formed.
    let _ = requests::settle(request, outcome.as_ref());
}
