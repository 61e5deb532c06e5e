//! An environment, key-value storage and settings with nothing in them, for files that must not import
//! these: not every host of `wasi:http` provides them.

mod bindings;

use bindings::exports::jsvm::standalone::{config, keyvalue};
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

/// A file whose program imports the module is made with the real thing.
fn missing<T>(module: &str) -> Result<T, String> {
    Err(format!(
        "{module} is not in this file, since its program did not import it"
    ))
}

impl keyvalue::Guest for Closed {
    fn get(_: Option<String>, _: String) -> Result<Option<Vec<u8>>, String> {
        missing("jsvm:keyvalue")
    }

    fn set(_: Option<String>, _: String, _: Vec<u8>) -> Result<(), String> {
        missing("jsvm:keyvalue")
    }

    fn delete(_: Option<String>, _: String) -> Result<(), String> {
        missing("jsvm:keyvalue")
    }

    fn exists(_: Option<String>, _: String) -> Result<bool, String> {
        missing("jsvm:keyvalue")
    }

    fn list_keys(_: Option<String>, _: Option<String>) -> Result<keyvalue::Page, String> {
        missing("jsvm:keyvalue")
    }

    fn increment(_: Option<String>, _: String, _: i64) -> Result<i64, String> {
        missing("jsvm:keyvalue")
    }
}

impl config::Guest for Closed {
    fn get(_: String) -> Result<Option<String>, String> {
        missing("jsvm:config")
    }

    fn get_all() -> Result<Vec<(String, String)>, String> {
        missing("jsvm:config")
    }
}
