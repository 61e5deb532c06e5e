//! Where imported modules come from.

use std::path::{Path, PathBuf};

use crate::function::HostError;

/// Where imported modules come from.
///
/// ```
/// use jsvm::{HostError, ModuleLoader, Source};
/// struct Greeting;
/// impl ModuleLoader for Greeting {
///     fn resolve(&self, specifier: &str, _importer: &str) -> Result<String, HostError> {
///         Ok(specifier.to_owned())
///     }
///     fn load(&self, name: &str) -> Result<String, HostError> {
///         Ok(format!("export default 'hello from {name}'"))
///     }
/// }
/// let vm = jsvm::Engine::global()?.vm().modules(Greeting).build()?;
/// let promise = vm.eval(Source::module("import text from 'there'; export { text }"))?;
/// vm.run_jobs()?;
/// assert_eq!(promise.promise_result()?.get("text")?.to::<String>()?, "hello from there");
/// # Ok::<(), jsvm::Error>(())
/// ```
pub trait ModuleLoader: Send + Sync + 'static {
    /// The full name of a module, from the specifier in an import and the full name of the
    /// module that imports it. One name is one module: it is loaded once.
    ///
    /// # Errors
    /// What the import throws.
    fn resolve(&self, specifier: &str, importer: &str) -> Result<String, HostError>;

    /// The source of a module.
    ///
    /// # Errors
    /// What the import throws.
    fn load(&self, name: &str) -> Result<String, HostError>;
}

/// Modules in a folder and below: relative and absolute paths, nothing outside of it.
#[derive(Clone, Debug)]
pub struct FolderModules {
    root: PathBuf,
}

impl FolderModules {
    /// Modules below a folder.
    ///
    /// # Errors
    /// If there is no such folder.
    pub fn new(root: impl AsRef<Path>) -> std::io::Result<Self> {
        Ok(FolderModules {
            root: root.as_ref().canonicalize()?,
        })
    }
}

impl ModuleLoader for FolderModules {
    fn resolve(&self, specifier: &str, importer: &str) -> Result<String, HostError> {
        let relative = specifier.starts_with("./") || specifier.starts_with("../");
        if !relative && !Path::new(specifier).is_absolute() {
            return Err(HostError::new(format!(
                "cannot find module '{specifier}' imported from {importer}: \
                 only relative and absolute paths can be imported"
            )));
        }
        let base = Path::new(importer).parent().unwrap_or(Path::new(""));
        let path = self.root.join(base).join(specifier);
        let not_found = |reason: &str| {
            HostError::new(format!(
                "cannot find module '{specifier}' imported from {importer}: {reason}"
            ))
        };
        let path = path.canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => not_found("there is no such file"),
            _ => not_found(&error.to_string()),
        })?;
        if !path.starts_with(&self.root) {
            return Err(not_found("it is outside the program's folder"));
        }
        path.into_os_string()
            .into_string()
            .map_err(|_| not_found("its path is not Unicode"))
    }

    fn load(&self, name: &str) -> Result<String, HostError> {
        std::fs::read_to_string(name)
            .map_err(|error| HostError::new(format!("cannot read module {name}: {error}")))
    }
}
