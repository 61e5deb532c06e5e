//! The part of the file system that resolution can see.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use oxc_resolver::{FileMetadata, FileSystem, FileSystemOs, ResolveError};

use super::bounds::{self, Excess, MAX_CONFIGURATION, MAX_PATH};
use super::missing::normal;

/// A text that is not JSON, with which the resolver reports the path of a refused file.
const REFUSED: &str = "{";

/// The root folder of a program and what is below. Everything else does not exist, so that neither
/// a result nor an error tells about it.
///
/// Folders above the root can be seen, but of their files only `package.json` and `tsconfig….json`,
/// which set how the files below are read. Those that exceed a bound are refused.
#[derive(Clone)]
pub struct ConfinedFiles {
    root: PathBuf,
    refused: Arc<Mutex<HashMap<PathBuf, Excess>>>,
}

impl ConfinedFiles {
    /// Confines resolution to a folder, which must be a real path.
    pub fn within(root: PathBuf) -> Self {
        ConfinedFiles {
            root,
            refused: Arc::default(),
        }
    }

    /// Returns why a file was not given to the resolver.
    pub fn refusal(&self, path: &Path) -> Option<Excess> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get(path).copied()
    }

    /// Returns the text for the resolver, which must parse all that it reads.
    fn checked(&self, path: &Path, text: Vec<u8>, result: Result<(), Excess>) -> Vec<u8> {
        let Err(excess) = result else {
            return text;
        };
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.insert(path.to_owned(), excess);
        REFUSED.into()
    }

    /// Whether resolution can see a path.
    pub fn is_visible(&self, path: &Path) -> bool {
        let path = normal(path);
        if path.starts_with(&self.root) || self.root.starts_with(&path) {
            return true;
        }
        let name = path.file_name().and_then(|name| name.to_str());
        let is_configuration = name.is_some_and(|name| {
            name == "package.json" || (name.starts_with("tsconfig") && name.ends_with(".json"))
        });
        let folder = path.parent();
        is_configuration && folder.is_some_and(|folder| self.root.starts_with(folder))
    }

    fn visible<'a>(&self, path: &'a Path) -> io::Result<&'a Path> {
        // A longer path has no file, on any system.
        let is_short = path.as_os_str().len() <= MAX_PATH;
        match is_short && self.is_visible(path) {
            true => Ok(path),
            false => Err(ErrorKind::NotFound.into()),
        }
    }

    /// Reads a configuration file.
    fn read_visible(&self, path: &Path) -> io::Result<Vec<u8>> {
        let real = self.visible(path)?.canonicalize()?;
        bounds::read_file(self.visible(&real)?, MAX_CONFIGURATION)
    }
}

impl FileSystem for ConfinedFiles {
    /// The resolver does not call it when it is given a file system. It shows nothing.
    fn new() -> Self {
        ConfinedFiles::within(PathBuf::new().join("\0"))
    }

    /// Reads a `package.json`.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let text = self.read_visible(path)?;
        let result = bounds::check_package(&text);
        Ok(self.checked(path, text, result))
    }

    /// Reads a `tsconfig.json`, or a file that one extends.
    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        let text = self.read_visible(path)?;
        let result = bounds::check_tsconfig(&text);
        FileSystemOs::validate_string(self.checked(path, text, result))
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        FileSystemOs.metadata(self.visible(path)?)
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        FileSystemOs.symlink_metadata(self.visible(path)?)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        FileSystemOs.read_link(self.visible(path)?)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        FileSystemOs.canonicalize(self.visible(path)?)
    }
}
