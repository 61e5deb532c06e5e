//! The stored pages of a snapshot, compressed in chunks that can be worked on side by side.

use std::cell::RefCell;
use std::io;

use zstd::bulk::{Compressor, Decompressor};

use super::error::SnapshotError;
use super::image::{Image, PAGE, stored};
use super::parallel::{map, workers};

/// Pages in one chunk.
pub(super) const CHUNK_PAGES: usize = 256;

/// Bytes of a mask.
const MASK: usize = 8;

// Part of the file format: see `format.rs`.
const _: () = assert!(CHUNK_PAGES == 256 && MASK == 8);

/// The most bytes that a chunk of so many pages has, compressed or not.
pub(super) fn bound(pages: usize) -> usize {
    zstd::zstd_safe::compress_bound(pages * (MASK + PAGE))
}

thread_local! {
    /// Setting one up takes longer than compressing a small VM.
    static COMPRESSOR: RefCell<Option<(i32, Compressor<'static>)>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Compresses the chunks of an image, and hands them on in order.
pub(super) fn compress(
    image: &Image,
    level: i32,
    mut write: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut lines = image.lines.as_slice();
    let parts: Vec<(&[u64], &[u8])> = image
        .masks
        .chunks(CHUNK_PAGES)
        .map(|masks| {
            let (ours, rest) = lines.split_at(stored(masks));
            lines = rest;
            (masks, ours)
        })
        .collect();
    // Some at a time: what is not written yet is in memory.
    for parts in parts.chunks(8 * workers()) {
        for chunk in map(parts, |(masks, lines)| compress_one(masks, lines, level)) {
            write(&chunk?)?;
        }
    }
    Ok(())
}

fn compress_one(masks: &[u64], lines: &[u8], level: i32) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(masks.len() * MASK + lines.len());
    for mask in masks {
        bytes.extend_from_slice(&mask.to_le_bytes());
    }
    bytes.extend_from_slice(lines);
    COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some((known, compressor)) if *known == level => compressor,
            _ => &mut kept.insert((level, Compressor::new(level)?)).1,
        };
        compressor.compress(&bytes)
    })
}

/// Decompresses chunks to an image of these pages.
///
/// It takes the memory of the image and hardly more: the image is allocated once, each chunk is
/// dropped when it is read, and a few are worked on at a time.
pub(super) fn decompress(
    size: u64,
    pages: Vec<u32>,
    mut chunks: Vec<Vec<u8>>,
) -> Result<Image, SnapshotError> {
    let mut lines = 0;
    for (pages, chunk) in pages.chunks(CHUNK_PAGES).zip(&chunks) {
        lines += content_size(pages.len(), chunk).saturating_sub(pages.len() * MASK);
    }
    let mut image = Image {
        size,
        masks: Vec::with_capacity(pages.len()),
        lines: Vec::with_capacity(lines),
        ..Image::default()
    };
    let counts = pages.chunks(CHUNK_PAGES).map(<[u32]>::len);
    let counts: Vec<usize> = counts.collect();
    let step = 2 * workers();
    for (counts, chunks) in counts.chunks(step).zip(chunks.chunks_mut(step)) {
        let parts: Vec<_> = counts
            .iter()
            .copied()
            .zip(chunks.iter_mut().map(std::mem::take))
            .collect();
        for part in map(&parts, |(count, chunk)| decompress_one(*count, chunk)) {
            let (masks, lines) = part?;
            image.masks.extend_from_slice(&masks);
            image.lines.extend_from_slice(&lines);
        }
    }
    image.pages = pages;
    Ok(image)
}

/// Returns the most bytes that a chunk decompresses to. The frame says how many; if it lies,
/// decompressing it fails.
fn content_size(pages: usize, chunk: &[u8]) -> usize {
    let capacity = pages * (MASK + PAGE);
    Decompressor::upper_bound(chunk).map_or(capacity, |said| said.min(capacity))
}

/// Returns masks and lines.
fn decompress_one(pages: usize, chunk: &[u8]) -> Result<(Vec<u64>, Vec<u8>), SnapshotError> {
    let damaged = |_| SnapshotError::Malformed("its pages are not compressed as they should be");
    let mut bytes = DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new().map_err(damaged)?),
        };
        let capacity = content_size(pages, chunk);
        decompressor.decompress(chunk, capacity).map_err(damaged)
    })?;
    if bytes.len() < pages * MASK {
        return Err(SnapshotError::Malformed("its pages have no masks"));
    }
    let (masks, _) = bytes[..pages * MASK].as_chunks();
    let masks: Vec<u64> = masks.iter().map(|mask| u64::from_le_bytes(*mask)).collect();
    bytes.drain(..pages * MASK);
    if bytes.len() != stored(&masks) {
        return Err(SnapshotError::Malformed(
            "its pages do not have their lines",
        ));
    }
    Ok((masks, bytes))
}
