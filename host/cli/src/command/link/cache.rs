//! Keeps compiled components in the user's cache folder, as wasmtime does: compiling a large one takes
//! many seconds.
//!
//! The folder and its files belong to the user alone. Whoever can change them can change what the user
//! runs anyway.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The maximum number of kept components. The oldest go.
const MAX_FILES: usize = 64;

/// The length of the digest at the beginning of a file.
const DIGEST: usize = 32;

/// The file that keeps the compiled form of one component.
pub struct CacheFile {
    folder: PathBuf,
    path: PathBuf,
}

impl CacheFile {
    /// Returns the file of a component, or `None` where nothing can be kept.
    pub fn of(component: &[u8]) -> Option<CacheFile> {
        Self::within(&folder("components")?, component)
    }

    fn within(folder: &Path, component: &[u8]) -> Option<CacheFile> {
        prepare(folder).ok()?;
        // Other builds of this program have other compilers.
        let program = std::env::current_exe().and_then(fs::metadata).ok()?;
        let mut hash = Sha256::new();
        hash.update(env!("CARGO_PKG_VERSION"));
        hash.update(program.len().to_le_bytes());
        let changed = program.modified().ok()?;
        let changed = changed.duration_since(std::time::UNIX_EPOCH).ok()?;
        hash.update(changed.as_nanos().to_le_bytes());
        hash.update(component);
        let name: String = hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Some(CacheFile {
            path: folder.join(name),
            folder: folder.to_owned(),
        })
    }

    /// Reads the compiled form. A damaged file counts as missing.
    pub fn read(&self) -> Option<Vec<u8>> {
        let mut bytes = fs::read(&self.path).ok()?;
        let digest = bytes.get(..DIGEST)?.to_owned();
        bytes.drain(..DIGEST);
        (Sha256::digest(&bytes)[..] == digest[..]).then_some(bytes)
    }

    /// Keeps the compiled form. A failure only means that it is compiled again.
    pub fn write(&self, compiled: &[u8]) {
        let _ = self.try_write(compiled);
    }

    fn try_write(&self, compiled: &[u8]) -> io::Result<()> {
        let new = self.path.with_extension(std::process::id().to_string());
        let mut file = fs::File::create_new(&new)?;
        file.write_all(&Sha256::digest(compiled))?;
        file.write_all(compiled)?;
        fs::rename(&new, &self.path)?;
        self.remove_oldest()
    }

    fn remove_oldest(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            files.push((entry.metadata()?.modified()?, entry.path()));
        }
        files.sort();
        let count = files.len().saturating_sub(MAX_FILES);
        for (_, path) in files.drain(..count) {
            fs::remove_file(path)?;
        }
        Ok(())
    }
}

/// A folder in the user's cache to which nobody else can write, or `None` where nothing can be kept.
pub fn cache_folder(name: &str) -> Option<PathBuf> {
    let folder = folder(name)?;
    prepare(&folder).ok()?;
    Some(folder)
}

/// A folder of this program in the user's cache.
fn folder(name: &str) -> Option<PathBuf> {
    let given = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = given
        .filter(|path| path.is_absolute())
        .or_else(|| Some(std::env::home_dir()?.join(".cache")))?;
    cache.is_absolute().then(|| cache.join("jsvm").join(name))
}

/// Creates the folder, and checks that nobody else can write to it.
#[cfg(unix)]
fn prepare(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder)?;
    let found = fs::symlink_metadata(folder)?;
    let is_own = found.is_dir()
        && found.uid() == rustix::process::geteuid().as_raw()
        && found.mode() & 0o022 == 0;
    match is_own {
        true => Ok(()),
        false => Err(io::ErrorKind::PermissionDenied.into()),
    }
}

#[cfg(not(unix))]
fn prepare(_: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_is_kept_is_read_again_unless_it_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("components");
        let file = CacheFile::within(&folder, b"component").unwrap();
        assert_eq!(file.read(), None);
        file.write(b"compiled");
        assert_eq!(file.read().as_deref(), Some(&b"compiled"[..]));
        let other = CacheFile::within(&folder, b"another").unwrap();
        assert_eq!(other.read(), None);
        let mut bytes = fs::read(&file.path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&file.path, bytes).unwrap();
        assert_eq!(file.read(), None);
        fs::write(&file.path, b"short").unwrap();
        assert_eq!(file.read(), None);
    }

    #[test]
    fn a_folder_that_others_can_write_to_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(CacheFile::within(folder.path(), b"component").is_none());
    }

    #[test]
    fn the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("components");
        for number in 0..MAX_FILES + 3 {
            CacheFile::within(&folder, &number.to_le_bytes())
                .unwrap()
                .write(b"x");
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), MAX_FILES);
    }
}
