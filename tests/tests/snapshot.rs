//! Snapshots through the public interface.
#![allow(missing_docs, clippy::unwrap_used)]

use jsvm::Snapshot;
use jsvm_tests::{builder, vm};

#[test]
fn counts_on() {
    let vm = vm();
    vm.eval("var n = 0; function next() { return ++n }; next()")
        .unwrap();
    let snapshot = vm.snapshot().unwrap();
    eprintln!(
        "{snapshot:?} {} pages {} bytes",
        snapshot.stored_pages(),
        snapshot.to_bytes().unwrap().len()
    );
    let bytes = snapshot.to_bytes().unwrap();
    let vm = builder()
        .restore(&Snapshot::from_bytes(&bytes).unwrap())
        .unwrap();
    assert_eq!(vm.eval("next()").unwrap().to::<i32>().unwrap(), 2);
    let vm2 = jsvm_tests::vm();
    let s = vm2.snapshot().unwrap();
    eprintln!(
        "empty {s:?} {} pages {} bytes",
        s.stored_pages(),
        s.to_bytes().unwrap().len()
    );
    vm2.eval("{let a = []; for (let i = 0; i < 400000; i++) a.push({i, s: 'x' + i}); a = null}")
        .unwrap();
    let s = vm2.snapshot().unwrap();
    eprintln!(
        "freed {s:?} {} pages {} bytes",
        s.stored_pages(),
        s.to_bytes().unwrap().len()
    );
    vm2.gc().unwrap();
    let s = vm2.snapshot().unwrap();
    eprintln!(
        "freed+gc {s:?} {} pages {} bytes",
        s.stored_pages(),
        s.to_bytes().unwrap().len()
    );
    let vm3 = builder().resume(&s).unwrap();
    let t = vm3.snapshot().unwrap();
    eprintln!("resumed {}", t.id() == s.id());
}
