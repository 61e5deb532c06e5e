//! Why a snapshot cannot be used.

use std::io;
use std::sync::Arc;

use super::{EngineId, SnapshotId};

/// Why a snapshot cannot be read, written or restored. Whatever it is, nothing was changed, and
/// no VM was made.
///
/// ```
/// use jsvm::{Snapshot, SnapshotError};
/// let error = Snapshot::from_bytes(b"not a snapshot at all").unwrap_err();
/// assert!(matches!(error, SnapshotError::NotASnapshot));
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The bytes are something else.
    #[error("this is not a snapshot")]
    NotASnapshot,
    /// It is in an older format, which this version no longer reads.
    #[error(
        "the snapshot is in format {found}, and this version of jsvm reads format {supported} only: \
         use the version of jsvm that made it"
    )]
    OldFormat {
        /// The snapshot's format.
        found: u16,
        /// The format that can be read.
        supported: u16,
    },
    /// It is in a format that this version does not know.
    #[error(
        "the snapshot is in format {found}, and this version of jsvm reads formats up to \
         {supported}: use the version that made it, or a newer one"
    )]
    UnknownFormat {
        /// The snapshot's format.
        found: u16,
        /// The newest format that can be read.
        supported: u16,
    },
    /// The bytes end too early.
    #[error("the snapshot is incomplete: it should have at least {expected} bytes and has {found}")]
    Truncated {
        /// Bytes that there should be at least.
        expected: u64,
        /// Bytes that there are.
        found: u64,
    },
    /// The bytes are not those that were written.
    #[error("the snapshot is damaged: its checksum does not match")]
    Damaged,
    /// The bytes are as they were written, but mean nothing.
    #[error("the snapshot is malformed: {0}")]
    Malformed(&'static str),
    /// It is of another engine, with which the memory makes no sense.
    #[error(
        "the snapshot is of engine {found} of jsvm {version}, and not of this engine: write the \
         component of that engine with `jsvm component` of jsvm {version}, and restore the snapshot \
         on `Engine::from_component` of it"
    )]
    OtherEngine {
        /// The engine that made it.
        found: EngineId,
        /// The version of jsvm that built that engine, as the snapshot says.
        version: String,
    },
    /// Its JavaScript makes requests of a later version than this program answers.
    #[error(
        "the snapshot makes requests of version {found}, and this version of jsvm answers requests \
         up to version {supported}: use a newer version of jsvm"
    )]
    FutureRequests {
        /// The newest version that the snapshot uses.
        found: u16,
        /// The newest version that is answered.
        supported: u16,
    },
    /// Its JavaScript makes requests of a version that is no longer answered.
    #[error(
        "the snapshot makes requests of version {found}, and this version of jsvm answers requests \
         from version {oldest} on: use an older version of jsvm"
    )]
    OldRequests {
        /// The oldest version that the snapshot uses.
        found: u16,
        /// The oldest version that is answered.
        oldest: u16,
    },
    /// It is to be resumed, the VM had a seed, and the snapshot does not hold it: it was stored
    /// without being sealed.
    #[error(
        "the VM had a seed, which is not in a snapshot that is not sealed: give the same seed to \
         the builder, restore the snapshot instead of resuming it, or store it sealed"
    )]
    MissingSeed,
    /// It needs more memory than is allowed.
    #[error(
        "the snapshot needs {bytes} bytes of memory, and {limit} are allowed: raise \
         `Limits::hard_memory` to restore it, or `Decoder::max_memory` to read it"
    )]
    TooLarge {
        /// What it needs.
        bytes: u64,
        /// What is allowed.
        limit: u64,
    },
    /// It holds only what changed since another snapshot, which is needed to restore it.
    #[error(
        "the snapshot is a delta: it holds only what changed since snapshot {parent}; read that \
         and attach it"
    )]
    MissingParent {
        /// The snapshot that it is relative to.
        parent: SnapshotId,
    },
    /// It was attached to a snapshot that it is not relative to.
    #[error("the snapshot holds what changed since snapshot {expected}, and not since {found}")]
    WrongParent {
        /// The snapshot that it is relative to.
        expected: SnapshotId,
        /// The one it was attached to.
        found: SnapshotId,
    },
    /// It is sealed, and no key was given.
    #[error("the snapshot is sealed: a key is needed to read it")]
    Sealed,
    /// A key was given, and it is not sealed: it could come from anyone.
    #[error("the snapshot is not sealed, though a key was given: whoever made it did not have it")]
    NotSealed,
    /// The key is not the one it was sealed with, or the bytes are not those that were written.
    #[error("the key is not the one that the snapshot was sealed with, or its bytes were altered")]
    WrongKey,
    /// Reading or writing failed.
    #[error(transparent)]
    Io(Arc<io::Error>),
}

impl From<io::Error> for SnapshotError {
    fn from(error: io::Error) -> Self {
        SnapshotError::Io(Arc::new(error))
    }
}
