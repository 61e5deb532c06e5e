//! Explains why an import fails: the places that were tried, and suggestions.

use std::path::{Component, Path, PathBuf};

use nodejs_built_in_modules::{BUILTINS, is_nodejs_builtin_module};
use oxc_resolver::ResolveError;
use serde_json::Value as Json;

use super::bounds::{self, MAX_CONFIGURATION};
use super::error::ProgramError;
use super::language::EXTENSIONS;
use jsvm::{Import, ImportKind};

/// The maximum number of entries in a list.
const MAX_LISTED: usize = 8;

/// An import that failed, or may fail.
#[derive(Clone, Copy)]
pub struct FailedImport<'a> {
    pub import: &'a Import<'a>,
    pub importer: &'a Path,
    pub root: &'a Path,
}

impl FailedImport<'_> {
    /// Returns the error of an import that cannot be a file, such as a URL.
    pub fn is_elsewhere(&self) -> Option<ProgramError> {
        let specifier = self.import.specifier;
        // A package for browsers can have a file in the place of a module of Node.js.
        if specifier.starts_with("node:") {
            return None;
        }
        let scheme = specifier.split_once(':')?.0;
        let is_url = scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_file = scheme == "file" || specifier.starts_with('.');
        if is_file || !(is_url || is_interface(specifier)) {
            return None;
        }
        let hint = if !is_interface(specifier) {
            format!("only files can be imported, not {scheme}: URLs")
        } else if let Some(module) = served_by(specifier) {
            format!("jsvm has the same as the module {module}: import from '{module}'")
        } else if scheme == "jsvm" {
            "jsvm has no such module".to_owned()
        } else {
            "it is the name of a WIT interface. Link a component that exports it: jsvm run --link \
             FILE.wasm. Or import it in the world for which the program is run or built: --wit WIT"
                .to_owned()
        };
        Some(self.not_found(Vec::new(), vec![hint]))
    }

    /// Returns the error of an import by a module in a `data:` URL.
    pub fn not_in_data(&self) -> ProgramError {
        let hint = "a module in a data: URL can only import built-in modules and data: URLs";
        self.not_found(Vec::new(), vec![hint.to_owned()])
    }

    /// Whether the specifier is the path of a file outside of the root folder, which may exist or
    /// not.
    pub fn is_outside(&self) -> bool {
        self.path().is_some_and(|path| !path.starts_with(self.root))
    }

    /// Returns the path that the specifier names, if it is one.
    fn path(&self) -> Option<PathBuf> {
        let specifier = self.import.specifier;
        let path = specifier.strip_prefix("file://").unwrap_or(specifier);
        let is_path = path.starts_with(['.', '/']);
        is_path.then(|| normal(&self.folder().join(path)))
    }

    /// Explains an error of the resolver.
    pub fn explain(&self, error: ResolveError) -> ProgramError {
        if let Some(error) = configuration(&error) {
            return error;
        }
        let specifier = self.import.specifier;
        if specifier.starts_with("node:") {
            return self.builtin();
        }
        match error {
            ResolveError::PackagePathNotExported {
                subpath,
                package_path,
                package_json_path,
                conditions,
            } => self.not_exported(
                format!(
                    "{} exports no \"{subpath}\" under {conditions}",
                    package_json_path.display()
                ),
                exported(&package_path),
            ),
            ResolveError::PackageImportNotDefined(_, package) => self.not_exported(
                format!("no \"{specifier}\" in the imports of {}", package.display()),
                Vec::new(),
            ),
            ResolveError::InvalidModuleSpecifier(..)
            | ResolveError::InvalidPackageTarget(..)
            | ResolveError::InvalidPackageConfig(..)
            | ResolveError::InvalidPackageConfigDefault(..)
            | ResolveError::InvalidPackageConfigDirectory(..) => {
                self.not_exported(error.to_string(), Vec::new())
            }
            ResolveError::NotFound(_) | ResolveError::ExtensionAlias(..) => self.nowhere(),
            error => self.not_found(Vec::new(), vec![error.to_string()]),
        }
    }

    /// Creates the error of a module that was not found, with the places that were tried.
    fn nowhere(&self) -> ProgramError {
        let specifier = self.import.specifier;
        if let Some(path) = self.path() {
            return match self.leads_out(&path) {
                true => self.outside(),
                false => self.not_found_at(&path),
            };
        }
        if is_nodejs_builtin_module(specifier) || BUILTINS.contains(&specifier) {
            return self.builtin();
        }
        self.no_package(package_of(specifier))
    }

    fn no_package(&self, package: &str) -> ProgramError {
        let specifier = self.import.specifier;
        let folders = self.folder().ancestors();
        let folders = folders.take_while(|folder| folder.starts_with(self.root));
        let places: Vec<PathBuf> = folders
            .filter(|folder| !folder.ends_with("node_modules"))
            .map(|folder| folder.join("node_modules").join(package))
            .collect();
        if let Some(installed) = places.iter().find(|place| place.is_dir()) {
            let below = specifier[package.len()..].trim_start_matches('/');
            if below.is_empty() {
                let tried = vec![format!(
                    "{}, which has no index.js, and no package.json that names an existing file",
                    installed.display()
                )];
                return self.not_found(tried, Vec::new());
            }
            return self.not_found_at(&normal(&installed.join(below)));
        }
        let mut hints = Vec::new();
        let beside = normal(&self.folder().join(specifier));
        if let Some(name) = self.file_like(&beside) {
            hints.push(format!("did you mean './{name}'?"));
        } else if package.contains(':') {
            hints.push("names of npm packages contain no ':'".to_owned());
        } else {
            hints.push(format!("to install it: npm install {package}"));
        }
        let tried = places.iter().map(|place| place.display().to_string());
        self.not_found(tried.collect(), hints)
    }

    fn not_found_at(&self, path: &Path) -> ProgramError {
        // A path such as `package/../../..` leads out of the root folder.
        if !path.starts_with(self.root) {
            return self.not_found(Vec::new(), Vec::new());
        }
        self.not_found(tried_file(path), self.similar_file(path))
    }

    /// Suggests a file with a similar name.
    fn similar_file(&self, path: &Path) -> Vec<String> {
        let Some(name) = self.file_like(path) else {
            return Vec::new();
        };
        let specifier = self.import.specifier;
        let before = specifier
            .rfind('/')
            .map_or("", |slash| &specifier[..=slash]);
        vec![format!("did you mean '{before}{name}'?")]
    }

    /// Finds a file in the folder of a path with a similar name. It looks at no folder outside of
    /// the root folder.
    fn file_like(&self, path: &Path) -> Option<String> {
        let folder = path.parent()?.canonicalize().ok()?;
        match folder.starts_with(self.root) {
            true => file_like(&folder, path.file_name()?.to_str()?),
            false => None,
        }
    }

    /// Whether a link leads from a path that does not exist out of the root folder. The error must
    /// then be that of a file that exists.
    fn leads_out(&self, path: &Path) -> bool {
        for part in path.ancestors() {
            if let Ok(real) = part.canonicalize() {
                return !real.starts_with(self.root);
            }
            if let (Ok(target), Some(folder)) = (part.read_link(), part.parent()) {
                return !normal(&folder.join(target)).starts_with(self.root);
            }
        }
        false
    }

    /// Returns the error of a file outside of the root folder.
    pub fn outside(&self) -> ProgramError {
        ProgramError::Outside {
            specifier: self.import.specifier.to_owned(),
            importer: self.import.importer.to_owned(),
            root: self.root.to_owned(),
        }
    }

    fn folder(&self) -> &Path {
        self.importer.parent().unwrap_or(self.root)
    }

    fn builtin(&self) -> ProgramError {
        ProgramError::Builtin {
            specifier: self.import.specifier.to_owned(),
            importer: self.import.importer.to_owned(),
        }
    }

    fn not_found(&self, tried: Vec<String>, hints: Vec<String>) -> ProgramError {
        ProgramError::NotFound {
            specifier: self.import.specifier.to_owned(),
            importer: self.import.importer.to_owned(),
            required: self.import.kind == ImportKind::Require,
            tried,
            hints,
        }
    }

    fn not_exported(&self, reason: String, hints: Vec<String>) -> ProgramError {
        ProgramError::NotExported {
            specifier: self.import.specifier.to_owned(),
            importer: self.import.importer.to_owned(),
            reason,
            hints,
        }
    }
}

/// Returns the error of a `package.json` or `tsconfig.json`, if the resolver failed because of it.
pub fn configuration(error: &ResolveError) -> Option<ProgramError> {
    let (path, reason) = match error {
        ResolveError::Json(json) => (json.path.clone(), format!("not valid JSON: {json}")),
        ResolveError::TsconfigNotFound(path) => (path.clone(), "no such file".into()),
        ResolveError::TsconfigSelfReference(path) => (path.clone(), "it refers to itself".into()),
        ResolveError::TsconfigCircularExtend(paths) => {
            (paths.paths().first()?.clone(), "it extends itself".into())
        }
        ResolveError::TsconfigLoadFailed { path, source } => match &**source {
            ResolveError::Json(json) => (path.clone(), format!("not valid JSON: {json}")),
            source => (path.clone(), format!("cannot read it: {source}")),
        },
        _ => return None,
    };
    Some(ProgramError::Configuration { path, reason })
}

/// Whether a specifier is the name of a WIT interface or package, such as `wasi:keyvalue/store@0.2.0`.
fn is_interface(specifier: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let name = specifier
        .split_once('@')
        .map_or(specifier, |(name, _)| name);
    let Some((namespace, path)) = name.split_once(':') else {
        return false;
    };
    namespace.len() > 1 && is_word(namespace) && path.split('/').all(is_word)
}

/// Returns the module of jsvm that has what hosts offer under a WIT interface.
fn served_by(specifier: &str) -> Option<&'static str> {
    let keyvalue = ["wasi:keyvalue", "fermyon:spin/key-value", "spin:key-value"];
    let config = ["wasi:config", "fermyon:spin/variables", "spin:variables"];
    let is_one = |names: &[&str]| names.iter().any(|name| specifier.starts_with(name));
    if is_one(&keyvalue) {
        Some("jsvm:keyvalue")
    } else if is_one(&config) {
        Some("jsvm:config")
    } else {
        None
    }
}

/// Returns the name of the package in a specifier.
pub fn package_of(specifier: &str) -> &str {
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    match specifier.match_indices('/').nth(parts - 1) {
        Some((end, _)) => &specifier[..end],
        None => specifier,
    }
}

/// Removes `.` and `..` from a path.
pub fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            part => normal.push(part),
        }
    }
    normal
}

fn tried_file(path: &Path) -> Vec<String> {
    let shown = path.display();
    if path.is_dir() {
        return vec![format!(
            "{shown}, which is a folder without an index.js, and without a package.json that names \
             a \"main\" file"
        )];
    }
    match path.parent() {
        Some(folder) if !folder.is_dir() => {
            vec![format!("{shown}; no such folder: {}", folder.display())]
        }
        _ if path.extension().is_some_and(|extension| {
            EXTENSIONS
                .iter()
                .any(|known| **known == *format!(".{}", extension.to_string_lossy()))
        }) =>
        {
            vec![shown.to_string()]
        }
        _ => vec![
            shown.to_string(),
            format!("{shown} with {}", EXTENSIONS.join(", ")),
        ],
    }
}

/// How much longer a similar name can be, in bytes: two characters more, and another extension.
const MAX_LONGER: usize = 16;

/// Finds a file in a folder with a similar name.
fn file_like(folder: &Path, wanted: &str) -> Option<String> {
    let wanted = wanted.to_lowercase();
    let stem = |name: &str| {
        name.rsplit_once('.')
            .map_or(name, |(stem, _)| stem)
            .to_owned()
    };
    let entries = folder.read_dir().ok()?;
    let files = entries.filter_map(|entry| entry.ok().filter(|entry| entry.path().is_file()));
    let names = files.filter_map(|file| file.file_name().into_string().ok());
    let near = names.filter_map(|name| {
        let lower = name.to_lowercase();
        // Names are as long as a script wants, and the time is the product of two lengths.
        if lower.len().abs_diff(wanted.len()) > MAX_LONGER {
            return None;
        }
        let distance = if stem(&lower) == stem(&wanted) {
            0
        } else {
            strsim::damerau_levenshtein(&stem(&lower), &stem(&wanted))
        };
        // A short name must match more closely.
        (distance <= 2 && distance * 3 <= stem(&wanted).chars().count()).then_some((distance, name))
    });
    near.min().map(|(_, name)| name)
}

/// Lists the paths that a package exports.
fn exported(package: &Path) -> Vec<String> {
    let text = bounds::read_file(&package.join("package.json"), MAX_CONFIGURATION);
    let json = text
        .ok()
        .and_then(|text| serde_json::from_slice::<Json>(&text).ok());
    let Some(Json::Object(exports)) = json.as_ref().and_then(|json| json.get("exports")) else {
        return Vec::new();
    };
    let paths: Vec<&str> = exports
        .keys()
        .map(String::as_str)
        .filter(|key| key.starts_with('.'))
        .collect();
    if paths.is_empty() {
        return Vec::new();
    }
    let more = if paths.len() > MAX_LISTED {
        ", …"
    } else {
        ""
    };
    let list = paths
        .iter()
        .take(MAX_LISTED)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    vec![format!("it exports {list}{more}")]
}
