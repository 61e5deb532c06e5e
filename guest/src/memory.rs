//! The allocator of everything in the module, and the memory limit.
//!
//! Rust and the engine share one heap, the `malloc` that is linked with the engine, so that
//! memory freed by one can be used by the other.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ffi::c_void;

use rquickjs_sys as q;

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn realloc(start: *mut c_void, size: usize) -> *mut c_void;
    fn aligned_alloc(align: usize, size: usize) -> *mut c_void;
    fn free(start: *mut c_void);
    fn malloc_usable_size(start: *mut c_void) -> usize;
}

thread_local! {
    static USED: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
    static LIMIT: Cell<usize> = const { Cell::new(usize::MAX) };
    /// What is enforced: the limit, or somewhat more for calls that begin with a full heap.
    static CEILING: Cell<usize> = const { Cell::new(usize::MAX) };
    static REFUSED: Cell<bool> = const { Cell::new(false) };
    /// Takes back memory that was lent, instead of freeing it; `None` while nothing is lent.
    static TAKE_BACK: Cell<Option<TakeBack>> = const { Cell::new(None) };
    /// No block above this address was handed out since the memory there was zero.
    static UNTOUCHED: Cell<usize> = const { Cell::new(0) };
}

/// Takes back the memory at an address if it was lent, and reports whether it was.
type TakeBack = fn(usize) -> bool;

/// What small blocks may exceed the ceiling by once something was refused, so that the error
/// which reports it can be made and the script can react to it. The engine asks for small blocks in
/// arenas of 4 KiB, one for each class of sizes.
const RESERVE: usize = 128 << 10;
const SMALL: usize = 5 << 10;

/// What a call may use at least, even if it begins with a full heap: without it nothing could be
/// asked of a VM that has met its limit, not even to free something.
const CALL: usize = 256 << 10;

/// How far such calls can creep past the limit in sum.
const CREEP: usize = 1 << 20;

/// Allocated bytes.
pub fn used() -> usize {
    USED.get()
}

/// The most that [`used`] has been.
pub fn peak() -> usize {
    PEAK.get()
}

/// The limit in force for the engine's heap.
pub fn limit() -> usize {
    LIMIT.get()
}

/// Replaces the limit. It applies to the engine only: an allocation of Rust that fails would
/// end the instance.
pub fn set_limit(bytes: usize) {
    LIMIT.set(bytes);
    begin();
}

/// A call begins, or ends with an error: nothing has been refused yet.
pub fn begin() {
    let limit = LIMIT.get();
    let least = USED
        .get()
        .saturating_add(CALL)
        .min(limit.saturating_add(CREEP));
    CEILING.set(limit.max(least));
    REFUSED.set(false);
}

/// Whether more is allocated than calls can creep past the limit: by what a caller has passed in, which is no
/// allocation of the engine.
pub fn is_overfull() -> bool {
    USED.get() > LIMIT.get().saturating_add(CREEP)
}

/// Whether an allocation of the engine was refused since the call began.
pub fn refused() -> bool {
    REFUSED.get()
}

/// Whether an allocation of the engine was refused since the call began. The next one begins.
pub fn take_refused() -> bool {
    let refused = REFUSED.get();
    if refused {
        begin();
    }
    refused
}

/// Size of the instance's memory in bytes.
pub fn total() -> u64 {
    core::arch::wasm32::memory_size::<0>() as u64 * 65536
}

fn grew(bytes: usize) {
    let used = USED.get() + bytes;
    USED.set(used);
    if used > PEAK.get() {
        PEAK.set(used);
    }
}

fn shrank(bytes: usize) {
    USED.set(USED.get().saturating_sub(bytes));
}

fn allowed(more: usize) -> bool {
    let mut ceiling = CEILING.get();
    if REFUSED.get() && more <= SMALL {
        ceiling = ceiling.saturating_add(RESERVE);
    }
    let allowed = USED
        .get()
        .checked_add(more)
        .is_some_and(|sum| sum <= ceiling);
    if !allowed {
        REFUSED.set(true);
    }
    allowed
}

/// Whether so many more bytes are within the limit. It reserves nothing.
pub fn has_room(more: usize) -> bool {
    let sum = USED.get().checked_add(more);
    sum.is_some_and(|sum| sum <= CEILING.get())
}

/// Counts a fresh block; null means that memory ran out.
fn counted(start: *mut c_void) -> *mut c_void {
    if start.is_null() {
        REFUSED.set(true);
    } else {
        // SAFETY: a live block of this allocator.
        let size = unsafe { malloc_usable_size(start) };
        grew(size);
        let end = start as usize + size;
        if end > UNTOUCHED.get() {
            UNTOUCHED.set(end);
        }
    }
    start
}

/// Returns the address from which on memory is zero: no block above it was handed out since
/// [`set_untouched`].
pub fn untouched() -> usize {
    UNTOUCHED.get()
}

/// Declares that memory from this address on is zero.
pub fn set_untouched(start: usize) {
    UNTOUCHED.set(start);
}

/// Sets a function that is asked before Rust frees a block. If the function returns `true`, the
/// block stays.
///
/// The results of the interface are lists that are freed after the call. A list over memory of the
/// engine must not be freed: its owner is dropped instead.
///
/// # Safety
/// The function must return `true` only for the address of a list that was made over memory which
/// is not Rust's to free.
pub unsafe fn set_take_back(take_back: Option<TakeBack>) {
    TAKE_BACK.set(take_back);
}

/// The allocation functions for the engine.
pub fn engine_functions() -> q::JSMallocFunctions {
    q::JSMallocFunctions {
        js_calloc: Some(js_calloc),
        js_malloc: Some(js_malloc),
        js_free: Some(js_free),
        js_realloc: Some(js_realloc),
        js_malloc_usable_size: Some(js_usable_size),
    }
}

unsafe extern "C" fn js_calloc(_: *mut c_void, count: q::size_t, size: q::size_t) -> *mut c_void {
    let (count, size) = (count as usize, size as usize);
    if !count.checked_mul(size).is_some_and(allowed) {
        return std::ptr::null_mut();
    }
    // SAFETY: plain allocation.
    counted(unsafe { calloc(count, size) })
}

unsafe extern "C" fn js_malloc(_: *mut c_void, size: q::size_t) -> *mut c_void {
    if !allowed(size as usize) {
        return std::ptr::null_mut();
    }
    // SAFETY: plain allocation.
    counted(unsafe { malloc(size as usize) })
}

unsafe extern "C" fn js_free(_: *mut c_void, start: *mut c_void) {
    if start.is_null() {
        return;
    }
    // SAFETY: a live block of this allocator, freed once.
    unsafe {
        shrank(malloc_usable_size(start));
        free(start);
    }
}

unsafe extern "C" fn js_realloc(
    _: *mut c_void,
    start: *mut c_void,
    size: q::size_t,
) -> *mut c_void {
    let size = size as usize;
    // SAFETY: null, for which it is 0, or a live block.
    let before = unsafe { malloc_usable_size(start) };
    if size > before && !allowed(size - before) {
        return std::ptr::null_mut();
    }
    // SAFETY: null or a live block; on failure it stays as it is.
    let moved = unsafe { realloc(start, size) };
    if moved.is_null() {
        if size == 0 {
            shrank(before);
        } else {
            REFUSED.set(true);
        }
        return moved;
    }
    shrank(before);
    counted(moved)
}

/// Resizes or, to nothing, frees the memory of an array buffer that was a list of the interface.
///
/// # Safety
/// `start` must be null or a live block of this allocator, not used again if it moves.
pub unsafe extern "C" fn resize_buffer(
    _: *mut q::JSRuntime,
    opaque: *mut c_void,
    start: *mut c_void,
    size: q::size_t,
) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe {
        if size == 0 {
            js_free(opaque, start);
            return std::ptr::null_mut();
        }
        js_realloc(opaque, start, size)
    }
}

unsafe extern "C" fn js_usable_size(start: *const c_void) -> q::size_t {
    // SAFETY: null or a live block.
    unsafe { malloc_usable_size(start.cast_mut()) as q::size_t }
}

/// The global allocator.
struct Heap;

/// `malloc` aligns to this.
const MALLOC_ALIGN: usize = 8;

#[global_allocator]
static HEAP: Heap = Heap;

// SAFETY: forwards to malloc, which follows the same rules; larger alignments go to
// `aligned_alloc`, whose blocks can be freed alike but not reallocated.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller guarantees a size above zero.
        let start = unsafe {
            if layout.align() <= MALLOC_ALIGN {
                malloc(layout.size())
            } else {
                aligned_alloc(
                    layout.align(),
                    layout.size().next_multiple_of(layout.align()),
                )
            }
        };
        counted(start).cast()
    }

    // Inlined wherever Rust drops something, it makes the module a tenth larger.
    #[inline(never)]
    unsafe fn dealloc(&self, start: *mut u8, _: Layout) {
        if TAKE_BACK
            .get()
            .is_some_and(|take_back| take_back(start as usize))
        {
            return;
        }
        // SAFETY: a live block of this allocator.
        unsafe {
            shrank(malloc_usable_size(start.cast()));
            free(start.cast());
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= MALLOC_ALIGN {
            // SAFETY: as in `alloc`.
            return counted(unsafe { calloc(1, layout.size()) }).cast();
        }
        // SAFETY: as in `alloc`; the block has `size` bytes.
        unsafe {
            let start = self.alloc(layout);
            if !start.is_null() {
                start.write_bytes(0, layout.size());
            }
            start
        }
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= MALLOC_ALIGN {
            // SAFETY: a live block, size above zero.
            unsafe {
                let before = malloc_usable_size(start.cast());
                let moved = realloc(start.cast(), size);
                if !moved.is_null() {
                    shrank(before);
                }
                return counted(moved).cast();
            }
        }
        // SAFETY: the caller's guarantees for the old and the new layout.
        unsafe {
            let layout_after = Layout::from_size_align_unchecked(size, layout.align());
            let moved = self.alloc(layout_after);
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(start, layout.size().min(size));
                self.dealloc(start, layout);
            }
            moved
        }
    }
}
