//! What is recorded of promises, and rejections that are handled late.

use jsvm::{Engine, PromiseEvent, PromiseEventKind, Vm};
use jsvm_tests::{eval, vm};

use PromiseEventKind::{Adopted, Adopting, Fulfilled, Made};

fn take(vm: &Vm) -> Vec<(PromiseEventKind, u64, Option<u64>)> {
    let events = vm.take_promise_events().unwrap().events;
    let events = events.into_iter();
    events
        .map(|event: PromiseEvent| (event.kind, event.promise, event.parent))
        .collect()
}

#[test]
fn nothing_is_recorded_unless_asked() {
    let vm = vm();
    eval(&vm, "Promise.resolve(1).then(() => 2)");
    vm.run_jobs().unwrap();
    assert!(take(&vm).is_empty());
}

#[test]
fn the_life_of_promises_is_recorded() {
    let vm = vm();
    vm.record_promises(100).unwrap();
    eval(
        &vm,
        "var done; var first = new Promise(resolve => done = resolve); var second = first.then(() => 1)",
    );
    assert_eq!(take(&vm), [(Made, 1, None), (Made, 2, Some(1))]);
    eval(&vm, "done(5)");
    assert_eq!(take(&vm), [(Fulfilled, 1, None)]);
    vm.run_jobs().unwrap();
    assert_eq!(take(&vm), [(Fulfilled, 2, None)]);
    // What was there before is known from its first event on.
    vm.record_promises(0).unwrap();
    eval(&vm, "var third = new Promise(resolve => done = resolve)");
    vm.record_promises(100).unwrap();
    eval(&vm, "done()");
    let [(Fulfilled, number, None)] = take(&vm)[..] else {
        panic!("one event is expected")
    };
    assert!(number > 2);
}

#[test]
fn a_promise_at_the_place_of_another_has_its_own_number() {
    let vm = vm();
    vm.record_promises(1000).unwrap();
    eval(&vm, "for (let i = 0; i < 100; i++) new Promise(() => {})");
    let numbers: Vec<_> = take(&vm).iter().map(|(_, number, _)| *number).collect();
    assert_eq!(numbers, (1..=100).collect::<Vec<_>>());
}

#[test]
fn what_has_no_room_is_counted() {
    let vm = vm();
    vm.record_promises(3).unwrap();
    eval(&vm, "for (let i = 0; i < 10; i++) new Promise(() => {})");
    let record = vm.take_promise_events().unwrap();
    assert_eq!((record.events.len(), record.lost), (3, 7));
    let record = vm.take_promise_events().unwrap();
    assert_eq!((record.events.len(), record.lost), (0, 0));
    eval(&vm, "new Promise(() => {})");
    assert_eq!(take(&vm).len(), 1);
    // To end it forgets what was recorded.
    eval(&vm, "new Promise(() => {})");
    vm.record_promises(0).unwrap();
    assert!(take(&vm).is_empty());
}

#[test]
fn a_promise_that_follows_another_is_recorded() {
    let vm = vm();
    eval(&vm, "var other = Promise.resolve(5)");
    vm.record_promises(100).unwrap();
    eval(&vm, "var follower = new Promise(resolve => resolve(other))");
    let [(Made, follower, None)] = take(&vm)[..] else {
        panic!("one event is expected")
    };
    vm.run_jobs().unwrap();
    let events = take(&vm);
    let of_follower: Vec<_> = events
        .iter()
        .filter(|(_, number, _)| *number == follower)
        .map(|(kind, ..)| *kind)
        .collect();
    assert_eq!(of_follower, [Adopting, Adopted, Fulfilled], "{events:?}");
}

#[test]
fn awaiting_is_recorded() {
    let vm = vm();
    vm.record_promises(100).unwrap();
    eval(&vm, "(async () => { await null; await null })()");
    vm.run_jobs().unwrap();
    let events = take(&vm);
    let count = |kind| events.iter().filter(|(found, ..)| *found == kind).count();
    // That of the function and one for each `await`, all of which are fulfilled in the end.
    assert_eq!((count(Made), count(Fulfilled)), (3, 3), "{events:?}");
}

#[test]
fn the_record_survives_a_snapshot() {
    let engine = Engine::global().unwrap();
    let vm = vm();
    vm.record_promises(10).unwrap();
    eval(
        &vm,
        "var done; var p = new Promise(resolve => done = resolve)",
    );
    let restored = engine.restore(&vm.snapshot().unwrap()).unwrap();
    eval(&restored, "done()");
    assert_eq!(take(&restored), [(Made, 1, None), (Fulfilled, 1, None)]);
    assert_eq!(take(&vm), [(Made, 1, None)]);
    // The next VM of an instance does not record.
    drop((vm, restored));
    let next = jsvm_tests::vm();
    eval(&next, "Promise.resolve()");
    assert!(take(&next).is_empty());
}

#[test]
fn a_rejection_that_is_handled_late_is_reported() {
    let vm = vm();
    eval(
        &vm,
        "var late = Promise.reject(new Error('x')), at_once = Promise.reject(1)",
    );
    eval(&vm, "at_once.catch(() => {})");
    vm.run_jobs().unwrap();
    let rejections = vm.take_unhandled_rejections().unwrap();
    assert_eq!(rejections.len(), 1);
    assert!(vm.take_handled_rejections().unwrap().is_empty());
    eval(&vm, "late.catch(() => {})");
    let handled = vm.take_handled_rejections().unwrap();
    assert_eq!(handled.len(), 1);
    assert!(handled[0].strict_equals(&rejections[0].promise).unwrap());
    assert!(vm.take_handled_rejections().unwrap().is_empty());
}

#[test]
fn a_promise_is_marked_as_handled() {
    let vm = vm();
    let promise = eval(&vm, "var fail; new Promise((_, reject) => fail = reject)");
    vm.mark_handled(&promise).unwrap();
    eval(&vm, "fail(1)");
    let rejected = eval(&vm, "Promise.reject(2)");
    vm.mark_handled(&rejected).unwrap();
    vm.run_jobs().unwrap();
    assert!(vm.take_unhandled_rejections().unwrap().is_empty());
    // It does nothing for anything else.
    vm.mark_handled(&vm.create_object().unwrap()).unwrap();
    vm.mark_handled(&jsvm::Value::NULL).unwrap();
}
