//! A session as bytes: one or two snapshots, one after the other.
//!
//! | bytes | |
//! |---|---|
//! | 8 | magic: `JSVMCELL` |
//! | 1 | version: 1 |
//! | 1 | how many snapshots follow |
//! | | for each its length (8, little-endian), and its file |
//!
//! A session that waits has two: its state before the cell, and what changed since. What describes the
//! session is in its VM. Checksums and seals are those of the snapshots.

use jsvm::snapshot::{Decoder, SealKey, Snapshot};
use serde::{Deserialize, Serialize};

use crate::error::SandboxError;

const MAGIC: &[u8; 8] = b"JSVMCELL";
const VERSION: u8 = 1;
const MAX_SNAPSHOTS: u8 = 2;

/// What a VM says about its session; see `install.js`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRecord {
    pub id: String,
    /// How many cells have run.
    pub cells: u32,
    /// The code of the cell that waits.
    pub code: String,
}

/// A session in parts.
pub struct SavedSession {
    /// The state before the cell that waits.
    pub start: Option<Snapshot>,
    /// The present state. To be encoded after `start`, it is what changed since.
    pub now: Snapshot,
}

impl SavedSession {
    /// Returns the bytes.
    pub fn encode(self, key: Option<&SealKey>) -> Result<Vec<u8>, SandboxError> {
        let mut parts = Vec::new();
        if let Some(start) = &self.start {
            parts.push(bytes_of(start, key)?);
        }
        parts.push(bytes_of(&self.now, key)?);
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        bytes.push(parts.len() as u8);
        for part in parts {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part);
        }
        Ok(bytes)
    }

    /// Reads bytes. `max_memory` bounds the memory of the VM.
    pub fn decode(
        bytes: &[u8],
        max_memory: u64,
        key: Option<&SealKey>,
    ) -> Result<SavedSession, SandboxError> {
        let malformed = SandboxError::Malformed;
        let rest = bytes
            .strip_prefix(MAGIC)
            .ok_or(malformed("they begin otherwise"))?;
        let (head, mut rest) = rest
            .split_at_checked(2)
            .ok_or(malformed("they are cut off"))?;
        let [version, count] = [head[0], head[1]];
        if version != VERSION {
            return Err(malformed("they are of a later version of jsvm"));
        }
        if !(1..=MAX_SNAPSHOTS).contains(&count) {
            return Err(malformed("they contain another number of snapshots"));
        }
        let mut snapshots = Vec::new();
        for _ in 0..count {
            let (length, after) = rest
                .split_first_chunk::<8>()
                .ok_or(malformed("they are cut off"))?;
            let length = usize::try_from(u64::from_le_bytes(*length))
                .map_err(|_| malformed("a length is too large"))?;
            let (part, after) = after
                .split_at_checked(length)
                .ok_or(malformed("they are cut off"))?;
            let decoder = Decoder::new().max_memory(max_memory);
            let decoder = match key {
                Some(key) => decoder.key(key),
                None => decoder,
            };
            snapshots.push(decoder.from_bytes(part)?);
            rest = after;
        }
        if !rest.is_empty() {
            return Err(malformed("something follows them"));
        }
        let now = snapshots
            .pop()
            .ok_or(malformed("they contain no snapshot"))?;
        let start = snapshots.pop();
        let now = match &start {
            Some(start) => now.attach(start)?,
            None => now,
        };
        Ok(SavedSession { start, now })
    }
}

fn bytes_of(snapshot: &Snapshot, key: Option<&SealKey>) -> Result<Vec<u8>, SandboxError> {
    let encoder = snapshot.encode();
    let encoder = match key {
        Some(key) => encoder.seal(key),
        None => encoder,
    };
    Ok(encoder.to_bytes()?)
}
