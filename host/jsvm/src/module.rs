//! Where imported modules come from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bindings::wit;
use crate::data::{Data, DataBuilder, Node};
use crate::extension::Extensions;
use crate::function::HostError;

/// Loads imported modules. It is meant to be implemented.
///
/// ```
/// use jsvm::{HostError, Import, Module, ModuleLoader, Source};
/// struct Greeting;
/// impl ModuleLoader for Greeting {
///     fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
///         Ok(import.specifier.to_owned())
///     }
///     fn load(&self, name: &str) -> Result<Module, HostError> {
///         Ok(Module::es(format!("export default 'hello from {name}'")))
///     }
/// }
/// let vm = jsvm::Engine::global()?.vm().modules(Greeting).build()?;
/// let promise = vm.eval(Source::module("import text from 'there'; export { text }"))?;
/// vm.run_jobs()?;
/// assert_eq!(promise.promise_value()?.get("text")?.to::<String>()?, "hello from there");
/// # Ok::<(), jsvm::Error>(())
/// ```
pub trait ModuleLoader: Send + Sync + 'static {
    /// The full name of a module that is imported. One name is one module: it is loaded once.
    ///
    /// # Errors
    /// What the import throws.
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError>;

    /// A module, from its full name.
    ///
    /// # Errors
    /// What the import throws.
    fn load(&self, name: &str) -> Result<Module, HostError>;
}

/// An import to resolve.
///
/// ```
/// use jsvm::{FolderModules, Import, ImportKind, ModuleLoader};
/// let folder = FolderModules::new(".").unwrap();
/// let import = Import::new("./missing.js", "main.js", ImportKind::Import);
/// assert!(folder.resolve(&import).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Import<'a> {
    /// The specifier of the import.
    pub specifier: &'a str,
    /// The full name of the module that imports.
    pub importer: &'a str,
    /// The kind of the import.
    pub kind: ImportKind,
}

impl<'a> Import<'a> {
    /// An import.
    pub fn new(specifier: &'a str, importer: &'a str, kind: ImportKind) -> Self {
        Import {
            specifier,
            importer,
            kind,
        }
    }
}

/// The way a module is imported, which decides among the `exports` of a package.
///
/// ```
/// use jsvm::{Import, ImportKind};
/// let import = Import::new("fs", "main.cjs", ImportKind::Require);
/// assert_eq!(import.kind, ImportKind::Require);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImportKind {
    /// `import`, static or dynamic.
    Import,
    /// `require` of a CommonJS module.
    Require,
}

/// A module, as a [loader](ModuleLoader) returns it.
///
/// ```
/// use jsvm::{Module, ModuleKind};
/// let module = Module::common_js("exports.one = 1", ["one"]);
/// assert_eq!(module.kind(), ModuleKind::CommonJs);
/// assert_eq!(module.exports(), ["one"]);
/// ```
#[derive(Clone, Debug)]
pub struct Module {
    pub(crate) kind: ModuleKind,
    pub(crate) text: String,
    pub(crate) exports: Vec<String>,
    pub(crate) url: Option<String>,
    pub(crate) mappings: Option<String>,
}

/// The kind of a [`Module`].
///
/// ```
/// use jsvm::{Module, ModuleKind};
/// assert_eq!(Module::json("{}").kind(), ModuleKind::Json);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ModuleKind {
    /// An ES module.
    Es,
    /// A CommonJS module.
    CommonJs,
    /// JSON.
    Json,
}

impl Module {
    fn new(kind: ModuleKind, text: impl Into<String>) -> Self {
        Module {
            kind,
            text: text.into(),
            exports: Vec::new(),
            url: None,
            mappings: None,
        }
    }

    /// An ES module.
    pub fn es(text: impl Into<String>) -> Self {
        Self::new(ModuleKind::Es, text)
    }

    /// A CommonJS module: the body of a function of `exports`, `require`, `module`, `__filename`
    /// and `__dirname`.
    ///
    /// `exports` are the names that an ES module can import from it beside `default`: it must be
    /// known before the module runs. A name that it does not export in the end is `undefined`.
    pub fn common_js<N: Into<String>>(
        text: impl Into<String>,
        exports: impl IntoIterator<Item = N>,
    ) -> Self {
        Module {
            exports: exports.into_iter().map(Into::into).collect(),
            ..Self::new(ModuleKind::CommonJs, text)
        }
    }

    /// A JSON text, whose value is the default export: `import x from "./x.json" with { type:
    /// "json" }`.
    pub fn json(text: impl Into<String>) -> Self {
        Self::new(ModuleKind::Json, text)
    }

    /// Sets `import.meta.url`; by default the module's full name.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// The `mappings` of a source map (ECMA-426) with one source: positions in stacks then are
    /// those in the source that the text was made from.
    #[must_use]
    pub fn mappings(mut self, mappings: impl Into<String>) -> Self {
        self.mappings = Some(mappings.into());
        self
    }

    /// Returns the kind of the module.
    pub fn kind(&self) -> ModuleKind {
        self.kind
    }

    /// Its text, as the engine reads it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names that a CommonJS module exports.
    pub fn exports(&self) -> &[String] {
        &self.exports
    }
}

impl<T: Into<String>> From<T> for Module {
    /// An ES module.
    fn from(text: T) -> Self {
        Module::es(text)
    }
}

impl Module {
    /// Converts the module into data, as a VM has it in its root `jsvm:modules`: see the WIT interface
    /// `modules`.
    pub fn into_data(self) -> Data {
        let mut data = DataBuilder::new();
        let kind = match self.kind {
            ModuleKind::Es if self.url.is_none() && self.mappings.is_none() => {
                return Data::from_nodes(vec![Node::Text(self.text)]);
            }
            ModuleKind::Es => "module",
            ModuleKind::CommonJs => "commonjs",
            ModuleKind::Json => "json",
        };
        let root = data.reserve();
        let mut properties = vec![
            ("kind".to_owned(), data.push(Node::Text(kind.to_owned()))),
            ("text".to_owned(), data.push(Node::Text(self.text))),
        ];
        if !self.exports.is_empty() {
            let names = self.exports.into_iter();
            let names = names.map(|name| data.push(Node::Text(name))).collect();
            properties.push(("exports".to_owned(), data.push(Node::Array(names))));
        }
        for (name, text) in [("url", self.url), ("mappings", self.mappings)] {
            if let Some(text) = text {
                properties.push((name.to_owned(), data.push(Node::Text(text))));
            }
        }
        data.fill(root, Node::Object(properties));
        data.finish()
    }
}

/// All that can be imported.
#[derive(Clone, Default)]
pub(crate) struct Imports {
    pub(crate) loader: Option<Arc<dyn ModuleLoader>>,
    /// Modules made in Rust, by name.
    pub(crate) native: BTreeMap<String, Arc<[wit::NativeExport]>>,
    pub(crate) extensions: Extensions,
}

impl Imports {
    pub(crate) fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        if self.native.contains_key(import.specifier) {
            return Ok(import.specifier.to_owned());
        }
        let mut extensions = self.extensions.iter();
        if let Some(resolved) = extensions.find_map(|extension| extension.resolve(import)) {
            return resolved;
        }
        match &self.loader {
            Some(loader) => loader.resolve(import),
            None => Err(HostError::new(format!(
                "cannot find module '{}' imported from {}: there are no modules but those made \
                 by the embedder",
                import.specifier, import.importer
            ))),
        }
    }

    pub(crate) fn load(&self, name: &str) -> Result<wit::Module, HostError> {
        let mut extensions = self.extensions.iter();
        if let Some(module) = extensions.find_map(|extension| extension.load(name)) {
            return Ok(module.into());
        }
        match (self.native.get(name), &self.loader) {
            (Some(exports), _) => Ok(wit::Module::Native(exports.to_vec())),
            (None, Some(loader)) => Ok(loader.load(name)?.into()),
            (None, None) => Err(HostError::new(format!("there is no module {name}"))),
        }
    }
}

/// Loads modules from a folder and below, by relative and absolute paths. Nothing outside of the
/// folder can be imported.
///
/// ```
/// use jsvm::{FolderModules, Source};
/// let folder = std::env::temp_dir();
/// let vm = jsvm::Engine::global()?
///     .vm()
///     .modules(FolderModules::new(folder).expect("it exists"))
///     .build()?;
/// let promise = vm.eval(Source::module("import './missing.js'"));
/// assert!(promise.and_then(|promise| promise.promise_value()).is_err());
/// # Ok::<(), jsvm::Error>(())
/// ```
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
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        let Import {
            specifier,
            importer,
            ..
        } = *import;
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

    fn load(&self, name: &str) -> Result<Module, HostError> {
        std::fs::read_to_string(name)
            .map(Module::es)
            .map_err(|error| HostError::new(format!("cannot read module {name}: {error}")))
    }
}
