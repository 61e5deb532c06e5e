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

/// The error for a wrong value in a root of the embedder.
pub fn wrong_root(root: &str, name: &str) -> Thrown {
    Thrown::type_error(&format!(
        "the root {root} must describe module {name} by a string or an object of WIT's `modules`"
    ))
}
