//! Large inputs of turns: files beside the store, named by the digests of their bytes.
//!
//! A file is on disk before the transaction that names it, and is removed some time after the transaction that
//! deletes its row. So whoever reads a row finds the file.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::model::{FlowId, JournalEntry};
use crate::store::StoreError;

/// The most bytes of the inputs of a turn that are in the file of the store itself.
const MAX_INLINE: usize = 256 << 10;

/// How many seconds a file stays when no turn needs it any more: a backup may be copying it.
const GRACE: i64 = 600;

/// The age of files that no row names, since a process ended before it committed.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);

/// The SHA-256 of a file.
pub(super) type FileDigest = [u8; 32];

/// The folder of a store's files. It is created with its first file.
#[derive(Debug)]
pub(super) struct FileFolder {
    path: PathBuf,
    /// Whether a file is on disk when it is kept.
    pub(super) is_synchronous: bool,
}

impl FileFolder {
    /// The folder that belongs to the file of a store.
    pub(super) fn of(store: &Path) -> Self {
        let mut path = store.to_path_buf().into_os_string();
        path.push("-files");
        FileFolder {
            path: path.into(),
            is_synchronous: true,
        }
    }

    fn file(&self, digest: &FileDigest) -> PathBuf {
        let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        self.path.join(name)
    }

    /// Keeps inputs as a file, if they are large.
    pub(super) fn keep(&self, inputs: &[u8]) -> Result<Option<FileDigest>, StoreError> {
        if inputs.len() <= MAX_INLINE {
            return Ok(None);
        }
        let digest: FileDigest = Sha256::digest(inputs).into();
        self.write(&digest, inputs).map_err(of_disk)?;
        Ok(Some(digest))
    }

    fn write(&self, digest: &FileDigest, bytes: &[u8]) -> io::Result<()> {
        let path = self.file(digest);
        fs::create_dir_all(&self.path)?;
        let part = path.with_extension("part");
        let mut file = File::create(&part)?;
        let written = file
            .write_all(bytes)
            .and_then(|()| match self.is_synchronous {
                true => file.sync_all(),
                false => Ok(()),
            });
        if let Err(error) = written {
            // A part of a file takes room that the disk may not have.
            let _ = fs::remove_file(&part);
            return Err(error);
        }
        fs::rename(&part, &path)?;
        if self.is_synchronous {
            sync_folder(&self.path)?;
        }
        Ok(())
    }

    /// Reads the inputs of a turn.
    pub(super) fn read(
        &self,
        flow: &FlowId,
        entry: &mut JournalEntry,
        digest: &FileDigest,
    ) -> Result<(), StoreError> {
        let turn = entry.turn;
        let damaged = |what: &str| {
            let path = self.file(digest);
            let path = path.display();
            StoreError::Damaged(format!(
                "the file {path} of turn {turn} of the flow {flow} {what}"
            ))
        };
        let bytes = fs::read(self.file(digest)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => damaged("is missing"),
            _ => StoreError::Failed(format!("{}: {error}", self.file(digest).display())),
        })?;
        if FileDigest::from(Sha256::digest(&bytes)) != *digest {
            return Err(damaged("is not what was written"));
        }
        entry.inputs = bytes;
        Ok(())
    }

    /// Removes files that no turn has needed for some time.
    pub(super) fn sweep(&self, connection: &Connection) -> rusqlite::Result<()> {
        let dead: Vec<FileDigest> = connection
            .prepare_cached(
                "SELECT digest FROM dead_files WHERE since <= unixepoch() - ?1 \
                 AND NOT EXISTS (SELECT 1 FROM journal WHERE file = dead_files.digest)",
            )?
            .query_map([GRACE], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for digest in dead {
            let is_gone = match fs::remove_file(self.file(&digest)) {
                Ok(()) => true,
                // Otherwise the next sweep tries again.
                Err(error) => error.kind() == ErrorKind::NotFound,
            };
            if is_gone {
                connection
                    .prepare_cached("DELETE FROM dead_files WHERE digest = ?1")?
                    .execute([digest])?;
            }
        }
        Ok(())
    }

    /// Removes files of processes that ended before they committed.
    pub(super) fn sweep_abandoned(&self, connection: &Connection) -> rusqlite::Result<()> {
        let Ok(entries) = fs::read_dir(&self.path) else {
            return Ok(());
        };
        for entry in entries.flatten() {
            let modified = entry.metadata().and_then(|data| data.modified());
            let age = modified.map(|time| SystemTime::now().duration_since(time));
            if !matches!(age, Ok(Ok(age)) if age > ABANDONED) {
                continue;
            }
            let name = entry.file_name();
            let is_named = match name.to_str().and_then(digest_of) {
                Some(digest) => connection
                    .prepare_cached(
                        "SELECT 1 FROM journal WHERE file = ?1 UNION ALL \
                         SELECT 1 FROM dead_files WHERE digest = ?1",
                    )?
                    .exists([digest])?,
                None => false,
            };
            if !is_named {
                // The next sweep tries again.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    /// Copies the files that a copy of the store names.
    pub(super) fn copy_to(&self, copy: &Path) -> Result<(), StoreError> {
        let connection = Connection::open(copy).map_err(super::failed)?;
        let named: Vec<FileDigest> = connection
            .prepare("SELECT DISTINCT file FROM journal WHERE file IS NOT NULL")
            .and_then(|mut rows| rows.query_map([], |row| row.get(0))?.collect())
            .map_err(super::failed)?;
        let to = FileFolder::of(copy);
        for digest in named {
            let bytes = fs::read(self.file(&digest)).map_err(|error| {
                let path = self.file(&digest);
                StoreError::Failed(format!("cannot copy {}: {error}", path.display()))
            })?;
            to.write(&digest, &bytes).map_err(of_disk)?;
        }
        Ok(())
    }
}

/// Reads a digest from the name of a file.
fn digest_of(name: &str) -> Option<FileDigest> {
    let mut digest = [0; 32];
    if name.len() != 64 || !name.is_ascii() {
        return None;
    }
    for (index, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(name.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(digest)
}

/// Tells an error of the disk.
fn of_disk(error: io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::Full,
        _ => StoreError::Failed(format!("cannot write a file of the store: {error}")),
    }
}

/// Has the names in a folder written to the disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
