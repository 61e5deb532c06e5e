//! Handles that do not keep their value alive, and freeing many at once.

use jsvm::{Engine, Error, Value, WeakValue};
use jsvm_tests::{eval, exception, vm};

#[test]
fn a_weak_handle_does_not_keep_its_value() {
    let vm = vm();
    let object = eval(&vm, "({ x: 1 })");
    let weak = object.downgrade().unwrap();
    let again = weak.upgrade().unwrap().unwrap();
    assert!(again.strict_equals(&object).unwrap());
    drop(object);
    assert!(weak.upgrade().unwrap().is_some(), "a handle keeps it");
    drop(again);
    assert!(weak.upgrade().unwrap().is_none());
    assert!(weak.upgrade().unwrap().is_none());
}

#[test]
fn a_cycle_goes_with_the_garbage() {
    let vm = vm();
    let weak = eval(&vm, "{ const a = {}; a.self = a; a }")
        .downgrade()
        .unwrap();
    assert!(weak.upgrade().unwrap().is_some());
    vm.heap().collect_garbage().unwrap();
    assert!(weak.upgrade().unwrap().is_none());
}

#[test]
fn what_scripts_keep_stays() {
    let vm = vm();
    let weak = eval(&vm, "var kept = { y: 2 }; kept").downgrade().unwrap();
    vm.heap().collect_garbage().unwrap();
    let kept = weak.upgrade().unwrap().unwrap();
    assert_eq!(kept.get("y").unwrap().to::<i32>().unwrap(), 2);
    drop(kept);
    eval(&vm, "kept = null");
    assert!(weak.upgrade().unwrap().is_none());
}

#[test]
fn symbols_and_functions_are_held_weakly_and_texts_are_not() {
    let vm = vm();
    for source in ["Symbol('own')", "() => 1", "[]", "new Proxy({}, {})"] {
        let value = eval(&vm, source);
        let weak = value.downgrade().unwrap();
        let found = weak.upgrade().unwrap().unwrap();
        assert!(found.strict_equals(&value).unwrap(), "{source}");
    }
    for source in ["'text'", "10n", "Symbol.for('shared')"] {
        let error = exception(eval(&vm, source).downgrade());
        assert_eq!(error.name, "TypeError", "{source}");
    }
    assert!(matches!(
        Value::from(1.0).downgrade(),
        Err(Error::Conversion(_))
    ));
}

#[test]
fn scripts_cannot_deceive_it() {
    let vm = vm();
    let object = vm.create_object().unwrap();
    eval(
        &vm,
        "WeakRef.prototype.deref = () => 'fooled'; globalThis.WeakRef = null",
    );
    let weak = object.downgrade().unwrap();
    assert!(
        weak.upgrade()
            .unwrap()
            .unwrap()
            .strict_equals(&object)
            .unwrap()
    );
    let imposter = WeakValue::from_value(object);
    assert!(matches!(imposter, Err(Error::Conversion(_))));
}

#[test]
fn a_weak_handle_survives_a_snapshot_as_a_root() {
    let vm = vm();
    let object = eval(&vm, "var kept = { z: 3 }; kept");
    vm.roots()
        .set("weak", object.downgrade().unwrap().as_value())
        .unwrap();
    let lost = eval(&vm, "({})").downgrade().unwrap();
    vm.roots().set("lost", lost.as_value()).unwrap();
    let vm = Engine::global()
        .unwrap()
        .restore(&vm.snapshot().unwrap())
        .unwrap();
    let weak = |name| WeakValue::from_value(vm.roots().get(name).unwrap().unwrap()).unwrap();
    assert!(weak("lost").upgrade().unwrap().is_none());
    let found = weak("weak").upgrade().unwrap().unwrap();
    assert_eq!(found.get("z").unwrap().to::<i32>().unwrap(), 3);
    drop(found);
    eval(&vm, "kept = null");
    assert!(weak("weak").upgrade().unwrap().is_none());
}

#[test]
fn a_scope_frees_what_was_made_in_it() {
    let vm = vm();
    let list = eval(&vm, "Array.from({ length: 500 }, (_, i) => ({ i }))");
    let before = vm.heap().usage().unwrap().handles;
    let last = vm
        .scope(|| {
            let all: Vec<_> = (0..500).map(|i| list.get(i).unwrap()).collect();
            assert_eq!(vm.heap().usage().unwrap().handles, before + 500);
            Ok(all.into_iter().next_back().unwrap())
        })
        .unwrap();
    assert_eq!(vm.heap().usage().unwrap().handles, before + 1);
    assert_eq!(last.get("i").unwrap().to::<u32>().unwrap(), 499);
    // Without anything else being called.
    let weak = eval(&vm, "({})").downgrade().unwrap();
    let gone = vm.scope(|| weak.upgrade()).unwrap();
    assert!(gone.is_none());
}

#[test]
fn identities_tell_objects_apart() {
    let vm = vm();
    let pair = eval(&vm, "var o = {}; [o, o, {}, Symbol.iterator, 'text']");
    let identity = |index| pair.get(index).unwrap().identity().unwrap();
    assert!(identity(0).is_some());
    assert_eq!(identity(0), identity(1));
    assert_ne!(identity(0), identity(2));
    assert!(identity(3).is_some());
    assert_eq!(identity(4), None);
    assert_eq!(Value::NULL.identity().unwrap(), None);
}
