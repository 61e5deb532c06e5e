//! Loads programs written for Node.js: packages, CommonJS, JSON, TypeScript, JSX.
//!
//! [`NodeModules`] is a [`ModuleLoader`] for the modules in a folder.
//!
//! | what | how |
//! |---|---|
//! | resolving a specifier | as in Node.js; [`NodeModules`] lists the differences |
//! | `.mjs`, `.mts` | an ES module |
//! | `.cjs`, `.cts` | a CommonJS module |
//! | `.json` | JSON |
//! | `.js`, `.jsx`, `.ts`, `.tsx` and none | the kind in `type` of the nearest `package.json`, or else the kind of its syntax |
//! | `.js` with `import` or `export`, where `type` is `commonjs` | an ES module if it is the program's main file or part of an installed package, else an error |
//! | `.ts`, `.mts`, `.cts`, `.tsx`, `.jsx` | converted to JavaScript with a source map; types are removed, not checked |
//! | any other, such as `.env` and `.txt` | not a module, unless the embedder names it by [`NodeModules::entry`] |
//! | decorators and `accessor` in these | standard decorators, or those of `experimentalDecorators` in `tsconfig.json` |
//!
//! No code of a program runs outside its VM, and none of its sources is parsed in the embedder's
//! process. TypeScript, JSX, and files that are or may be CommonJS are parsed in a WebAssembly sandbox
//! of the crate `jsvm-transpiler`, with 2 s of CPU time, 256 MiB of memory and a bounded stack for each
//! file. Only the VM parses files that are ES modules by extension or `package.json`. This library
//! itself reads files of at most 64 MiB, `package.json` and `tsconfig.json`, and resolves specifiers of
//! at most 4,096 bytes.

mod analyse;
mod bounds;
mod comments;
mod confined;
mod convert;
mod data_import;
mod error;
mod exported_names;
mod files;
mod helpers;
mod import_place;
mod import_script;
mod imported_later;
mod json_import;
mod language;
mod missing;
mod names;
mod options;
mod package;
mod prompt;
mod prompt_script;
mod resolve;
mod root;
mod text_import;
mod wasm;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use comments::comments;
pub use error::ProgramError;
pub use import_script::{ends_in_import, imports_as_script};
pub use imported_later::imported_later;
pub use jsvm_transpiler::TranspilerError;
pub use prompt::{Prompt, PromptCode};
pub use prompt_script::{TypeScriptError, declarations_as_variables, typescript_as_script};

use files::Files;
use jsvm::HostError;
use jsvm::{Import, ImportKind, Module, ModuleLoader};
use names::ModuleNames;
use resolve::{Builds, Resolve, Resolved};

/// A loader of the modules in a folder and of its installed packages, found as in Node.js.
///
/// The differences to Node.js are:
///
/// * Nothing outside the folder is loaded, and no `node_modules` above it is searched. A symbolic
///   link counts as its target.
/// * Without [`for_node`](NodeModules::for_node), the conditions for `exports` and `imports` of packages are `jsvm`, `edge-light`, `browser`,
///   and `import` or `require`. `node` is not among them.
/// * Without `exports`, a string in the `browser` field of a `package.json` takes the place of `main`.
///   An object there maps files of the package, and the modules that they import, to other files, or
///   to an empty module by `false`. Modules that the embedder registers are not replaced.
/// * `import text from "./page.html?raw"` is the text of a file, as in bundlers. The types of files are HTML, CSS and
///   others that belong to programs, so that an import does not read secrets such as `.env`.
/// * An `import` can leave out the extension, including those of TypeScript. `./x.js` also finds
///   `./x.ts`. For importers in TypeScript, `paths` of the nearest `tsconfig.json` apply.
/// * Node.js's built-in modules are missing. A module that the embedder registers under such a name
///   is found before this loader is called.
///
/// The full name of a module is the path of its file. With
/// [`relative_names`](NodeModules::relative_names) it is the path below the folder.
///
/// Files are read once. Later changes on the disk are seen only by another loader. A loader is
/// cheap to clone, and its clones share the files.
///
/// ```
/// use jsvm::Source;
/// use jsvm_node::NodeModules;
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
/// assert_eq!(promise.promise_value()?.get("text")?.to::<String>()?, "Hello, world!");
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct NodeModules {
    names: ModuleNames,
    resolve: Arc<Resolve>,
    files: Arc<Files>,
}

impl NodeModules {
    /// Creates a loader of the modules in a folder and below.
    ///
    /// # Errors
    /// If the folder does not exist.
    pub fn new(folder: impl AsRef<Path>) -> std::io::Result<Self> {
        let root = folder.as_ref().canonicalize()?;
        Ok(Self::at(root.clone(), root))
    }

    /// Creates a loader of the modules of the program that a folder belongs to.
    ///
    /// The root is the nearest folder at or above it that has a `package.json`, a `node_modules` or
    /// a `.git`, or the workspace of that package. Without such a folder, it is the folder itself.
    /// The user's home folder and those above it are not roots of programs in other folders: a
    /// program could import every JSON file there.
    ///
    /// Code without a file, such as code from standard input, imports from the folder.
    ///
    /// # Errors
    /// If the folder does not exist.
    pub fn around(folder: impl AsRef<Path>) -> std::io::Result<Self> {
        let folder = folder.as_ref().canonicalize()?;
        Ok(Self::at(root::find(&folder), folder))
    }

    /// Creates a loader of the modules in a folder, `root`, and below, for a program in another,
    /// from which code without a file imports.
    ///
    /// ```
    /// use jsvm_node::NodeModules;
    /// let modules = NodeModules::with_root(".", "src")?;
    /// assert_eq!(modules.root(), std::path::Path::new(".").canonicalize()?);
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// If one of the folders does not exist.
    pub fn with_root(root: impl AsRef<Path>, folder: impl AsRef<Path>) -> std::io::Result<Self> {
        let root = root.as_ref().canonicalize()?;
        let folder = folder.as_ref().canonicalize()?;
        let base = match folder.starts_with(&root) {
            true => folder,
            false => root.clone(),
        };
        Ok(Self::at(root, base))
    }

    fn at(root: PathBuf, base: PathBuf) -> Self {
        NodeModules {
            resolve: Arc::new(Resolve::new(root.clone(), Builds::Edge)),
            files: Arc::default(),
            names: ModuleNames::new(root, base),
        }
    }

    /// Makes names of modules relative to the folder. For a VM that is frozen and then restored
    /// where the folder may have another path: the VM then does not contain the path.
    #[must_use]
    pub fn relative_names(mut self) -> Self {
        self.names = self.names.relative();
        self
    }

    /// Chooses the builds of packages for Node.js: for a VM with its modules, from `VmBuilder::node`. The
    /// conditions are `jsvm`, `node`, and `import` or `require`, and `browser` fields are ignored.
    #[must_use]
    pub fn for_node(mut self) -> Self {
        let root = self.names.root().to_owned();
        self.resolve = Arc::new(Resolve::new(root, Builds::Node));
        self
    }

    /// Returns the root folder. Nothing outside it is loaded.
    pub fn root(&self) -> &Path {
        self.names.root()
    }

    /// Returns the full name of the module that a program starts with: a file, or a folder with a
    /// `package.json` or an `index.js`.
    ///
    /// # Errors
    /// If the file does not exist or is outside the root folder.
    pub fn entry(&self, path: impl AsRef<Path>) -> Result<String, ProgramError> {
        let path = path.as_ref();
        let path = std::path::absolute(path).map_err(|source| ProgramError::Read {
            path: path.to_owned(),
            source,
        })?;
        let found = self.resolve.entry(&path)?;
        self.files.allow_any_extension(&found);
        self.names.name_of(&found)
    }

    /// Adds a module in TypeScript that is in no file, and returns the specifier to import it by. Its name,
    /// such as `<stdin>`, is that in errors. Its imports start at the program's folder.
    ///
    /// # Errors
    /// If the text does not parse, or exceeds a limit of the parser.
    pub fn add_typescript(&self, name: &str, text: &str) -> Result<String, ProgramError> {
        self.files
            .add_typescript(&self.path_of_text(name), name, text)?;
        Ok(name.to_owned())
    }

    /// The path under which a module without a file is known. No file has it: a path has no NUL.
    fn path_of_text(&self, name: &str) -> PathBuf {
        self.root().join(format!("\0{name}"))
    }

    /// Loads the module of a full name, as [`ModuleLoader::load`] does.
    ///
    /// # Errors
    /// If the file cannot be read, or must be parsed here and does not parse.
    pub fn module(&self, name: &str) -> Result<Module, ProgramError> {
        if let Some(module) = helpers::module(name) {
            return Ok(module);
        }
        if let Some(module) = data_import::module(name) {
            return Ok(module?.url(name));
        }
        if let Some(text) = self.files.known(&self.path_of_text(name)) {
            return Ok(text.module(Vec::new()).url(name));
        }
        if let Some(file) = text_import::file_of(name) {
            let path = self.path(file)?;
            let url = self.names.url(&path);
            return Ok(text_import::module(path)?.url(url));
        }
        if let Some(file) = wasm::file_of(name) {
            let path = self.path(file)?;
            let url = self.names.url(&path);
            return Ok(wasm::source_module(path)?.url(url));
        }
        let json = json_import::file_of(name);
        let path = self.path(json.unwrap_or(name))?;
        let file = self
            .files
            .get(&path, &self.names.shown(&path), &self.resolve)?;
        if json.is_some() && file.is_json() {
            return Ok(json_import::module(file.text()).url(self.names.url(&path)));
        }
        let exports = self.files.exports(&path, &self.resolve);
        Ok(file.module(exports).url(self.names.url(&path)))
    }

    /// Whether a CommonJS module uses variables of CommonJS, such as `require` or `exports`.
    /// Otherwise it can also run as a script.
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

    /// Returns the `package.json` with `"type": "commonjs"` of a loaded module, if the module is run as
    /// an ES module nevertheless, because it has the syntax of one.
    ///
    /// This is so only of the module that [`entry`](NodeModules::entry) named. In other files, such
    /// syntax is an error.
    pub fn contradicted_package(&self, name: &str) -> Option<PathBuf> {
        let file = self.files.known(&self.names.path(name))?;
        file.contradicted().map(Path::to_owned)
    }

    /// Returns the text of the file of a loaded module. It reads no other file, because a name from
    /// a VM can be anything.
    pub fn source(&self, name: &str) -> Option<String> {
        let of_text = || self.files.source(&self.path_of_text(name));
        self.files.source(&self.names.path(name)).or_else(of_text)
    }

    /// Returns the file of a full name. The name comes from the VM, so it is checked again.
    fn path(&self, name: &str) -> Result<PathBuf, ProgramError> {
        let outside = || ProgramError::Outside {
            specifier: name.to_owned(),
            importer: String::new(),
            root: self.root().to_owned(),
        };
        let path = self.names.path(name);
        // Before the file is looked at: the error must not tell whether it exists.
        if !missing::normal(&path).starts_with(self.root()) {
            return Err(outside());
        }
        let real = path.canonicalize().map_err(|source| ProgramError::Read {
            path: path.clone(),
            source,
        })?;
        match real.starts_with(self.root()) {
            true => Ok(real),
            false => Err(outside()),
        }
    }
}

impl ModuleLoader for NodeModules {
    fn resolve(&self, import: &Import<'_>) -> Result<String, HostError> {
        let is_text = || {
            self.files
                .known(&self.path_of_text(import.specifier))
                .is_some()
        };
        if helpers::is_helper(import.specifier) || (import.specifier.starts_with('<') && is_text())
        {
            return Ok(import.specifier.to_owned());
        }
        if data_import::is_data(import) {
            return data_import::name_of(import).map_err(ProgramError::into_host_error);
        }
        let importer = self.names.importer(import.importer);
        if data_import::is_from_data(import) {
            let missing = missing::FailedImport {
                import,
                importer: &importer,
                root: self.root(),
            };
            return Err(missing.not_in_data().into_host_error());
        }
        let text_file = text_import::import_of_file(import);
        let wasm_file = wasm::import_of_file(import);
        let file = text_file.as_ref().or(wasm_file.as_ref());
        let file = file.unwrap_or(import);
        let resolved = self.resolve.resolve(file, &importer);
        let name = resolved.and_then(|resolved| match resolved {
            Resolved::File(path) => {
                let name = self.names.name_of(&path)?;
                if text_file.is_some() {
                    return Ok(text_import::name_of(&name));
                }
                if wasm_file.is_some() {
                    return Ok(wasm::name_of(&name));
                }
                let source = || self.files.source(&importer).unwrap_or_default();
                match json_import::lacks_attribute(import, &path, source) {
                    true if json_import::is_installed(&importer) => Ok(json_import::name_of(&name)),
                    true => Err(ProgramError::NoAttribute { file: name }),
                    false => Ok(name),
                }
            }
            Resolved::Empty => Ok(helpers::EMPTY.to_owned()),
        });
        name.map_err(|error| {
            // A `require` has a stack.
            let source = match import.kind {
                ImportKind::Require => None,
                _ => self.files.source(&importer),
            };
            let place = source.and_then(|text| import_place::find(&text, import.specifier));
            let place = place.map(|(line, column)| (import.importer, line, column));
            error.into_host_error_at(place)
        })
    }

    fn load(&self, name: &str) -> Result<Module, HostError> {
        self.module(name).map_err(ProgramError::into_host_error)
    }
}
