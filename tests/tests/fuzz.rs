//! The targets of `fuzz/`, with random inputs and without instrumentation, for `FUZZ_SECONDS` seconds each (one
//! if it is not set). `./just fuzz` looks for new branches, and takes as long as one likes.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../../fuzz/src/data.rs"]
mod data;
#[allow(dead_code, reason = "other tests use all of it")]
#[path = "vm/raw/mod.rs"]
mod raw;
#[path = "../../fuzz/src/snapshot.rs"]
mod snapshot;

use std::time::{Duration, Instant};

use arbitrary::{Arbitrary, Unstructured};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// Calls `check` with random inputs until the time is over. The inputs are the same in every run.
fn feed(check: impl Fn(&[u8])) {
    let seconds = std::env::var("FUZZ_SECONDS").ok();
    let seconds = seconds.map_or(1, |seconds| seconds.parse().unwrap());
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut inputs = 0;
    while Instant::now() < end {
        // Few bytes make few edits, which are found out later than many.
        let mut bytes = vec![0; 8 + random.next_u32() as usize % 200];
        random.fill_bytes(&mut bytes);
        check(&bytes);
        inputs += 1;
    }
    println!("{inputs} inputs");
    assert!(inputs > 20, "only {inputs} inputs in {seconds} s");
}

#[test]
fn snapshots() {
    feed(|bytes| {
        if let Ok(input) = snapshot::Input::arbitrary(&mut Unstructured::new(bytes)) {
            snapshot::check(&input);
        }
    });
}

#[test]
fn data() {
    data::prepare();
    feed(|bytes| {
        if let Ok(input) = data::Input::arbitrary(&mut Unstructured::new(bytes)) {
            data::check(input);
        }
    });
}
