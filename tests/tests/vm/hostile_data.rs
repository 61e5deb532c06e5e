//! Data from whoever made it: what `./just fuzz data` does for hours, for some seconds.

use std::cell::{Cell, RefCell};

use crate::raw::pass::{Vm, check, samples};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

#[test]
fn what_a_vm_gives_it_takes() {
    let mut vm = Vm::new();
    for sample in samples() {
        let cbor = sample.cbor().unwrap();
        assert!(check(&mut vm, cbor.item, cbor.chunks), "{sample:?}");
    }
}

#[test]
fn every_beginning_of_data_is_refused() {
    let mut vm = Vm::new();
    for sample in samples() {
        let cbor = sample.cbor().unwrap();
        for end in 0..cbor.item.len().min(300) {
            let is_taken = check(&mut vm, &cbor.item[..end], cbor.chunks);
            assert!(!is_taken, "{end} bytes of {sample:?}");
        }
    }
}

#[test]
fn bytes_that_were_changed_do_no_harm() {
    let vm = RefCell::new(Vm::new());
    let taken = Cell::new(0);
    let samples = samples();
    let edits = vec((any::<prop::sample::Index>(), any::<u8>()), 1..4);
    let changes = (0..samples.len(), edits, any::<bool>());
    TestRunner::new_with_rng(
        Config::with_cases(3_000),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    )
    .run(&changes, |(sample, edits, cuts)| {
        let cbor = samples[sample].cbor().unwrap();
        let (mut item, mut chunks) = (cbor.item.to_vec(), cbor.chunks.to_vec());
        for (at, byte) in edits {
            let at = at.index(item.len());
            item[at] = byte;
        }
        if cuts && let Some(chunk) = chunks.first_mut() {
            chunk.truncate(chunk.len() / 3);
        }
        let is_taken = check(&mut vm.borrow_mut(), &item, &chunks);
        taken.set(taken.get() + u32::from(is_taken));
        Ok(())
    })
    .unwrap();
    // Enough of it is well-formed for the rest to mean something.
    assert!(taken.get() > 300, "{}", taken.get());
}
