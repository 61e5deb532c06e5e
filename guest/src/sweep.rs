//! Zeroes freed memory, so that it costs nothing in a snapshot.
//!
//! The allocator (dlmalloc, in the libc that the engine is linked with) leaves in a freed block
//! what was in it. It has no function that visits free blocks, but its blocks can be told from
//! memory alone: they lie one after the other from the start of the heap, each with a header
//! that holds its size and whether it is in use. That layout is that of dlmalloc 2.8 since 2005.
#![allow(unsafe_code)]

use crate::{js, memory};

/// Offsets in a block, which the allocator calls a chunk: the size of the block before it if
/// that is free, its own size with flags, and what the user gets.
const SIZE: usize = 4;
const CONTENTS: usize = 8;

/// Flags in the size: the block before it is in use, it is in use itself, a third.
const IN_USE: u32 = 2;
const FLAGS: u32 = 7;

/// A free block begins with links to others: forwards, backwards, and from the size of `TREE` on
/// four more. One block is free and has none: the rest of the block that was last cut to size.
const FORWARDS: usize = 8;
const BACKWARDS: usize = 12;
const TREE: u32 = 256;
const LINKS: usize = 8;
const TREE_LINKS: usize = 24;

/// The last block is free and ends this much before the memory does, at most: the rest is the
/// allocator's own.
const FOOT: usize = 128;

/// Blocks, and what users get, are aligned to this; the blocks at 8 beside it.
const ALIGN: usize = 16;

unsafe extern "C" {
    /// Where the heap begins; defined by the linker.
    static __heap_base: u8;
}

/// Zeroes what is free: in the heap, and in the blocks of it that the engine divides itself.
pub fn sweep() {
    js::sweep_arenas();
    let memory_end = core::arch::wasm32::memory_size::<0>() * 65536;
    let heap = (&raw const __heap_base) as usize;
    // What users get is aligned, so the first block is too.
    let mut block = (heap + CONTENTS).next_multiple_of(ALIGN) - CONTENTS;
    while block + CONTENTS + FOOT < memory_end {
        // SAFETY: inside the memory, as was just checked, and aligned to 8.
        let head = unsafe { *((block + SIZE) as *const u32) };
        let size = (head & !FLAGS) as usize;
        let end = block + size;
        // Never so, unless the heap has a form that we do not know: then the rest stays as it
        // is, which costs space and nothing else.
        if size < ALIGN || end > memory_end {
            return;
        }
        if head & IN_USE == 0 {
            if end + FOOT >= memory_end {
                // The rest of the heap. Only the part that was handed out before is zeroed: the
                // system may not even have provided the memory behind it.
                let start = block + CONTENTS;
                zero(start, memory::untouched() + CONTENTS);
                memory::set_untouched(start);
                return;
            }
            let links = match is_linked(block, memory_end) {
                false => 0,
                true if head >= TREE => TREE_LINKS,
                true => LINKS,
            };
            zero(block + CONTENTS + links, end);
        }
        block = end;
    }
}

/// Whether a free block has links to others, which then have links to it. One that has none has
/// there what its last user left.
fn is_linked(block: usize, memory_end: usize) -> bool {
    let word = |address: usize| {
        let inside = address.is_multiple_of(4) && address.checked_add(4)? <= memory_end;
        // SAFETY: inside the memory, as was just checked, and aligned.
        inside.then(|| unsafe { *(address as *const u32) } as usize)
    };
    let answers = |link: usize, back: usize| {
        let other = word(block + link)?;
        (word(other.checked_add(back)?)? == block).then_some(())
    };
    answers(FORWARDS, BACKWARDS).is_some() && answers(BACKWARDS, FORWARDS).is_some()
}

/// Where calls end up on the stack is not known. But they use it without large gaps, so that what
/// is below this many zeroes is taken for untouched.
const GAP: usize = 16 << 10;

/// Zeroes the stack, which is the first part of memory up to `end`.
///
/// # Safety
/// Nothing of it may be read any more by those who are being called.
#[inline(never)]
pub unsafe fn clear_stack(end: usize) {
    const BLOCK: usize = 1 << 10;
    let mut block = end;
    let mut clean = 0;
    while block > BLOCK && clean < GAP {
        block -= BLOCK;
        // SAFETY: inside the stack, which is aligned to more than this, and above address 0; the
        // caller guarantees that nobody else uses it.
        let words = unsafe { &mut *(block as *mut [u64; BLOCK / 8]) };
        if words.iter().fold(0, |all, word| all | word) == 0 {
            clean += BLOCK;
        } else {
            words.fill(0);
            clean = 0;
        }
    }
}

/// Zeroes a part of a free block. What is zero already is not written: it may be in pages that all VMs share.
fn zero(start: usize, end: usize) {
    const PART: usize = 1 << 9;
    let mut part = start;
    while part < end {
        let next = end.min((part / PART + 1) * PART);
        // SAFETY: inside a free block and behind the allocator's links in it: nobody reads it
        // before writing it.
        let bytes = unsafe { std::slice::from_raw_parts_mut(part as *mut u8, next - part) };
        if bytes.iter().fold(0, |all, byte| all | byte) != 0 {
            bytes.fill(0);
        }
        part = next;
    }
}
