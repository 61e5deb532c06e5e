//! Errors of modules.

use crate::js::{Thrown, Value};

/// Adds the property `code` to an error.
pub fn coded(thrown: Thrown, code: &str) -> Thrown {
    let set = |Thrown(error): &Thrown| error.set("code", Value::text(code)?);
    match set(&thrown) {
        Ok(()) => thrown,
        Err(other) => other,
    }
}

/// The error for an embedder that answers a host call with a wrong value.
pub fn misanswered(function: &str, must: &str) -> Thrown {
    Thrown::type_error(&format!("host function {function} must {must}"))
}
