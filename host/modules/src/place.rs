//! Memories that are pieces of a VM's memory.
#![expect(unsafe_code, reason = "wasmtime lets a host decide where memories are")]

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wasmtime::{LinearMemory, MemoryCreator, MemoryType};

/// Where a memory is: addresses of this process.
///
/// Whoever sets it has checked that it lies in the memory of the VM, which does not move, and whose pages stay
/// accessible while code runs.
#[derive(Debug, Default)]
pub struct Place {
    start: AtomicUsize,
    len: AtomicUsize,
}

impl Place {
    pub fn set(&self, place: &Range<usize>) {
        self.start.store(place.start, Ordering::Relaxed);
        self.len.store(place.len(), Ordering::Relaxed);
    }

    pub fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    pub fn start(&self) -> usize {
        self.start.load(Ordering::Relaxed)
    }
}

thread_local! {
    static NEXT: RefCell<Option<Arc<Place>>> = const { RefCell::new(None) };
}

/// Makes the next memory that this thread creates lie there.
pub fn set_next(place: Arc<Place>) {
    NEXT.set(Some(place));
}

/// Makes memories of what [`set_next`] was told.
#[derive(Debug)]
pub struct Places;

// SAFETY: a memory is what its `Place` says, see there. Nobody else uses it while code runs: the VM waits.
// There is no guard behind it, and the engine is told so: it checks each access. A new memory has no pages, and
// what it has when it has grown is what the VM put there: this is not zero, which the compiler does not rely on.
unsafe impl MemoryCreator for Places {
    fn new_memory(
        &self,
        _: MemoryType,
        minimum: usize,
        _: Option<usize>,
        reserved: Option<usize>,
        guard: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        if minimum != 0 || guard != 0 || reserved.is_some_and(|bytes| bytes != 0) {
            return Err("a memory of a module has no pages at first, and no guard".to_owned());
        }
        let place = NEXT.take().ok_or("no place was set")?;
        Ok(Box::new(Piece { place, size: 0 }))
    }
}

/// A memory, as far as the code knows it.
struct Piece {
    place: Arc<Place>,
    size: usize,
}

// SAFETY: as above. `size` is never more than the place has, and a place is set again before its memory grows.
unsafe impl LinearMemory for Piece {
    fn byte_size(&self) -> usize {
        self.size
    }

    fn byte_capacity(&self) -> usize {
        // It may move each time.
        self.size
    }

    fn grow_to(&mut self, size: usize) -> wasmtime::Result<()> {
        if size > self.place.len() {
            return Err(wasmtime::format_err!("the VM has not grown the memory"));
        }
        self.size = size;
        Ok(())
    }

    fn as_ptr(&self) -> *mut u8 {
        match self.size {
            // No byte of it is there.
            0 => std::ptr::dangling_mut(),
            _ => std::ptr::with_exposed_provenance_mut(self.place.start()),
        }
    }
}
