//! `../src/data.rs` says what this does.
#![no_main]

#[path = "../src/data.rs"]
mod data;
#[allow(dead_code)]
#[path = "../../tests/tests/vm/raw/mod.rs"]
mod raw;

libfuzzer_sys::fuzz_target!(init: data::prepare(), |input: data::Input| data::check(input));
