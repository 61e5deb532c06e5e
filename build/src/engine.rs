//! The engine's sources: QuickJS-NG as the crate `rquickjs-sys` brings it and cargo fetched it, with
//! the patches of `guest/engine/patches`, and with our own code of `guest/engine` at the end of `quickjs.c`.
//!
//! The repository holds no copy of the engine, only the patches. If a patch no longer applies to a
//! new version of the engine, the build fails and names the patch, the file and the hunk.
//!
//! The build compiles a patched copy of the crate. Cargo uses it by its setting `paths`, which
//! leaves the lock file alone. The name of the copy ends with a hash of its contents: a copy never
//! changes, so it is never stale.

pub mod patches;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::{fs, io};

use cargo_metadata::{Metadata, MetadataCommand};
use sha2::{Digest, Sha256};

use crate::compile;
use crate::sources::hex;
use crate::toolchain::{TARGET, Toolchain};

/// The crate that brings the engine's sources.
pub(crate) const PACKAGE: &str = "rquickjs-sys";

/// Folder of QuickJS-NG in that crate. Paths in patches begin there.
const ENGINE: &str = "quickjs";

/// The main file of QuickJS-NG.
const MAIN: &str = "quickjs.c";

/// Our own C code in `guest/engine`, in the order in which it is added to the main file.
const OWN: [&str; 2] = ["jsvm.c", "frames.c"];

/// Beginning of the names of copies.
const COPY: &str = "engine-";

/// Why there are no sources to compile.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Cargo cannot say where the crate is.
    #[error("cannot find the sources of {PACKAGE}: {reason}")]
    Locate {
        /// Cargo's error.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// The failed action.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The file is not a patch in the form that the build expects.
    #[error("{path} is not a patch of the engine: {reason}")]
    Patch {
        /// The patch.
        path: PathBuf,
        /// The first mistake in it.
        reason: String,
    },
    /// The engine does not have the lines that the patch replaces.
    #[error(
        "{patch} does not apply: the old lines of hunk {hunk} occur {found} times in {file} of \
         {package}, and must occur once. If the engine has changed there, renew the patch; if the \
         engine no longer needs it, remove the patch and its test"
    )]
    Apply {
        /// The patch.
        patch: PathBuf,
        /// Which of its hunks in this file, from 1; 0 if two of them overlap.
        hunk: usize,
        /// The file of the engine.
        file: String,
        /// How often the old lines of the hunk occur.
        found: usize,
        /// The crate with its version.
        package: String,
    },
}

/// The crate as cargo fetched it.
#[derive(Debug)]
pub struct Pristine {
    /// Its name and version.
    pub package: String,
    /// Its folder.
    pub folder: PathBuf,
}

impl Pristine {
    /// Asks cargo where the crate is, in the version of the guest's lock file. Cargo fetches it if
    /// it has to.
    ///
    /// # Errors
    ///
    /// [`EngineError::Locate`]
    pub fn find(toolchain: &Toolchain, guest: &Path) -> Result<Self, EngineError> {
        let failed = |reason: &str| EngineError::Locate {
            reason: reason.to_owned(),
        };
        let metadata = metadata(toolchain, guest)?;
        let package = metadata.packages.iter().find(|it| it.name == PACKAGE);
        let package = package.ok_or_else(|| failed("the guest does not depend on it"))?;
        let folder = package.manifest_path.parent();
        let folder = folder.ok_or_else(|| failed("it has no folder"))?;
        Ok(Self {
            package: format!("{PACKAGE} {}", package.version),
            folder: folder.into(),
        })
    }
}

/// The metadata that cargo has about the packages of a workspace, for the guest's target.
///
/// # Errors
///
/// [`EngineError::Locate`]
pub fn metadata(toolchain: &Toolchain, folder: &Path) -> Result<Metadata, EngineError> {
    let failed = |reason: String| EngineError::Locate { reason };
    let output = compile::cargo(&toolchain.rust)
        .args(["metadata", "--locked", "--format-version", "1"])
        .args(["--filter-platform", TARGET])
        .arg("--manifest-path")
        .arg(folder.join("Cargo.toml"))
        .current_dir(folder)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| failed(format!("cannot run cargo: {error}")))?;
    if !output.status.success() {
        let status = output.status;
        return Err(failed(format!("`cargo metadata` failed ({status})")));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    MetadataCommand::parse(text).map_err(|error| failed(error.to_string()))
}

/// Makes the copy to compile, or finds it. Returns its folder.
///
/// The copy is in the guest's own folder: cargo gives a package other symbol names if its path
/// from the workspace is another, and the guest must not depend on where it is built.
///
/// # Errors
///
/// See [`EngineError`].
pub fn prepare(toolchain: &Toolchain, guest: &Path) -> Result<PathBuf, EngineError> {
    let pristine = Pristine::find(toolchain, guest)?;
    let files = patched(&pristine, &guest.join("engine"))?;
    let folder = guest.join("target");

    let mut hash = Sha256::new();
    let parts = files.iter().flat_map(|(name, text)| [name, text]);
    for part in [&pristine.package].into_iter().chain(parts) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let copy = folder.join(format!("{COPY}{}", hex(&hash.finalize()[..8])));
    if copy.is_dir() {
        return Ok(copy);
    }

    remove_copies(&folder)?;
    // Under another name until it is complete.
    let unfinished = folder.join(format!("{COPY}unfinished"));
    copy_folder(&pristine.folder, &unfinished)?;
    for (name, text) in &files {
        let path = unfinished.join(ENGINE).join(name);
        fs::write(&path, text).map_err(io_error("write", &path))?;
    }
    fs::rename(&unfinished, &copy).map_err(io_error("rename", &unfinished))?;
    Ok(copy)
}

/// The files of QuickJS-NG that differ from the pristine ones: their names and texts.
fn patched(pristine: &Pristine, engine: &Path) -> Result<Vec<(String, String)>, EngineError> {
    let mut files: Vec<(String, String)> = Vec::new();
    for file in patches::read(&engine.join("patches"))? {
        file.for_each_file(|name, patch| {
            let index = open(&mut files, pristine, name)?;
            let text = &mut files[index].1;
            *text = patches::apply(text, patch).map_err(|misfit| EngineError::Apply {
                patch: file.path.clone(),
                hunk: misfit.hunk,
                file: name.to_owned(),
                found: misfit.found,
                package: pristine.package.clone(),
            })?;
            Ok(())
        })?;
    }
    let index = open(&mut files, pristine, MAIN)?;
    for name in OWN {
        let path = engine.join(name);
        let own = fs::read_to_string(&path).map_err(io_error("read", &path))?;
        files[index].1 += &format!("\n#line 1 \"guest/engine/{name}\"\n{own}");
    }
    Ok(files)
}

/// The index of a file in the list. Reads the file if it is not in the list yet.
fn open(
    files: &mut Vec<(String, String)>,
    pristine: &Pristine,
    name: &str,
) -> Result<usize, EngineError> {
    if let Some(index) = files.iter().position(|(open, _)| open == name) {
        return Ok(index);
    }
    let path = pristine.folder.join(ENGINE).join(name);
    let text = fs::read_to_string(&path).map_err(io_error("read", &path))?;
    files.push((name.to_owned(), text));
    Ok(files.len() - 1)
}

/// Removes copies with other contents, and unfinished ones.
fn remove_copies(folder: &Path) -> Result<(), EngineError> {
    let Ok(entries) = fs::read_dir(folder) else {
        // There is no such folder yet.
        return Ok(());
    };
    for entry in entries.flatten() {
        if entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(COPY.as_bytes())
        {
            let path = entry.path();
            fs::remove_dir_all(&path).map_err(io_error("remove", &path))?;
        }
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), EngineError> {
    fs::create_dir_all(to).map_err(io_error("make", to))?;
    let entries: io::Result<Vec<_>> = fs::read_dir(from).and_then(Iterator::collect);
    for entry in entries.map_err(io_error("read", from))? {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to)?;
        } else {
            fs::copy(&from, &to).map_err(io_error("copy", &from))?;
        }
    }
    Ok(())
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> EngineError {
    let path = path.to_owned();
    move |source| EngineError::Io {
        action,
        path,
        source,
    }
}

#[cfg(test)]
mod tests;
