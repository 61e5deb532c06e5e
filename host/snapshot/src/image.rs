//! The state of a VM as its difference from that of a fresh one.

use std::cmp::Ordering;
use std::ops::Range;

use parking_lot::Mutex;
use twox_hash::xxhash3_128;

use super::base::BaseImage;
use super::stretch::Stretches;
use super::{SnapshotError, parallel};

/// Bytes of the unit in which memories are compared.
pub const PAGE: usize = 4096;

/// Bytes of the unit that is stored of a page which differs.
pub(super) const LINE: usize = 64;

pub(super) type Page = [u8; PAGE];
pub(super) type Line = [u8; LINE];

// Part of the file format: see `format.rs`.
const _: () = assert!(PAGE == 4096 && LINE == 64);
const _: () = assert!(PAGE / LINE == u64::BITS as usize);

/// A difference between two memories: what has to be added to the one (by exclusive or) to get
/// the other. It says nothing about which of the two is which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Size of the memory in bytes.
    pub(crate) size: u64,
    /// Numbers of the pages that differ, ascending.
    pub(super) pages: Vec<u32>,
    /// For each of these pages its lines that differ, the first line in the lowest bit.
    pub(super) masks: Vec<u64>,
    /// The differences of these lines, one after the other. None is zero.
    pub(super) lines: Vec<u8>,
}

impl Image {
    /// Size of the memory in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// How `memory` differs from that of a fresh VM.
    pub(crate) fn of(memory: &[u8], base: &BaseImage) -> Image {
        /// Pages that one thread works on at a time. A small VM has fewer.
        const PART: usize = 512;

        let mut image = Image {
            size: memory.len() as u64,
            ..Image::default()
        };
        let (pages, _) = memory.as_chunks::<PAGE>();
        if pages.len() > 2 * PART {
            image.fill_in_parallel(pages, base, PART);
            return image;
        }
        for (index, page) in pages.iter().enumerate().skip(base.constant_pages()) {
            let base = base.page(index);
            let mask = mask(page, base);
            if mask != 0 {
                let start = image.lines.len();
                image.lines.resize(start + stored(&[mask]), 0);
                let (lines, _) = image.lines[start..].as_chunks_mut();
                copy_differences(page, base, mask, lines);
                image.push_mask(index as u32, mask);
            }
        }
        image
    }

    /// As a loop over all pages would, in two rounds: which lines differ, and then their contents,
    /// since only then it is known where each goes.
    fn fill_in_parallel(&mut self, pages: &[Page], base: &BaseImage, part: usize) {
        let parts: Vec<(usize, &[Page])> = pages.chunks(part).enumerate().collect();
        let differing = parallel::map(&parts, |(number, pages)| {
            let first = number * part;
            let masks = pages.iter().enumerate().map(|(index, page)| {
                let index = first + index;
                match index < base.constant_pages() {
                    true => 0,
                    false => mask(page, base.page(index)),
                }
            });
            masks.collect::<Vec<u64>>()
        });
        self.lines = vec![0; differing.iter().map(|masks| stored(masks)).sum()];
        let mut rest = self.lines.as_mut_slice();
        let mut work = Vec::new();
        for ((number, pages), masks) in parts.iter().zip(&differing) {
            let (lines, after) = rest.split_at_mut(stored(masks));
            rest = after;
            work.push(Mutex::new((number * part, *pages, masks, lines)));
        }
        parallel::map(&work, |work| {
            let (first, pages, masks, lines) = &mut *work.lock();
            let (mut lines, _) = lines.as_chunks_mut::<LINE>();
            for (index, (page, mask)) in pages.iter().zip(masks.iter()).enumerate() {
                let count = mask.count_ones() as usize;
                let (ours, rest) = std::mem::take(&mut lines).split_at_mut(count);
                lines = rest;
                copy_differences(page, base.page(*first + index), *mask, ours);
            }
        });
        for (index, mask) in differing.iter().flatten().enumerate() {
            self.push_mask(index as u32, *mask);
        }
    }

    fn push_mask(&mut self, index: u32, mask: u64) {
        if mask != 0 {
            self.pages.push(index);
            self.masks.push(mask);
        }
    }

    /// The pages with their lines.
    pub(super) fn iter(&self) -> impl Iterator<Item = PageDifference<'_>> {
        let mut rest = self.lines.as_slice();
        self.pages
            .iter()
            .zip(&self.masks)
            .map(move |(index, mask)| {
                let (lines, after) = rest.split_at(stored(&[*mask]));
                rest = after;
                PageDifference {
                    index: *index,
                    mask: *mask,
                    lines: lines.as_chunks().0,
                }
            })
    }

    /// The difference between two memories that differ from a third by `self` and by `other`.
    /// The size is that of `self`, and what is beyond it is left out.
    pub(super) fn combined(&self, other: &Image) -> Image {
        let mut image = Image {
            size: self.size,
            // It could grow to twice the memory that it needs.
            lines: Vec::with_capacity(self.combined_bytes(other)),
            ..Image::default()
        };
        let end = self.size.div_ceil(PAGE as u64);
        let inside = |page: &PageDifference<'_>| u64::from(page.index) < end;
        let mut ours = self.iter().peekable();
        let mut theirs = other.iter().take_while(inside).peekable();
        loop {
            let order = match (ours.peek(), theirs.peek()) {
                (None, None) => return image,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(ours), Some(theirs)) => ours.index.cmp(&theirs.index),
            };
            let one = match order {
                Ordering::Less => ours.next(),
                Ordering::Greater => theirs.next(),
                Ordering::Equal => {
                    if let (Some(ours), Some(theirs)) = (ours.next(), theirs.next()) {
                        image.push_combined(&ours, &theirs);
                    }
                    continue;
                }
            };
            if let Some(one) = one {
                image.lines.extend_from_slice(one.lines.as_flattened());
                image.push_mask(one.index, one.mask);
            }
        }
    }

    /// The bytes of the lines that differ in one of the two images or in both.
    fn combined_bytes(&self, other: &Image) -> usize {
        let end = self.size.div_ceil(PAGE as u64);
        let mut theirs = other.pages.iter().zip(&other.masks).peekable();
        let mut bytes = 0;
        let mut add = |mask: u64| bytes += stored(&[mask]);
        for (page, mask) in self.pages.iter().zip(&self.masks) {
            while let Some((_, other)) = theirs.next_if(|(other, _)| *other < page) {
                add(*other);
            }
            let same = theirs.next_if(|(other, _)| *other == page);
            add(mask | same.map_or(0, |(_, other)| *other));
        }
        theirs
            .take_while(|(page, _)| u64::from(**page) < end)
            .for_each(|(_, mask)| add(*mask));
        bytes
    }

    fn push_combined(&mut self, ours: &PageDifference<'_>, theirs: &PageDifference<'_>) {
        let (mut our_lines, mut their_lines) = (ours.lines.iter(), theirs.lines.iter());
        let mut mask = 0;
        let mut bits = ours.mask | theirs.mask;
        while bits != 0 {
            let bit = bits & bits.wrapping_neg();
            bits ^= bit;
            let our_line = (ours.mask & bit != 0).then(|| our_lines.next()).flatten();
            let their_line = (theirs.mask & bit != 0)
                .then(|| their_lines.next())
                .flatten();
            let line = match (our_line, their_line) {
                (Some(ours), Some(theirs)) => xor(ours, theirs),
                (Some(line), None) | (None, Some(line)) => *line,
                (None, None) => continue,
            };
            if line != [0; LINE] {
                mask |= bit;
                self.lines.extend_from_slice(&line);
            }
        }
        self.push_mask(ours.index, mask);
    }

    /// Calls `write` with every stretch of memory in `range` that differs from that of a fresh
    /// VM, and where it begins.
    pub fn for_each_run<E>(
        &self,
        base: &BaseImage,
        range: Range<u64>,
        mut write: impl FnMut(u64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        /// Longer stretches are written in parts, which stay in the processor's cache.
        const LONGEST: usize = 64 * PAGE;
        let mut stretches = Stretches::default();
        let inside =
            |page: &PageDifference<'_>| range.contains(&(u64::from(page.index) * PAGE as u64));
        for page in self.iter().filter(inside) {
            if stretches.bytes.len() >= LONGEST || !stretches.ends_before(page.index) {
                for (offset, bytes) in stretches.iter() {
                    write(offset, bytes)?;
                }
                stretches.clear();
            }
            page.apply(stretches.push(page.index, base));
        }
        for (offset, bytes) in stretches.iter() {
            write(offset, bytes)?;
        }
        Ok(())
    }

    /// The memory itself.
    ///
    /// # Errors
    /// It is larger than an address reaches.
    pub(super) fn flat(&self, base: &BaseImage) -> Result<Vec<u8>, SnapshotError> {
        let malformed = |_| SnapshotError::Malformed("its size is none that a VM can have");
        let size = usize::try_from(self.size).map_err(malformed)?;
        let mut memory = base.memory(size);
        let (pages, _) = memory.as_chunks_mut();
        for difference in self.iter() {
            if let Some(page) = pages.get_mut(difference.index as usize) {
                difference.apply(page);
            }
        }
        Ok(memory)
    }

    /// A number that is the same for the same memory and, for all practical purposes, for no
    /// other. It does not protect from forgery.
    pub(super) fn id(&self) -> u128 {
        let mut hasher = xxhash3_128::Hasher::new();
        hasher.write(&self.size.to_le_bytes());
        for (page, mask) in self.pages.iter().zip(&self.masks) {
            hasher.write(&page.to_le_bytes());
            hasher.write(&mask.to_le_bytes());
        }
        hasher.write(&self.lines);
        hasher.finish_128()
    }
}

/// How many bytes the lines in these masks take.
pub(super) fn stored(masks: &[u64]) -> usize {
    let lines: u32 = masks.iter().map(|mask| mask.count_ones()).sum();
    lines as usize * LINE
}

/// The numbers of the lines in a mask.
fn lines_in(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let line = mask.trailing_zeros() as usize;
        mask &= mask.checked_sub(1)?;
        Some(line)
    })
}

/// Which lines of a page differ.
fn mask(page: &Page, base: &Page) -> u64 {
    // The comparison of the C library uses wider registers than ours may.
    if page == base {
        return 0;
    }
    let (lines, _) = page.as_chunks::<LINE>();
    let (base, _) = base.as_chunks::<LINE>();
    let differing = lines.iter().zip(base).enumerate();
    differing.fold(0, |mask, (bit, (line, base))| {
        mask | u64::from(line != base) << bit
    })
}

/// Puts the differences of the lines in a mask where they go.
fn copy_differences(page: &Page, base: &Page, mask: u64, differences: &mut [Line]) {
    let (lines, _) = page.as_chunks::<LINE>();
    let (base, _) = base.as_chunks::<LINE>();
    for (difference, line) in differences.iter_mut().zip(lines_in(mask)) {
        *difference = xor(&lines[line], &base[line]);
    }
}

pub(super) struct PageDifference<'a> {
    pub(super) index: u32,
    mask: u64,
    lines: &'a [Line],
}

impl PageDifference<'_> {
    /// The numbers of its lines that differ, and how.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &Line)> {
        lines_in(self.mask).zip(self.lines)
    }

    /// Turns a page of a fresh VM into that of the image.
    pub(super) fn apply(&self, page: &mut Page) {
        let (lines, _) = page.as_chunks_mut::<LINE>();
        for (difference, line) in self.lines.iter().zip(lines_in(self.mask)) {
            lines[line] = xor(&lines[line], difference);
        }
    }
}

#[inline]
fn xor(one: &Line, other: &Line) -> Line {
    let mut result = *one;
    for (result, other) in result.iter_mut().zip(other) {
        *result ^= other;
    }
    result
}
