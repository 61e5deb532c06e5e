//! Functions by name, and their arguments.

use jsvm::{Data, Error, PromiseState, Source, Value, ValueKind, Vm};

use super::Usage;
use super::session::Session;

/// The root that a module's exports are kept under: a promise for them.
pub const EXPORTS: &str = "exports";

/// A function and what it is a method of.
pub struct Function {
    this: Value,
    function: Value,
}

impl Function {
    /// Finds `name` or `object.name`. The first part is what the program exports as a module, or
    /// else a global variable of any kind. `blank` is a VM in which nothing has run.
    pub fn find(session: &Session, blank: &Vm, path: &str) -> anyhow::Result<Function> {
        let mut parts = path.split('.');
        let first = parts.next().unwrap_or_default();
        if path.split('.').any(str::is_empty) {
            return Err(Usage(format!("--call {path}: not a name such as f or object.f")).into());
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

    /// Calls it. Jobs are left to be run.
    pub fn call(&self, session: &Session, args: Vec<Data>) -> Result<Value, Error> {
        session.enter(|_| self.function.call_with(&self.this, args))
    }
}

fn why_not(session: &Session, kind: ValueKind) -> Result<&'static str, Error> {
    let exports = session.vm().root(EXPORTS)?;
    let state = exports.map_or(Ok(None), |exports| exports.promise_state())?;
    Ok(match (kind, state) {
        (ValueKind::Undefined, None) => "there is no such function",
        (ValueKind::Undefined, Some(PromiseState::Pending)) => {
            "there is no such function; the module exports nothing before its top-level await ends"
        }
        (ValueKind::Undefined, Some(_)) => {
            "there is no such function; what a module neither exports nor puts on globalThis is \
             its own"
        }
        _ => "it is not a function",
    })
}

/// A variable by its name, or `undefined`.
fn variable(session: &Session, blank: &Vm, name: &str) -> Result<Value, Error> {
    if let Some(exports) = session.vm().root(EXPORTS)? {
        let exports = match exports.kind()? {
            ValueKind::Promise => exports.promise_result()?,
            _ => exports,
        };
        if exports.kind()? == ValueKind::Object && session.enter(|_| exports.has(name))? {
            return session.enter(|_| exports.get(name));
        }
    }
    let is_word = name
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
    // `if` is a word too.
    if !is_word || blank.eval(&format!("typeof {name}")).is_err() {
        return session.enter(|vm| vm.global()?.get(name));
    }
    // What `let`, `const` and `class` declare is no property of the global object.
    let text = format!("typeof {name} === 'undefined' ? undefined : {name}");
    session.eval(Source::script(&text), "<call>", &text)
}

/// Reads arguments as they are typed: what is JSON as that, and anything else as a string.
pub struct Arguments {
    /// In a VM of its own: what the program made of JSON does not matter.
    parse: Value,
}

impl Arguments {
    /// With a VM in which nothing has run.
    pub fn new(vm: &Vm) -> Result<Arguments, Error> {
        Ok(Arguments {
            parse: vm.global()?.get("JSON")?.get("parse")?,
        })
    }

    pub fn read(&self, text: &str) -> Result<Data, Error> {
        match self.parse.call((text,)) {
            Ok(value) => value.to_data(),
            Err(Error::Exception(_)) => Ok(Data::of(text)?),
            Err(error) => Err(error),
        }
    }
}
