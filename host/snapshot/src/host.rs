//! What a host needs in order to freeze VMs and restore them. Embedders use the crate `jsvm`.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::header::Header;
use super::seal::{NONCE, SealKey, TAG};
use super::{EngineId, Snapshot, SnapshotError};
use crate::limits::Limits;

pub use crate::base::{BaseImage, Parts};
pub use crate::blocks::BLOCK;
pub use crate::image::{Image, PAGE};
pub use crate::lazy::{MAX_KEPT, Pages};
pub use crate::stretch::{Stretches, differing, runs};

/// The state of a VM that is not in its memory.
#[derive(Clone, Debug)]
pub struct OuterState {
    /// The wall clock, as time since 1970-01-01T00:00:00Z.
    pub wall: Duration,
    /// The monotonic clock, as time since some instant.
    pub monotonic: Duration,
    /// Position of the random stream, if the VM was seeded.
    pub entropy: Option<EntropyPosition>,
    /// The limits that the VM had.
    pub limits: Limits,
    /// The versions of requests that its JavaScript makes.
    pub requests: Requests,
}

/// Versions of requests. JavaScript of the oldest and of the newest can be in one VM: that of a
/// snapshot, and that of the program which restored it. The order of the fields is part of the file
/// format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    /// The oldest version.
    pub oldest: u16,
    /// The newest version.
    pub newest: u16,
}

impl Requests {
    /// One version.
    pub const fn only(version: u16) -> Self {
        Requests {
            oldest: version,
            newest: version,
        }
    }

    /// These versions and those of others.
    #[must_use]
    pub fn with(self, others: Requests) -> Self {
        Requests {
            oldest: self.oldest.min(others.oldest),
            newest: self.newest.max(others.newest),
        }
    }
}

/// A position in the random stream of a seed. The order of the fields is part of the file format.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntropyPosition {
    /// Words of 32 bits that were taken from the stream of the seed.
    pub word: u128,
    /// The seed, unless the snapshot was read from a file that was not sealed.
    pub seed: Option<[u8; 32]>,
}

/// Does not show the seed.
impl std::fmt::Debug for EntropyPosition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EntropyPosition")
            .field("word", &self.word)
            .finish_non_exhaustive()
    }
}

/// Freezing and restoring.
impl Snapshot {
    /// Makes a snapshot of a memory, which is all that a VM has behind its stack.
    pub fn capture(memory: &[u8], base: &BaseImage, state: OuterState) -> Self {
        let image = Image::of(memory, base);
        let snapshot = Self::from_image(image, base.engine(), base.version(), state);
        Snapshot {
            base: Some(base.clone()),
            ..snapshot
        }
    }

    /// Makes a snapshot of an image that the host of an engine has compared itself. The version is that
    /// of the jsvm which built the engine.
    pub fn from_image(image: Image, engine: EngineId, version: &str, state: OuterState) -> Self {
        let header = Header {
            engine: *engine.as_bytes(),
            version: version.to_owned(),
            requests: state.requests,
            id: image.id(),
            parent: None,
            size: image.size,
            wall: state.wall,
            monotonic: state.monotonic,
            entropy: state.entropy,
            limits: state.limits,
            metadata: BTreeMap::new(),
            runs: Vec::new(),
        };
        Snapshot {
            header: Arc::new(header),
            base: None,
            image: Some(Arc::new(image)),
            delta: None,
            pages: None,
            flat: None,
        }
    }

    /// Makes this snapshot relative to an earlier one, so that it is stored as a delta.
    ///
    /// # Errors
    /// [`SnapshotError::MissingParent`] if one of the two is a delta itself;
    /// [`SnapshotError::OtherEngine`].
    pub fn since(mut self, parent: &Snapshot) -> Result<Self, SnapshotError> {
        if parent.header.engine != self.header.engine {
            return Err(SnapshotError::OtherEngine {
                found: parent.engine(),
                version: parent.engine_version().to_owned(),
            });
        }
        let delta = self.complete()?.combined(parent.complete()?);
        let header = Arc::make_mut(&mut self.header);
        header.parent = Some(parent.header.id);
        self.delta = Some(Arc::new(delta));
        Ok(self)
    }

    /// Checks that the engine with this base image made it.
    ///
    /// # Errors
    /// [`SnapshotError::OtherEngine`].
    pub fn check_engine(&self, base: &BaseImage) -> Result<(), SnapshotError> {
        match self.engine() == base.engine() {
            true => Ok(()),
            false => Err(self.other_engine()),
        }
    }

    pub(crate) fn other_engine(&self) -> SnapshotError {
        SnapshotError::OtherEngine {
            found: self.engine(),
            version: self.engine_version().to_owned(),
        }
    }

    /// Checks that its requests are of versions that are answered.
    ///
    /// # Errors
    /// [`SnapshotError::FutureRequests`], [`SnapshotError::OldRequests`].
    pub fn check_requests(&self, answered: Requests) -> Result<(), SnapshotError> {
        let Requests { oldest, newest } = self.header.requests;
        if newest > answered.newest {
            return Err(SnapshotError::FutureRequests {
                found: newest,
                supported: answered.newest,
            });
        }
        if oldest < answered.oldest {
            return Err(SnapshotError::OldRequests {
                found: oldest,
                oldest: answered.oldest,
            });
        }
        Ok(())
    }

    /// Returns the versions of requests that its JavaScript makes.
    pub fn requests(&self) -> Requests {
        self.header.requests
    }

    /// Prepares it for being restored often by VMs with this base image; see `into_lazy`.
    ///
    /// # Errors
    /// [`SnapshotError::OtherEngine`], [`SnapshotError::MissingParent`], [`SnapshotError::Io`].
    pub fn into_lazy_on(self, base: &BaseImage) -> Result<Self, SnapshotError> {
        self.prepared(base)
    }

    /// Returns the whole state as its difference from a fresh VM.
    ///
    /// # Errors
    /// [`SnapshotError::MissingParent`] if it is a delta to which no parent was attached.
    pub fn image(&self) -> Result<&Image, SnapshotError> {
        self.complete()
    }

    /// Returns the state of the VM that is not in its memory.
    pub fn outer_state(&self) -> OuterState {
        OuterState {
            wall: self.header.wall,
            monotonic: self.header.monotonic,
            entropy: self.header.entropy,
            limits: self.header.limits.clone(),
            requests: self.header.requests,
        }
    }

    /// Returns the monotonic clock of the VM, as time since some instant.
    pub fn monotonic(&self) -> Duration {
        self.header.monotonic
    }

    /// Returns the position of the random stream, if the VM was seeded.
    pub fn entropy(&self) -> Option<EntropyPosition> {
        self.header.entropy
    }

    /// Returns the memory beyond that of a fresh VM, ready to be mapped, if the snapshot is lazy.
    pub fn pages(&self) -> Option<&Pages> {
        self.pages.as_deref()
    }

    /// Returns the whole memory, if the snapshot is lazy and small.
    pub fn flat(&self) -> Option<&Arc<[u8]>> {
        self.flat.as_ref()
    }
}

/// Encrypts and authenticates bytes, and authenticates `associated`. Returns the nonce, the bytes and
/// the tag.
///
/// # Errors
/// If the system has no entropy, or the bytes are too many.
pub fn seal(key: &SealKey, associated: &[u8], mut bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    let sealed = key.seal(associated, &mut bytes);
    let (nonce, tag) = sealed.map_err(io::Error::other)?;
    Ok([&nonce[..], &bytes, &tag].concat())
}

/// Verifies and decrypts what [`seal`] returned for the same key and `associated`. Returns `None` if
/// the bytes are anything else.
pub fn open_sealed(key: &SealKey, associated: &[u8], mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let nonce = *bytes.first_chunk::<NONCE>()?;
    let tag = *bytes.get(NONCE..)?.last_chunk::<TAG>()?;
    bytes.truncate(bytes.len() - TAG);
    bytes.drain(..NONCE);
    key.open(associated, &nonce, &mut bytes, &tag).ok()?;
    Some(bytes)
}
