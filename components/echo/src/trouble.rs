//! What goes wrong.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::Echo;
use crate::bindings::exports::demo::echo::trouble::Guest;

static CALLS: AtomicU32 = AtomicU32::new(0);

#[expect(unconditional_recursion, reason = "that is what it is for")]
fn deeper(depth: u32) -> u32 {
    black_box(deeper(black_box(depth + 1))) + 1
}

impl Guest for Echo {
    fn trap() {
        panic!("on purpose");
    }

    fn recurse(depth: u32) -> u32 {
        deeper(depth)
    }

    fn allocate() -> u64 {
        let mut blocks = Vec::new();
        loop {
            blocks.push(black_box(vec![1_u8; 1 << 20]));
        }
    }

    fn spin() {
        let mut turns = 0_u64;
        loop {
            turns = black_box(turns.wrapping_add(1));
        }
    }

    fn calls() -> u32 {
        CALLS.fetch_add(1, Relaxed) + 1
    }
}
