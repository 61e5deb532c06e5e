//! Imports of modules, listed and requested.

use super::Vm;
use crate::error::Error;
use crate::module_import::ModuleImport;
use crate::source::Source;

/// Imports that are answered ahead of time or later.
impl Vm {
    /// Lists the modules that an ES module imports by `import` and `export … from` declarations, in
    /// the order of the source. Nothing is loaded, and nothing runs. Calls of `import()` are not in
    /// the list.
    ///
    /// ```
    /// use jsvm::Source;
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let text = "import a from './a.js'; export * from 'b'; import('c')";
    /// let imports = vm.module_imports(Source::module(text).file_name("main.js"))?;
    /// let specifiers: Vec<_> = imports.iter().map(|import| &*import.specifier).collect();
    /// assert_eq!(specifiers, ["./a.js", "b"]);
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Exception`] with a `SyntaxError`, or with a `TypeError` for import attributes other
    /// than `type: "json"`; [`Error::MissingFunction`].
    pub fn module_imports<'a>(
        &self,
        source: impl Into<Source<'a>>,
    ) -> Result<Vec<ModuleImport>, Error> {
        let source = source.into();
        let options = source.options();
        let imports = self.shared.try_enter(|e| {
            let added = &e.exports.added;
            let called = added.get_module_imports(e.store, source.text(), &options.file_name)?;
            Ok(match called {
                Ok(imports) => imports.map(Ok),
                Err(missing) => Ok(Err(missing)),
            })
        })?;
        Ok(imports?)
    }

    /// Sets whether `import()` makes requests; see
    /// [`VmBuilder::import_requests`](crate::VmBuilder::import_requests).
    ///
    /// # Errors
    /// [`Error::MissingFunction`].
    pub fn set_import_requests(&self, enabled: bool) -> Result<(), Error> {
        let called = self
            .shared
            .enter(|e| e.exports.added.set_import_requests(e.store, enabled))?;
        Ok(called?)
    }

    /// Returns whether `import()` makes requests.
    ///
    /// # Errors
    /// [`Error::MissingFunction`].
    pub fn has_import_requests(&self) -> Result<bool, Error> {
        let called = self
            .shared
            .enter(|e| e.exports.added.get_import_requests(e.store))?;
        Ok(called?)
    }
}
