//! Values and their VMs, threads and numbers.

use jsvm::{Error, ErrorClass, Key, Value, ViewKind, Vm};
use jsvm_tests::{assert_usable, eval, vm};

/// Every function that takes a value, with a value of another VM.
#[test]
fn a_value_of_another_vm_is_refused_everywhere() {
    let (vm, other) = (vm(), vm_with_object());
    let foreign = other.1;
    let own = eval(&vm, "({ f(x) { return x } })");
    let function = own.get("f").unwrap();
    let refused: Vec<(&str, Result<(), Error>)> = vec![
        ("set", own.set("x", &foreign)),
        ("set by key", own.set(Key::Value(&foreign), 1)),
        ("get", own.get(&foreign).map(drop)),
        ("delete", own.delete(&foreign).map(drop)),
        ("has", own.has(&foreign).map(drop)),
        ("call", function.call((&foreign,)).map(drop)),
        ("this", function.call_with_this(&foreign, ()).map(drop)),
        ("call_method", own.call_method("f", (&foreign,)).map(drop)),
        (
            "call_method by key",
            own.call_method(&foreign, ()).map(drop),
        ),
        (
            "construct",
            eval(&vm, "Object").construct((&foreign,)).map(drop),
        ),
        ("is_instance", own.is_instance(&foreign).map(drop)),
        ("strict_equals", own.strict_equals(&foreign).map(drop)),
        ("same_value", own.same_value(&foreign).map(drop)),
        ("array", vm.create_array((&foreign,)).map(drop)),
        ("value", vm.create_value(&foreign).map(drop)),
        (
            "view",
            vm.create_view(ViewKind::Uint8, &foreign, 0, None).map(drop),
        ),
        (
            "error",
            vm.create_error(ErrorClass::Error, "", Some(&foreign))
                .map(drop),
        ),
        ("retain", vm.create_token(&foreign).map(drop)),
    ];
    for (name, result) in refused {
        assert!(
            matches!(result, Err(Error::ForeignValue)),
            "{name}: {result:?}"
        );
    }
    assert_usable(&vm);
    assert_usable(&other.0);
}

fn vm_with_object() -> (Vm, Value) {
    let vm = vm();
    let object = vm.create_object().unwrap();
    (vm, object)
}

#[test]
fn a_value_keeps_its_vm_alive() {
    let value = {
        let vm = vm();
        eval(&vm, "({ count: 0, next() { return ++this.count } })")
    };
    assert_eq!(
        value.call_method("next", ()).unwrap().to::<i32>().unwrap(),
        1
    );
    assert_eq!(
        value.call_method("next", ()).unwrap().to::<i32>().unwrap(),
        2
    );
}

#[test]
fn values_are_used_from_several_threads() {
    let vm = vm();
    let counter = eval(&vm, "({ count: 0, next() { return ++this.count } })");
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (vm, counter) = (vm.clone(), counter.clone());
            std::thread::spawn(move || {
                for _ in 0..250 {
                    counter.call_method("next", ()).unwrap();
                    let own = vm.eval("({ a: [1, 2] })").unwrap();
                    assert_eq!(
                        own.get("a").unwrap().get(1).unwrap().to::<i32>().unwrap(),
                        2
                    );
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(counter.get("count").unwrap().to::<i32>().unwrap(), 1000);
}

#[test]
fn strings_of_100_mb_go_in_and_come_out() {
    let limits = jsvm::Limits::default()
        .memory(1 << 30)
        .hard_memory(2 << 30)
        .output(1 << 30);
    let vm = jsvm_tests::builder().limits(limits).build().unwrap();
    let text = "0123456789".repeat(10_000_000);
    let value = vm.create_string(&text).unwrap();
    assert_eq!(
        value.get("length").unwrap().to::<u32>().unwrap(),
        100_000_000
    );
    assert!(value.to_text().unwrap() == text);
    assert!(value.to::<String>().unwrap() == text);
    drop((value, text));
    assert_usable(&vm);
}

#[test]
fn a_million_handles_live_at_once() {
    let vm = vm();
    let object = eval(&vm, "({ f: () => 1 })");
    let handles: Vec<Value> = (0..1_000_000).map(|_| object.get("f").unwrap()).collect();
    let usage = vm.heap().usage().unwrap();
    assert!(usage.handles >= 1_000_000, "{}", usage.handles);
    assert_eq!(handles[999_999].call(()).unwrap().to::<i32>().unwrap(), 1);
    drop(handles);
    let usage = vm.heap().usage().unwrap();
    assert!(usage.handles < 100, "{}", usage.handles);
}
