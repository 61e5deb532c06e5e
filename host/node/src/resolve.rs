//! Resolves specifiers to files.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use oxc_resolver::{ResolveError, ResolveOptions, ResolverGeneric, TsConfig, TsconfigDiscovery};

use super::bounds::MAX_PATH;
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

/// Memory that the resolvers may use for what they remember, in bytes, roughly. They remember each
/// path that they were ever asked for, and never forget one.
const MAX_REMEMBERED: usize = 32 << 20;

type Resolver = ResolverGeneric<ConfinedFiles>;

/// Resolves specifiers to files.
pub struct Resolve {
    root: PathBuf,
    file_system: ConfinedFiles,
    resolvers: RwLock<Arc<Resolvers>>,
    /// Memory that the resolvers may have used since they were created, in bytes.
    remembered: AtomicUsize,
}

/// The resolvers of `import` and of `require`, which share what they remember.
struct Resolvers {
    import: Pair,
    require: Pair,
}

/// The two resolvers of `import` or of `require`.
struct Pair {
    javascript: Resolver,
    typescript: Resolver,
}

impl Resolvers {
    fn new(file_system: &ConfinedFiles) -> Self {
        let first = Resolver::new_with_file_system(file_system.clone(), options("import", false));
        let with = |kind, typescript| first.clone_with_options(options(kind, typescript));
        Resolvers {
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
}

impl Resolve {
    /// Creates the resolver of programs in a folder, which must be a real path.
    pub fn new(root: PathBuf) -> Self {
        let file_system = ConfinedFiles::within(root.clone());
        Resolve {
            root,
            resolvers: RwLock::new(Arc::new(Resolvers::new(&file_system))),
            file_system,
            remembered: AtomicUsize::new(0),
        }
    }

    /// Returns the real path of the imported file.
    pub fn resolve(&self, import: &Import<'_>, importer: &Path) -> Result<PathBuf, ProgramError> {
        let specifier = import.specifier;
        let longest = specifier.len().max(importer.as_os_str().len());
        if longest > MAX_PATH {
            return Err(ProgramError::specifier_too_long(import));
        }
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
        let resolvers = self.resolvers(cost(importer, specifier));
        let pair = match import.kind {
            ImportKind::Require => &resolvers.require,
            _ => &resolvers.import,
        };
        let resolver = if language::is_typescript(importer) {
            &pair.typescript
        } else {
            &pair.javascript
        };
        let found = resolver
            .resolve_file(importer, specifier)
            .map_err(|error| {
                self.refusal(&error)
                    .unwrap_or_else(|| missing.explain(error))
            })?;
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
            let resolvers = self.resolvers(cost(&real, "./"));
            let found = resolvers.import.javascript.resolve(&real, "./");
            found.map(|found| found.into_path_buf()).map_err(|error| {
                self.configuration(&error)
                    .unwrap_or(ProgramError::Unsupported {
                        path: real.clone(),
                        reason: "it is a folder without an index.js, and without a package.json \
                                 whose \"main\" file exists"
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
        let resolvers = self.resolvers(cost(path, ""));
        let found = resolvers.import.typescript.find_tsconfig(path);
        found.map_err(|error| {
            self.configuration(&error)
                .unwrap_or_else(|| tsconfig_error(path, &error))
        })
    }

    /// Returns the resolvers for work that makes them remember `cost` bytes: new ones if the present
    /// ones remember too much.
    fn resolvers(&self, cost: usize) -> Arc<Resolvers> {
        let before = self.remembered.fetch_add(cost, Ordering::Relaxed);
        if before + cost > MAX_REMEMBERED {
            let mut resolvers = self
                .resolvers
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            // Unless another thread was quicker.
            if self.remembered.load(Ordering::Relaxed) > MAX_REMEMBERED {
                // Resolvers that another thread uses must not forget anything before it is done.
                *resolvers = Arc::new(Resolvers::new(&self.file_system));
                self.remembered.store(cost, Ordering::Relaxed);
            }
            return resolvers.clone();
        }
        let resolvers = self
            .resolvers
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        resolvers.clone()
    }

    /// Returns the error of a `package.json` or `tsconfig.json`, if the resolver failed because of
    /// it.
    fn configuration(&self, error: &ResolveError) -> Option<ProgramError> {
        self.refusal(error)
            .or_else(|| missing::configuration(error))
    }

    /// Returns the error of a `package.json` or `tsconfig.json` that exceeds its bounds or is
    /// outside of the root folder.
    fn refusal(&self, error: &ResolveError) -> Option<ProgramError> {
        let path = match error {
            ResolveError::Json(json) => &json.path,
            ResolveError::TsconfigLoadFailed { path, .. } => path,
            ResolveError::TsconfigNotFound(path) if !self.file_system.is_visible(path) => {
                return Some(ProgramError::Configuration {
                    path: path.clone(),
                    reason: format!("it is outside the program's folder {}", self.root.display()),
                });
            }
            _ => return None,
        };
        let excess = self.file_system.refusal(path)?;
        Some(ProgramError::Configuration {
            path: path.clone(),
            reason: excess.to_string(),
        })
    }
}

/// Estimates the memory in bytes that resolvers use to remember a specifier: each path and those
/// above it, each with data about it, and paths with extensions.
fn cost(importer: &Path, specifier: &str) -> usize {
    const EACH: usize = 512;
    let parts = 16 + specifier.bytes().filter(|&byte| byte == b'/').count();
    parts * (importer.as_os_str().len() + specifier.len() + EACH)
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use jsvm::{Import, ImportKind, ModuleLoader};

    use super::{MAX_PATH, MAX_REMEMBERED};
    use crate::{NodeModules, ProgramError};

    /// A folder with files, and a loader of its modules.
    fn program(files: &[(&str, &str)]) -> (tempfile::TempDir, NodeModules) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let modules = NodeModules::new(folder.path()).unwrap();
        (folder, modules)
    }

    fn resolve(modules: &NodeModules, specifier: &str, kind: ImportKind) -> ProgramError {
        let importer = modules.root().join("main.ts");
        let import = Import::new(specifier, importer.to_str().unwrap(), kind);
        modules.resolve.resolve(&import, &importer).unwrap_err()
    }

    #[test]
    fn long_specifiers_are_refused_before_they_are_resolved() {
        let (_folder, modules) = program(&[("main.js", "")]);
        for kind in [ImportKind::Import, ImportKind::Require] {
            for part in ["n/", "./", "../", "é/", "#a", "file:///a/"] {
                let error = resolve(&modules, &part.repeat(300_000), kind);
                assert!(
                    matches!(error, ProgramError::SpecifierTooLong { .. }),
                    "{error}"
                );
                assert!(error.to_string().len() < 400, "{error}");
            }
            let error = resolve(&modules, &"n/".repeat(MAX_PATH / 2), kind);
            assert!(matches!(error, ProgramError::NotFound { .. }), "{error}");
        }
    }

    #[test]
    fn configuration_with_long_paths_is_refused() {
        let long = format!("./{}", "n/".repeat(30_000));
        for package in [
            format!("{{ \"main\": \"{long}\" }}"),
            format!("{{ \"exports\": \"{long}\" }}"),
            format!("{{ \"exports\": {{ \"import\": [\"{long}\"] }} }}"),
            format!(
                "{{ \"exports\": \"./a.js\", \"readme\": {} }}",
                "[".repeat(100_000)
            ),
        ] {
            let (folder, modules) = program(&[("node_modules/p/package.json", &package)]);
            let error = resolve(&modules, "p", ImportKind::Import);
            assert!(
                matches!(error, ProgramError::Configuration { .. }),
                "{error}"
            );
            let inner = folder.path().join("node_modules/p");
            let modules = NodeModules::new(&inner).unwrap();
            let error = modules.entry(&inner).unwrap_err();
            assert!(
                matches!(error, ProgramError::Configuration { .. }),
                "{error}"
            );
        }
        let imports = format!("{{ \"imports\": {{ \"#a\": \"{long}\" }} }}");
        let (_folder, modules) = program(&[("package.json", &imports)]);
        let error = resolve(&modules, "#a", ImportKind::Import);
        assert!(
            matches!(error, ProgramError::Configuration { .. }),
            "{error}"
        );
        for tsconfig in [
            format!("{{ \"extends\": \"{long}\" }}"),
            format!("{{ \"compilerOptions\": {{ \"baseUrl\": \"{long}\" }} }}"),
            format!("{{ \"compilerOptions\": {{ \"paths\": {{ \"p\": [\"{long}\"] }} }} }}"),
        ] {
            let (_folder, modules) = program(&[("tsconfig.json", &tsconfig)]);
            let error = resolve(&modules, "p", ImportKind::Import);
            assert!(
                matches!(error, ProgramError::Configuration { .. }),
                "{error}"
            );
        }
    }

    #[test]
    fn a_tsconfig_extends_nothing_outside_of_the_program() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(
            outside.path().join("secret.json"),
            "{ \"compilerOptions\": {} }",
        )
        .unwrap();
        for name in ["secret", "secret.json", "missing.json"] {
            let extends = outside.path().join(name);
            let tsconfig = format!("{{ \"extends\": {:?} }}", extends.to_str().unwrap());
            let (_folder, modules) = program(&[("tsconfig.json", &tsconfig), ("a.ts", "")]);
            let error = modules.module("a.ts").unwrap_err();
            let text = error.to_string();
            assert!(text.contains("outside the program's folder"), "{text}");
            assert!(text.contains(extends.to_str().unwrap()), "{text}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn missing_names_do_not_grow_the_process() {
        fn resident() -> usize {
            let statm = fs::read_to_string("/proc/self/statm").unwrap();
            statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4_096
        }
        let (_folder, modules) = program(&[("main.js", "")]);
        let before = resident();
        for number in 0..300 {
            // Each of its 2,000 beginnings is a path that was never seen.
            let specifier = format!("./{number}/{}", "n/".repeat(2_000));
            resolve(&modules, &specifier, ImportKind::Import);
        }
        for number in 0..20_000 {
            resolve(&modules, &format!("p{number}"), ImportKind::Require);
        }
        let grown = resident().saturating_sub(before);
        assert!(grown < 4 * MAX_REMEMBERED, "{grown} bytes more");
    }

    #[test]
    fn files_that_may_never_end_are_not_read() {
        let (_folder, modules) = program(&[("main.js", "")]);
        let path = Path::new("/dev/zero");
        assert!(modules.entry(path).is_err());
        let error = crate::bounds::read_file(path, MAX_PATH as u64);
        assert!(error.is_err() || !path.exists());
    }

    #[test]
    fn loaders_refuse_long_specifiers_by_an_error_of_javascript() {
        let (_folder, modules) = program(&[("main.js", "")]);
        let specifier = "n/".repeat(300_000);
        let import = Import::new(&specifier, "main.js", ImportKind::Import);
        assert!(ModuleLoader::resolve(&modules, &import).is_err());
    }
}
