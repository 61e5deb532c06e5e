//! The interface `snapshot`: the memory as bytes, read and written from outside.
#![allow(unsafe_code)]

use std::alloc::Layout;
use std::cell::Cell;
use std::mem::ManuallyDrop;

use crate::bindings;
use crate::bindings::exports::jsvm::engine::snapshot::{Guest, Origin, SnapshotError};
use crate::{entry, handle, host, limits, poll, random, sweep, token};

/// Where the image begins: the stack is before it, and nothing of it is live between two calls.
pub const START: usize = match usize::from_str_radix(env!("JSVM_STACK_SIZE"), 10) {
    Ok(size) => size,
    Err(_) => panic!("the build script sets it to a number"),
};

const PAGE: u64 = 65536;

thread_local! {
    /// Address at which the next list that is passed in belongs; 0 for any.
    static SOUGHT: Cell<usize> = const { Cell::new(0) };
    /// Address at which the last list was put because of that; 0 if it was not.
    static PUT: Cell<usize> = const { Cell::new(0) };
}

type Result<T> = std::result::Result<T, SnapshotError>;

impl Guest for crate::Guest {
    fn get_size() -> Result<u64> {
        at_rest()?;
        Ok(size())
    }

    fn sweep() -> Result<()> {
        at_rest()?;
        sweep::sweep();
        forget_calls();
        Ok(())
    }

    fn grow(bytes: u64) -> Result<()> {
        at_rest()?;
        let more = bytes.checked_sub(size()).ok_or(SnapshotError::Size)?;
        if !more.is_multiple_of(PAGE) {
            return Err(SnapshotError::Size);
        }
        let pages = usize::try_from(more / PAGE).map_err(|_| SnapshotError::Size)?;
        match core::arch::wasm32::memory_grow::<0>(pages) {
            usize::MAX => Err(SnapshotError::Size),
            _ => Ok(()),
        }
    }

    fn seek(offset: u64) -> Result<()> {
        at_rest()?;
        if offset >= size() {
            return Err(SnapshotError::OutOfBounds);
        }
        SOUGHT.set(address(offset));
        Ok(())
    }

    fn write(offset: u64, bytes: Vec<u8>) -> Result<()> {
        // What is here must not trust anything in memory: it may just have been replaced.
        SOUGHT.set(0);
        let put = PUT.replace(0);
        let len = bytes.len() as u64;
        let start = bytes.as_ptr() as usize;
        if len != 0 && start == address(offset) {
            // The bytes are where they belong, and nothing that could be freed.
            let _ = ManuallyDrop::new(bytes);
            return Ok(());
        }
        if len != 0 && start == put {
            // They are where another `seek` wanted them.
            let _ = ManuallyDrop::new(bytes);
            return Err(SnapshotError::NotSought);
        }
        match offset.checked_add(len) {
            Some(end) if end > size() => Err(SnapshotError::OutOfBounds),
            None => Err(SnapshotError::OutOfBounds),
            Some(_) if len == 0 => Ok(()),
            Some(_) => Err(SnapshotError::NotSought),
        }
    }

    fn restored(origin: Origin, stack: Option<u32>) -> Result<()> {
        at_rest()?;
        handle::forget_all();
        token::forget_instance();
        if origin == Origin::Fork {
            random::forget();
        }
        if let Some(bytes) = stack {
            limits::set_stack(bytes);
        }
        forget_calls();
        Ok(())
    }
}

/// Forgets what calls have left behind, which says nothing about the state: a VM that is resumed
/// must not differ in it from the one that was frozen. Calls leave numbers of handles there, which
/// the embedder chose, and the engine copies structures of which not all bytes are set from the
/// stack to the heap.
fn forget_calls() {
    forget_result();
    // SAFETY: only exports call this, when no other is running: of their own frames nothing is
    // read any more.
    unsafe { sweep::clear_stack(START) };
    // Last, since what came before counts too.
    entry::begin();
    poll::renew();
}

/// Zeroes the places where results are put.
fn forget_result() {
    // SAFETY: the embedder has read the last result, and this call has not put its own there.
    unsafe { bindings::forget_results() };
}

fn at_rest() -> Result<()> {
    SOUGHT.set(0);
    if host::is_away() {
        return Err(SnapshotError::Busy);
    }
    Ok(())
}

/// Bytes of the image.
fn size() -> u64 {
    core::arch::wasm32::memory_size::<0>() as u64 * PAGE - START as u64
}

/// Address of an offset into the image that is inside of it; anything else gives none that is.
fn address(offset: u64) -> usize {
    usize::try_from(offset).map_or(usize::MAX, |offset| START.saturating_add(offset))
}

/// The result of `get-memory` as the canonical ABI lays it out: `result<list<u8>, snapshot-error>`.
#[repr(C)]
struct MemoryResult {
    /// 0 for a list, 1 for an error.
    case: u32,
    /// Address of the list, or the number of the error.
    start_or_error: u32,
    len: u32,
}

/// `get-memory`, by hand: the generated function would free the list that it returns.
#[unsafe(export_name = "jsvm:engine/snapshot@0.2.0#get-memory")]
extern "C" fn read_memory() -> *const MemoryResult {
    static mut RESULT: MemoryResult = MemoryResult {
        case: 0,
        start_or_error: 0,
        len: 0,
    };
    let result = match at_rest() {
        Ok(()) => MemoryResult {
            case: 0,
            start_or_error: START as u32,
            len: size() as u32,
        },
        Err(error) => MemoryResult {
            case: 1,
            start_or_error: error as u32,
            len: 0,
        },
    };
    // SAFETY: single-threaded; the embedder has read the last result before it calls again.
    unsafe {
        RESULT = result;
        &raw const RESULT
    }
}

/// Where the embedder puts what it passes in; replaces the function of the bindings. After
/// `seek` the next list goes to its place in the image.
///
/// # Safety
/// As `realloc`, with a size of 0 allowed.
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(
    old: *mut u8,
    old_size: usize,
    align: usize,
    size: usize,
) -> *mut u8 {
    // A list of anything but bytes, and one that does not fit, cannot be what `seek` was for.
    let sought = SOUGHT.replace(0);
    if sought != 0 && align == 1 && size as u64 <= START as u64 + self::size() - sought as u64 {
        PUT.set(sought);
        return sought as *mut u8;
    }
    PUT.set(0);
    // SAFETY: the embedder passes a power of two, and what it was given before.
    let start = unsafe {
        if old_size != 0 {
            let layout = Layout::from_size_align_unchecked(old_size, align);
            std::alloc::realloc(old, layout, size)
        } else if size != 0 {
            std::alloc::alloc(Layout::from_size_align_unchecked(size, align))
        } else {
            // Dangling, but aligned: an empty list.
            return align as *mut u8;
        }
    };
    if start.is_null() {
        core::arch::wasm32::unreachable()
    }
    start
}
