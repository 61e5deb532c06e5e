//! The function `cbor.lend`: what it returns is not freed when the embedder has it, as the generated
//! bindings would do, but when it is called again.

use std::cell::RefCell;

use crate::bindings::exports::jsvm::forms::cbor::Data;
use crate::form::Cbor;

/// What was lent last.
#[derive(Default)]
struct Lent {
    data: Option<Data>,
    chunks: Vec<[usize; 2]>,
    lists: [[usize; 2]; 3],
}

thread_local! {
    static LENT: RefCell<Lent> = RefCell::default();
}

fn list<T>(items: &[T]) -> [usize; 2] {
    [items.as_ptr() as usize, items.len()]
}

// SAFETY: the name is that of the interface's function, whose signature this is.
#[unsafe(export_name = "jsvm:forms/cbor#lend")]
extern "C" fn lend(work: u32) -> *const [[usize; 2]; 3] {
    LENT.with_borrow_mut(|lent| {
        // Frees what was lent before.
        lent.data = None;
        let data = lent.data.insert(crate::take::<Cbor>(work));
        lent.chunks = data.chunks.iter().map(|chunk| list(chunk)).collect();
        lent.lists = [list(&data.item), list(&lent.chunks), list(&data.tokens)];
        &raw const lent.lists
    })
}
