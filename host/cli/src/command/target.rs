//! Output files that are written completely or not at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};

use super::output;
use super::reason::reason;
use super::usage::Usage;

/// The destination of an output.
pub enum Target {
    Stdout,
    File(PathBuf),
    /// A pipe or a device, which cannot be replaced by a new file.
    Stream(PathBuf),
}

impl Target {
    /// Checks a path, or `-` for standard output. Errors that can be found now are reported now,
    /// before a program runs whose state would be lost.
    pub fn new(path: &Path) -> anyhow::Result<Target> {
        if path == Path::new("-") {
            if output::is_terminal() {
                bail!(Usage(
                    "cannot write binary data to a terminal: use -o FILE".into()
                ));
            }
            return Ok(Target::Stdout);
        }
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Err(cannot_write(path, &"it is a directory")),
            // The target of a link is replaced, not the link.
            Ok(found) if found.is_file() => Ok(Target::File(
                path.canonicalize().unwrap_or_else(|_| path.to_owned()),
            )),
            Ok(_) => Ok(Target::Stream(path.to_owned())),
            Err(_) if folder(path).is_dir() => Ok(Target::File(path.to_owned())),
            Err(_) => Err(cannot_write(path, &"no such folder")),
        }
    }

    /// Whether the output goes to standard output, so that nothing else can.
    pub fn is_stdout(&self) -> bool {
        matches!(self, Target::Stdout)
    }

    /// Refuses to overwrite a file that is still needed.
    pub fn protect(&self, needed: &Path, why: &str) -> Result<(), Usage> {
        match self {
            Target::File(path) if needed.canonicalize().is_ok_and(|needed| needed == *path) => {
                Err(Usage(format!("-o {}: {why}", needed.display())))
            }
            _ => Ok(()),
        }
    }

    /// Writes the output with `write`. If anything fails, an existing file is unchanged.
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
    // Not the process id: it may be the same in two containers that share a folder.
    name.push(format!(".{:016x}.tmp", RandomState::new().hash_one(())));
    let temporary = folder(path).join(name);
    let file = File::options()
        .write(true)
        .create_new(true)
        .open(&temporary)?;
    let done = write_all(file, path, write).and_then(|()| Ok(fs::rename(&temporary, path)?));
    if done.is_err() {
        // The first error matters more than a temporary file that is left over.
        let _ = fs::remove_file(&temporary);
    }
    done
}

fn write_all(
    file: File,
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    // The new file has the permissions of the old one.
    if let Ok(old) = fs::metadata(path) {
        file.set_permissions(old.permissions())?;
    }
    let mut file = BufWriter::new(file);
    write(&mut file)?;
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    // The content must reach the disk before the new name does.
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
