//! Snapshots from files.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use bytesize::ByteSize;
use jsvm::snapshot::Decoder;
use jsvm::{SealKey, Snapshot, SnapshotError};

use super::Usage;
use super::options::Given;
use super::session::hard_memory;
use super::usage::reason;

/// Reads snapshots, and says of what is wrong with one what can be done about it.
pub struct Frozen<'a> {
    pub key: Option<&'a SealKey>,
    pub memory: &'a Given<u64>,
    /// The flag by which the snapshots are named that a delta is relative to.
    pub parents: &'a str,
}

impl Frozen<'_> {
    /// Reads a file, or standard input for `-`. Returns how many bytes it had, too.
    pub fn read(&self, path: &Path) -> Result<(Snapshot, u64), Usage> {
        let read = if path == Path::new("-") {
            self.read_all(io::stdin().lock())
        } else {
            File::open(path)
                .map_err(SnapshotError::Io)
                .and_then(|file| self.read_all(BufReader::new(file)))
        };
        read.map_err(|error| self.explain(path, &error))
    }

    fn read_all(&self, inner: impl Read) -> Result<(Snapshot, u64), SnapshotError> {
        let mut decoder = Decoder::new().max_memory(hard_memory(self.memory.value));
        if let Some(key) = self.key {
            decoder = decoder.key(key);
        }
        let mut reader = Counted { inner, count: 0 };
        let snapshot = decoder.read_from(&mut reader)?;
        let count = reader.count;
        // One byte is enough to know, however many there are.
        match reader.take(1).read_to_end(&mut Vec::new())? {
            0 => Ok((snapshot, count)),
            _ => Err(SnapshotError::Malformed("there are bytes after its end")),
        }
    }

    /// Reads the snapshots that a delta is relative to, oldest first, and joins them. Returns the
    /// last, if there is any.
    pub fn read_parents<'p>(
        &self,
        paths: &'p [PathBuf],
    ) -> Result<Option<(&'p Path, Snapshot)>, Usage> {
        let mut last = None;
        for path in paths {
            let (snapshot, _) = self.read(path)?;
            let snapshot = self.join(path, snapshot, last.as_ref())?;
            self.require_complete(path, &snapshot)?;
            last = Some((path.as_path(), snapshot));
        }
        Ok(last)
    }

    /// Joins a delta with its parent, if that was given. What is no delta needs none.
    pub fn join(
        &self,
        path: &Path,
        snapshot: Snapshot,
        parent: Option<&(&Path, Snapshot)>,
    ) -> Result<Snapshot, Usage> {
        match (parent, snapshot.parent()) {
            (Some((parent_path, parent)), Some(_)) => {
                snapshot.attach(parent).map_err(|error| match error {
                    SnapshotError::WrongParent { expected, found } => Usage(format!(
                        "{} holds what changed since snapshot {expected}, and {} is snapshot \
                         {found}: name those it is relative to with {}, oldest first",
                        name(path),
                        name(parent_path),
                        self.parents
                    )),
                    error => self.explain(path, &error),
                })
            }
            _ => Ok(snapshot),
        }
    }

    /// Refuses a delta whose parent was not given.
    pub fn require_complete(&self, path: &Path, snapshot: &Snapshot) -> Result<(), Usage> {
        match snapshot.parent() {
            Some(parent) if !snapshot.is_complete() => {
                Err(self.explain(path, &SnapshotError::MissingParent { parent }))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a snapshot of another build: nothing here can make use of its memory.
    pub fn require_this_engine(&self, path: &Path, snapshot: &Snapshot) -> Result<(), Usage> {
        if snapshot.is_of_this_engine() {
            return Ok(());
        }
        Err(Usage(format!(
            "{} is of another build of the engine, {}: only that build can use it",
            name(path),
            snapshot.engine()
        )))
    }

    /// What is wrong with a snapshot in terms of this program's flags.
    pub fn explain(&self, path: &Path, error: &SnapshotError) -> Usage {
        let name = name(path);
        Usage(match error {
            SnapshotError::Io(error) => {
                let reason: &dyn Display = match error.kind() {
                    ErrorKind::NotFound => &"there is no such file",
                    ErrorKind::IsADirectory => &"it is a directory",
                    ErrorKind::PermissionDenied => &"it may not be read",
                    _ => &reason(error),
                };
                format!("cannot read {name}: {reason}")
            }
            SnapshotError::NotASnapshot => format!("{name} is not a snapshot"),
            SnapshotError::TooLarge { bytes, .. } => {
                let allowed = &self.memory.text;
                let needed = bytes.div_ceil(1 << 20).min(4 << 10);
                format!(
                    "{name} needs {} of memory, which is more than --memory {allowed} allows: \
                     try --memory {needed}MiB",
                    ByteSize(*bytes).display().iec()
                )
            }
            SnapshotError::MissingParent { parent } => format!(
                "{name} holds only what changed since snapshot {parent}: name the file of that \
                 with {}",
                self.parents
            ),
            SnapshotError::Sealed => {
                format!("{name} is sealed: name the file with its key with --key-file")
            }
            SnapshotError::NotSealed => format!(
                "{name} is not sealed, so whoever made it did not have the key: leave --key-file \
                 out to use it all the same"
            ),
            SnapshotError::WrongKey => format!(
                "the key in --key-file is not the one that {name} was sealed with, or the file \
                 was altered"
            ),
            error => format!("cannot use {name}: {error}"),
        })
    }
}

/// A file as messages call it.
fn name(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".into()
    } else {
        path.display().to_string()
    }
}

/// A reader that knows how much there has been.
struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}
