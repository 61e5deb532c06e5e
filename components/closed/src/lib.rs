//! An environment with nothing in it, for files that must not import one: not every host of
//! `wasi:http` provides it.

mod bindings;

use bindings::exports::wasi::cli::{environment, exit};

struct Closed;

/// What the outside calls.
#[expect(unsafe_code, reason = "symbols are exported")]
mod exports {
    use super::{Closed, bindings};
    bindings::export!(Closed with_types_in bindings);
}

impl environment::Guest for Closed {
    fn get_environment() -> Vec<(String, String)> {
        Vec::new()
    }

    fn get_arguments() -> Vec<String> {
        Vec::new()
    }
}

impl exit::Guest for Closed {
    fn exit(_: Result<(), ()>) {}
}
