//! Snapshot files taken apart and put together again, with checksums that fit: written from the
//! description of the format and not with the code that is tested.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use twox_hash::{XxHash3_64, XxHash3_128};

/// The header, field by field as the format has them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "described where the format is")]
pub struct Header {
    pub engine: [u8; 32],
    pub version: String,
    pub requests: (u16, u16),
    pub id: u128,
    pub parent: Option<u128>,
    pub size: u64,
    pub wall: Duration,
    pub monotonic: Duration,
    pub entropy: Option<(u128, Option<[u8; 32]>)>,
    pub limits: jsvm::Limits,
    pub metadata: BTreeMap<String, String>,
    pub runs: Vec<(u32, u32)>,
}

/// What a file consists of.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The header.
    pub header: Header,
    /// The chunks as they are stored.
    pub chunks: Vec<Vec<u8>>,
}

/// A file to be changed.
#[derive(Clone, Debug)]
pub struct Forged(Parts);

impl Deref for Forged {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl DerefMut for Forged {
    fn deref_mut(&mut self) -> &mut Parts {
        &mut self.0
    }
}

impl Parts {
    /// How many pages are stored.
    pub fn pages(&self) -> usize {
        self.header
            .runs
            .iter()
            .map(|(_, count)| *count as usize)
            .sum()
    }

    /// A chunk, decompressed.
    ///
    /// # Panics
    /// If it is no chunk.
    pub fn raw(&self, chunk: usize) -> Vec<u8> {
        zstd::bulk::decompress(&self.chunks[chunk], 2 << 20).expect("the chunk is valid")
    }
}

impl Forged {
    /// Takes a valid plain file apart.
    ///
    /// # Panics
    /// If it is none.
    pub fn new(bytes: &[u8]) -> Self {
        let (_, rest) = bytes.split_at(12);
        let (len, rest) = rest.split_first_chunk().expect("a length");
        let (header, rest) = rest.split_at(u32::from_le_bytes(*len) as usize);
        let header: Header = postcard::from_bytes(header).expect("a header");
        let mut rest = &rest[8..rest.len() - 16];
        let mut chunks = Vec::new();
        while let Some((len, after)) = rest.split_first_chunk() {
            let (chunk, after) = after.split_at(u32::from_le_bytes(*len) as usize);
            chunks.push(chunk.to_vec());
            rest = after;
        }
        Forged(Parts { header, chunks })
    }

    /// Computes the id of what is stored now.
    pub fn mend_id(&mut self) {
        let mut pages = Vec::new();
        let mut next = 0;
        for (gap, count) in &self.header.runs {
            next += gap;
            pages.extend(next..next + count);
            next += count;
        }
        let mut start = self.header.size.to_le_bytes().to_vec();
        let mut lines = Vec::new();
        for (index, pages) in pages.chunks(256).enumerate() {
            let raw = self.raw(index);
            let (masks, rest) = raw.split_at(8 * pages.len());
            for (page, mask) in pages.iter().zip(masks.chunks(8)) {
                start.extend(page.to_le_bytes());
                start.extend(mask);
            }
            lines.extend_from_slice(rest);
        }
        start.extend(lines);
        self.header.id = XxHash3_128::oneshot(&start);
    }

    /// The header as it is stored.
    ///
    /// # Panics
    /// If it is too large.
    pub fn header_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(&self.header).expect("a header")
    }

    /// The file, with checksums that fit.
    ///
    /// # Panics
    /// If something is too large.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_bytes_with_header(&self.header_bytes())
    }

    /// The same with any bytes as the header.
    pub fn to_bytes_with_header(&self, header: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x89JSVM\r\n\x1a\x02\0\0\0".to_vec();
        bytes.extend((header.len() as u32).to_le_bytes());
        bytes.extend(header);
        bytes.extend(XxHash3_64::oneshot(&bytes).to_le_bytes());
        for chunk in &self.chunks {
            bytes.extend((chunk.len() as u32).to_le_bytes());
            bytes.extend(chunk);
        }
        bytes.extend(XxHash3_128::oneshot(&bytes).to_le_bytes());
        bytes
    }
}
