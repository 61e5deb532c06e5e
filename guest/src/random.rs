//! `Math.random`, seeded from the embedder's entropy when it is first used.

use std::cell::Cell;

use crate::bindings::wasi::random::random;
use crate::host::away;

thread_local! {
    /// State of xoshiro256++ (Blackman and Vigna, 2019); all zero means not seeded.
    static STATE: Cell<[u64; 4]> = const { Cell::new([0; 4]) };
}

/// A number in `[0, 1)` with 53 random bits.
pub fn unit() -> f64 {
    (next() >> 11) as f64 / (1u64 << 53) as f64
}

fn next() -> u64 {
    let mut s = STATE.get();
    if s == [0; 4] {
        s = seeded();
    }
    let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
    let t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = s[3].rotate_left(45);
    STATE.set(s);
    result
}

/// Four words of entropy; the state must not be all zero.
fn seeded() -> [u64; 4] {
    let words = std::array::from_fn(|_| away(random::get_random_u64));
    if words == [0; 4] { [1, 2, 3, 4] } else { words }
}

/// Seeds the generator anew when it is next used.
pub fn forget() {
    STATE.set([0; 4]);
}
