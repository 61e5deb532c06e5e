//! The program that standard input or a pipe holds.

use std::fmt::Display;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::Usage;
use super::usage::reason;

/// A program's text and where it comes from.
pub struct Program {
    /// As stacks show it, and as relative imports start from it.
    pub name: String,
    pub text: String,
    /// The folder it is in.
    pub folder: PathBuf,
}

impl Program {
    /// Reads a file, or standard input for `-`.
    pub fn read(path: &Path) -> Result<Program, Usage> {
        if path == Path::new("-") {
            return Program::read_stdin();
        }
        let cannot =
            |reason: &dyn Display| Usage(format!("cannot run {}: {reason}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => cannot(&"there is no such file"),
            ErrorKind::IsADirectory => cannot(&"it is a directory"),
            ErrorKind::PermissionDenied => cannot(&"it may not be read"),
            _ => cannot(&reason(&error)),
        })?;
        // A pipe, as in `jsvm run <(echo 1)`, has a path that leads nowhere.
        let full = path.canonicalize().or_else(|_| std::path::absolute(path));
        let full = full.map_err(|error| cannot(&reason(&error)))?;
        let folder = full.parent().unwrap_or(Path::new("/")).to_owned();
        let name = full.into_os_string().into_string();
        let name = name.map_err(|_| cannot(&"its path is not Unicode"))?;
        Ok(Program {
            text: decode(bytes).map_err(|reason| cannot(&reason))?,
            name,
            folder,
        })
    }

    fn read_stdin() -> Result<Program, Usage> {
        let cannot = |reason: &dyn Display| Usage(format!("cannot run standard input: {reason}"));
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map_err(|error| cannot(&reason(&error)))?;
        let text = decode(bytes).map_err(|reason| cannot(&reason))?;
        Ok(Program {
            name: "<stdin>".into(),
            text,
            folder: ".".into(),
        })
    }

    /// Whether it may have what only a module has. If it has not, there is no need to parse it in
    /// order to find out.
    pub fn may_be_module(&self) -> bool {
        ["import", "export", "await"]
            .iter()
            .any(|word| self.text.contains(word))
    }
}

/// Text from UTF-8, or what is wrong with it.
fn decode(bytes: Vec<u8>) -> Result<String, String> {
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line} is not valid UTF-8")
    })?;
    // A byte order mark is not JavaScript.
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}
