//! A rules engine: prices orders by rules that its users have written in JavaScript.
//!
//! ```text
//! rules.wasm RULES ORDERS [STATE]
//! ```
//!
//! `RULES` is a folder of ES modules, `ORDERS` a file of JSON. With `STATE`, the VM is frozen into that
//! file in the end, and thawed from it the next time: what rules remember, they remember for good, and
//! nothing is compiled again.

mod bindings;
mod files;
mod frozen;
mod order;
mod rules;

use std::fmt::Write;

use wasi::exports::cli::run::Guest;
use wasi::filesystem::types::ErrorCode;

use crate::bindings::jsvm::engine::heap;
use crate::frozen::{Fresh, FrozenError};
use crate::order::Order;
use crate::rules::Rules;

struct Engine;

/// What the outside calls.
mod exports {
    use super::Engine;
    wasi::cli::command::export!(Engine);
}

/// What a VM may use. The stack is what fits into the native stack that hosts give a component:
/// deeper recursion is an error that a script can catch.
const LIMITS: heap::Limits = heap::Limits {
    memory: 32 << 20,
    stack: 96 << 10,
    output: 1 << 20,
};

/// Why no order is priced.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("use: rules.wasm RULES ORDERS [STATE]")]
    Use,
    #[error(
        "cannot read or write {path}: {code:?}; files are found in the folder given with --dir"
    )]
    File { path: String, code: ErrorCode },
    #[error("{path} has no orders: {error}")]
    Orders {
        path: String,
        error: serde_json::Error,
    },
    #[error("{path}: {error}")]
    Frozen { path: String, error: FrozenError },
}

impl Guest for Engine {
    fn run() -> Result<(), ()> {
        match run() {
            Ok(printed) => {
                print(wasi::cli::stdout::get_stdout(), &printed);
                Ok(())
            }
            Err(failure) => {
                print(
                    wasi::cli::stderr::get_stderr(),
                    &format!("rules: {failure}\n"),
                );
                Err(())
            }
        }
    }
}

fn run() -> Result<String, Failure> {
    let args = wasi::cli::environment::get_arguments();
    let (folder, orders, state) = match args.get(1..).unwrap_or_default() {
        [folder, orders] => (folder, orders, None),
        [folder, orders, state] => (folder, orders, Some(state)),
        _ => return Err(Failure::Use),
    };
    let at = |path: &str| {
        let path = path.to_owned();
        move |code| Failure::File { path, code }
    };
    // Before anything else is done with the VM.
    let fresh = Fresh::read();
    let stored = state.map(|path| match files::read(path) {
        Err(ErrorCode::NoEntry) => Ok(None),
        read => read.map(Some).map_err(at(path)),
    });
    let mut printed = String::new();
    let rules = match (state, stored.transpose()?.flatten()) {
        (Some(path), Some(stored)) => {
            let path = path.clone();
            fresh
                .thaw(&stored)
                .map_err(|error| Failure::Frozen { path, error })?;
            Rules::thawed()
        }
        _ => {
            heap::set_limits(LIMITS);
            let mut rules = Rules::default();
            for name in files::list(folder).map_err(at(folder))? {
                let path = format!("{folder}/{name}");
                let source = files::read(&path).map_err(at(&path))?;
                if let Err(problem) = rules.add(&name, &String::from_utf8_lossy(&source)) {
                    let _ = writeln!(printed, "{name} is left out: {problem}");
                }
            }
            rules
        }
    };
    let text = files::read(orders).map_err(at(orders))?;
    let parsed: Vec<Order> = serde_json::from_slice(&text).map_err(|error| Failure::Orders {
        path: orders.clone(),
        error,
    })?;
    for order in &parsed {
        let _ = write!(printed, "{}", rules.price(order));
    }
    if let Some(path) = state {
        let stored = fresh.freeze().map_err(|error| Failure::Frozen {
            path: path.clone(),
            error,
        })?;
        files::write(path, &stored).map_err(at(path))?;
    }
    Ok(printed)
}

/// Writes a text, as much at once as may be. Nobody is left to be told if it fails.
fn print(stream: wasi::io::streams::OutputStream, text: &str) {
    for part in text.as_bytes().chunks(4096) {
        if stream.blocking_write_and_flush(part).is_err() {
            return;
        }
    }
}
