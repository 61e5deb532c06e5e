//! Hints after a program ran, if another command is meant for it.

use std::path::Path;

use jsvm::{PromiseState, ValueKind};

use super::launch::Launched;
use super::output;

/// Prints a hint if the default export of a program was not called: `jsvm run` calls none.
pub fn after_run(program: &Launched, file: &Path) {
    let Some(is_handler) = uncalled(program) else {
        return;
    };
    let file = file.display();
    output::print_error(&match is_handler {
        true => format!(
            "Note: the default export of {file} has a method fetch. To serve HTTP with it: jsvm serve {file}"
        ),
        false => format!(
            "Note: jsvm run does not call the default export of {file}. A command that calls it: jsvm \
             build {file} --kind command"
        ),
    });
}

/// Whether the default export is a function, or an object with a handler of requests. Getters of the
/// program run here, so any error means neither.
fn uncalled(program: &Launched) -> Option<bool> {
    if !program.is_module {
        return None;
    }
    let Ok(Some(PromiseState::Fulfilled(exports))) = program.value.promise_state() else {
        return None;
    };
    program
        .session
        .briefly(|_| {
            let default = exports.get("default")?;
            Ok(match default.kind()? {
                ValueKind::Function => Some(false),
                ValueKind::Object => {
                    let fetch = default.get("fetch")?;
                    (fetch.kind()? == ValueKind::Function).then_some(true)
                }
                _ => None,
            })
        })
        .ok()
        .flatten()
}
