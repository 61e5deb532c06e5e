//! What a host needs in order to freeze VMs and restore them. Embedders use the crate `jsvm`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::header::Header;
use super::{Snapshot, SnapshotError, hexadecimal};
use crate::limits::Limits;

pub use crate::base::{FINGERPRINT, SIZE, START, WRITABLE};
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
}

/// A position in the random stream of a seed. The order of the fields is part of the file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntropyPosition {
    /// The seed.
    pub seed: u64,
    /// Words of 32 bits that were taken from the stream of the seed.
    pub word: u128,
}

/// Freezing and restoring.
impl Snapshot {
    /// Makes a snapshot of a memory, which is all that a VM has behind its stack.
    pub fn capture(memory: &[u8], state: OuterState) -> Self {
        let image = Image::of(memory);
        let header = Header {
            engine: FINGERPRINT,
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
        parent.check_engine()?;
        let delta = self.complete()?.combined(parent.complete()?);
        let header = Arc::make_mut(&mut self.header);
        header.parent = Some(parent.header.id);
        self.delta = Some(Arc::new(delta));
        Ok(self)
    }

    /// Checks that this build of the engine made it.
    ///
    /// # Errors
    /// [`SnapshotError::OtherEngine`].
    pub fn check_engine(&self) -> Result<(), SnapshotError> {
        if self.is_of_this_engine() {
            return Ok(());
        }
        Err(SnapshotError::OtherEngine {
            expected: hexadecimal(&FINGERPRINT),
            found: self.engine(),
        })
    }

    /// Returns the whole state as its difference from a fresh VM.
    ///
    /// # Errors
    /// [`SnapshotError::MissingParent`] if it is a delta to which no parent was attached.
    pub fn image(&self) -> Result<&Image, SnapshotError> {
        self.complete()
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
