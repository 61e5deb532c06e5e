//! The limits of a VM, and when the cycle collector runs.

use std::cell::Cell;

use crate::bindings::exports::jsvm::engine::heap::Limits;
use crate::{js, memory};

/// The most that the engine may use of the module's stack of 4 MiB. The rest is for leaf functions,
/// which do not check.
pub const MAX_STACK: u32 = 3840 << 10;
const MIN_STACK: u32 = 64 << 10;
const DEFAULT_OUTPUT: u64 = 256 << 20;

/// The threshold at which the collector never runs by itself.
const NO_GC: u32 = u32::MAX;

/// The least that is allocated between two collections, in bytes, if there is memory.
const MIN_GC_ROOM: usize = 1 << 20;

thread_local! {
    static STACK: Cell<u32> = const { Cell::new(MAX_STACK) };
    static OUTPUT: Cell<u64> = const { Cell::new(DEFAULT_OUTPUT) };
}

/// Puts the default limits in force.
pub fn apply_defaults() {
    js::set_max_stack(STACK.get());
}

/// Returns the limits in force.
pub fn get() -> Limits {
    Limits {
        memory: memory::limit() as u64,
        stack: STACK.get(),
        output: OUTPUT.get(),
    }
}

/// Replaces the limits. Values out of range are clamped.
pub fn set(limits: Limits) {
    let memory = usize::try_from(limits.memory).unwrap_or(usize::MAX);
    let is_new = memory != memory::limit();
    memory::set_limit(memory);
    let threshold = js::gc_threshold();
    // Setting the limit that is in force, as a restore does, must not change the VM.
    if is_new && threshold < NO_GC {
        set_gc_threshold(threshold as usize);
    }
    set_stack(limits.stack);
    OUTPUT.set(limits.output);
}

/// Replaces the limit of the stack alone.
pub fn set_stack(bytes: u32) {
    STACK.set(bytes.clamp(MIN_STACK, MAX_STACK));
    js::set_max_stack(STACK.get());
}

/// Returns the bytes that one value may take as data.
pub fn output_limit() -> u64 {
    OUTPUT.get()
}

/// Collects cyclic garbage, and sets when the collector runs next: after as much allocation as the
/// engine allows after a collection of its own, but at least [`MIN_GC_ROOM`]. A collection walks the
/// whole heap. That takes longer than most requests, and afterwards VMs share none of its pages.
pub fn collect_garbage() {
    js::collect_garbage();
    if js::gc_threshold() < NO_GC {
        let used = memory::used();
        set_gc_threshold(used + (used / 2).max(MIN_GC_ROOM));
    }
}

/// Sets the threshold, but not above half of the free memory: the collector does not run because
/// memory is short.
fn set_gc_threshold(bytes: usize) {
    let used = memory::used();
    let max = used + memory::limit().saturating_sub(used) / 2;
    js::set_gc_threshold(u32::try_from(bytes.min(max)).unwrap_or(NO_GC - 1));
}
