//! The part of the file system that resolution can see.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use oxc_resolver::{FileMetadata, FileSystem, FileSystemOs, ResolveError};

use super::missing::normal;

/// The root folder of a program and what is below. Everything else does not exist, so that neither
/// a result nor an error tells about it.
///
/// Folders above the root can be seen, but of their files only `package.json` and `tsconfig….json`,
/// which set how the files below are read.
pub struct ConfinedFiles {
    root: PathBuf,
}

impl ConfinedFiles {
    /// Confines resolution to a folder, which must be a real path.
    pub fn within(root: PathBuf) -> Self {
        ConfinedFiles { root }
    }

    fn is_visible(&self, path: &Path) -> bool {
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
        match self.is_visible(path) {
            true => Ok(path),
            false => Err(ErrorKind::NotFound.into()),
        }
    }

    /// Returns the real path of a file whose content is going to be read.
    fn readable(&self, path: &Path) -> io::Result<PathBuf> {
        let real = self.visible(path)?.canonicalize()?;
        require_regular(self.visible(&real)?)?;
        Ok(real)
    }
}

/// Reads the text of a regular file. Reading a FIFO or a device would not end.
pub fn read_regular(path: &Path) -> io::Result<String> {
    require_regular(path)?;
    std::fs::read_to_string(path)
}

fn require_regular(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path)?.is_file() {
        true => Ok(()),
        false => Err(ErrorKind::InvalidInput.into()),
    }
}

impl FileSystem for ConfinedFiles {
    /// The resolver does not call it when it is given a file system. It shows nothing.
    fn new() -> Self {
        ConfinedFiles::within(PathBuf::new().join("\0"))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        FileSystemOs.read(&self.readable(path)?)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        FileSystemOs.read_to_string(&self.readable(path)?)
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
