//! `wasi:cli/run` by a VM. The program may have a function as its root `jsvm:main`.

// The allocator.
use jsvm_component_heap as _;

use jsvm_driver::{Program, Pump, STOPPED, limited, print_error, promises, roots, values};
use jsvm_protocol::standalone::{EXIT_CODE, MAIN};
use wasi::exports::cli::run::Guest;

mod exports {
    use super::Driver;
    wasi::cli::command::export!(Driver);
}

struct Driver;

impl Guest for Driver {
    fn run() -> Result<(), ()> {
        let environment = wasi::cli::environment::get_environment();
        let arguments = wasi::cli::environment::get_arguments();
        jsvm_driver::start(environment, arguments);
        let mut pump = Pump::new(Command::default());
        let mut promise = None;
        if let Some(values::Output::Value(main)) = roots::get_root(MAIN) {
            match limited(|| main.call(&values::Input::Undefined, &[])) {
                Ok(values::Output::Value(value)) => promise = Some(value),
                Ok(_) => {}
                Err(error) => {
                    print_error(&format!("Uncaught {}", jsvm_driver::describe(&error)));
                    return Err(());
                }
            }
        }
        pump.run();
        if pump.program.has_failed {
            return Err(());
        }
        let code = match roots::get_root(EXIT_CODE) {
            Some(values::Output::Value(code)) => {
                limited(|| code.call(&values::Input::Undefined, &[]))
            }
            _ => Ok(values::Output::Number(0.0)),
        };
        if !matches!(code, Ok(values::Output::Number(0.0))) {
            return Err(());
        }
        match promise.and_then(|promise| promises::get_promise_state(&promise)) {
            Some(promises::PromiseState::Pending) => {
                print_error("the program ended while its default export was still awaited");
                Err(())
            }
            _ => Ok(()),
        }
    }
}

#[derive(Default)]
struct Command {
    has_failed: bool,
}

impl Program for Command {
    fn has_input(&self) -> bool {
        true
    }

    fn on_error(&mut self, reason: &str) {
        // The first error ends the program, as in Node.
        if !self.has_failed {
            print_error(reason);
        }
        self.has_failed = true;
    }

    fn on_stop(&mut self) {
        self.on_error(STOPPED);
    }

    fn is_over(&self) -> bool {
        self.has_failed
    }
}
