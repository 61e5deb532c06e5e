//! `../src/snapshot.rs` says what this does.
#![no_main]

#[path = "../src/snapshot.rs"]
mod snapshot;

libfuzzer_sys::fuzz_target!(|input: snapshot::Input<'_>| snapshot::check(&input));
