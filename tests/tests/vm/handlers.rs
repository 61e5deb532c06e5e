//! Host functions that come and go, methods, and what they throw.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jsvm::{Data, Engine, Error, HostError, Interrupt, Token};
use jsvm_tests::{assert_usable, builder, eval, exception, vm};

#[test]
fn handlers_come_and_go() {
    let vm = vm();
    let function = vm.create_host_function("late", 1).unwrap();
    assert_eq!(exception(function.call((1,))).name, "TypeError");
    vm.add_handler("late", |n: f64| n + 1.0).unwrap();
    assert_eq!(function.call((1,)).unwrap().to::<f64>().unwrap(), 2.0);
    vm.add_handler("late", |n: f64| n + 10.0).unwrap();
    assert_eq!(function.call((1,)).unwrap().to::<f64>().unwrap(), 11.0);
    assert!(vm.remove_handler("late").unwrap());
    assert!(!vm.remove_handler("late").unwrap());
    assert_eq!(exception(function.call((1,))).name, "TypeError");
}

#[test]
fn handlers_of_one_vm_are_not_those_of_another() {
    let settings = builder().function("f", || "builder's");
    let (one, other) = (settings.build().unwrap(), settings.build().unwrap());
    one.add_handler("f", || "one's").unwrap();
    let call = |vm: &jsvm::Vm| eval(vm, "f()").to::<String>().unwrap();
    assert_eq!((&*call(&one), &*call(&other)), ("one's", "builder's"));
    assert_eq!(call(&settings.build().unwrap()), "builder's");
    other.remove_handler("f").unwrap();
    assert_eq!(call(&one), "one's");
}

#[test]
fn a_restored_vm_is_given_its_handlers() {
    let vm = vm();
    vm.add_handler("twice", |n: f64| 2.0 * n).unwrap();
    vm.global()
        .unwrap()
        .set("twice", vm.create_host_function("twice", 1).unwrap())
        .unwrap();
    let vm = Engine::global()
        .unwrap()
        .restore(&vm.snapshot().unwrap())
        .unwrap();
    assert_eq!(exception(vm.eval("twice(4)")).name, "TypeError");
    vm.add_handler("twice", |n: f64| 20.0 * n).unwrap();
    assert_eq!(eval(&vm, "twice(4)").to::<f64>().unwrap(), 80.0);
}

#[test]
fn an_ephemeral_function_ends_with_what_it_was_made_for() {
    let vm = vm();
    let alive = Arc::new(());
    let counted = Arc::new(AtomicU32::new(0));
    let visit = vm
        .create_ephemeral_function({
            let (alive, counted) = (alive.clone(), counted.clone());
            move |n: u32| {
                let _ = &alive;
                counted.fetch_add(n, Ordering::Relaxed);
            }
        })
        .unwrap();
    vm.global().unwrap().set("kept", visit.value()).unwrap();
    eval(&vm, "[1, 2, 3].forEach(n => kept(n))");
    assert_eq!(counted.load(Ordering::Relaxed), 6);
    assert_eq!(visit.value().get("length").unwrap().to::<u32>().unwrap(), 1);
    assert_eq!(Arc::strong_count(&alive), 2);
    drop(visit);
    // What it held is free at once, and a script that kept it is told.
    assert_eq!(Arc::strong_count(&alive), 1);
    let error = exception(vm.eval("kept(4)"));
    assert_eq!(
        (&*error.name, &*error.message),
        ("TypeError", "the host function is gone")
    );
    // The next ones are others, in this VM and in one that goes on from here.
    let next = vm.create_ephemeral_function(|| "next").unwrap();
    assert_eq!(exception(vm.eval("kept(4)")).name, "TypeError");
    assert_eq!(
        next.value().call(()).unwrap().to::<String>().unwrap(),
        "next"
    );
    let restored = Engine::global()
        .unwrap()
        .restore(&vm.snapshot().unwrap())
        .unwrap();
    let other = restored.create_ephemeral_function(|| "other").unwrap();
    assert_eq!(exception(restored.eval("kept(4)")).name, "TypeError");
    assert_eq!(
        other.value().call(()).unwrap().to::<String>().unwrap(),
        "other"
    );
}

#[test]
fn a_method_is_told_what_it_is_called_on() {
    let vm = builder()
        .handler("describe", |this: Data, suffix: Option<String>| {
            let name = this
                .root()
                .unwrap()
                .get("name")
                .map(|name| name.to::<String>());
            match name {
                Some(Ok(name)) => name + &suffix.unwrap_or_default(),
                _ => "nobody".to_owned(),
            }
        })
        .handler("own", |this: Token| this)
        .build()
        .unwrap();
    let describe = vm.create_host_method("describe", 1).unwrap();
    assert_eq!(describe.get("length").unwrap().to::<u32>().unwrap(), 1);
    let object = eval(&vm, "({ name: 'Ann' })");
    let called = describe.call_with_this(&object, ("!",)).unwrap();
    assert_eq!(called.to::<String>().unwrap(), "Ann!");
    let called = describe.call(()).unwrap();
    assert_eq!(called.to::<String>().unwrap(), "nobody");
    // A function has no form as data: it arrives as a token, and goes back as itself.
    let function = eval(&vm, "() => 7");
    let own = vm.create_host_method("own", 0).unwrap();
    let back = own.call_with_this(&function, ()).unwrap();
    assert!(back.strict_equals(&function).unwrap());
}

#[test]
fn any_value_is_thrown_and_caught() {
    let vm = builder()
        .function("text", || Err::<(), _>(HostError::value("just text")))
        .function("number", || Err::<(), _>(HostError::value(4.5)))
        .function("nothing", || Err::<(), _>(HostError::value(())))
        .function("list", || Err::<(), _>(HostError::value(vec![1, 2])))
        .function("same", |token: Token| Err::<(), _>(HostError::value(token)))
        .build()
        .unwrap();
    let caught = eval(&vm, "f => { try { f() } catch (e) { return [e] } }");
    for (name, expected) in [
        ("text", "just text"),
        ("number", "4.5"),
        ("nothing", ""),
        ("list", "1,2"),
    ] {
        let function = vm.global().unwrap().get(name).unwrap();
        let value = caught.call((&function,)).unwrap();
        assert_eq!(value.to_text().unwrap(), expected);
        let thrown = exception(function.call(()));
        let again = eval(&vm, "x => [x]").call((&thrown.value,)).unwrap();
        assert_eq!(again.to_text().unwrap(), expected);
    }
    // A function that is thrown is that very function.
    assert!(
        eval(
            &vm,
            "const f = () => 1; try { same(f) } catch (e) { e === f }"
        )
        .to::<bool>()
        .unwrap()
    );
    // And whatever a script throws arrives as it is.
    for source in [
        "undefined",
        "null",
        "0",
        "'x'",
        "10n",
        "Symbol.iterator",
        "() => 1",
        "[1]",
    ] {
        let thrown = exception(vm.eval(&format!("throw {source}")));
        let expected = eval(&vm, &format!("({source})"));
        assert_eq!(thrown.value.type_of().unwrap(), expected.type_of().unwrap());
        assert_eq!(thrown.name, "");
    }
}

#[derive(Debug)]
struct Outer {
    number: u32,
    source: Middle,
}

#[derive(Debug)]
struct Middle(std::io::Error);

impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the order {} cannot be placed", self.number)
    }
}

impl std::fmt::Display for Middle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the shop does not answer")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

impl std::error::Error for Middle {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

fn failure() -> Outer {
    let cause = std::io::Error::other("connection refused");
    Outer {
        number: 7,
        source: Middle(cause),
    }
}

#[test]
fn an_error_of_rust_has_all_its_causes() {
    let vm = vm();
    let error = vm.create_error_from(&failure()).unwrap();
    assert!(error.is_error().unwrap());
    let show = eval(
        &vm,
        "error => { const all = [];
           for (let e = error; e; e = e.cause) all.push(`${e instanceof Error} ${e.message}`);
           return all }",
    );
    let expected = [
        "true the order 7 cannot be placed",
        "true the shop does not answer",
        "true connection refused",
    ];
    let all = show.call((&error,)).unwrap().to::<Vec<String>>().unwrap();
    assert_eq!(all, expected);
    // The same when a host function fails.
    let vm = builder()
        .function("order", || Err::<(), _>(failure()))
        .build()
        .unwrap();
    let thrown = exception(vm.eval("order()"));
    assert_eq!(thrown.message, "the order 7 cannot be placed");
    let cause = thrown.value.get("cause").unwrap().get("cause").unwrap();
    assert_eq!(
        cause.get("message").unwrap().to::<String>().unwrap(),
        "connection refused"
    );
}

#[test]
fn the_embedder_says_when_to_stop() {
    let stop = Arc::new(AtomicU32::new(0));
    let vm = builder()
        .stop_when({
            let stop = stop.clone();
            move || stop.load(Ordering::Relaxed) == 1
        })
        .function("stop", {
            let stop = stop.clone();
            move || stop.store(1, Ordering::Relaxed)
        })
        .build()
        .unwrap();
    assert_eq!(
        eval(&vm, "for (let i = 0; i < 1e5; i++); 1")
            .to::<i32>()
            .unwrap(),
        1
    );
    let stopped = vm
        .eval("stop(); try { for (;;); } catch { 'caught' }")
        .unwrap_err();
    assert!(
        matches!(stopped, Error::Interrupted(Interrupt::Embedder)),
        "{stopped}"
    );
    stop.store(0, Ordering::Relaxed);
    assert_usable(&vm);
    // One that panics stops it, too.
    let vm = builder().stop_when(|| panic!("asked")).build().unwrap();
    let stopped = vm.eval("for (;;);").unwrap_err();
    assert!(
        matches!(stopped, Error::Interrupted(Interrupt::Embedder)),
        "{stopped}"
    );
}
