//! Time, from the clocks of the embedder.
#![allow(unsafe_code)]

use std::cell::Cell;

use crate::bindings::wasi::clocks::{monotonic_clock, wall_clock};
use crate::host::away;

thread_local! {
    /// Whether the realm is being made, when the engine asks for the time to seed a generator
    /// that nothing uses. The base image must not depend on it.
    static BUILDING: Cell<bool> = const { Cell::new(false) };
}

/// Runs `build` with a clock that stands still at 0.
pub fn standing_still<T>(build: impl FnOnce() -> T) -> T {
    BUILDING.set(true);
    let result = build();
    BUILDING.set(false);
    result
}

/// Nanoseconds of the monotonic clock.
pub fn monotonic_nanoseconds() -> u64 {
    away(monotonic_clock::now)
}

/// Milliseconds of the monotonic clock.
pub fn monotonic_milliseconds() -> f64 {
    monotonic_nanoseconds() as f64 / 1e6
}

/// Milliseconds since 1970-01-01T00:00:00Z.
pub fn wall_milliseconds() -> f64 {
    let now = away(wall_clock::now);
    now.seconds as f64 * 1e3 + f64::from(now.nanoseconds) / 1e6
}

/// What the engine's `gettimeofday` comes down to: microseconds since 1970-01-01T00:00:00Z.
#[unsafe(no_mangle)]
extern "C" fn __rquickjs_host_now_us() -> f64 {
    if BUILDING.get() {
        0.0
    } else {
        (wall_milliseconds() * 1e3).floor()
    }
}
