//! Converts between names of modules and paths of files.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::error::ProgramError;

/// Characters to escape in the path of a URL.
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

/// Converts between names of modules and paths of files.
#[derive(Clone, Debug)]
pub struct ModuleNames {
    root: PathBuf,
    /// The folder that code without a file imports from.
    base: PathBuf,
    relative: bool,
}

impl ModuleNames {
    /// Uses full paths as names, which terminals and editors turn into links.
    pub fn new(root: PathBuf, base: PathBuf) -> Self {
        ModuleNames {
            root,
            base,
            relative: false,
        }
    }

    /// Uses paths below the root as names.
    pub fn relative(self) -> Self {
        ModuleNames {
            relative: true,
            ..self
        }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the name of a file.
    pub fn name_of(&self, path: &Path) -> Result<String, ProgramError> {
        if path.to_str().is_none() {
            return Err(ProgramError::NotUnicode {
                path: path.to_owned(),
            });
        }
        Ok(self.shown(path))
    }

    /// Returns the name of a file for messages, with replacement characters if it is not Unicode.
    pub fn shown(&self, path: &Path) -> String {
        match path.strip_prefix(&self.root) {
            Ok(below) if self.relative && below != Path::new("") => slashes(below),
            _ => path.to_string_lossy().into_owned(),
        }
    }

    /// Returns the file of a name. A full path is returned unchanged.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Returns the file that relative imports of an importer start from.
    pub fn importer(&self, name: &str) -> PathBuf {
        // `<stdin>`, `<eval>` and the like are not files.
        if name.starts_with('<') || name.is_empty() {
            return self.base.join("<code>");
        }
        self.path(name)
    }

    /// Returns the value of `import.meta.url`. With relative names, the root folder takes the place
    /// of the root of the file system.
    pub fn url(&self, path: &Path) -> String {
        let path = match path.strip_prefix(&self.root) {
            Ok(below) if self.relative => slashes(below),
            _ => slashes(path),
        };
        let encoded = utf8_percent_encode(path.trim_start_matches('/'), IN_PATH);
        format!("file:///{encoded}")
    }
}

/// Returns a path with slashes as separators, on every system.
fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}
