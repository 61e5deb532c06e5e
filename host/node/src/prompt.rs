//! Reads code from a prompt or an argument.

use jsvm::{Error, Source, Value, Vm};

use crate::import_script::{ends_in_import, imports_as_script};
use crate::prompt_script::{declarations_as_variables, typescript_as_script};

/// The names of the roots that [`Prompt::kept`] uses.
const ROOTS: [&str; 2] = ["jsvm:prompt:function", "jsvm:prompt:async-function"];

/// Reads code as a prompt does: an object literal needs no parentheses, and `await` works at the
/// top level.
///
/// ```
/// use jsvm_node::Prompt;
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let prompt = Prompt::new(&vm)?;
/// for input in ["const a = 1", "const a = 2", "{ a }"] {
///     vm.eval(prompt.read(input).with_variables().source())?;
/// }
/// assert_eq!(vm.eval("a")?.to::<i32>()?, 2);
/// assert!(prompt.read("await a").is_async);
/// # Ok::<(), jsvm::Error>(())
/// ```
pub struct Prompt {
    vm: Vm,
    /// `Function` and `AsyncFunction`, from before any code could replace them. They only show
    /// whether code parses: the functions that they create are never called.
    function: Value,
    async_function: Value,
}

/// Code that is ready to be evaluated, from [`Prompt::read`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let code = jsvm_node::Prompt::new(&vm)?.read("{ a: 1 }");
/// assert_eq!(code.text, "({ a: 1 }\n)");
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptCode {
    /// The text to evaluate.
    pub text: String,
    /// Whether the code uses `await`, so that it evaluates to a promise.
    pub is_async: bool,
}

impl Prompt {
    /// Creates a prompt for a fresh VM.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn new(vm: &Vm) -> Result<Prompt, Error> {
        let function = vm.global()?.get("Function")?;
        let async_function = vm.eval("(async () => {}).constructor")?;
        Ok(Prompt {
            vm: vm.clone(),
            function,
            async_function,
        })
    }

    /// Creates a prompt for a fresh VM, or for one that was restored from a snapshot of a VM with
    /// such a prompt. It keeps what it needs in [roots](Vm::roots).
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn kept(vm: &Vm) -> Result<Prompt, Error> {
        let roots = vm.roots();
        let [function, async_function] = ROOTS;
        if let (Some(function), Some(async_function)) =
            (roots.get(function)?, roots.get(async_function)?)
        {
            return Ok(Prompt {
                vm: vm.clone(),
                function,
                async_function,
            });
        }
        let prompt = Prompt::new(vm)?;
        roots.set(function, &prompt.function)?;
        roots.set(async_function, &prompt.async_function)?;
        Ok(prompt)
    }

    /// Reads complete code: JavaScript, or else TypeScript.
    pub fn read(&self, code: &str) -> PromptCode {
        if self.is_javascript(code) {
            return self.read_javascript(code);
        }
        let object = format!("({code}\n)");
        let is_object = code.trim_start().starts_with('{') && !code.trim_end().ends_with(';');
        let converted = match is_object.then(|| typescript_as_script(&object)) {
            Some(Ok(script)) => Ok(script),
            _ => typescript_as_script(code),
        };
        match converted {
            Ok(script) => self.read_javascript(&script),
            // The error of the engine is that of the code as it is.
            Err(_) => self.read_javascript(code),
        }
    }

    /// Returns whether code that was read parses as a script.
    pub fn parses(&self, code: &PromptCode) -> bool {
        self.vm.compile(code.source()).is_ok()
    }

    /// Returns whether code that was read parses as the body of a function. If it does not parse as
    /// a script, it has a `return` at its top level, or another construct of functions.
    pub fn parses_in_function(&self, code: &PromptCode) -> bool {
        parses(&self.function, &code.text) || parses(&self.async_function, &code.text)
    }

    /// Whether code parses without being converted.
    fn is_javascript(&self, code: &str) -> bool {
        let script = imports_as_script(code);
        let code = script.as_deref().unwrap_or(code);
        let object = format!("({code}\n)");
        let is_object = code.trim_start().starts_with('{') && parses(&self.async_function, &object);
        parses(&self.function, code) || parses(&self.async_function, code) || is_object
    }

    fn read_javascript(&self, code: &str) -> PromptCode {
        if let Some(text) = imports_as_script(code) {
            return PromptCode {
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
        // Code that parses neither way has an error that is better reported without its `await`.
        let is_async =
            self.awaits(&text) || (text.contains("await") && !parses(&self.function, &text));
        PromptCode { text, is_async }
    }

    /// Whether code contains `await` and parses as an async function. It may also parse as a
    /// script: there `await (x)` calls a function of that name.
    fn awaits(&self, code: &str) -> bool {
        code.contains("await") && parses(&self.async_function, code)
    }

    /// Whether code continues on the next line.
    pub fn is_incomplete(&self, code: &str) -> bool {
        if ends_in_import(code) {
            return true;
        }
        let script = imports_as_script(code);
        let code = script.as_deref().unwrap_or(code);
        if !self.is_javascript(code)
            && let Err(error) = typescript_as_script(code)
            && error.is_incomplete
        {
            return true;
        }
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
            // With one `}` too many, the error is at the `}` of the function itself. A script
            // cannot export anything, so this never runs either.
            let never = format!("{code}\n;export");
            let place = place(self.vm.eval(source(&never)));
            return place.is_none_or(|(line, _)| line > lines);
        }
        // An unterminated template literal or comment is reported where it starts. If it is the
        // only error, terminating it removes the error.
        ["`", "*/"].iter().any(|end| {
            fails_at(constructor, &format!("{code}{end}")).is_none_or(|later| later > at)
        })
    }
}

impl PromptCode {
    /// Lets a later input declare the names again that the code declares.
    #[must_use]
    pub fn with_variables(self) -> PromptCode {
        PromptCode {
            text: declarations_as_variables(&self.text),
            ..self
        }
    }

    /// Returns the source to evaluate. If the code [uses `await`](Self::is_async), its value is a
    /// promise.
    pub fn source(&self) -> Source<'_> {
        let source = Source::script(&self.text);
        if self.is_async {
            source.asynchronous()
        } else {
            source
        }
    }
}

fn parses(constructor: &Value, code: &str) -> bool {
    constructor.call((code,)).is_ok()
}

/// Returns the line and column where code fails to parse as the body of a function.
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
