//! Answers the host calls of a VM that stands alone.

mod bindings;
mod stopwatch;

// The allocator.
use jsvm_component_heap as _;

use bindings::exports::jsvm::engine::console::{self, Level};
use bindings::exports::jsvm::engine::host::{self, InterruptPoint, InterruptReason};
use bindings::exports::jsvm::engine::modules::{self, ImportKind, Module};
use bindings::exports::jsvm::engine::types::{Argument, ErrorClass, ThrownError};
use jsvm_component_console::write;
use jsvm_protocol::standalone::PROCESS;
use wasi::io::streams::StreamError;

struct Host;

/// The exports of the component.
#[expect(unsafe_code, reason = "symbols are exported")]
mod exports {
    use super::{Host, bindings};
    bindings::export!(Host with_types_in bindings);
}

impl host::Guest for Host {
    fn host_call(name: String, args: Vec<Argument>) -> Result<Argument, Argument> {
        if name == PROCESS {
            return process(args).map_err(type_error);
        }
        Err(missing(&name))
    }

    fn should_interrupt(point: InterruptPoint) -> Option<InterruptReason> {
        stopwatch::is_over(point).then_some(InterruptReason::TimeLimit)
    }
}

impl console::Guest for Host {
    fn write(level: Level, text: String) {
        let is_error = matches!(level, Level::Warn | Level::Error | Level::Trace);
        jsvm_component_console::print(is_error, text);
    }
}

impl modules::Guest for Host {
    fn resolve(specifier: String, importer: String, _: ImportKind) -> Result<String, Argument> {
        Err(type_error(format!(
            "Cannot find '{specifier}' imported from {importer}: it is not in this file, which \
             has only the modules that the program imports by a literal name"
        )))
    }

    fn load(name: String) -> Result<Module, Argument> {
        Err(type_error(format!("module {name} is not in this file")))
    }
}

/// The beginning of the names of functions that read files.
const FILES: &str = "jsvm:fs#";

/// The error for a host function that a built file lacks.
fn missing(name: &str) -> Argument {
    if !name.starts_with(FILES) {
        return type_error(format!(
            "{name} is not available in this file. A built file has only what jsvm build puts into it"
        ));
    }
    Argument::Error(ThrownError {
        class: ErrorClass::Error,
        message:
            "the file system is not available in this file. Read files at the top level of the \
                  program, during the build"
                .to_owned(),
        code: Some("ERR_NOT_AVAILABLE".to_owned()),
        cause: None,
    })
}

fn type_error(message: String) -> Argument {
    Argument::Error(ThrownError {
        class: ErrorClass::TypeError,
        message,
        code: None,
        cause: None,
    })
}

/// The next bytes of standard input; none at its end.
fn read_input(most: u64) -> Result<Vec<u8>, String> {
    match wasi::cli::stdin::get_stdin().blocking_read(most) {
        Ok(bytes) => Ok(bytes),
        Err(StreamError::Closed) => Ok(Vec::new()),
        Err(StreamError::LastOperationFailed(error)) => Err(format!(
            "cannot read standard input: {}",
            error.to_debug_string()
        )),
    }
}

/// The operations of `process` that a built file still has: the name of one, and its arguments.
fn process(args: Vec<Argument>) -> Result<Argument, String> {
    let mut args = args.into_iter();
    let operation = match args.next() {
        Some(Argument::Text(operation)) => operation,
        _ => String::new(),
    };
    match &*operation {
        "write" => {
            let is_error = matches!(args.next(), Some(Argument::Number(2.0)));
            match args.next() {
                Some(Argument::Text(text)) => write(is_error, text.as_bytes()),
                Some(Argument::Bytes(bytes)) => write(is_error, &bytes),
                _ => {}
            }
            Ok(Argument::Undefined)
        }
        "readInput" => {
            let most = match args.next() {
                Some(Argument::Number(most)) => most as u64,
                _ => 0,
            };
            read_input(most).map(Argument::Bytes)
        }
        "exit" => {
            let is_success = matches!(args.next(), Some(Argument::Number(0.0)));
            wasi::cli::exit::exit(if is_success { Ok(()) } else { Err(()) });
            Err("process.exit: this program cannot end the process".to_owned())
        }
        operation => Err(format!("process.{operation} is not available in this file")),
    }
}
