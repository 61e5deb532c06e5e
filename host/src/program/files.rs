//! Files of a program, each read and parsed once.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use oxc::span::SourceType;

use super::convert::Original;
use super::error::ProgramError;
use super::language::{FileType, Goal, Language};
use super::package::Packages;
use super::parse::{Analysis, analyse};
use super::resolve::Resolve;
use crate::module::{Import, ImportKind, Module, ModuleKind};
use crate::stack::on_large_stack;

/// Files by their real paths.
#[derive(Debug, Default)]
pub struct Files {
    known: Mutex<HashMap<PathBuf, Arc<File>>>,
    /// The texts of those that do not parse, which errors point into.
    unparsable: Mutex<HashMap<PathBuf, String>>,
    packages: Packages,
}

/// A file that was read.
#[derive(Debug)]
pub struct File {
    kind: ModuleKind,
    source: String,
    /// What the engine reads, if that is not the source.
    converted: Option<(String, Option<String>)>,
    analysis: OnceLock<Analysis>,
    /// The names that a CommonJS module exports, with those of the modules that it exports.
    exports: OnceLock<Vec<String>>,
}

impl Files {
    /// A file, with `name` for what is wrong with it.
    pub fn get(
        &self,
        path: &Path,
        name: &str,
        resolve: &Resolve,
    ) -> Result<Arc<File>, ProgramError> {
        if let Some(file) = self.known(path) {
            return Ok(file);
        }
        let source = read_text(path)?;
        let file = match large(|| self.read(path, name, &source, resolve)) {
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

    /// A file that was read before.
    pub fn known(&self, path: &Path) -> Option<Arc<File>> {
        lock(&self.known).get(path).cloned()
    }

    /// The text of a file that was read before.
    pub fn source(&self, path: &Path) -> Option<String> {
        if let Some(file) = self.known(path) {
            return Some(file.source.clone());
        }
        lock(&self.unparsable).get(path).cloned()
    }

    /// The names that a CommonJS module exports. Files that it exports again and that cannot be
    /// read are left for when they are loaded.
    pub fn exports(&self, path: &Path, resolve: &Resolve) -> Vec<String> {
        let Some(file) = self
            .known(path)
            .filter(|file| file.kind == ModuleKind::CommonJs)
        else {
            return Vec::new();
        };
        let names = file.exports.get_or_init(|| {
            let mut names = Names::default();
            names.add(self, path, resolve);
            names.found
        });
        names.clone()
    }

    fn read(
        &self,
        path: &Path,
        name: &str,
        source: &str,
        resolve: &Resolve,
    ) -> Result<File, ProgramError> {
        let file_type = FileType::of(path).map_err(|reason| ProgramError::Unsupported {
            path: path.to_owned(),
            reason: reason.to_owned(),
        })?;
        let package = || match file_type.goal {
            Goal::Unknown => self.packages.goal(path.parent().unwrap_or(path)),
            goal => Ok(goal),
        };
        if file_type.language.is_converted() {
            let tsconfig = resolve.tsconfig(path)?;
            let original = Original {
                text: source,
                path,
                name,
                file_type,
                package: package()?,
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
        Ok(match package()? {
            Goal::Es => File::new(ModuleKind::Es, source),
            Goal::CommonJs => File::common_js(source),
            Goal::Unknown => {
                let analysis = analyse(source, SourceType::unambiguous());
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
            exports: OnceLock::new(),
        }
    }

    fn common_js(source: &str) -> File {
        // It becomes the body of a function, which cannot begin with `#!`.
        let converted = source
            .strip_prefix("#!")
            .map(|rest| (format!("//{rest}"), None));
        File {
            converted,
            ..File::new(ModuleKind::CommonJs, source)
        }
    }

    /// The module for the engine.
    pub fn module(&self, exports: Vec<String>) -> Module {
        let module = match self.kind {
            ModuleKind::Es => Module::es(self.text()),
            ModuleKind::CommonJs => Module::common_js(self.text(), exports),
            ModuleKind::Json => Module::json(self.text()),
        };
        match &self.converted {
            Some((_, Some(mappings))) => module.mappings(mappings),
            _ => module,
        }
    }

    /// Whether it uses what only CommonJS modules have.
    pub fn uses_common_js(&self) -> bool {
        self.kind == ModuleKind::CommonJs && self.analysis().uses_common_js
    }

    fn text(&self) -> &str {
        match &self.converted {
            Some((text, _)) => text,
            None => &self.source,
        }
    }

    fn analysis(&self) -> &Analysis {
        self.analysis.get_or_init(|| {
            let source_type = match self.kind {
                ModuleKind::Es => SourceType::mjs(),
                ModuleKind::CommonJs => SourceType::cjs(),
                ModuleKind::Json => return Analysis::default(),
            };
            large(|| Ok(analyse(self.text(), source_type))).unwrap_or_default()
        })
    }
}

/// Names that are exported, through modules that export all of others.
#[derive(Default)]
struct Names {
    found: Vec<String>,
    known: HashSet<String>,
    seen: HashSet<PathBuf>,
}

impl Names {
    fn add(&mut self, files: &Files, start: &Path, resolve: &Resolve) {
        let mut waiting = vec![start.to_owned()];
        while let Some(path) = waiting.pop() {
            if !self.seen.insert(path.clone()) {
                continue;
            }
            let name = path.to_string_lossy();
            let Ok(file) = files.get(&path, &name, resolve) else {
                continue;
            };
            let exports = &file.analysis().exports;
            for name in &exports.names {
                if name != "default" && self.known.insert(name.clone()) {
                    self.found.push(name.clone());
                }
            }
            let modules = exports.modules.iter().rev().filter_map(|specifier| {
                let import = Import::new(specifier, &name, ImportKind::Require);
                resolve.resolve(&import, &path).ok()
            });
            waiting.extend(modules);
        }
    }
}

/// The text of a file. A byte order mark is not JavaScript.
fn read_text(path: &Path) -> Result<String, ProgramError> {
    let bytes = std::fs::read(path).map_err(|source| ProgramError::Read {
        path: path.to_owned(),
        source,
    })?;
    let mut text = String::from_utf8(bytes).map_err(|error| {
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

/// Parses on a large stack: what is parsed can be nested as deeply as its author likes.
fn large<T>(work: impl FnOnce() -> Result<T, ProgramError>) -> Result<T, ProgramError> {
    on_large_stack(work).unwrap_or_else(|error| {
        Err(ProgramError::Unsupported {
            path: PathBuf::new(),
            reason: error.to_string(),
        })
    })
}
