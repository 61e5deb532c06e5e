//! Sessions as files: `NAME.session`, and `NAME.decisions` beside it while somebody has decided about
//! calls that wait.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jsvm_sandbox::Decision;
use serde::{Deserialize, Serialize};

use crate::error::McpError;

/// A folder with sessions.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// A session that nobody else uses meanwhile.
#[derive(Debug)]
pub struct Locked {
    folder: PathBuf,
    name: String,
    /// Unlocked when it is closed.
    _lock: File,
}

/// A decision in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "kebab-case")]
enum Kept {
    Approve,
    Deny { reason: String },
}

impl Store {
    /// Opens a folder. It is created if it is missing.
    ///
    /// # Errors
    /// [`McpError::SessionFile`].
    pub fn open(folder: &Path) -> Result<Store, McpError> {
        fs::create_dir_all(folder).map_err(|source| file_error(folder, source))?;
        Ok(Store {
            folder: folder.to_owned(),
        })
    }

    /// Returns the names of the sessions, sorted.
    ///
    /// # Errors
    /// [`McpError::SessionFile`].
    pub fn names(&self) -> Result<Vec<String>, McpError> {
        let failed = |source| file_error(&self.folder, source);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "session")
                && let Some(name) = path.file_stem().and_then(|name| name.to_str())
            {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Locks a session, which need not exist yet.
    ///
    /// # Errors
    /// [`McpError::SessionName`]; [`McpError::InUse`]; [`McpError::SessionFile`].
    pub fn lock(&self, name: &str) -> Result<Locked, McpError> {
        let is_valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || name.len() > 64 || !name.chars().all(is_valid) {
            return Err(McpError::SessionName(name.chars().take(80).collect()));
        }
        let path = self.folder.join(format!("{name}.lock"));
        let lock = File::create(&path).map_err(|source| file_error(&path, source))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(McpError::InUse(name.to_owned())),
            Err(TryLockError::Error(source)) => return Err(file_error(&path, source)),
        }
        Ok(Locked {
            folder: self.folder.clone(),
            name: name.to_owned(),
            _lock: lock,
        })
    }
}

impl Locked {
    /// Reads the session, if there is one.
    pub fn read(&self) -> Result<Option<Vec<u8>>, McpError> {
        optional(&self.path("session"))
    }

    /// Replaces the session. It is the old one or the new one, whatever happens.
    pub fn write(&self, bytes: &[u8]) -> Result<(), McpError> {
        self.replace("session", bytes)
    }

    /// Keeps a decision about a call.
    pub fn decide(&self, call: u64, decision: &Decision) -> Result<(), McpError> {
        let mut kept = self.kept()?;
        let decision = match decision {
            Decision::Deny(reason) => Kept::Deny {
                reason: reason.clone(),
            },
            _ => Kept::Approve,
        };
        kept.insert(call, decision);
        let path = self.path("decisions");
        let text = serde_json::to_vec(&kept).map_err(|error| file_error(&path, error.into()))?;
        self.replace("decisions", &text)
    }

    /// Takes the decisions. They are used at most once: if the process ends before the session is
    /// written again, somebody has to decide anew.
    pub fn take_decisions(&self) -> Result<Vec<(u64, Decision)>, McpError> {
        let kept = self.kept()?;
        self.delete("decisions")?;
        let decisions = kept.into_iter().map(|(call, kept)| match kept {
            Kept::Approve => (call, Decision::Approve),
            Kept::Deny { reason } => (call, Decision::Deny(reason)),
        });
        Ok(decisions.collect())
    }

    fn kept(&self) -> Result<BTreeMap<u64, Kept>, McpError> {
        let path = self.path("decisions");
        match optional(&path)? {
            Some(text) => {
                serde_json::from_slice(&text).map_err(|error| file_error(&path, error.into()))
            }
            None => Ok(BTreeMap::new()),
        }
    }

    fn path(&self, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", self.name))
    }

    fn replace(&self, extension: &str, bytes: &[u8]) -> Result<(), McpError> {
        let path = self.path(extension);
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(|source| file_error(&path, source))
    }

    fn delete(&self, extension: &str) -> Result<(), McpError> {
        let path = self.path(extension);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file_error(&path, error)),
            _ => Ok(()),
        }
    }
}

fn optional(path: &Path) -> Result<Option<Vec<u8>>, McpError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file_error(path, error)),
    }
}

fn file_error(path: &Path, source: io::Error) -> McpError {
    McpError::SessionFile {
        path: path.to_owned(),
        source,
    }
}
