//! `wasi:cli/run` by a VM whose root `jsvm:main` is a function, if the program has one.

use jsvm_component_data::Value;
use jsvm_driver::{Bodies, Outcome, Program, Pump, Tasks, print_error, vm};
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
        if let Some(vm::Output::Value(main)) = vm::root("jsvm:main") {
            match main.call(&vm::Input::Undefined, &[]) {
                Ok(vm::Output::Value(value)) => promise = Some(value),
                Ok(_) => {}
                Err(error) => {
                    print_error(&format!("Uncaught {}", jsvm_driver::error(&error)));
                    return Err(());
                }
            }
        }
        pump.run();
        if pump.program.has_failed {
            return Err(());
        }
        let code = match vm::root("jsvm:exit-code") {
            Some(vm::Output::Value(code)) => code.call(&vm::Input::Undefined, &[]),
            _ => Ok(vm::Output::Number(0.0)),
        };
        if !matches!(code, Ok(vm::Output::Number(0.0))) {
            return Err(());
        }
        match promise.and_then(|promise| promise.promise_state()) {
            Some(vm::PromiseState::Pending) => {
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
    fn request(
        &mut self,
        _: &str,
        args: Vec<Value>,
        _: &mut Bodies,
        _: &mut Tasks,
    ) -> Result<Outcome, Vec<Value>> {
        Err(args)
    }

    fn failed(&mut self, reason: &str) {
        // As in Node, it ends the program.
        if !self.has_failed {
            print_error(reason);
        }
        self.has_failed = true;
    }

    fn is_over(&self) -> bool {
        self.has_failed
    }
}
