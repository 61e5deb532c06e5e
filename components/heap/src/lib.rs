//! The allocator of modules that share the memory of a VM: see `build/src/fuse`.
//!
//! A module uses it by `use jsvm_component_heap as _;`. Both sides then have one heap, so that a block
//! that one side allocates can be freed by the other.
#![cfg(target_arch = "wasm32")]
#![expect(unsafe_code, reason = "the allocator is in another module")]

use std::alloc::{GlobalAlloc, Layout};

#[link(wasm_import_module = "jsvm:heap")]
unsafe extern "C" {
    fn jsvm_shared_alloc(size: usize, align: usize) -> *mut u8;
    fn jsvm_shared_dealloc(start: *mut u8, size: usize, align: usize);
    fn jsvm_shared_realloc(start: *mut u8, size: usize, align: usize, to: usize) -> *mut u8;
}

struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

// SAFETY: the functions are those of the VM's global allocator.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { jsvm_shared_alloc(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { jsvm_shared_dealloc(start, layout.size(), layout.align()) }
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { jsvm_shared_realloc(start, layout.size(), layout.align(), size) }
    }
}
