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

/// Prints a hint if a program failed that listens for requests: `jsvm run` has no `addEventListener`.
pub fn after_failure(file: &Path) {
    // Standard input is read only once.
    let source = file.is_file().then(|| std::fs::read_to_string(file));
    if let Some(Ok(source)) = source
        && listens_for_requests(&source)
    {
        let file = file.display();
        output::print_error(&format!(
            "Note: {file} handles requests by addEventListener(\"fetch\", ...), which only servers have. \
             To serve HTTP with it: jsvm serve {file}"
        ));
    }
}

/// Whether a source calls the global `addEventListener` with `fetch`.
fn listens_for_requests(source: &str) -> bool {
    source.match_indices("addEventListener").any(|(at, name)| {
        let is_member = source[..at].trim_end().ends_with('.')
            && !source[..at].ends_with("globalThis.")
            && !source[..at].ends_with("self.");
        let call = source[at + name.len()..].trim_start();
        let argument = call.strip_prefix('(').map(str::trim_start);
        let is_fetch = argument.is_some_and(|argument| {
            ["\"fetch\"", "'fetch'", "`fetch`"]
                .iter()
                .any(|name| argument.starts_with(name))
        });
        is_fetch && !is_member
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_of_requests_are_found() {
        for source in [
            "addEventListener(\"fetch\", (event) => {})",
            "addEventListener (\n  'fetch', handle)",
            "self.addEventListener(`fetch`, f)",
        ] {
            assert!(listens_for_requests(source), "{source}");
        }
        for source in [
            "signal.addEventListener('fetch', f)",
            "addEventListener('load', f)",
            "addEventListener",
            "fetch('addEventListener')",
        ] {
            assert!(!listens_for_requests(source), "{source}");
        }
    }
}
