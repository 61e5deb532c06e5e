//! Builds an artefact again, from a copy of its sources in another folder, and compares the bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io, process};

use crate::artefact::{Artefact, ArtefactError, Record};
use crate::node;
use crate::parts;
use crate::sources::Sources;

/// Files and folders that a build needs besides its sources: manifests, licences, and packages of
/// the workspace in `components` that are not compiled.
const ALSO: [&str; 5] = [
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "components",
];

/// Folders that builds write.
const OUTPUTS: [&str; 2] = ["node_modules", "target"];

/// A copy of the sources, which is removed when this is dropped.
#[derive(Debug)]
pub struct Copy {
    folder: PathBuf,
}

impl Copy {
    /// Copies the sources of a checkout to a folder below the system's temporary folder.
    ///
    /// # Errors
    ///
    /// If a file cannot be copied.
    pub fn new(root: &Path, sources: &Sources) -> io::Result<Self> {
        let name = format!("jsvm-verify-{}", process::id());
        let folder = env::temp_dir().join(name).join("another folder");
        let copy = Self { folder };
        let npm = parts::PACKAGES.map(|(package, _)| format!("guest/web/node_modules/{package}"));
        let names = sources.files.keys().map(String::as_str);
        let node = node::PACKAGES.map(|package| format!("guest/node/node_modules/{package}"));
        let node = node.iter().filter(|package| root.join(package).is_dir());
        let npm = npm.iter().chain(node).map(String::as_str);
        for name in names.chain(ALSO).chain(npm) {
            copy_all(&root.join(name), &copy.folder.join(name))?;
        }
        Ok(copy)
    }

    /// The copy of the checkout.
    pub fn root(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        if let Some(folder) = self.folder.parent() {
            // If this fails, the system removes the folder with its other temporary files.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    let failed = |error: io::Error| {
        io::Error::new(
            error.kind(),
            format!("cannot copy {}: {error}", from.display()),
        )
    };
    if from.is_dir() {
        for entry in from.read_dir().map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if OUTPUTS.iter().any(|name| entry.file_name() == *name) {
                continue;
            }
            copy_all(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::copy(from, to).map_err(failed)?;
    Ok(())
}

/// The differences between the files of a checkout and those that were built again, a line for
/// each file that differs.
///
/// # Errors
///
/// [`ArtefactError::Io`] if a file of the checkout cannot be read.
pub fn differences(
    root: &Path,
    artefact: &Artefact,
    again: &BTreeMap<&'static str, Vec<u8>>,
) -> Result<Vec<String>, ArtefactError> {
    let mut differences = Vec::new();
    for (name, bytes) in again {
        let path = root.join(artefact.folder).join(name);
        let committed = fs::read(&path).map_err(|source| ArtefactError::Io {
            action: "read",
            path,
            source,
        })?;
        if committed == *bytes {
            continue;
        }
        let at = committed
            .iter()
            .zip(bytes)
            .position(|(old, new)| old != new);
        let at = at.unwrap_or(committed.len().min(bytes.len()));
        differences.push(format!(
            "{name} differs from byte {at} on: {} bytes are committed, {} were built",
            committed.len(),
            bytes.len()
        ));
    }
    Ok(differences)
}

/// The differences between the toolchain in the record and the present one, a line for each.
pub fn toolchain_differences(record: &Record, present: &BTreeMap<String, String>) -> Vec<String> {
    let names = record.toolchain.keys().chain(
        present
            .keys()
            .filter(|name| !record.toolchain.contains_key(*name)),
    );
    let value = |versions: &BTreeMap<String, String>, name: &String| {
        versions.get(name).cloned().unwrap_or_else(|| "none".into())
    };
    names
        .map(|name| (name, value(&record.toolchain, name), value(present, name)))
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| format!("{name}: built with {old}, this machine has {new}"))
        .collect()
}

#[cfg(test)]
mod tests;
