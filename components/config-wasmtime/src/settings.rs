//! Settings on `wasi:config`, whatever its version.

use crate::bindings::exports::jsvm::standalone::config::Guest;
use crate::bindings::wasi::config::store::{Error, get, get_all};

/// Implements the interface `config` for drivers.
pub struct Settings;

fn reason(error: Error) -> String {
    match error {
        Error::Upstream(reason) | Error::Io(reason) => {
            format!("the settings cannot be read: {reason}")
        }
    }
}

impl Guest for Settings {
    fn get(name: String) -> Result<Option<String>, String> {
        get(&name).map_err(reason)
    }

    fn get_all() -> Result<Vec<(String, String)>, String> {
        get_all().map_err(reason)
    }
}
