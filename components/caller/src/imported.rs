//! The functions as an interface that this component imports.

use self::bindings::bench::boundary::script;
use crate::{Functions, Point};

/// Generated from the WIT.
#[allow(
    unsafe_code,
    missing_docs,
    unused,
    clippy::all,
    clippy::undocumented_unsafe_blocks
)]
mod bindings {
    wit_bindgen::generate!({ path: "wit", world: "caller" });
}

pub struct Script {
    counter: script::Counter,
}

impl Script {
    pub fn new() -> Script {
        Script {
            counter: script::Counter::new(0),
        }
    }
}

impl Functions for Script {
    type Bulk = Vec<u8>;

    fn bulk(bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    fn len(bulk: &Vec<u8>) -> usize {
        bulk.len()
    }

    fn number(&self, value: u32) -> u32 {
        script::echo_number(value)
    }

    fn text(&self, value: &str) -> String {
        script::echo_text(value)
    }

    fn point(&self, Point { x, y }: Point) -> Point {
        let script::Point { x, y } = script::echo_point(script::Point { x, y });
        Point { x, y }
    }

    fn numbers(&self, value: &[f64]) -> Vec<f64> {
        script::echo_numbers(value)
    }

    fn bytes(&self, value: &Vec<u8>) -> Vec<u8> {
        script::echo_bytes(value)
    }

    fn add(&self, by: u32) -> u32 {
        self.counter.add(by)
    }
}
