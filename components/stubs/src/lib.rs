//! An empty environment, and key-value storage and settings that fail, for files that must not import
//! these interfaces: not every host of `wasi:http` provides them.

mod bindings;

// The allocator.
use jsvm_component_heap as _;

use bindings::exports::jsvm::standalone::{config, keyvalue};
use bindings::exports::wasi::cli::{environment, exit};
use jsvm_protocol::{config as settings, keyvalue as storage};

struct Stubs;

/// The exports of the component.
#[expect(unsafe_code, reason = "symbols are exported")]
mod exports {
    use super::{Stubs, bindings};
    bindings::export!(Stubs with_types_in bindings);
}

impl environment::Guest for Stubs {
    fn get_environment() -> Vec<(String, String)> {
        Vec::new()
    }

    fn get_arguments() -> Vec<String> {
        Vec::new()
    }
}

impl exit::Guest for Stubs {
    fn exit(_: Result<(), ()>) {}
}

/// The error of every call. `jsvm build` uses this component only for programs that do not import the
/// module.
fn missing<T>(module: &str) -> Result<T, String> {
    Err(format!(
        "{module} is not in this file, since its program did not import it"
    ))
}

impl keyvalue::Guest for Stubs {
    fn get(_: Option<String>, _: String) -> Result<Option<Vec<u8>>, String> {
        missing(storage::MODULE)
    }

    fn set(_: Option<String>, _: String, _: Vec<u8>) -> Result<(), String> {
        missing(storage::MODULE)
    }

    fn delete(_: Option<String>, _: String) -> Result<(), String> {
        missing(storage::MODULE)
    }

    fn exists(_: Option<String>, _: String) -> Result<bool, String> {
        missing(storage::MODULE)
    }

    fn list_keys(_: Option<String>, _: Option<String>) -> Result<keyvalue::Page, String> {
        missing(storage::MODULE)
    }

    fn increment(_: Option<String>, _: String, _: i64) -> Result<i64, String> {
        missing(storage::MODULE)
    }
}

impl config::Guest for Stubs {
    fn get(_: String) -> Result<Option<String>, String> {
        missing(settings::MODULE)
    }

    fn get_all() -> Result<Vec<(String, String)>, String> {
        missing(settings::MODULE)
    }
}
