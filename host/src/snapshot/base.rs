//! The memory of a fresh VM, to which every snapshot is relative.

use super::image::{PAGE, Page};

/// The image of a fresh VM, up to where everything is zero; whole pages.
static BASE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/js-vm.image"));

/// Size of the image of a fresh VM.
pub(crate) const SIZE: u64 = number(env!("JSVM_IMAGE_SIZE"));

/// Bytes of memory before the image: the module's stack.
pub(crate) const START: u64 = number(env!("JSVM_IMAGE_START"));

/// How many pages at the beginning of the image never change.
pub(super) const CONSTANT_PAGES: usize = number(env!("JSVM_CONSTANTS")) as usize / PAGE;

/// The address of the first byte that can change.
#[cfg(feature = "standalone")]
pub(crate) const WRITABLE: usize = START as usize + CONSTANT_PAGES * PAGE;

/// What tells this engine's component from others: the SHA-256 of its bytes.
pub(crate) const FINGERPRINT: [u8; 32] = bytes(env!("JSVM_FINGERPRINT"));

static ZERO: Page = [0; PAGE];

/// A page of a fresh VM; zero where that has no memory yet.
#[inline]
pub(super) fn page(index: usize) -> &'static Page {
    BASE.as_chunks().0.get(index).unwrap_or(&ZERO)
}

/// The memory of a fresh VM that has grown to this size.
pub(super) fn memory(size: usize) -> Vec<u8> {
    let mut memory = BASE[..BASE.len().min(size)].to_vec();
    memory.resize(size, 0);
    memory
}

const fn number(text: &str) -> u64 {
    match u64::from_str_radix(text, 10) {
        Ok(number) => number,
        Err(_) => panic!("set by the build script"),
    }
}

const fn bytes(text: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    let mut at = 0;
    while at < 32 {
        let (_, digits) = text.as_bytes().split_at(2 * at);
        let (digits, _) = digits.split_at(2);
        let Ok(digits) = str::from_utf8(digits) else {
            panic!("set by the build script")
        };
        bytes[at] = match u8::from_str_radix(digits, 16) {
            Ok(byte) => byte,
            Err(_) => panic!("set by the build script"),
        };
        at += 1;
    }
    bytes
}
