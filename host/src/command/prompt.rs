//! Code as it is typed: at a prompt, or as an argument.

use jsvm::{Error, Source, Value, Vm};

use super::imports;
use super::session::Session;

/// Reads code as a prompt does: an object literal needs no parentheses, and `await` works at the
/// top level.
pub struct Prompt {
    vm: Vm,
    /// `Function` and `AsyncFunction` as they were before any code could replace them. What they
    /// make is thrown away: they tell whether code parses, and nothing of it runs.
    function: Value,
    async_function: Value,
}

/// Code that was read.
pub struct Code {
    /// What is evaluated.
    text: String,
    /// Whether it awaits something, so that its value comes as a promise.
    pub is_async: bool,
}

impl Prompt {
    /// For a VM in which nothing has run yet.
    pub fn new(vm: &Vm) -> Result<Prompt, Error> {
        let function = vm.global()?.get("Function")?;
        let async_function = vm.eval("(async () => {}).constructor")?;
        Ok(Prompt {
            vm: vm.clone(),
            function,
            async_function,
        })
    }

    /// Reads code that is complete.
    pub fn read(&self, code: &str) -> Code {
        if let Some(text) = imports::as_script(code) {
            return Code {
                text,
                is_async: true,
            };
        }
        // `{ a: 1 }` is an object at a prompt, not a block.
        let object = format!("({code}\n)");
        let is_object = code.trim_start().starts_with('{')
            && !code.trim_end().ends_with(';')
            && (parses(&self.function, &object) || self.awaits(&object));
        let text = if is_object { object } else { code.to_owned() };
        // What parses neither way is wrong for a better reason than its `await`.
        let is_async =
            self.awaits(&text) || (text.contains("await") && !parses(&self.function, &text));
        Code { text, is_async }
    }

    /// Whether code has an `await` and parses if that is allowed, even where it would parse
    /// otherwise: in a script `await (x)` calls a function of that name.
    fn awaits(&self, code: &str) -> bool {
        code.contains("await") && parses(&self.async_function, code)
    }

    /// Whether code goes on in the next line.
    pub fn is_incomplete(&self, code: &str) -> bool {
        if imports::is_cut_off(code) {
            return true;
        }
        let script = imports::as_script(code);
        let code = script.as_deref().unwrap_or(code);
        self.ends_early(&self.function, code, |text| Source::script(text))
            || (code.contains("await")
                && self.ends_early(&self.async_function, code, |text| {
                    Source::script(text).asynchronous()
                }))
    }

    fn ends_early(
        &self,
        constructor: &Value,
        code: &str,
        source: impl FnOnce(&str) -> Source<'_>,
    ) -> bool {
        let Some(at) = fails_at(constructor, code) else {
            return false;
        };
        let lines = code.split('\n').count() as u32;
        if at.0 > lines {
            // After a `}` too many, it is the function's own that is not expected. A script
            // cannot export anything, so nothing of this runs either.
            let never = format!("{code}\n;export");
            let place = place(self.vm.eval(source(&never)));
            return place.is_none_or(|(line, _)| line > lines);
        }
        // What is wrong with a template literal or a comment that has no end is reported where it
        // starts; with an end, if that was all, it is not wrong any more.
        ["`", "*/"].iter().any(|end| {
            fails_at(constructor, &format!("{code}{end}")).is_none_or(|later| later > at)
        })
    }
}

impl Code {
    /// Evaluates it. Jobs are left to be run.
    pub fn evaluate(&self, session: &Session, name: &str) -> Result<Value, Error> {
        let source = Source::script(&self.text);
        let source = if self.is_async {
            source.asynchronous()
        } else {
            source
        };
        session.eval(source, name, &self.text)
    }
}

fn parses(constructor: &Value, code: &str) -> bool {
    constructor.call((code,)).is_ok()
}

/// Where code fails to parse as the body of a function: line and column of the code.
fn fails_at(constructor: &Value, code: &str) -> Option<(u32, u32)> {
    // The constructor puts two lines before it: `(function anonymous(` and `) {`.
    let (line, column) = place(constructor.call((code,)))?;
    Some((line.saturating_sub(2), column))
}

fn place(result: Result<Value, Error>) -> Option<(u32, u32)> {
    let Err(Error::Exception(exception)) = result else {
        return None;
    };
    exception.location().map(|place| (place.line, place.column))
}
