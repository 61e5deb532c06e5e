//! When the VM asks the embedder whether to go on.
//!
//! Two counters in memory count down, and the VM polls when one reaches zero:
//!
//! * branches of JavaScript. The engine counts them, and stops between bytecodes if it is told to.
//! * iterations of loops inside built-ins, such as
//!   `Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1)`. The build inserts code that counts
//!   them and calls [`jsvm_backstop`].
//!
//! The build also charges both for the bytes of bulk instructions. Where a loop cannot poll, as along a
//! chain of prototypes, the patches of the engine count its steps with the first.
//! The embedder may set both counters to zero at any time, from outside, which makes the VM poll
//! at once. After a poll that says stop the count of branches stays zero, so that the next branch
//! polls again: a script that discards the exception does not get far.
#![allow(unsafe_code)]

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;

use crate::bindings::jsvm::engine::host::InterruptPoint;
use crate::host;

/// Iterations of built-ins between two polls.
const ITERATIONS: i32 = 1 << 20;

/// Branches between two polls, as in the engine (`JS_INTERRUPT_COUNTER_INIT`).
const BRANCHES: i32 = 10_000;

/// What a host call counts, in branches: about the time that the shortest takes.
const HOST_CALL: u32 = 100;

/// What finding or reading a module counts, in branches: the embedder asks the file system.
const IMPORT: u32 = 2_000;

/// What eight bytes of entropy count, which the embedder computes, in branches.
const ENTROPY: u32 = 5;

/// Bytes of a bulk instruction that take the time of a branch.
const BYTES_PER_BRANCH: u32 = 64;

/// Instructions of an interpreted WebAssembly module that count as a branch.
const INSTRUCTIONS_PER_BRANCH: u64 = 10;

/// Bytes of a bulk instruction that take the time of an iteration.
const BYTES_PER_ITERATION: u32 = 16;

/// The counters, aligned so that one page holds both.
#[repr(C, align(8))]
struct Counters {
    branches: UnsafeCell<i32>,
    iterations: UnsafeCell<i32>,
    /// 1 while a script is being stopped: nothing that is thrown then can be caught.
    stopping: UnsafeCell<i32>,
}

// SAFETY: the VM has one thread. What the embedder writes from another thread are zeroes, which
// are as good as any other count.
unsafe impl Sync for Counters {}

/// The engine, and the code that the build inserts, use it by its address.
#[unsafe(no_mangle)]
static jsvm_poll_counters: Counters = Counters {
    branches: UnsafeCell::new(BRANCHES),
    iterations: UnsafeCell::new(ITERATIONS),
    stopping: UnsafeCell::new(0),
};

fn set(counter: &UnsafeCell<i32>, count: i32) {
    // SAFETY: single-threaded; nobody holds a reference to what is inside.
    unsafe { counter.get().write_volatile(count) };
}

/// The embedder is told that the script was stopped: the next call is as any other.
pub fn told() {
    set(&jsvm_poll_counters.stopping, 0);
    set(&jsvm_poll_counters.branches, BRANCHES);
}

/// Starts counting afresh, so that the counts say nothing about what ran before.
pub fn renew() {
    set(&jsvm_poll_counters.stopping, 0);
    set(&jsvm_poll_counters.branches, BRANCHES);
    set(&jsvm_poll_counters.iterations, ITERATIONS);
}

fn count(counter: &UnsafeCell<i32>, by: u32) {
    // SAFETY: as in `set`.
    let before = unsafe { counter.get().read_volatile() };
    set(counter, before.saturating_sub_unsigned(by));
}

/// Counts a host call.
pub fn count_host_call() {
    count(&jsvm_poll_counters.branches, HOST_CALL);
}

/// Counts that the embedder finds or reads a module.
pub fn count_import() {
    count(&jsvm_poll_counters.branches, IMPORT);
}

/// Counts a call for entropy.
pub fn count_entropy() {
    count(&jsvm_poll_counters.branches, ENTROPY);
}

/// Counts instructions of an interpreted WebAssembly module.
pub fn count_instructions(instructions: u64) {
    let branches = instructions / INSTRUCTIONS_PER_BRANCH;
    count(
        &jsvm_poll_counters.branches,
        u32::try_from(branches).unwrap_or(u32::MAX),
    );
}

/// Counts the bytes of a bulk instruction in both. It cannot poll: it may be called while values are
/// passed in or out.
#[unsafe(no_mangle)]
extern "C" fn jsvm_charge(bytes: u32) {
    let Counters {
        branches,
        iterations,
        ..
    } = &jsvm_poll_counters;
    count(branches, bytes / BYTES_PER_BRANCH);
    count(iterations, bytes / BYTES_PER_ITERATION);
}

/// Bytes below the stack pointer that a function may use without moving it, if it calls no other: LLVM's red zone
/// for WebAssembly.
const RED_ZONE: usize = 128;

/// Polls the embedder; traps if it says stop, since a built-in cannot be unwound.
///
/// The build inserts calls of it into functions that were compiled without any call, and so may have their variables
/// in the red zone. The frame of this function covers the zone and writes nothing there, so the frames of what it
/// calls are below.
#[unsafe(no_mangle)]
extern "C" fn jsvm_backstop() {
    let red_zone = MaybeUninit::<[u8; RED_ZONE]>::uninit();
    poll_in_builtin(red_zone.as_ptr().cast());
}

/// Polls. The frame of the caller exists because its address is passed.
#[inline(never)]
fn poll_in_builtin(red_zone: *const u8) {
    core::hint::black_box(red_zone);
    set(&jsvm_poll_counters.iterations, ITERATIONS);
    if host::should_interrupt(InterruptPoint::Builtin) {
        core::arch::wasm32::unreachable()
    }
    // So much work is worth more than a poll's distance: the next branch polls too, where the
    // script can be stopped.
    set(&jsvm_poll_counters.branches, 0);
}
