//! What a snapshot says about itself.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::SnapshotError;
use super::image::PAGE;
use crate::host::EntropyPosition;
use crate::limits::Limits;

/// What a snapshot says about itself: the part of the file that is not compressed. The order of
/// the fields is part of the format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    /// SHA-256 of the engine's component.
    pub(super) engine: [u8; 32],
    /// Of the whole image, whether or not all of it is stored.
    pub(super) id: u128,
    /// Of the snapshot that this one is relative to, if it is not relative to a fresh VM.
    pub(super) parent: Option<u128>,
    /// Size of the image in bytes.
    pub(super) size: u64,
    /// What the VM's clocks said: since 1970-01-01T00:00:00Z, and since some instant.
    pub(super) wall: Duration,
    pub(super) monotonic: Duration,
    /// Where the source of entropy was, if it was that of a seed.
    pub(super) entropy: Option<EntropyPosition>,
    pub(super) limits: Limits,
    /// What the embedder wants to know about it.
    pub(super) metadata: BTreeMap<String, String>,
    /// Which pages are stored: how many are passed over, and how many come then. Only in a file.
    pub(super) runs: Vec<(u32, u32)>,
}

/// As many pages can be in 4 GiB, all that 32-bit addresses reach.
const MAX_PAGES: u64 = (1 << 32) / PAGE as u64;

impl Header {
    /// The header of a file that stores these pages.
    pub(super) fn with_pages(&self, pages: &[u32]) -> Header {
        Header {
            runs: Self::runs_of(pages),
            ..self.clone()
        }
    }

    /// The runs of some ascending page numbers.
    fn runs_of(pages: &[u32]) -> Vec<(u32, u32)> {
        let mut runs: Vec<(u32, u32)> = Vec::new();
        let mut next = 0;
        for page in pages {
            match runs.last_mut() {
                Some((_, count)) if *page == next => *count += 1,
                _ => runs.push((page - next, 1)),
            }
            next = page + 1;
        }
        runs
    }

    /// Takes the numbers of the pages that are stored.
    pub(super) fn take_pages(&mut self) -> Result<Vec<u32>, SnapshotError> {
        let end = self.size / PAGE as u64;
        if !self.size.is_multiple_of(PAGE as u64) || end > MAX_PAGES {
            return Err(SnapshotError::Malformed(
                "its size is none that a VM can have",
            ));
        }
        let mut pages = Vec::new();
        let mut next = 0_u64;
        for (gap, count) in std::mem::take(&mut self.runs) {
            let start = next + u64::from(gap);
            next = start + u64::from(count);
            // Checked before it is used: a forged count must not make the list long.
            if next > end || count == 0 {
                return Err(SnapshotError::Malformed("it has pages outside of its size"));
            }
            pages.extend((start..next).map(|page| page as u32));
        }
        Ok(pages)
    }
}
