//! Resolves specifiers to files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use oxc_resolver::{ResolveError, ResolveOptions, ResolverGeneric, TsConfig, TsconfigDiscovery};

use super::confined::ConfinedFiles;
use super::error::ProgramError;
use super::language::{self, EXTENSIONS};
use super::missing::{self, FailedImport};
use jsvm::{Import, ImportKind};

/// The conditions for `exports` and `imports` of packages, beside `import` or `require`. `worker`
/// and `workerd` are left out: builds for them expect message ports.
const CONDITIONS: [&str; 3] = ["jsvm", "edge-light", "browser"];

/// The same for importers in TypeScript, where a source file takes precedence over its compiled
/// file.
const TYPESCRIPT_EXTENSIONS: [&str; 9] = [
    ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".json", ".mjs", ".cjs",
];

/// Extensions of JavaScript, and the TypeScript extensions they are compiled from.
const COMPILED: [(&str, &[&str]); 4] = [
    (".js", &[".ts", ".tsx"]),
    (".mjs", &[".mts"]),
    (".cjs", &[".cts"]),
    (".jsx", &[".tsx"]),
];

/// Resolves specifiers to files.
pub struct Resolve {
    root: PathBuf,
    import: Pair,
    require: Pair,
}

type Resolver = ResolverGeneric<ConfinedFiles>;

/// The two resolvers of `import` or of `require`.
struct Pair {
    javascript: Resolver,
    typescript: Resolver,
}

impl Resolve {
    /// Creates the resolver of programs in a folder, which must be a real path.
    pub fn new(root: PathBuf) -> Self {
        let files = ConfinedFiles::within(root.clone());
        let first = Resolver::new_with_file_system(files, options("import", false));
        let with = |kind, typescript| first.clone_with_options(options(kind, typescript));
        Resolve {
            root,
            require: Pair {
                javascript: with("require", false),
                typescript: with("require", true),
            },
            import: Pair {
                typescript: with("import", true),
                javascript: first,
            },
        }
    }

    /// Returns the real path of the imported file.
    pub fn resolve(&self, import: &Import<'_>, importer: &Path) -> Result<PathBuf, ProgramError> {
        let missing = FailedImport {
            import,
            importer,
            root: &self.root,
        };
        if let Some(error) = missing.is_elsewhere() {
            return Err(error);
        }
        if missing.is_outside() {
            return Err(missing.outside());
        }
        let pair = match import.kind {
            ImportKind::Require => &self.require,
            _ => &self.import,
        };
        let resolver = if language::is_typescript(importer) {
            &pair.typescript
        } else {
            &pair.javascript
        };
        let found = resolver
            .resolve_file(importer, import.specifier)
            .map_err(|error| missing.explain(error))?;
        let path = found.into_path_buf();
        if !path.starts_with(&self.root) {
            return Err(missing.outside());
        }
        Ok(path)
    }

    /// Returns the real path of a program's main file, from the path of a file or folder.
    pub fn entry(&self, path: &Path) -> Result<PathBuf, ProgramError> {
        let real = path.canonicalize().map_err(|source| ProgramError::Read {
            path: path.to_owned(),
            source,
        })?;
        let file = if real.is_dir() {
            let found = self.import.javascript.resolve(&real, "./");
            found.map(|found| found.into_path_buf()).map_err(|error| {
                missing::configuration(&error).unwrap_or(ProgramError::Unsupported {
                    path: real.clone(),
                    reason: "it is a folder without an index.js, and without a package.json whose \
                             \"main\" file exists"
                        .into(),
                })
            })?
        } else {
            real
        };
        if !file.starts_with(&self.root) {
            return Err(ProgramError::Outside {
                specifier: path.display().to_string(),
                importer: String::new(),
                root: self.root.clone(),
            });
        }
        Ok(file)
    }

    /// Returns the `tsconfig.json` that applies to a file.
    pub fn tsconfig(&self, path: &Path) -> Result<Option<Arc<TsConfig>>, ProgramError> {
        let found = self.import.typescript.find_tsconfig(path);
        found.map_err(|error| {
            missing::configuration(&error).unwrap_or_else(|| tsconfig_error(path, &error))
        })
    }
}

fn tsconfig_error(path: &Path, error: &ResolveError) -> ProgramError {
    ProgramError::Configuration {
        path: path.to_owned(),
        reason: format!("cannot use its tsconfig.json: {error}"),
    }
}

fn options(kind: &str, typescript: bool) -> ResolveOptions {
    let mut conditions: Vec<String> = CONDITIONS.map(str::to_owned).into();
    conditions.extend([kind.to_owned(), "default".to_owned()]);
    let extensions = if typescript {
        TYPESCRIPT_EXTENSIONS
    } else {
        EXTENSIONS
    };
    let extension_alias = COMPILED.map(|(compiled, sources)| {
        let mut order: Vec<String> = sources.iter().map(|&source| source.to_owned()).collect();
        order.insert(
            if typescript { order.len() } else { 0 },
            compiled.to_owned(),
        );
        (compiled.to_owned(), order)
    });
    ResolveOptions {
        condition_names: conditions,
        extensions: extensions.map(str::to_owned).into(),
        extension_alias: extension_alias.into(),
        tsconfig: typescript.then_some(TsconfigDiscovery::Auto),
        // The program must not depend on an environment variable.
        node_path: false,
        ..ResolveOptions::default()
    }
}

impl std::fmt::Debug for Resolve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resolve")
            .field("root", &self.root)
            .finish_non_exhaustive()
    }
}
