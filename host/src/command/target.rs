//! Files that are written wholly or not at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};

use super::usage::reason;
use super::{Usage, output};

/// Where something is written.
pub enum Target {
    Stdout,
    File(PathBuf),
    /// A pipe or a device, which nothing can take the place of.
    Stream(PathBuf),
}

impl Target {
    /// A path, or standard output for `-`. What can be seen to be wrong is said now, before a
    /// program runs whose state would be lost.
    pub fn new(path: &Path) -> anyhow::Result<Target> {
        if path == Path::new("-") {
            if output::is_terminal() {
                bail!(Usage(
                    "a snapshot is not text to be shown in a terminal: use -o FILE".into()
                ));
            }
            return Ok(Target::Stdout);
        }
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Err(cannot_write(path, &"it is a directory")),
            // What a link leads to is replaced, and not the link.
            Ok(found) if found.is_file() => Ok(Target::File(
                path.canonicalize().unwrap_or_else(|_| path.to_owned()),
            )),
            Ok(_) => Ok(Target::Stream(path.to_owned())),
            Err(_) if folder(path).is_dir() => Ok(Target::File(path.to_owned())),
            Err(_) => Err(cannot_write(path, &"there is no such folder")),
        }
    }

    /// Whether it takes standard output, which nothing else can go to then.
    pub fn is_stdout(&self) -> bool {
        matches!(self, Target::Stdout)
    }

    /// Refuses to write over a file that is needed.
    pub fn spare(&self, needed: &Path, why: &str) -> Result<(), Usage> {
        match self {
            Target::File(path) if needed.canonicalize().is_ok_and(|needed| needed == *path) => {
                Err(Usage(format!("-o {}: {why}", needed.display())))
            }
            _ => Ok(()),
        }
    }

    /// Writes what `write` writes. If anything fails, a file that was there is as it was.
    pub fn write(
        &self,
        write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        match self {
            Target::Stdout => {
                let mut bytes = Vec::new();
                write(&mut bytes)?;
                output::print_bytes(&bytes);
                Ok(())
            }
            Target::Stream(path) => {
                let file = File::options().write(true).open(path);
                let mut file = file.map_err(|error| cannot_write(path, &reason(&error)))?;
                write(&mut file).map_err(|error| in_words(path, error))
            }
            Target::File(path) => replace(path, write).map_err(|error| in_words(path, error)),
        }
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut name = OsString::from(".");
    name.push(path.file_name().ok_or_else(|| anyhow!("it has no name"))?);
    // Numbers of processes are the same in different containers that share a folder.
    name.push(format!(".{:016x}.tmp", RandomState::new().hash_one(())));
    let temporary = folder(path).join(name);
    let file = File::options()
        .write(true)
        .create_new(true)
        .open(&temporary)?;
    let done = write_all(file, path, write).and_then(|()| Ok(fs::rename(&temporary, path)?));
    if done.is_err() {
        // The reason why it failed matters more than what is left over.
        let _ = fs::remove_file(&temporary);
    }
    done
}

fn write_all(
    file: File,
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // Who could not read the old file cannot read the new one.
    if let Ok(old) = fs::metadata(path) {
        file.set_permissions(old.permissions())?;
    }
    let mut file = BufWriter::new(file);
    write(&mut file)?;
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    // The new name must not be on the disk before the contents are.
    file.sync_all()?;
    Ok(())
}

fn in_words(path: &Path, error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<io::Error>() {
        Ok(error) => cannot_write(path, &reason(&error)),
        Err(error) => cannot_write(path, &error),
    }
}

fn cannot_write(path: &Path, reason: &dyn std::fmt::Display) -> anyhow::Error {
    anyhow!("cannot write {}: {reason}", path.display())
}
