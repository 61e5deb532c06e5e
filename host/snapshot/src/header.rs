//! What a snapshot says about itself.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::SnapshotError;
use super::image::PAGE;
use crate::host::{EntropyPosition, Requests};
use crate::limits::Limits;

/// What a snapshot says about itself: the part of the file that is not compressed. The order of
/// the fields is part of the format; the test `header_is_encoded_as_the_format_says` has its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    /// SHA-256 of the engine's component.
    pub(super) engine: [u8; 32],
    /// The version of jsvm that built the engine: for people who look for it.
    pub(super) version: String,
    /// The versions of requests that the JavaScript in the VM makes.
    pub(super) requests: Requests,
    /// Of the whole image, whether or not all of it is stored.
    pub(super) id: u128,
    /// Of the snapshot that this one is relative to, if it is not relative to a fresh VM.
    pub(super) parent: Option<u128>,
    /// Size of the image in bytes.
    pub(super) size: u64,
    /// What the VM's clocks said: since 1970-01-01T00:00:00Z, and since some instant.
    pub(super) wall: Duration,
    pub(super) monotonic: Duration,
    /// Where the source of entropy was, if it was that of a seed. The seed itself is in sealed files
    /// and in memory only.
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
    /// The header of a file that stores these pages. A file that is not sealed is for anybody's eyes,
    /// so it does not hold the seed.
    pub(super) fn for_file(&self, pages: &[u32], is_sealed: bool) -> Header {
        let mut header = Header {
            runs: Self::runs_of(pages),
            ..self.clone()
        };
        if let (false, Some(position)) = (is_sealed, &mut header.entropy) {
            position.seed = None;
        }
        header
    }

    /// Checks what a file says, beside its pages.
    pub(super) fn check(&self, is_sealed: bool) -> Result<(), SnapshotError> {
        if !jsvm_component::is_version(&self.version) {
            return Err(SnapshotError::Malformed("its engine has no valid version"));
        }
        if self.requests.oldest > self.requests.newest {
            let what = "its versions of requests are in the wrong order";
            return Err(SnapshotError::Malformed(what));
        }
        let seed = self.entropy.as_ref().and_then(|position| position.seed);
        if seed.is_some() && !is_sealed {
            let what = "it has a seed, which only sealed snapshots have";
            return Err(SnapshotError::Malformed(what));
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{EntropyPosition, Header, Limits, Requests};

    /// If this fails, snapshots that exist can no longer be read: see `format.rs`.
    #[test]
    fn header_is_encoded_as_the_format_says() {
        let header = Header {
            engine: [0xee; 32],
            version: "1.2".to_owned(),
            requests: Requests {
                oldest: 1,
                newest: 300,
            },
            id: 5,
            parent: Some(6),
            size: 4096,
            wall: Duration::new(7, 8),
            monotonic: Duration::new(9, 10),
            entropy: Some(EntropyPosition {
                word: 11,
                seed: Some([0xdd; 32]),
            }),
            limits: Limits {
                memory: 12,
                hard_memory: 13,
                time: Some(Duration::new(14, 15)),
                cpu_time: None,
                work: Some(16),
                grace: Duration::new(17, 18),
                stack: 19,
                output: 20,
                handles: 21,
            },
            metadata: [("k".to_owned(), "v".to_owned())].into(),
            runs: vec![(22, 23)],
        };
        let limits = [12, 13, 1, 14, 15, 0, 1, 16, 17, 18, 19, 20, 21];
        let expected = [
            &[0xee; 32][..],
            b"\x031.2",
            &[1, 0xac, 2],
            &[5, 1, 6, 0x80, 0x20, 7, 8, 9, 10],
            &[1, 11, 1],
            &[0xdd; 32],
            &limits,
            b"\x01\x01k\x01v",
            &[1, 22, 23],
        ]
        .concat();
        assert_eq!(postcard::to_stdvec(&header).unwrap(), expected);
        assert_eq!(postcard::from_bytes::<Header>(&expected).unwrap(), header);
    }

    #[test]
    fn requests_of_a_vm_are_all_that_were_ever_loaded() {
        let frozen = Requests::only(2);
        let restored = frozen.with(Requests::only(4)).with(Requests::only(3));
        let all = Requests {
            oldest: 2,
            newest: 4,
        };
        assert_eq!(restored, all);
        assert_eq!(Requests::only(4).with(frozen), all);
    }

    #[test]
    fn only_sealed_files_hold_the_seed() {
        let seed = Some([1; 32]);
        let mut header = Header {
            engine: [0; 32],
            version: "1".to_owned(),
            requests: Requests::only(1),
            id: 0,
            parent: None,
            size: 0,
            wall: Duration::ZERO,
            monotonic: Duration::ZERO,
            entropy: Some(EntropyPosition { word: 2, seed }),
            limits: Limits::default(),
            metadata: [].into(),
            runs: Vec::new(),
        };
        let plain = header.for_file(&[], false).entropy.unwrap();
        assert_eq!((plain.word, plain.seed), (2, None));
        assert_eq!(header.for_file(&[], true).entropy, header.entropy);
        assert!(header.check(true).is_ok() && header.check(false).is_err());
        header.entropy = Some(plain);
        assert!(header.check(false).is_ok());
        header.version = "\x1b[31m".to_owned();
        assert!(header.check(false).is_err());
    }
}
