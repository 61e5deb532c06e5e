//! The file `wkg.lock`, in which `wkg fetch` records which versions of packages it has put into `deps`.
//!
//! The file is beside the folder of the WIT. It lists the packages that the WIT names itself, not those that
//! these packages need in turn:
//!
//! ```toml
//! version = 1
//!
//! [[packages]]
//! name = "wasi:http"
//! registry = "wasi.dev"
//!
//! [[packages.versions]]
//! requirement = "=0.2.6"
//! version = "0.2.6"
//! digest = "sha256:26a6…"
//! ```
//!
//! A digest is that of the package in the binary format. `wkg` writes `deps` as text, unless it is told to
//! write them in the binary format, so only files in the binary format can be compared with it.

mod deps;

use std::path::{Path, PathBuf};

use semver::Version;
use serde::Deserialize;
use wit_parser::{PackageId, PackageName, Resolve, UnresolvedPackageGroup};

use self::deps::Deps;
use crate::WorldError;

/// The name of the file.
const FILE: &str = "wkg.lock";

/// The version of the format that is known.
const FORMAT: u64 = 1;

/// The requirement for a package that WIT names without a version.
const ANY: &str = "*";

/// Why the packages in `deps` are not those of the lock file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// The lock file cannot be used.
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable {
        /// The lock file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The WIT names a version that the lock file does not have.
    #[error(
        "the WIT uses {package}, but {} has {locked}. Run `wkg fetch`, which fetches the packages that the WIT uses",
        path.display()
    )]
    Stale {
        /// The lock file.
        path: PathBuf,
        /// The package that the WIT uses.
        package: String,
        /// The same package, as the lock file has it.
        locked: String,
    },
    /// The folder `deps` does not have the version of the lock file.
    #[error(
        "{} has {package}, but {} has {found}. Run `wkg fetch`, which fetches the versions of the lock file",
        path.display(),
        deps.display()
    )]
    Missing {
        /// The lock file.
        path: PathBuf,
        /// The package of the lock file.
        package: String,
        /// The folder.
        deps: PathBuf,
        /// The same package, as the folder has it.
        found: String,
    },
    /// A file in the binary format is not the one that was locked.
    #[error(
        "{} is not the file of {package} that {} has: its digest is {found}, not {locked}. Run `wkg fetch`, \
         which fetches it again",
        file.display(),
        path.display()
    )]
    Digest {
        /// The lock file.
        path: PathBuf,
        /// The package.
        package: String,
        /// Its file.
        file: PathBuf,
        /// The digest in the lock file.
        locked: String,
        /// The digest of the file.
        found: String,
    },
}

/// The packages of a lock file.
#[derive(Debug, Deserialize)]
struct LockFile {
    version: u64,
    #[serde(default, alias = "package")]
    packages: Vec<LockedPackage>,
}

#[derive(Debug, Deserialize)]
struct LockedPackage {
    name: String,
    #[serde(default, alias = "version")]
    versions: Vec<LockedVersion>,
}

#[derive(Debug, Deserialize)]
struct LockedVersion {
    requirement: String,
    version: Version,
    digest: String,
}

/// A lock file, and the WIT that it is for.
pub(crate) struct Lock<'a> {
    path: PathBuf,
    file: LockFile,
    wit: &'a Path,
}

impl<'a> Lock<'a> {
    /// Reads the lock file of a folder with WIT. There is none for a single file, since only a folder has `deps`.
    pub(crate) fn of(wit: &'a Path) -> Result<Option<Lock<'a>>, WorldError> {
        if !wit.is_dir() {
            return Ok(None);
        }
        let path = beside(wit);
        if !path.is_file() {
            return Ok(None);
        }
        let unreadable = |reason: String| LockError::Unreadable {
            path: path.clone(),
            reason,
        };
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
        let file: LockFile =
            toml::from_str(&text).map_err(|error| unreadable(error.message().to_owned()))?;
        if file.version != FORMAT {
            let reason = format!("its format is {}, and only {FORMAT} is known", file.version);
            return Err(unreadable(reason).into());
        }
        Ok(Some(Lock { path, file, wit }))
    }

    /// Adds the packages of the folder. Fails if one that its WIT uses is not the locked one.
    pub(crate) fn push(&self, resolve: &mut Resolve) -> Result<PackageId, WorldError> {
        // If the WIT does not parse, the parser's error has the place.
        if let Ok(mut main) = UnresolvedPackageGroup::parse_dir(self.wit) {
            let deps = Deps::read(&self.wit.join("deps"));
            self.check(&main, &deps)?;
            if self.name_versions(&mut main, &deps) {
                return deps.push(resolve, main);
            }
        }
        push_path(resolve, self.wit)
    }

    /// Compares what the WIT uses with the lock file, and this with `deps`.
    fn check(&self, main: &UnresolvedPackageGroup, deps: &Deps) -> Result<(), LockError> {
        for used in used(main) {
            let locked = self.locked(used);
            let Some(locked) = (match &used.version {
                // Packages that the lock file does not know were put there by hand.
                _ if locked.is_empty() => continue,
                None if deps.has(used) => continue,
                None => the_one_without_version(&locked),
                Some(version) => locked.iter().find(|it| it.version == *version).copied(),
            }) else {
                return Err(LockError::Stale {
                    path: self.path.clone(),
                    package: used.to_string(),
                    locked: listed(locked.iter().map(|it| versioned(used, it))),
                });
            };
            let package = versioned(used, locked);
            if !deps.has(&package) {
                return Err(LockError::Missing {
                    path: self.path.clone(),
                    deps: deps.folder.clone(),
                    found: listed(deps.versions(used)),
                    package: package.to_string(),
                });
            }
            for (file, found) in deps.digests(&package) {
                if *found != locked.digest {
                    return Err(LockError::Digest {
                        path: self.path.clone(),
                        package: package.to_string(),
                        file: file.to_owned(),
                        locked: locked.digest.clone(),
                        found: found.to_owned(),
                    });
                }
            }
        }
        Ok(())
    }

    /// Gives packages that the WIT names without a version that of the lock file. Returns whether there is any.
    fn name_versions(&self, main: &mut UnresolvedPackageGroup, deps: &Deps) -> bool {
        let mut any = false;
        let packages = std::iter::once(&mut main.main).chain(&mut main.nested);
        for package in packages {
            let known: Vec<PackageName> = package.foreign_deps.keys().cloned().collect();
            let named = std::mem::take(&mut package.foreign_deps).into_iter();
            package.foreign_deps = named
                .map(|(name, items)| match self.version_of(&name, deps) {
                    Some(locked) if !known.contains(&locked) => {
                        any = true;
                        (locked, items)
                    }
                    _ => (name, items),
                })
                .collect();
        }
        any
    }

    /// The locked package for a name without a version.
    fn version_of(&self, name: &PackageName, deps: &Deps) -> Option<PackageName> {
        if name.version.is_some() || deps.has(name) {
            return None;
        }
        let locked = self.locked(name);
        the_one_without_version(&locked).map(|locked| versioned(name, locked))
    }

    /// The locked versions of a package, whichever registry they are from.
    fn locked(&self, name: &PackageName) -> Vec<&LockedVersion> {
        let full = format!("{}:{}", name.namespace, name.name);
        let packages = self.file.packages.iter();
        packages
            .filter(|package| package.name == full)
            .flat_map(|package| &package.versions)
            .collect()
    }
}

/// Adds a file or a folder of WIT.
pub(crate) fn push_path(resolve: &mut Resolve, path: &Path) -> Result<PackageId, WorldError> {
    match resolve.push_path(path) {
        Ok((package, _)) => Ok(package),
        Err(error) => Err(WorldError::Wit {
            message: resolve.render_error(&error),
        }),
    }
}

/// The path of the lock file of a folder.
fn beside(wit: &Path) -> PathBuf {
    match wit.parent() {
        Some(parent) if wit.file_name().is_some() => parent.join(FILE),
        // `..` and the like.
        _ => wit.join("..").join(FILE),
    }
}

/// The packages that a package of WIT uses.
fn used(main: &UnresolvedPackageGroup) -> impl Iterator<Item = &PackageName> {
    let own = std::iter::once(&main.main).chain(&main.nested);
    own.flat_map(|package| package.foreign_deps.keys())
}

/// The version that was chosen for a name without one.
fn the_one_without_version<'a>(locked: &[&'a LockedVersion]) -> Option<&'a LockedVersion> {
    match locked {
        [one] => Some(one),
        several => several.iter().find(|it| it.requirement == ANY).copied(),
    }
}

fn versioned(name: &PackageName, locked: &LockedVersion) -> PackageName {
    PackageName {
        version: Some(locked.version.clone()),
        ..name.clone()
    }
}

fn listed(packages: impl IntoIterator<Item = PackageName>) -> String {
    let names: Vec<String> = packages.into_iter().map(|name| name.to_string()).collect();
    match names.is_empty() {
        true => "none".to_owned(),
        false => names.join(" and "),
    }
}
