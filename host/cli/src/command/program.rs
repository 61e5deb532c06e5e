//! Reads a program from standard input or a pipe.

use std::fmt::Display;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::reason::reason;
use super::usage::Usage;

/// The text of a program, and where it comes from.
pub struct Program {
    /// The name in stacks, which relative imports start from.
    pub name: String,
    pub text: String,
    /// The folder of the program.
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
            ErrorKind::NotFound => cannot(&"no such file"),
            ErrorKind::IsADirectory => cannot(&"it is a directory"),
            ErrorKind::PermissionDenied => cannot(&"permission denied"),
            _ => cannot(&reason(&error)),
        })?;
        // A pipe, as in `jsvm run <(echo 1)`, has a path that cannot be resolved.
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

    /// Whether the text contains a word that only modules need. If not, it need not be parsed to
    /// find out.
    pub fn may_be_module(&self) -> bool {
        ["import", "export", "await"]
            .iter()
            .any(|word| self.text.contains(word))
    }
}

/// Decodes UTF-8, or returns what is wrong with it.
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
