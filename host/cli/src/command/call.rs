//! Finds functions by name, and reads their arguments.

use jsvm::{Data, Error, PromiseState, Source, Value, ValueKind, Vm};

use super::escape;
use super::output;
use super::session::Session;
use super::usage::Usage;

/// The root of the promise of the module's exports.
pub const EXPORTS: &str = "exports";

/// A function and its `this` value.
pub struct Function {
    this: Value,
    function: Value,
}

impl Function {
    /// Finds `name` or `object.name`. The first part is an export of the program's module, or else
    /// a global variable of any kind. `blank` is a fresh VM.
    pub fn find(session: &Session, blank: &Vm, path: &str) -> anyhow::Result<Function> {
        let mut parts = path.split('.');
        let first = parts.next().unwrap_or_default();
        if path.split('.').any(str::is_empty) {
            return Err(Usage(format!(
                "--call {path}: expected a name such as f or object.f"
            ))
            .into());
        }
        let failed = |error: Error| session.failed(&error);
        let mut this = Value::UNDEFINED;
        let mut value = variable(session, blank, first).map_err(failed)?;
        for part in parts {
            let missing = matches!(value.kind()?, ValueKind::Undefined | ValueKind::Null);
            let next = if missing {
                Value::UNDEFINED
            } else {
                session.enter(|_| value.get(part)).map_err(failed)?
            };
            this = std::mem::replace(&mut value, next);
        }
        match value.kind()? {
            ValueKind::Function => Ok(Function {
                this,
                function: value,
            }),
            kind => Err(Usage(format!("--call {path}: {}", why_not(session, kind)?)).into()),
        }
    }

    /// Calls the function. Its jobs have not run yet.
    pub fn call(&self, session: &Session, args: Vec<Data>) -> Result<Value, Error> {
        session.enter(|_| self.function.call_with_this(&self.this, args))
    }
}

fn why_not(session: &Session, kind: ValueKind) -> Result<&'static str, Error> {
    let exports = session.vm().roots().get(EXPORTS)?;
    let state = match &exports {
        Some(exports) if exports.is_promise()? => Some(exports.is_pending()?),
        _ => None,
    };
    Ok(match (kind, state) {
        (ValueKind::Undefined, None) => "no such function",
        (ValueKind::Undefined, Some(true)) => {
            "no such function: the module's exports are not ready while its top-level await is \
             pending"
        }
        (ValueKind::Undefined, Some(false)) => {
            "no such function. Export it from the module, or set it on globalThis"
        }
        _ => "it is not a function",
    })
}

/// Reads a variable by its name. A missing variable is `undefined`.
fn variable(session: &Session, blank: &Vm, name: &str) -> Result<Value, Error> {
    if let Some(exports) = session.vm().roots().get(EXPORTS)? {
        let exports = match exports.kind()? {
            ValueKind::Promise => match exports.promise_state()? {
                Some(PromiseState::Fulfilled(exports)) => exports,
                // The module has no exports yet, or it failed.
                _ => Value::UNDEFINED,
            },
            _ => exports,
        };
        if exports.kind()? == ValueKind::Object && session.enter(|_| exports.has(name))? {
            return session.enter(|_| exports.get(name));
        }
    }
    let is_word = name
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
    // A keyword such as `if` is no variable.
    if !is_word || blank.eval(&format!("typeof {name}")).is_err() {
        return session.enter(|vm| vm.global()?.get(name));
    }
    // Variables declared with `let`, `const` and `class` are not properties of the global object.
    let text = format!("typeof {name} === 'undefined' ? undefined : {name}");
    session.eval(Source::script(&text), "<call>", &text)
}

/// Reads arguments from the command line: as JSON, or else as a string.
pub struct Arguments {
    /// `JSON.parse` of a VM of its own, which the program cannot have replaced.
    parse: Value,
}

impl Arguments {
    /// Uses `JSON.parse` of a fresh VM.
    pub fn new(vm: &Vm) -> Result<Arguments, Error> {
        Ok(Arguments {
            parse: vm.global()?.get("JSON")?.get("parse")?,
        })
    }

    pub fn read(&self, text: &str) -> Result<Data, Error> {
        match self.parse.call((text,)) {
            Ok(value) => value.to_data(),
            Err(Error::Exception(_)) => {
                if is_nearly_json(text) {
                    let text = escape::one_line(text);
                    output::print_error(&format!(
                        "Warning: {text} is not JSON, so it is taken as a string"
                    ));
                }
                Ok(Data::of(text)?)
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether a text that is not JSON was probably meant to be: a word like `tru`, or one that begins as
/// JSON does.
fn is_nearly_json(text: &str) -> bool {
    let text = text.trim();
    let is_near = |word: &&str| {
        let lower = text.to_lowercase();
        lower == **word || (text.len() > 1 && strsim::osa_distance(&lower, word) == 1)
    };
    ["true", "false", "null", "undefined"].iter().any(is_near)
        || text.starts_with(['{', '[', '"', '\''])
}

#[cfg(test)]
mod tests {
    use super::is_nearly_json;

    #[test]
    fn texts_that_were_meant_as_json_are_noticed() {
        for text in [
            "tru",
            "True",
            "fales",
            "nul",
            "{a: 1}",
            "[1,",
            "'x'",
            "undefined",
        ] {
            assert!(is_nearly_json(text), "{text}");
        }
        for text in [
            "approved",
            "yes",
            "",
            "t",
            "a true story",
            "2026-01-31",
            "-x",
        ] {
            assert!(!is_nearly_json(text), "{text}");
        }
    }
}
