//! The calls, and how they are timed.

use std::fmt::Debug;

use wasi::cli::stdout::get_stdout;
use wasi::clocks::monotonic_clock::now;

use crate::{Functions, Point};

/// Times each kind of call is measured.
const ROUNDS: usize = 5;

/// Nanoseconds that a round takes at least.
const ROUND: u64 = 100_000_000;

/// Measures each kind of call.
pub fn all<F: Functions>(script: &F) {
    each("number", || {
        same(script.number(42), 42);
    });
    let short = "sixteen letters!";
    each("string of 16 B", || {
        same(script.text(short).as_str(), short);
    });
    let long = short.repeat(4096);
    each("string of 64 KiB", || {
        same(script.text(&long).len(), long.len());
    });
    let point = Point { x: 3, y: -4 };
    each("record", || {
        same(script.point(point), point);
    });
    let numbers: Vec<_> = (0..10_000).map(|n| f64::from(n) / 4.0).collect();
    each("list of 10,000 numbers", || {
        same(script.numbers(&numbers).last(), numbers.last());
    });
    let bytes = F::bulk((0..12_000_000_u32).map(|n| n as u8).collect());
    each("12 MB of bytes", || {
        same(F::len(&script.bytes(&bytes)), 12_000_000);
    });
    let mut sum = 0_u32;
    each("resource method", || {
        sum = sum.wrapping_add(1);
        same(script.add(1), sum);
    });
}

fn same<T: PartialEq + Debug>(is: T, should: T) {
    assert_eq!(is, should, "a call returned something else");
}

/// Calls so often that a round is long enough.
fn each(name: &str, mut call: impl FnMut()) {
    let mut time = |count: u64| {
        let start = now();
        for _ in 0..count {
            call();
        }
        now() - start
    };
    let mut count = 1;
    while time(count) < ROUND / 4 {
        count *= 2;
    }
    let count = count * 4;
    let rounds: [_; ROUNDS] = std::array::from_fn(|_| time(count) as f64 / count as f64);
    let line = format!("{{\"name\":\"{name}\",\"ns\":{rounds:?}}}\n");
    // Nobody is left to be told if it fails.
    let _ = get_stdout().blocking_write_and_flush(line.as_bytes());
}
