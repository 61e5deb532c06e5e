//! Stretches of memory to be written.

use std::ops::Range;

use super::base::BaseImage;
use super::image::{Image, PAGE, Page};

/// Stretches of memory that consist of whole pages.
#[derive(Default)]
pub struct Stretches {
    /// Number of the first page, and how many there are.
    runs: Vec<(u32, u32)>,
    pub(super) bytes: Vec<u8>,
}

impl Stretches {
    /// Whether the last stretch ends where a page begins, or there is none.
    pub(super) fn ends_before(&self, index: u32) -> bool {
        self.runs
            .last()
            .is_none_or(|(first, count)| first + count == index)
    }

    /// Adds a page that is as in a fresh VM.
    pub(super) fn push(&mut self, index: u32, base: &BaseImage) -> &mut Page {
        match self.runs.last_mut() {
            Some((first, count)) if *first + *count == index => *count += 1,
            _ => self.runs.push((index, 1)),
        }
        self.bytes.extend_from_slice(base.page(index as usize));
        // Just added, so it is there.
        self.bytes
            .last_chunk_mut()
            .unwrap_or_else(|| unreachable!("a page was added"))
    }

    fn pop(&mut self) {
        self.bytes.truncate(self.bytes.len() - PAGE);
        match self.runs.last_mut() {
            Some((_, count)) if *count > 1 => *count -= 1,
            _ => {
                self.runs.pop();
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.runs.clear();
        self.bytes.clear();
    }

    /// Where each stretch begins, and its bytes.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut rest = self.bytes.as_slice();
        self.runs.iter().map(move |(first, count)| {
            let (bytes, after) = rest.split_at(*count as usize * PAGE);
            rest = after;
            (u64::from(*first) * PAGE as u64, bytes)
        })
    }
}

/// What has to be written to a memory for it to be as an image wants it, or as that of a fresh VM.
pub fn differing(memory: &[u8], base: &BaseImage, image: Option<&Image>) -> Stretches {
    let mut stretches = Stretches::default();
    let mut wanted = image.map(Image::iter).into_iter().flatten().peekable();
    let (pages, _) = memory.as_chunks::<PAGE>();
    for (index, page) in pages.iter().enumerate() {
        let difference = wanted.next_if(|wanted| wanted.index as usize == index);
        match difference {
            None if index < base.constant_pages() => {}
            None => {
                if page != base.page(index) {
                    stretches.push(index as u32, base);
                }
            }
            Some(difference) => {
                let target = stretches.push(index as u32, base);
                difference.apply(target);
                if target == page {
                    stretches.pop();
                }
            }
        }
    }
    stretches
}

/// Where a memory has to be written to be as its beginning of `wanted`: runs of whole pages that differ.
/// What differs little apart is one run, since each costs a call. Of `written`, if it is there, it is
/// known that all other pages do not differ.
pub fn runs(
    memory: &[u8],
    base: &BaseImage,
    wanted: &[u8],
    written: Option<Vec<usize>>,
) -> Vec<Range<usize>> {
    /// Pages between two runs that are written again rather than left out.
    const GAP: usize = 3;

    let (pages, _) = memory.as_chunks::<PAGE>();
    let (wanted, _) = wanted.as_chunks::<PAGE>();
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut look = |index: usize| {
        let (Some(page), Some(wanted)) = (pages.get(index), wanted.get(index)) else {
            return;
        };
        if index < base.constant_pages() || page == wanted {
            return;
        }
        let end = (index + 1) * PAGE;
        match runs.last_mut() {
            Some(run) if end - run.end <= (GAP + 1) * PAGE => run.end = end,
            _ => runs.push(index * PAGE..end),
        }
    };
    match written {
        Some(written) => written.into_iter().for_each(&mut look),
        None => (0..pages.len()).for_each(&mut look),
    }
    runs
}
