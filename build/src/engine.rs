//! The engine's sources: those of the crate `rquickjs-sys` as cargo fetched them, with the edits
//! of `guest/engine/edits`, and with `guest/engine/jsvm.c` at the end of the engine proper.
//!
//! Nothing of the engine is in the repository. An edit is a file of TOML: a reason, and pieces of
//! text to be replaced. Each piece must be found exactly once; if a new version of the engine has
//! changed there, the build fails and names the edit.
//!
//! Cargo is told of the copy by its setting `paths`, which leaves the lock file alone. Its name
//! ends with a hash of what it is made of: a copy is never changed, so it is never stale.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::{fs, io};

use cargo_metadata::MetadataCommand;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::compile;
use crate::toolchain::{TARGET, Toolchain};

/// The crate that brings the engine's sources.
const PACKAGE: &str = "rquickjs-sys";

/// The engine proper, in that crate.
const MAIN: &str = "quickjs/quickjs.c";

/// Beginning of the names of copies.
const COPY: &str = "engine-";

/// Why there are no sources to compile.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Cargo cannot say where the crate is.
    #[error("cannot find the sources of {PACKAGE}: {reason}")]
    Locate {
        /// What went wrong.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The edit is not in the form of one.
    #[error("{path} is not an edit: {source}")]
    Syntax {
        /// The edit.
        path: PathBuf,
        /// What is wrong with it.
        source: toml::de::Error,
    },
    /// The engine does not have the text that the edit replaces.
    #[error(
        "the edit {edit} no longer applies: its text number {number} is {found} times in {file} of \
         {package}, and should be there once. If the engine has changed there, renew the edit; if \
         it no longer needs it, remove the edit and its test"
    )]
    Edit {
        /// The file that holds the edit.
        edit: PathBuf,
        /// Which of its texts, from 1.
        number: usize,
        /// The file of the engine.
        file: String,
        /// How often it is there.
        found: usize,
        /// The crate with its version.
        package: String,
    },
}

/// An edit, as it is written down.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// What it is good for, with a figure.
    pub reason: String,
    /// When it can be removed.
    pub until: String,
    /// The texts to replace.
    pub replace: Vec<Replace>,
}

/// A piece of text that is replaced.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replace {
    /// The file, from the folder of the crate.
    pub file: String,
    /// What is there, exactly once.
    pub find: String,
    /// What to put there.
    pub with: String,
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
        let failed = |reason: String| EngineError::Locate { reason };
        let (mut command, _) = compile::cargo(&toolchain.rust);
        let output = command
            .args(["metadata", "--locked", "--format-version", "1"])
            .args(["--filter-platform", TARGET])
            .arg("--manifest-path")
            .arg(guest.join("Cargo.toml"))
            .current_dir(guest)
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| failed(format!("cannot run cargo: {error}")))?;
        if !output.status.success() {
            return Err(failed(format!(
                "`cargo metadata` failed ({})",
                output.status
            )));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let metadata = MetadataCommand::parse(text).map_err(|error| failed(error.to_string()))?;
        let package = metadata.packages.iter().find(|it| it.name == PACKAGE);
        let package = package.ok_or_else(|| failed("the guest does not depend on it".into()))?;
        let folder = package.manifest_path.parent();
        let folder = folder.ok_or_else(|| failed("it has no folder".into()))?;
        Ok(Self {
            package: format!("{PACKAGE} {}", package.version),
            folder: folder.into(),
        })
    }
}

/// Makes the copy to compile below `target_dir`, or finds it there. Returns its folder.
///
/// # Errors
///
/// See [`EngineError`].
pub fn prepare(
    toolchain: &Toolchain,
    guest: &Path,
    target_dir: &Path,
) -> Result<PathBuf, EngineError> {
    let pristine = Pristine::find(toolchain, guest)?;
    let files = edited(&pristine, &guest.join("engine"))?;

    let mut hash = Sha256::new();
    hash.update(pristine.folder.as_os_str().as_encoded_bytes());
    for (name, text) in &files {
        for part in [name, text] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
    }
    let mut name = COPY.to_owned();
    for byte in &hash.finalize()[..8] {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    let copy = target_dir.join(&name);
    if copy.is_dir() {
        return Ok(copy);
    }

    remove_copies(target_dir)?;
    // Under another name until it is complete.
    let unfinished = target_dir.join(format!("{COPY}unfinished"));
    copy_folder(&pristine.folder, &unfinished)?;
    for (name, text) in &files {
        let path = unfinished.join(name);
        fs::write(&path, text).map_err(io_error("write", &path))?;
    }
    fs::rename(&unfinished, &copy).map_err(io_error("rename", &unfinished))?;
    Ok(copy)
}

/// The files that differ from the pristine ones: their names and texts.
fn edited(pristine: &Pristine, engine: &Path) -> Result<Vec<(String, String)>, EngineError> {
    let mut files: Vec<(String, String)> = Vec::new();
    for (path, edit) in edits(&engine.join("edits"))? {
        for (replace, number) in edit.replace.iter().zip(1..) {
            let index = open(&mut files, pristine, &replace.file)?;
            let text = &mut files[index].1;
            let found = text.matches(&replace.find).count();
            if found != 1 {
                return Err(EngineError::Edit {
                    edit: path,
                    number,
                    file: replace.file.clone(),
                    found,
                    package: pristine.package.clone(),
                });
            }
            *text = text.replacen(&replace.find, &replace.with, 1);
        }
    }
    let path = engine.join("jsvm.c");
    let own = fs::read_to_string(&path).map_err(io_error("read", &path))?;
    let index = open(&mut files, pristine, MAIN)?;
    files[index].1 += &format!("\n#line 1 \"guest/engine/jsvm.c\"\n{own}");
    Ok(files)
}

/// Where a file of the crate is in the list; it is read if it is not there yet.
fn open(
    files: &mut Vec<(String, String)>,
    pristine: &Pristine,
    name: &str,
) -> Result<usize, EngineError> {
    if let Some(index) = files.iter().position(|(open, _)| open == name) {
        return Ok(index);
    }
    let path = pristine.folder.join(name);
    let text = fs::read_to_string(&path).map_err(io_error("read", &path))?;
    files.push((name.to_owned(), text));
    Ok(files.len() - 1)
}

/// The edits of a folder with their paths, in the order of their names.
///
/// # Errors
///
/// If one cannot be read, or is not in the form of an edit.
pub fn edits(folder: &Path) -> Result<Vec<(PathBuf, Edit)>, EngineError> {
    let failed = io_error("read", folder);
    let entries: io::Result<Vec<_>> = fs::read_dir(folder).and_then(Iterator::collect);
    let mut paths: Vec<_> = entries
        .map_err(failed)?
        .iter()
        .map(|entry| entry.path())
        .collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).map_err(io_error("read", &path))?;
        match toml::from_str(&text) {
            Ok(edit) => Ok((path, edit)),
            Err(source) => Err(EngineError::Syntax { path, source }),
        }
    };
    paths.into_iter().map(read).collect()
}

/// Removes copies that were made of something else, or not to the end.
fn remove_copies(target_dir: &Path) -> Result<(), EngineError> {
    let Ok(entries) = fs::read_dir(target_dir) else {
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
