//! The imports of a VM for embedders without host functions. The console prints, and every host call
//! and import throws an error that says how to provide it.

mod bindings;

use bindings::exports::jsvm::engine::console::{self, Level};
use bindings::exports::jsvm::engine::host::{self, InterruptPoint, InterruptReason};
use bindings::exports::jsvm::engine::modules::{self, ImportKind, Module};
use bindings::exports::jsvm::engine::types::{Argument, ErrorClass, ThrownError};

struct NoHost;

/// The exports of the component.
#[expect(unsafe_code, reason = "symbols are exported")]
mod exports {
    use super::{NoHost, bindings};
    bindings::export!(NoHost with_types_in bindings);
}

impl host::Guest for NoHost {
    fn host_call(name: String, _: Vec<Argument>) -> Result<Argument, Argument> {
        Err(type_error(format!(
            "{name} is not there: this VM has no host. Compose it with a component that exports \
             jsvm:engine/host in place of no-host.wasm, or make it a request"
        )))
    }

    fn should_interrupt(_: InterruptPoint) -> Option<InterruptReason> {
        // The runtime of the composition can limit its time. This component has no limit.
        None
    }
}

impl console::Guest for NoHost {
    fn write(level: Level, text: String) {
        let is_error = matches!(level, Level::Warn | Level::Error | Level::Trace);
        jsvm_component_console::print(is_error, text);
    }
}

impl modules::Guest for NoHost {
    fn resolve(specifier: String, _: String, _: ImportKind) -> Result<String, Argument> {
        Err(not_found(&specifier))
    }

    fn load(name: String) -> Result<Module, Argument> {
        Err(not_found(&name))
    }
}

fn not_found(module: &str) -> Argument {
    type_error(format!(
        "Cannot find '{module}': this VM has no host that could load a module. Give it one that \
         exports jsvm:engine/modules, or the modules by its roots"
    ))
}

fn type_error(message: String) -> Argument {
    Argument::Error(ThrownError {
        class: ErrorClass::TypeError,
        message,
        code: None,
        cause: None,
    })
}
