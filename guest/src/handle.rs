//! Handles: what the resource `value` of the interface stands for.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::ptr;

use crate::bindings::exports::jsvm::engine::values::{Value as Handle, ValueBorrow};
use crate::js::Value;

/// What a handle of the interface stands for.
///
/// All of them form a list. The embedder's table of handles is not part of a snapshot, so a
/// restored VM finds the handles of the frozen one through it, to free them.
pub struct Held {
    value: Value,
    previous: Cell<*const Rep>,
    next: Cell<*const Rep>,
}

/// Where the bindings keep it.
type Rep = Option<Held>;

thread_local! {
    static FIRST: Cell<*const Rep> = const { Cell::new(ptr::null()) };
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

impl Held {
    /// The value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Gives a new handle a place in memory, and in the list.
    pub fn place(held: Rep) -> *mut Rep {
        let place = Box::into_raw(Box::new(held));
        let next = FIRST.replace(place);
        if let Some(held) = entry(place) {
            held.next.set(next);
        }
        if let Some(next) = entry(next) {
            next.previous.set(place);
        }
        COUNT.set(COUNT.get() + 1);
        place
    }

    /// Takes a handle out of its place and out of the list.
    ///
    /// # Safety
    /// `place` must be from [`Held::place`] and not be used again.
    pub unsafe fn remove(place: *mut Rep) -> Rep {
        // SAFETY: made by `Box::into_raw` in `place`, and this is the only time.
        let held = *unsafe { Box::from_raw(place) };
        if let Some(held) = &held {
            let (previous, next) = (held.previous.get(), held.next.get());
            match entry(previous) {
                Some(previous) => previous.next.set(next),
                None => FIRST.set(next),
            }
            if let Some(next) = entry(next) {
                next.previous.set(previous);
            }
        }
        COUNT.set(COUNT.get() - 1);
        held
    }
}

/// An entry of the list.
fn entry<'a>(place: *const Rep) -> Option<&'a Held> {
    // SAFETY: null, or the place of a handle in the list, which lives until it is removed;
    // everything in it that changes is a `Cell`, and no reference outlives the caller's block.
    unsafe { place.as_ref() }?.as_ref()
}

/// Frees all handles. The embedder must have none: those it had were another instance's.
pub fn forget_all() {
    loop {
        let first = FIRST.get().cast_mut();
        if first.is_null() {
            return;
        }
        // SAFETY: in the list, so it has not been removed; the embedder cannot use it again.
        drop(unsafe { Held::remove(first) });
    }
}

/// How many handles are live.
pub fn live() -> u64 {
    COUNT.get()
}

/// A new handle.
pub fn handle(value: Value) -> Handle {
    Handle::new(Held {
        value,
        previous: Cell::new(ptr::null()),
        next: Cell::new(ptr::null()),
    })
}

/// What a borrowed handle stands for.
pub fn held<'a>(borrow: &'a ValueBorrow<'_>) -> &'a Value {
    &borrow.get::<Held>().value
}
