//! The work of the comparison in Rust: what a component without an interpreter takes.

use std::cell::Cell;

use bindings::bench::worlds::ticks::tick;
use bindings::exports::bench::worlds::work::{Guest, GuestCounter, Item};

mod bindings {
    wit_bindgen::generate!({ path: "../wit" });
}

struct Work;

bindings::export!(Work with_types_in bindings);

struct Counter(Cell<u32>);

fn dearer(item: Item) -> Item {
    let price = item.price * 2.0;
    Item { price, ..item }
}

impl Guest for Work {
    type Counter = Counter;

    fn add(a: f64, b: f64) -> f64 {
        a + b
    }

    fn text(text: String) -> String {
        text
    }

    fn one(item: Item) -> Item {
        dearer(item)
    }

    fn many(items: Vec<Item>) -> Vec<Item> {
        items.into_iter().map(dearer).collect()
    }

    fn bytes(bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    fn calls(count: u32) -> u32 {
        (0..count).fold(0, |n, _| tick(n))
    }
}

impl GuestCounter for Counter {
    fn new(start: u32) -> Counter {
        Counter(Cell::new(start))
    }

    fn next(&self) -> u32 {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }
}
