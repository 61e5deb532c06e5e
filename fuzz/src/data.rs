//! Reads data that is wrong, on both sides of the boundary.
//!
//! `tests/tests/vm/raw/pass.rs` says what must hold; the test `hostile_data` does the same with fewer
//! bytes.

use std::cell::RefCell;

use arbitrary::Arbitrary;
use jsvm::Data;

use crate::raw::pass;

thread_local! {
    static VM: RefCell<pass::Vm> = RefCell::new(pass::Vm::new());
    static SAMPLES: Vec<Data> = pass::samples();
}

/// Bytes of nothing we know, or data of a script that was tampered with.
#[derive(Arbitrary, Debug)]
pub enum Input {
    Bytes { item: Vec<u8>, chunks: Vec<Vec<u8>> },
    Edited { sample: u8, edits: Vec<Edit> },
}

#[derive(Arbitrary, Debug)]
pub enum Edit {
    Set { at: u16, to: u8 },
    Insert { at: u16, byte: u8 },
    Remove { at: u16 },
    Cut { at: u16 },
    Splice { from: u16, len: u8, to: u16 },
    Chunk { index: u8, bytes: Vec<u8> },
}

fn edit(item: &mut Vec<u8>, chunks: &mut Vec<Vec<u8>>, edits: &[Edit]) {
    for edit in edits {
        let place = |at: u16| usize::from(at) % item.len().max(1);
        match edit {
            Edit::Chunk { index, bytes } => match chunks.get_mut(usize::from(*index)) {
                Some(chunk) => chunk.clone_from(bytes),
                None => chunks.push(bytes.clone()),
            },
            _ if item.is_empty() => {}
            Edit::Set { at, to } => {
                let at = place(*at);
                item[at] = *to;
            }
            Edit::Insert { at, byte } => item.insert(place(*at), *byte),
            Edit::Remove { at } => drop(item.remove(place(*at))),
            Edit::Cut { at } => item.truncate(place(*at)),
            Edit::Splice { from, len, to } => {
                let (from, to) = (place(*from), place(*to));
                let end = (from + usize::from(*len)).min(item.len());
                let part = item[from..end].to_vec();
                item.splice(to..to, part);
            }
        }
    }
}

/// Compiles the component, and makes the samples: that takes longer than an input may.
pub fn prepare() {
    VM.with(|_| {});
    SAMPLES.with(|_| {});
}

/// Gives data to a VM.
pub fn check(input: Input) {
    let (item, chunks) = match input {
        Input::Bytes { item, chunks } => (item, chunks),
        Input::Edited { sample, edits } => SAMPLES.with(|samples| {
            let sample = &samples[usize::from(sample) % samples.len()];
            let cbor = sample.cbor().unwrap();
            let (mut item, mut chunks) = (cbor.item.to_vec(), cbor.chunks.to_vec());
            edit(&mut item, &mut chunks, &edits);
            (item, chunks)
        }),
    };

    VM.with_borrow_mut(|vm| pass::check(vm, &item, &chunks));
}
