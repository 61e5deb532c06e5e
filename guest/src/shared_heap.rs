//! The allocator of the VM, for core modules that share its memory.
//!
//! The drivers of built files are such modules: see `build/src/fuse`.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc, dealloc, realloc};

/// Allocates a block, as [`alloc`] does.
///
/// # Safety
/// `align` is a power of two, and `size` is not zero.
#[unsafe(no_mangle)]
unsafe extern "C" fn jsvm_shared_alloc(size: usize, align: usize) -> *mut u8 {
    // SAFETY: the caller's promise.
    unsafe { alloc(Layout::from_size_align_unchecked(size, align)) }
}

/// Frees a block, as [`dealloc`] does.
///
/// # Safety
/// The block was allocated here with this size and alignment, and is not used any more.
#[unsafe(no_mangle)]
unsafe extern "C" fn jsvm_shared_dealloc(start: *mut u8, size: usize, align: usize) {
    // SAFETY: the caller's promise.
    unsafe { dealloc(start, Layout::from_size_align_unchecked(size, align)) }
}

/// Resizes a block, as [`realloc`] does.
///
/// # Safety
/// The block was allocated here with this size and alignment, and `to` is not zero.
#[unsafe(no_mangle)]
unsafe extern "C" fn jsvm_shared_realloc(
    start: *mut u8,
    size: usize,
    align: usize,
    to: usize,
) -> *mut u8 {
    // SAFETY: the caller's promise.
    unsafe { realloc(start, Layout::from_size_align_unchecked(size, align), to) }
}
