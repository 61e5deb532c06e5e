//! The memory of a fresh VM, to which every snapshot is relative.

use super::image::{PAGE, Page};

/// Size of the image of a fresh VM in bytes.
pub const SIZE: u64 = jsvm_component::BASE_IMAGE_SIZE;

/// Bytes of memory before the image: the module's stack.
pub const START: u64 = jsvm_component::BASE_IMAGE_START;

/// Number of pages at the beginning of the image that never change.
pub(super) const CONSTANT_PAGES: usize = jsvm_component::CONSTANT_BYTES as usize / PAGE;

/// Address of the first byte that can change.
pub const WRITABLE: usize = START as usize + CONSTANT_PAGES * PAGE;

/// Identifies the engine's component: the SHA-256 of its bytes.
pub const FINGERPRINT: [u8; 32] = jsvm_component::FINGERPRINT;

static ZERO: Page = [0; PAGE];

/// Returns a page of a fresh VM; zeros where a fresh VM has no memory yet.
#[inline]
pub(super) fn page(index: usize) -> &'static Page {
    let (pages, _) = jsvm_component::BASE_IMAGE.as_chunks();
    pages.get(index).unwrap_or(&ZERO)
}

/// Returns the memory of a fresh VM that has grown to `size` bytes.
pub(super) fn memory(size: usize) -> Vec<u8> {
    let base = jsvm_component::BASE_IMAGE;
    let mut memory = base[..base.len().min(size)].to_vec();
    memory.resize(size, 0);
    memory
}
