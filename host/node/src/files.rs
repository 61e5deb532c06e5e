//! Reads and parses each file of a program once.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::analyse::{Analysis, analyse, may_be_es};
use super::bounds::{self, MAX_SOURCE};
use super::convert::Original;
use super::error::ProgramError;
use super::exported_names;
use super::language::{FileType, Goal, Language};
use super::package::{PackageGoal, Packages};
use super::resolve::Resolve;
use super::wasm;
use jsvm::{Module, ModuleKind};

/// The files of a program, by their real paths.
#[derive(Debug, Default)]
pub struct Files {
    known: Mutex<HashMap<PathBuf, Arc<File>>>,
    /// The texts of files that do not parse, which errors point into.
    unparsable: Mutex<HashMap<PathBuf, String>>,
    packages: Packages,
    /// The number of names in all lists of exported names.
    pub(super) names: AtomicUsize,
    /// Files that the embedder named, which can have any extension.
    named: Mutex<HashSet<PathBuf>>,
}

/// A file that was read.
#[derive(Debug)]
pub struct File {
    kind: ModuleKind,
    source: String,
    /// The converted text and its source map, if the engine cannot read the source.
    converted: Option<(String, Option<String>)>,
    analysis: OnceLock<Analysis>,
    /// The `package.json` that says CommonJS of an ES module.
    contradicted: Option<PathBuf>,
    /// The names that a module exports, including those of modules that it re-exports.
    pub(super) exports: OnceLock<Arc<Vec<String>>>,
}

impl Files {
    /// Returns a file, which is read at the first call. Errors call it `name`.
    pub fn get(
        &self,
        path: &Path,
        name: &str,
        resolve: &Resolve,
    ) -> Result<Arc<File>, ProgramError> {
        if let Some(file) = self.known(path) {
            return Ok(file);
        }
        if wasm::is_wasm(path) {
            let script = wasm::script(&read_bytes(path)?, path)?;
            let file = Arc::new(File::new(ModuleKind::Es, &script));
            let mut known = lock(&self.known);
            return Ok(known.entry(path.to_owned()).or_insert(file).clone());
        }
        let source = read_text(path)?;
        let file = match self.read(path, name, &source, resolve) {
            Ok(file) => file,
            Err(error) => {
                if let ProgramError::Syntax { .. } = error {
                    lock(&self.unparsable).insert(path.to_owned(), source);
                }
                return Err(error);
            }
        };
        let mut known = lock(&self.known);
        let file = known.entry(path.to_owned()).or_insert(Arc::new(file));
        Ok(file.clone())
    }

    /// Adds a module in TypeScript that is in no file.
    pub fn add_typescript(&self, path: &Path, name: &str, text: &str) -> Result<(), ProgramError> {
        let original = Original {
            text,
            name,
            file_type: FileType {
                language: Language::TypeScript,
                goal: Goal::Unknown,
            },
            package: Goal::Unknown,
            tsconfig: None,
        };
        let converted = original.convert()?;
        let file = File {
            converted: Some((converted.code, converted.mappings)),
            ..File::new(converted.kind, text)
        };
        lock(&self.known).insert(path.to_owned(), Arc::new(file));
        Ok(())
    }

    /// Allows any extension of a file, which the embedder named.
    pub fn allow_any_extension(&self, path: &Path) {
        lock(&self.named).insert(path.to_owned());
    }

    /// Returns a file that was read before.
    pub fn known(&self, path: &Path) -> Option<Arc<File>> {
        lock(&self.known).get(path).cloned()
    }

    /// Returns the text of a file that was read before.
    pub fn source(&self, path: &Path) -> Option<String> {
        if let Some(file) = self.known(path) {
            return Some(file.source.clone());
        }
        lock(&self.unparsable).get(path).cloned()
    }

    /// Returns the names that a CommonJS module exports. Re-exported files that cannot be read are
    /// skipped here and fail when they are loaded.
    pub fn exports(&self, path: &Path, resolve: &Resolve) -> Vec<String> {
        let Some(file) = self
            .known(path)
            .filter(|file| file.kind == ModuleKind::CommonJs)
        else {
            return Vec::new();
        };
        exported_names::find(self, path, file, resolve).to_vec()
    }

    fn read(
        &self,
        path: &Path,
        name: &str,
        source: &str,
        resolve: &Resolve,
    ) -> Result<File, ProgramError> {
        let is_named = lock(&self.named).contains(path);
        let file_type =
            FileType::from_path(path, is_named).map_err(|reason| ProgramError::Unsupported {
                path: path.to_owned(),
                reason: reason.to_owned(),
            })?;
        let package = || match file_type.goal {
            Goal::Unknown => self.packages.goal(path.parent().unwrap_or(path)),
            goal => Ok(goal.into()),
        };
        if file_type.language.is_converted() {
            let tsconfig = resolve.tsconfig(path)?;
            let original = Original {
                text: source,
                name,
                file_type,
                package: package()?.goal,
                tsconfig: tsconfig.as_deref(),
            };
            let converted = original.convert()?;
            return Ok(File {
                converted: Some((converted.code, converted.mappings)),
                ..File::new(converted.kind, source)
            });
        }
        if file_type.language == Language::Json {
            return Ok(File::new(ModuleKind::Json, source));
        }
        match package()? {
            PackageGoal { goal: Goal::Es, .. } => Ok(File::new(ModuleKind::Es, source)),
            PackageGoal {
                goal: Goal::CommonJs,
                file: Some(package),
            } if may_be_es(source) => self.contradiction(path, name, source, package),
            PackageGoal {
                goal: Goal::CommonJs,
                ..
            } => Ok(File::common_js(source)),
            PackageGoal {
                goal: Goal::Unknown,
                ..
            } => Ok(File::by_syntax(source, analyse(source, None, name)?)),
        }
    }

    /// Reads a file that has the syntax of ES modules, if it is not mistaken for it, in a package that
    /// says `"type": "commonjs"`. As CommonJS it could not run.
    ///
    /// `npm init` writes this type, also for programs that are ES modules. Installed packages have
    /// files for bundlers, which do not regard it.
    fn contradiction(
        &self,
        path: &Path,
        name: &str,
        source: &str,
        package: PathBuf,
    ) -> Result<File, ProgramError> {
        let file = File::by_syntax(source, analyse(source, None, name)?);
        let is_installed = path.iter().any(|part| part == "node_modules");
        if file.kind != ModuleKind::Es || is_installed {
            return Ok(file);
        }
        if lock(&self.named).contains(path) {
            return Ok(File {
                contradicted: Some(package),
                ..file
            });
        }
        Err(ProgramError::DeclaredCommonJs {
            file: name.to_owned(),
            package,
        })
    }
}

impl File {
    fn new(kind: ModuleKind, source: &str) -> File {
        File {
            kind,
            source: source.to_owned(),
            converted: None,
            analysis: OnceLock::new(),
            contradicted: None,
            exports: OnceLock::new(),
        }
    }

    /// A file whose syntax decides.
    fn by_syntax(source: &str, analysis: Analysis) -> File {
        let file = if analysis.is_es {
            File::new(ModuleKind::Es, source)
        } else {
            File::common_js(source)
        };
        File {
            analysis: OnceLock::from(analysis),
            ..file
        }
    }

    fn common_js(source: &str) -> File {
        // The module becomes the body of a function, which cannot begin with `#!`.
        let converted = source
            .strip_prefix("#!")
            .map(|rest| (format!("//{rest}"), None));
        File {
            converted,
            ..File::new(ModuleKind::CommonJs, source)
        }
    }

    /// Creates the module for the engine.
    pub fn module(&self, exports: Vec<String>) -> Module {
        let module = match self.kind {
            ModuleKind::CommonJs => Module::common_js(self.text(), exports),
            ModuleKind::Json => Module::json(self.text()),
            _ => Module::es(self.text()),
        };
        match &self.converted {
            Some((_, Some(mappings))) => module.mappings(mappings),
            _ => module,
        }
    }

    /// Whether the file uses variables of CommonJS.
    pub fn uses_common_js(&self) -> bool {
        self.kind == ModuleKind::CommonJs && self.analysis().uses_common_js
    }

    /// The `package.json` that says `"type": "commonjs"` of a file that is an ES module.
    pub fn contradicted(&self) -> Option<&Path> {
        self.contradicted.as_deref()
    }

    pub fn is_json(&self) -> bool {
        self.kind == ModuleKind::Json
    }

    /// The text for the engine.
    pub fn text(&self) -> &str {
        match &self.converted {
            Some((text, _)) => text,
            None => &self.source,
        }
    }

    pub(super) fn analysis(&self) -> &Analysis {
        self.analysis.get_or_init(|| match self.kind {
            ModuleKind::Json => Analysis::default(),
            kind => analyse(self.text(), Some(kind), "").unwrap_or_default(),
        })
    }
}

/// Reads a file of bounded size.
pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, ProgramError> {
    bounds::read_file(path, MAX_SOURCE).map_err(|source| ProgramError::Read {
        path: path.to_owned(),
        source,
    })
}

/// Reads the text of a file, without a byte order mark.
pub(super) fn read_text(path: &Path) -> Result<String, ProgramError> {
    let mut text = String::from_utf8(read_bytes(path)?).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        ProgramError::NotText {
            path: path.to_owned(),
            line: valid.iter().filter(|byte| **byte == b'\n').count() + 1,
        }
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
