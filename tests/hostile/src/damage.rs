//! Damages components and snapshots.

use jsvm_tests::forge::Forged;

use super::random::Random;
use super::recipe::SnapshotDamage;
use super::stage::MEMORY;

/// Bytes of a page of a snapshot, and pages in a chunk.
const PAGE: usize = 4096;
const CHUNK: usize = 256;

/// Changes some bytes after the first `keep`.
pub fn damage_bytes(bytes: &mut Vec<u8>, keep: usize, seed: u64) {
    let mut random = Random::new(seed);
    for _ in 0..=random.below(4) {
        if bytes.len() <= keep + 1 {
            return;
        }
        let at = keep + random.below(bytes.len() - keep);
        match random.below(5) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, random.next() as u8),
            2 => drop(bytes.remove(at)),
            3 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
            _ => bytes[at] ^= 1 << random.below(8),
        }
    }
}

/// Damages a snapshot.
pub fn damage_snapshot(whole: &[u8], damage: SnapshotDamage, seed: u64) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    let mut random = Random::new(seed);
    match damage {
        SnapshotDamage::Bytes => damage_bytes(&mut bytes, 0, seed),
        SnapshotDamage::Cut => bytes.truncate(random.below(whole.len())),
        SnapshotDamage::Heap => {
            let mut forged = Forged::new(whole);
            for index in 0..forged.chunks.len() {
                let pages = (forged.pages() - index * CHUNK).min(CHUNK);
                let mut raw = forged.raw(index);
                let lines = pages * 8..raw.len();
                for _ in 0..1 + random.below(64) {
                    let at = lines.start + random.below(lines.len().max(1));
                    if let Some(byte) = raw.get_mut(at) {
                        *byte = random.next() as u8;
                    }
                }
                forged.chunks[index] = compressed(&raw);
            }
            forged.mend_id();
            bytes = forged.to_bytes();
        }
        SnapshotDamage::Bomb => {
            let mut forged = Forged::new(whole);
            let pages = MEMORY as usize / PAGE;
            forged.header.size = MEMORY;
            forged.header.runs = vec![(0, pages as u32)];
            let raw = [&[0xff; CHUNK * 8][..], &vec![1; CHUNK * PAGE]].concat();
            forged.chunks = vec![compressed(&raw); pages / CHUNK];
            forged.mend_id();
            bytes = forged.to_bytes();
        }
    }
    bytes
}

fn compressed(raw: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(raw, 1).unwrap_or_default()
}
