//! Native code of engines, kept on disk.
//!
//! Native code is believed: whoever can write it controls the process that loads it. So a cache is a
//! folder of one user, and each entry is authenticated with a key that only this user can read.
//! wasmtime has a cache of its own, which relies on the permissions of its folder alone and does not
//! check them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jsvm_snapshot::{EngineId, SealKey, host};
use sha2::{Digest, Sha256};

mod folder;

use folder::Folder;

/// A folder that keeps the native code of engines, so that each is compiled once.
///
/// An entry is named by the engine and everything that native code depends on: the version of
/// wasmtime, its settings and the processor. An entry that is damaged, was renamed or was written
/// without the folder's key is not loaded, but compiled and written again.
///
/// # Who may write to it
///
/// On Unix, the folder and its key must belong to the user of the process, and nobody else may write
/// to the folder or read the key. Elsewhere the folder must be in a place that only the user can
/// write to, as `%LOCALAPPDATA%` is.
///
/// ```
/// use jsvm::{EngineConfig, NativeCache};
/// # let folder = tempfile::tempdir()?;
/// let cache = NativeCache::open(folder.path().join("native"))?;
/// let config = EngineConfig::new().native_cache(cache);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct NativeCache(Arc<Opened>);

struct Opened {
    path: PathBuf,
    folder: Folder,
    key: SealKey,
}

/// Why native code cannot be kept in a folder, or be loaded from it.
///
/// ```
/// use jsvm::{NativeCache, NativeCacheError};
/// # let folder = tempfile::tempdir()?;
/// let file = folder.path().join("file");
/// std::fs::write(&file, "")?;
/// let error = NativeCache::open(&file).unwrap_err();
/// assert!(matches!(error, NativeCacheError::Io { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NativeCacheError {
    /// The system does not say where the user's caches are.
    #[error("no folder for caches is known: set XDG_CACHE_HOME or HOME, or name a folder")]
    NoFolder,
    /// A file cannot be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// The failed action.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: Arc<io::Error>,
    },
    /// Another user can change the native code.
    #[error("{} is not safe for native code: {reason}", path.display())]
    Insecure {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: &'static str,
    },
    /// An entry is not what was written for its engine with the key of the folder.
    #[error("{} is damaged, or was written by somebody else", path.display())]
    NotAuthentic {
        /// The entry.
        path: PathBuf,
    },
}

/// The name of the file with the key.
const KEY: &str = "key";

/// What an entry begins with. Another layout has another number at its end.
const MAGIC: [u8; 8] = *b"JSVMNAT\x01";

/// The largest entry that is read, in bytes. The native code of an engine is some 10 MB.
const MAX_ENTRY: u64 = 256 << 20;

impl NativeCache {
    /// Opens a folder, and creates it if it does not exist. Its parent folders are created, too.
    ///
    /// # Errors
    /// [`NativeCacheError::Insecure`] if another user can write to the folder or read its key;
    /// [`NativeCacheError::Io`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, NativeCacheError> {
        let path = folder.as_ref().to_owned();
        let folder = Folder::open(&path)?;
        let key = read_key(&folder)?;
        Ok(NativeCache(Arc::new(Opened { path, folder, key })))
    }

    /// Opens the folder `jsvm/native` in the user's folder for caches: `$XDG_CACHE_HOME` or
    /// `~/.cache`, `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows.
    ///
    /// # Errors
    /// As [`open`](Self::open); [`NativeCacheError::NoFolder`].
    pub fn of_user() -> Result<Self, NativeCacheError> {
        let folder = caches().ok_or(NativeCacheError::NoFolder)?;
        NativeCache::open(folder.join("jsvm").join("native"))
    }

    /// Returns the folder.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Returns the native code of an entry, or `None` if there is none.
    pub(crate) fn load(&self, entry: &Entry) -> Result<Option<Vec<u8>>, NativeCacheError> {
        let Opened { folder, key, .. } = &*self.0;
        let name = entry.name();
        let Some(file) = folder.read(&name)? else {
            return Ok(None);
        };
        let path = folder.path_of(&name);
        let mut bytes = Vec::new();
        let read = file.take(MAX_ENTRY + 1).read_to_end(&mut bytes);
        read.map_err(io_error("read", &path))?;
        match host::open_sealed(key, &entry.associated(), bytes) {
            Some(native) => Ok(Some(native)),
            None => Err(NativeCacheError::NotAuthentic { path }),
        }
    }

    /// Writes an entry in place of the one that is there.
    pub(crate) fn store(&self, entry: &Entry, native: &[u8]) -> Result<(), NativeCacheError> {
        let Opened { folder, key, .. } = &*self.0;
        let name = entry.name();
        let sealed = host::seal(key, &entry.associated(), native.to_vec());
        let sealed = sealed.map_err(|error| io_error("write", &folder.path_of(&name))(error))?;
        folder.replace(&name, &sealed)
    }
}

impl fmt::Debug for NativeCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NativeCache").field(&self.0.path).finish()
    }
}

/// The key of a folder, which the first process makes.
fn read_key(folder: &Folder) -> Result<SealKey, NativeCacheError> {
    let path = folder.path_of(KEY);
    let mut file = match folder.read_private(KEY)? {
        Some(file) => file,
        None => {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes)
                .map_err(io::Error::other)
                .map_err(io_error("make", &path))?;
            folder.create(KEY, &bytes)?;
            // Another process may have been first.
            let file = folder.read_private(KEY)?;
            file.ok_or_else(|| io_error("read", &path)(io::ErrorKind::NotFound.into()))?
        }
    };
    let mut bytes = [0; 32];
    file.read_exact(&mut bytes)
        .map_err(io_error("read", &path))?;
    Ok(SealKey::new(bytes))
}

/// What an entry is for.
pub(crate) struct Entry([u8; 32]);

impl Entry {
    /// The native code that this engine of wasmtime makes of a component.
    pub(crate) fn new(engine: &wasmtime::Engine, component: EngineId) -> Self {
        let mut hasher = Sha256Hasher(Sha256::new());
        hasher.write(component.as_bytes());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Entry(hasher.0.finalize().into())
    }

    fn name(&self) -> String {
        format!("{}.native", EngineId::new(self.0))
    }

    /// What is authenticated beside the native code.
    fn associated(&self) -> Vec<u8> {
        [&MAGIC[..], &self.0].concat()
    }
}

/// Hashes with more bits than the standard library does.
struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Not all of it: `finalize` is called instead.
    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest
            .first_chunk()
            .map_or(0, |first| u64::from_le_bytes(*first))
    }
}

/// The user's folder for caches.
fn caches() -> Option<PathBuf> {
    let folder = |name: &str| {
        let folder = PathBuf::from(std::env::var_os(name)?);
        // A relative path would depend on the current folder.
        folder.is_absolute().then_some(folder)
    };
    if cfg!(windows) {
        return folder("LOCALAPPDATA");
    }
    if cfg!(target_os = "macos") {
        return Some(folder("HOME")?.join("Library").join("Caches"));
    }
    folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> NativeCacheError {
    let path = path.to_owned();
    move |error| NativeCacheError::Io {
        action,
        path,
        source: Arc::new(error),
    }
}

#[cfg(test)]
mod tests;
