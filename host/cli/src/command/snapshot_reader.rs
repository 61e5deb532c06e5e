//! Reads snapshots from files.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use bytesize::ByteSize;
use jsvm::snapshot::Decoder;
use jsvm::{SealKey, Snapshot, SnapshotError};

use super::options::ParsedArg;
use super::reason::reason;
use super::session::hard_memory;
use super::usage::Usage;

/// Reads snapshots, and explains errors in terms of the command line.
pub struct SnapshotReader<'a> {
    pub key: Option<&'a SealKey>,
    pub memory: &'a ParsedArg<u64>,
    /// The flag that names the parents of a delta.
    pub parents: &'a str,
}

impl SnapshotReader<'_> {
    /// Reads a file, or standard input for `-`. Also returns its size.
    pub fn read(&self, path: &Path) -> Result<(Snapshot, u64), Usage> {
        let read = if path == Path::new("-") {
            self.read_all(io::stdin().lock())
        } else {
            File::open(path)
                .map_err(SnapshotError::from)
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
        // One more byte is enough to refuse the file.
        match reader.take(1).read_to_end(&mut Vec::new())? {
            0 => Ok((snapshot, count)),
            _ => Err(SnapshotError::Malformed("there are bytes after its end")),
        }
    }

    /// Reads the parents of a delta, oldest first, and joins them. Returns the last one, if any.
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

    /// Joins a delta with its parent, if that was given. Any other snapshot is returned as it is.
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
                        "{} is a delta of snapshot {expected}, but {} is snapshot {found}. Name the \
                         parents with {}, oldest first",
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

    /// Refuses a snapshot of another engine than the one in this program.
    pub fn require_this_engine(&self, path: &Path, snapshot: &Snapshot) -> Result<(), Usage> {
        if snapshot.is_of_this_engine() {
            return Ok(());
        }
        Err(Usage(format!(
            "cannot use {}: engine {} of jsvm {} made it, and programs run on the engine of this jsvm. \
             Use jsvm {}",
            name(path),
            snapshot.engine(),
            snapshot.engine_version(),
            snapshot.engine_version()
        )))
    }

    /// Explains an error in terms of this program's options.
    pub fn explain(&self, path: &Path, error: &SnapshotError) -> Usage {
        let name = name(path);
        Usage(match error {
            SnapshotError::Io(error) => {
                let reason: &dyn Display = match error.kind() {
                    ErrorKind::NotFound => &"no such file",
                    ErrorKind::IsADirectory => &"it is a directory",
                    ErrorKind::PermissionDenied => &"permission denied",
                    _ => &reason(error),
                };
                format!("cannot read {name}: {reason}")
            }
            SnapshotError::NotASnapshot => format!("{name} is not a snapshot"),
            SnapshotError::TooLarge { bytes, .. } => {
                let allowed = &self.memory.text;
                let needed = bytes.div_ceil(1 << 20).min(4 << 10);
                format!(
                    "{name} needs {} of memory, more than --memory {allowed} allows. Use --memory \
                     {needed}MiB",
                    ByteSize(*bytes).display().iec()
                )
            }
            SnapshotError::MissingParent { parent } => format!(
                "{name} is a delta of snapshot {parent}. Name the file of that snapshot with {}",
                self.parents
            ),
            SnapshotError::Sealed => {
                format!("{name} is sealed. Name the file of its key with --key-file")
            }
            SnapshotError::NotSealed => format!(
                "{name} is not sealed, so the key cannot show who made it. Leave out --key-file to \
                 use it anyway"
            ),
            SnapshotError::WrongKey => format!(
                "cannot open {name}: it was sealed with another key than --key-file, or altered"
            ),
            SnapshotError::MissingSeed => format!(
                "cannot resume {name}: its program had a --seed, which only sealed snapshots hold. Give \
                 the same --seed again, or leave out --resume"
            ),
            error => format!("cannot use {name}: {error}"),
        })
    }
}

/// The name of a file in messages.
pub fn name(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".into()
    } else {
        path.display().to_string()
    }
}

/// A reader that counts bytes.
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
