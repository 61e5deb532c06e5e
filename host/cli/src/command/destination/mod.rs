//! Output files that are written completely or not at all.

mod replace;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};

use super::output;
use super::reason::reason;
use super::usage::Usage;

/// The destination of an output.
pub enum Target {
    Stdout,
    File(PathBuf),
    /// A file in a folder that does not exist yet.
    FileInFolder(PathBuf),
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

    /// As `new`, but a folder that is missing is created when the output is written.
    pub fn with_folder(path: &Path) -> anyhow::Result<Target> {
        if path == Path::new("-") || folder(path).exists() {
            return Target::new(path);
        }
        Ok(Target::FileInFolder(path.to_owned()))
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
            Target::FileInFolder(path) => {
                fs::create_dir_all(folder(path))
                    .map_err(|error| cannot_write(path, &reason(&error)))?;
                replace::replace(folder(path), path, write).map_err(|error| in_words(path, error))
            }
            Target::File(path) => {
                replace::replace(folder(path), path, write).map_err(|error| in_words(path, error))
            }
        }
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
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
