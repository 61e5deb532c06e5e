//! Stops built-ins that never ask whether they should go on.
//!
//! The engine polls between bytecodes. Its built-ins can loop for ever all the same:
//! `Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1)`. The build therefore counts down
//! [`jsvm_backstop_budget`] at the head of every loop outside the interpreter, and calls
//! [`jsvm_backstop`] when it reaches zero.
#![allow(unsafe_code)]

use crate::bindings::jsvm::engine::host::PollPoint;
use crate::host;

/// Iterations between two polls.
const BUDGET: i32 = 1 << 20;

/// How many loop iterations are left until the next poll. Only the code that the build inserts
/// reads and writes it.
#[unsafe(no_mangle)]
static mut jsvm_backstop_budget: i32 = BUDGET;

/// Starts counting afresh, so that the count says nothing about what ran before.
pub fn renew() {
    // SAFETY: single-threaded; the inserted code is not running now.
    unsafe { jsvm_backstop_budget = BUDGET };
}

/// Polls the embedder; traps if it says stop, since a built-in cannot be unwound.
#[unsafe(no_mangle)]
extern "C" fn jsvm_backstop() {
    renew();
    if host::poll(PollPoint::Builtin) {
        core::arch::wasm32::unreachable()
    }
}
