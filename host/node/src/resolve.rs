//! Resolves specifiers to files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use oxc_resolver::{ResolveError, ResolveOptions, ResolverGeneric, TsConfig, TsconfigDiscovery};
use serde_json::Value as Json;

use super::bounds::{self, MAX_CONFIGURATION, MAX_PATH};
use super::confined::ConfinedFiles;
use super::error::ProgramError;
use super::language::{self, EXTENSIONS};
use super::missing::{self, FailedImport};
use jsvm::{Import, ImportKind};

/// The conditions for `exports` and `imports` of packages, beside `import` or `require`. `worker`
/// and `workerd` are left out: builds for them expect message ports.
const EDGE_CONDITIONS: [&str; 3] = ["jsvm", "edge-light", "browser"];

/// The same for a VM with the modules of Node.js.
const NODE_CONDITIONS: [&str; 2] = ["jsvm", "node"];

/// For which runtime packages are chosen that have a build for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builds {
    /// Edge runtimes, which have the web platform and not the modules of Node.js.
    Edge,
    /// Node.js.
    Node,
}

/// Packages for which the condition `node` holds too: their other builds are for bundlers, which compile
/// templates before, and their builds for Node.js need none of its modules.
const BUILT_FOR_NODE: [&str; 2] = ["vue", "@vue/server-renderer"];

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
    builds: Builds,
    resolvers: RwLock<Arc<Resolvers>>,
    /// Memory that the resolvers may have used since they were created, in bytes.
    remembered: AtomicUsize,
    /// Whether the `package.json` of a path is one for bundlers.
    bundled: Mutex<HashMap<PathBuf, bool>>,
}

/// What a specifier resolves to.
#[derive(Debug)]
pub enum Resolved {
    /// The real path of a file.
    File(PathBuf),
    /// No file: the `browser` field of the importer's `package.json` maps the specifier to `false`.
    Empty,
}

/// The resolvers of `import` and of `require`, which share what they remember.
struct Resolvers {
    import: Pair,
    /// The resolvers of `import` for packages whose `browser` field is for their `module`.
    bundled: Pair,
    require: Pair,
    /// Resolvers of `import` and of `require` with the condition `node`.
    node: [Resolver; 2],
    /// The resolver of the folder that a program is in. Its `browser` field is for importers.
    entry: Resolver,
}

/// The two resolvers of `import` or of `require`.
struct Pair {
    javascript: Resolver,
    typescript: Resolver,
}

impl Pair {
    fn of(&self, importer: &Path) -> &Resolver {
        match language::is_typescript(importer) {
            true => &self.typescript,
            false => &self.javascript,
        }
    }
}

impl Resolvers {
    fn new(file_system: &ConfinedFiles, builds: Builds) -> Self {
        let options = |kind, typescript| options(kind, typescript, builds);
        let first = Resolver::new_with_file_system(file_system.clone(), options("import", false));
        let with = |kind, typescript| first.clone_with_options(options(kind, typescript));
        let with_module = |typescript| {
            let options = options("import", typescript);
            first.clone_with_options(match builds {
                Builds::Edge => ResolveOptions {
                    main_fields: ["browser", "module", "main"].map(str::to_owned).into(),
                    ..options
                },
                Builds::Node => options,
            })
        };
        let with_node = |kind| {
            let mut options = options(kind, false);
            options.condition_names.push("node".to_owned());
            first.clone_with_options(options)
        };
        Resolvers {
            node: [with_node("import"), with_node("require")],
            bundled: Pair {
                javascript: with_module(false),
                typescript: with_module(true),
            },
            entry: first.clone_with_options(ResolveOptions {
                alias_fields: Vec::new(),
                main_fields: vec!["main".into()],
                ..options("import", false)
            }),
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
    pub fn new(root: PathBuf, builds: Builds) -> Self {
        let file_system = ConfinedFiles::within(root.clone());
        Resolve {
            root,
            builds,
            resolvers: RwLock::new(Arc::new(Resolvers::new(&file_system, builds))),
            file_system,
            remembered: AtomicUsize::new(0),
            bundled: Mutex::default(),
        }
    }

    /// Resolves an import.
    pub fn resolve(&self, import: &Import<'_>, importer: &Path) -> Result<Resolved, ProgramError> {
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
        let mut found = match BUILT_FOR_NODE.contains(&missing::package_of(specifier)) {
            true => {
                let [of_import, of_require] = &resolvers.node;
                let resolver = match import.kind {
                    ImportKind::Require => of_require,
                    _ => of_import,
                };
                resolver.resolve_file(importer, specifier)
            }
            false => pair.of(importer).resolve_file(importer, specifier),
        };
        if let Ok(file) = &found
            && import.kind != ImportKind::Require
            && !specifier.starts_with(['.', '/', '#'])
            && let Some(package) = file.package_json()
            && package.exports().is_none()
            && self.is_bundled(package.realpath())
        {
            found = resolvers
                .bundled
                .of(importer)
                .resolve_file(importer, specifier);
        }
        let path = match found {
            Ok(found) => found.into_path_buf(),
            Err(ResolveError::Ignored(_)) => return Ok(Resolved::Empty),
            Err(error) => {
                let refusal = self.refusal(&error);
                return Err(refusal.unwrap_or_else(|| missing.explain(error)));
            }
        };
        if !path.starts_with(&self.root) {
            return Err(missing.outside());
        }
        Ok(Resolved::File(path))
    }

    /// Whether a `package.json` has an object as its `browser` field, and a `module`. Such an object maps
    /// files behind `module`, which bundlers choose, and seldom those behind `main`.
    fn is_bundled(&self, package: &Path) -> bool {
        let mut known = self.bundled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(is_bundled) = known.get(package) {
            return *is_bundled;
        }
        let text = bounds::read_file(package, MAX_CONFIGURATION).unwrap_or_default();
        let json = serde_json::from_slice::<Json>(&text).unwrap_or_default();
        let is_bundled = json.get("browser").is_some_and(Json::is_object)
            && json.get("module").is_some_and(Json::is_string);
        known.insert(package.to_owned(), is_bundled);
        is_bundled
    }

    /// Returns the real path of a program's main file, from the path of a file or folder.
    pub fn entry(&self, path: &Path) -> Result<PathBuf, ProgramError> {
        let real = path.canonicalize().map_err(|source| ProgramError::Read {
            path: path.to_owned(),
            source,
        })?;
        let file = if real.is_dir() {
            let resolvers = self.resolvers(cost(&real, "./"));
            let found = resolvers.entry.resolve(&real, "./");
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
                *resolvers = Arc::new(Resolvers::new(&self.file_system, self.builds));
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

fn options(kind: &str, typescript: bool, builds: Builds) -> ResolveOptions {
    let conditions = match builds {
        Builds::Edge => &EDGE_CONDITIONS[..],
        Builds::Node => &NODE_CONDITIONS[..],
    };
    let mut conditions: Vec<String> = conditions.iter().map(|&name| name.to_owned()).collect();
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
        // A string replaces `main`; an object replaces files of the package and what they import.
        main_fields: match builds {
            Builds::Edge => vec!["browser".into(), "main".into()],
            Builds::Node => vec!["main".into()],
        },
        alias_fields: match builds {
            Builds::Edge => vec![vec!["browser".into()]],
            Builds::Node => Vec::new(),
        },
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
mod tests;
