//! What modules are called.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::error::ProgramError;

/// What means something else in the path of a URL.
const IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// Between names of modules and paths of files.
#[derive(Clone, Debug)]
pub struct Names {
    root: PathBuf,
    /// Where what has no file imports from.
    base: PathBuf,
    relative: bool,
}

impl Names {
    /// Full paths, which is what terminals and editors make links of.
    pub fn new(root: PathBuf, base: PathBuf) -> Self {
        Names {
            root,
            base,
            relative: false,
        }
    }

    /// Paths below the root.
    pub fn relative(self) -> Self {
        Names {
            relative: true,
            ..self
        }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The name of a file.
    pub fn of(&self, path: &Path) -> Result<String, ProgramError> {
        if path.to_str().is_none() {
            return Err(ProgramError::NotUnicode {
                path: path.to_owned(),
            });
        }
        Ok(self.shown(path))
    }

    /// The name of a file, as well as it can be written.
    pub fn shown(&self, path: &Path) -> String {
        match path.strip_prefix(&self.root) {
            Ok(below) if self.relative && below != Path::new("") => slashes(below),
            _ => path.to_string_lossy().into_owned(),
        }
    }

    /// The file of a name. A full path stays what it is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The file from whose place an importer imports.
    pub fn importer(&self, name: &str) -> PathBuf {
        // `<stdin>`, `<eval>` and the like are no files.
        if name.starts_with('<') || name.is_empty() {
            return self.base.join("<code>");
        }
        self.path(name)
    }

    /// What `import.meta.url` is. With relative names it is as if the root were that of the file
    /// system.
    pub fn url(&self, path: &Path) -> String {
        let path = match path.strip_prefix(&self.root) {
            Ok(below) if self.relative => slashes(below),
            _ => slashes(path),
        };
        let encoded = utf8_percent_encode(path.trim_start_matches('/'), IN_PATH);
        format!("file:///{encoded}")
    }
}

/// A path with slashes, whatever the system has between its parts.
fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}
