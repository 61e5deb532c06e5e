//! The packages in the folder `deps`.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wit_parser::{PackageId, PackageName, Resolve, UnresolvedPackageGroup};

use super::push_path;
use crate::WorldError;

/// The packages in the folder `deps`.
#[derive(Default)]
pub(super) struct Deps {
    pub folder: PathBuf,
    /// The packages as text.
    groups: Vec<UnresolvedPackageGroup>,
    /// The packages in the binary format.
    binaries: Vec<Binary>,
}

struct Binary {
    path: PathBuf,
    name: PackageName,
    digest: String,
}

impl Deps {
    /// Reads the packages, in the order in which the parser does. Packages that do not parse are left out:
    /// [`push`](Self::push) and the parser say what is wrong with them.
    pub fn read(folder: &Path) -> Deps {
        let mut deps = Deps {
            folder: folder.to_owned(),
            ..Deps::default()
        };
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let extension = path.extension().and_then(|extension| extension.to_str());
            match extension {
                _ if path.is_dir() => {
                    deps.groups
                        .extend(UnresolvedPackageGroup::parse_dir(&path).ok());
                }
                Some("wit") => deps.groups.extend(text(&path)),
                Some("wasm") => deps.binaries.extend(binary(path)),
                _ => {}
            }
        }
        deps
    }

    /// Whether a package is there, with its version.
    pub fn has(&self, package: &PackageName) -> bool {
        self.names().any(|name| name == package)
    }

    /// The versions of a package that are there.
    pub fn versions(&self, package: &PackageName) -> Vec<PackageName> {
        let is_same = |name: &PackageName| {
            (&name.namespace, &name.name) == (&package.namespace, &package.name)
        };
        self.names().filter(|name| is_same(name)).cloned().collect()
    }

    /// The files of a package in the binary format, and their digests.
    pub fn digests(&self, package: &PackageName) -> impl Iterator<Item = (&Path, &str)> {
        let files = self.binaries.iter().filter(move |it| it.name == *package);
        files.map(|binary| (&*binary.path, &*binary.digest))
    }

    /// Adds the packages and then the one that uses them.
    pub fn push(
        self,
        resolve: &mut Resolve,
        main: UnresolvedPackageGroup,
    ) -> Result<PackageId, WorldError> {
        for binary in &self.binaries {
            push_path(resolve, &binary.path)?;
        }
        resolve
            .push_groups(main, self.groups)
            .map_err(|error| WorldError::Wit {
                message: resolve.render_error(&error.into()),
            })
    }

    fn names(&self) -> impl Iterator<Item = &PackageName> {
        let groups = self.groups.iter();
        groups
            .flat_map(|group| std::iter::once(&group.main).chain(&group.nested))
            .map(|package| &package.name)
            .chain(self.binaries.iter().map(|binary| &binary.name))
    }
}

fn text(path: &Path) -> Option<UnresolvedPackageGroup> {
    let text = std::fs::read_to_string(path).ok()?;
    UnresolvedPackageGroup::parse(path, &text).ok()
}

fn binary(path: PathBuf) -> Option<Binary> {
    let bytes = std::fs::read(&path).ok()?;
    let decoded = wit_parser::decoding::decode(&bytes).ok()?;
    let package = decoded.package();
    let name = decoded.resolve().packages[package].name.clone();
    let digest = Sha256::digest(&bytes);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(Binary {
        path,
        name,
        digest: format!("sha256:{digest}"),
    })
}
