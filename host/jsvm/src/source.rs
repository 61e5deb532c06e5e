//! Source text and how to read it.

use crate::bindings::wit;

/// Source text and how to read it.
///
/// ```
/// use jsvm::Source;
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let error = vm.eval(Source::script("undefined_name").file_name("a.js")).unwrap_err();
/// assert!(error.exception().unwrap().stack.contains("a.js:1"));
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Source<'a> {
    text: &'a str,
    file_name: Option<&'a str>,
    kind: wit::SourceKind,
    strict: bool,
    asynchronous: bool,
}

impl<'a> Source<'a> {
    /// A classic script; its value is that of its last statement.
    pub fn script(text: &'a str) -> Self {
        Source {
            text,
            file_name: None,
            kind: wit::SourceKind::Script,
            strict: false,
            asynchronous: false,
        }
    }

    /// An ES module; its value is a promise for its namespace object.
    pub fn module(text: &'a str) -> Self {
        Source {
            kind: wit::SourceKind::Module,
            ..Self::script(text)
        }
    }

    /// Name in stacks, and where the relative imports of a module start from; `<eval>` by
    /// default.
    #[must_use]
    pub fn file_name(mut self, name: &'a str) -> Self {
        self.file_name = Some(name);
        self
    }

    /// Reads a script in strict mode.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Allows `await` at the top level of a script, whose value is then a promise.
    ///
    /// ```
    /// use jsvm::Source;
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let promise = vm.eval(Source::script("1 + await Promise.resolve(2)").asynchronous())?;
    /// vm.run_jobs()?;
    /// assert_eq!(promise.promise_value()?.to::<i32>()?, 3);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    #[must_use]
    pub fn asynchronous(mut self) -> Self {
        self.asynchronous = true;
        self
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    pub(crate) fn options(&self) -> wit::EvalOptions {
        wit::EvalOptions {
            file_name: self.file_name.unwrap_or("<eval>").to_owned(),
            kind: self.kind,
            strict: self.strict,
            top_level_await: self.asynchronous,
        }
    }
}

impl<'a> From<&'a str> for Source<'a> {
    fn from(text: &'a str) -> Self {
        Source::script(text)
    }
}

impl<'a> From<&'a String> for Source<'a> {
    fn from(text: &'a String) -> Self {
        Source::script(text)
    }
}
