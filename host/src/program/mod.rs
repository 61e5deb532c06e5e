//! Programs of many files, as they are written for Node: packages, CommonJS, JSON, TypeScript, JSX.
//!
//! [`NodeModules`] is a [`ModuleLoader`] for a folder of them.
//!
//! | what | how |
//! |---|---|
//! | which file a specifier names | as Node does it, [`NodeModules`] says with which differences |
//! | `.mjs`, `.mts` | an ES module |
//! | `.cjs`, `.cts` | a CommonJS module |
//! | `.json` | JSON |
//! | `.js`, `.jsx`, `.ts`, `.tsx` and anything else | what `type` in the nearest `package.json` says, or else what its syntax is |
//! | `.ts`, `.mts`, `.cts`, `.tsx`, `.jsx` | made JavaScript, with a map from its positions to those in the original; types are removed and not checked |
//! | decorators and `accessor` in these | the standard ones, or those of `experimentalDecorators` in `tsconfig.json` |
//!
//! Nothing of a program runs outside of its VM, but its files are read and parsed by this library,
//! in the embedder's process: TypeScript, JSX, and CommonJS or what may be that. The limits of the VM
//! do not count there, and somebody who wants to can write a text that exhausts the parser's stack.
//! ES modules by extension or `package.json` are parsed by the VM alone.

mod convert;
mod decorators;
mod error;
mod exports;
mod files;
mod helpers;
mod language;
mod later;
mod mappings;
mod missing;
mod names;
mod nesting;
mod options;
mod package;
mod parse;
mod private_methods;
mod resolve;
mod root;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use error::ProgramError;
pub use later::imported_later;

use crate::function::HostError;
use crate::module::{Import, Module, ModuleLoader};
use files::Files;
use names::Names;
use resolve::Resolve;

/// Modules in a folder and what is installed there, found as Node finds them.
///
/// The differences are:
///
/// * Nothing outside of the folder is loaded, and no `node_modules` above it is looked at. A
///   symbolic link counts as what it leads to.
/// * Of the `exports` and `imports` of packages the conditions `jsvm`, `edge-light`, `browser`, and
///   `import` or `require` hold, and `node` does not.
/// * Extensions can be left out in an `import` too, and those of TypeScript are among them;
///   `./x.js` also finds `./x.ts`. For importers in TypeScript, `paths` of the nearest
///   `tsconfig.json` count.
/// * Node's built-in modules are not there. What the embedder registers under their names is found
///   before this loader is asked.
///
/// The full name of a module is the path of its file, or with
/// [`relative_names`](NodeModules::relative_names) that below the folder.
///
/// Files are read once. What changes on the disk after that is seen by another loader only. A loader
/// is cheap to clone, and its clones share what was read.
///
/// ```
/// use jsvm::Source;
/// use jsvm::program::NodeModules;
/// # let folder = std::env::temp_dir().join(format!("jsvm-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(folder.join("node_modules/greeter"))?;
/// std::fs::write(folder.join("node_modules/greeter/package.json"), r#"{ "exports": "./main.ts" }"#)?;
/// std::fs::write(
///     folder.join("node_modules/greeter/main.ts"),
///     "enum Mood { calm = '.', happy = '!' }
///      export const greet = (name: string, mood = Mood.happy) => `Hello, ${name}${mood}`;",
/// )?;
/// let vm = jsvm::Engine::global()?.vm().modules(NodeModules::new(&folder)?).build()?;
/// let promise = vm.eval(Source::module(
///     "import { greet } from 'greeter'; export const text = greet('world');",
/// ))?;
/// vm.run_jobs()?;
/// assert_eq!(promise.promise_result()?.get("text")?.to::<String>()?, "Hello, world!");
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct NodeModules {
    names: Names,
    resolve: Arc<Resolve>,
    files: Arc<Files>,
}

impl NodeModules {
    /// Modules in a folder and below.
    ///
    /// # Errors
    /// If there is no such folder.
    pub fn new(folder: impl AsRef<Path>) -> std::io::Result<Self> {
        let root = folder.as_ref().canonicalize()?;
        Ok(Self::at(root.clone(), root))
    }

    /// The modules of the program that a folder belongs to: those in the nearest folder at or above
    /// it that has a `package.json`, a `node_modules` or a `.git`, or of the workspace that this is
    /// a package of. If there is no such folder, those in the folder itself.
    ///
    /// What has no file of its own, such as code from standard input, imports from the folder.
    ///
    /// # Errors
    /// If there is no such folder.
    pub fn around(folder: impl AsRef<Path>) -> std::io::Result<Self> {
        let folder = folder.as_ref().canonicalize()?;
        Ok(Self::at(root::find(&folder), folder))
    }

    fn at(root: PathBuf, base: PathBuf) -> Self {
        NodeModules {
            resolve: Arc::new(Resolve::new(root.clone())),
            files: Arc::default(),
            names: Names::new(root, base),
        }
    }

    /// The same modules with names that are relative to the folder: for a VM that is frozen here and
    /// restored where the folder may be another. Nothing in the VM then says where the folder is.
    #[must_use]
    pub fn relative_names(mut self) -> Self {
        self.names = self.names.relative();
        self
    }

    /// The folder outside of which nothing is loaded.
    pub fn root(&self) -> &Path {
        self.names.root()
    }

    /// The full name of the module that a program starts with: a file, or a folder whose
    /// `package.json` or `index.js` says which.
    ///
    /// # Errors
    /// If there is no such file, or it is outside of the folder.
    pub fn entry(&self, path: impl AsRef<Path>) -> Result<String, ProgramError> {
        let path = path.as_ref();
        let path = std::path::absolute(path).map_err(|source| ProgramError::Read {
            path: path.to_owned(),
            source,
        })?;
        let found = self.resolve.entry(&path)?;
        self.names.of(&found)
    }

    /// The module of a full name, as [`ModuleLoader::load`] has it.
    ///
    /// # Errors
    /// If it cannot be read or, as far as it must be parsed here, does not parse.
    pub fn module(&self, name: &str) -> Result<Module, ProgramError> {
        if let Some(module) = helpers::module(name) {
            return Ok(module);
        }
        let path = self.path(name)?;
        let file = self
            .files
            .get(&path, &self.names.shown(&path), &self.resolve)?;
        let exports = self.files.exports(&path, &self.resolve);
        Ok(file.module(exports).url(self.names.url(&path)))
    }

    /// Whether a CommonJS module uses any of what makes it one, such as `require` or `exports`.
    /// What does not runs just as well as a script.
    ///
    /// # Errors
    /// Those of [`module`](NodeModules::module).
    pub fn uses_common_js(&self, name: &str) -> Result<bool, ProgramError> {
        let path = self.path(name)?;
        let file = self
            .files
            .get(&path, &self.names.shown(&path), &self.resolve)?;
        Ok(file.uses_common_js())
    }

    /// The text of a module that was loaded, as it is in its file. Nothing else is read: a name that
    /// comes from a VM can be anything.
    pub fn source(&self, name: &str) -> Option<String> {
        self.files.source(&self.names.path(name))
    }

    /// The file of a full name. It comes from the VM, so it is looked at again.
    fn path(&self, name: &str) -> Result<PathBuf, ProgramError> {
        let path = self.names.path(name);
        let real = path.canonicalize().map_err(|source| ProgramError::Read {
            path: path.clone(),
            source,
        })?;
        if !real.starts_with(self.root()) {
            return Err(ProgramError::Outside {
                specifier: name.to_owned(),
                importer: String::new(),
                root: self.root().to_owned(),
            });
        }
        Ok(real)
    }
}

impl ModuleLoader for NodeModules {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        if helpers::is_helper(import.specifier) {
            return Ok(import.specifier.to_owned());
        }
        let importer = self.names.importer(import.importer);
        let path = self.resolve.resolve(import, &importer);
        path.and_then(|path| self.names.of(&path))
            .map_err(ProgramError::into_host_error)
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        self.module(name).map_err(ProgramError::into_host_error)
    }
}
