//! The state of the VM as bytes, by nothing but the interface `snapshot`.
//!
//! What is stored is the difference from a fresh VM, page by page: 200 KB, where the whole memory is some
//! megabytes.

use crate::bindings::jsvm::engine::snapshot::{self, Origin, SnapshotError};

/// Bytes of the unit in which images are compared.
const PAGE: usize = 4096;
/// Bytes before the pages: which VM it is of, and the size of the image.
const HEAD: usize = 16;
/// Bytes before each page: its number.
const NUMBER: usize = 4;

/// Why a VM cannot be frozen or thawed.
#[derive(Debug, thiserror::Error)]
pub enum FrozenError {
    #[error("this is not the state of a VM")]
    Malformed,
    #[error("this is the state of another version of the VM")]
    OtherVm,
    #[error("the VM does not take it: {0:?}")]
    Refused(SnapshotError),
}

impl From<SnapshotError> for FrozenError {
    fn from(error: SnapshotError) -> Self {
        FrozenError::Refused(error)
    }
}

/// The image of the VM before anything was done with it.
pub struct Fresh(Vec<u8>);

impl Fresh {
    /// Reads it. To be called first of all.
    pub fn read() -> Fresh {
        // It is refused only while a script runs.
        Fresh(snapshot::get_memory().unwrap_or_default())
    }

    /// The state of the VM.
    pub fn freeze(&self) -> Result<Vec<u8>, FrozenError> {
        snapshot::sweep()?;
        let image = snapshot::get_memory()?;
        let mut stored = Vec::new();
        stored.extend(self.version().to_le_bytes());
        stored.extend((image.len() as u64).to_le_bytes());
        for (page, number) in image.chunks(PAGE).zip(0_u32..) {
            let at = number as usize * PAGE;
            let fresh = self.0.get(at..at + PAGE).unwrap_or(&[0; PAGE]);
            if page != fresh {
                stored.extend(number.to_le_bytes());
                stored.extend(page);
            }
        }
        Ok(stored)
    }

    /// Makes the VM, which must be fresh, the one that was frozen.
    pub fn thaw(&self, stored: &[u8]) -> Result<(), FrozenError> {
        let (head, pages) = stored
            .split_at_checked(HEAD)
            .ok_or(FrozenError::Malformed)?;
        let (pages, rest) = pages.as_chunks::<{ NUMBER + PAGE }>();
        let ([version, size], []) = head.as_chunks::<8>() else {
            return Err(FrozenError::Malformed);
        };
        if !rest.is_empty() {
            return Err(FrozenError::Malformed);
        }
        // Read by another version, it would be garbage.
        if u64::from_le_bytes(*version) != self.version() {
            return Err(FrozenError::OtherVm);
        }
        let size = u64::from_le_bytes(*size);
        if size != self.0.len() as u64 {
            snapshot::grow(size)?;
        }
        for page in pages {
            let (number, page) = page.split_at(NUMBER);
            let number = number.first_chunk().ok_or(FrozenError::Malformed)?;
            let offset = u64::from(u32::from_le_bytes(*number)) * PAGE as u64;
            snapshot::seek(offset)?;
            snapshot::write(offset, page)?;
        }
        Ok(snapshot::restored(Origin::Resume, None)?)
    }

    /// A number that tells one version of the VM from another: FNV-1a of its fresh image.
    fn version(&self) -> u64 {
        self.0.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
    }
}
