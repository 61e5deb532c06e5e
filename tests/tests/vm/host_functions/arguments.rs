//! Arguments that run code, results that are malformed, and tokens.

use super::*;

#[test]
fn an_accessor_that_throws_while_arguments_are_copied_is_what_the_call_throws() {
    let called: Arc<Mutex<u32>> = Arc::default();
    let vm = builder()
        .function("f", {
            let called = called.clone();
            move |_: Data| *called.lock().unwrap() += 1
        })
        .build()
        .unwrap();
    let error = exception(vm.eval("f({ get x() { throw new SyntaxError('mine') } })"));
    assert_eq!((&*error.name, &*error.message), ("SyntaxError", "mine"));
    assert_eq!(*called.lock().unwrap(), 0);
    assert_usable(&vm);
}

#[test]
fn an_accessor_can_call_host_functions_while_arguments_are_copied() {
    let vm = builder().function("f", |data: Data| data).build().unwrap();
    let source = "f({ get x() { return f({ get y() { return f(1) + 1 } }).y + 1 } }).x";
    assert_eq!(eval(&vm, source).to::<i32>().unwrap(), 3);
}

#[test]
fn malformed_results_are_type_errors() {
    use jsvm::data::Node;
    let bad = || Data::from_nodes(vec![Node::Array(vec![7])]);
    let vm = builder()
        .function("result", bad)
        .function("error", move || Err::<(), _>(HostError::value(bad())))
        .build()
        .unwrap();
    assert_eq!(exception(vm.eval("result()")).name, "TypeError");
    assert_eq!(exception(vm.eval("error()")).name, "TypeError");
    assert_usable(&vm);
}

#[test]
fn tokens_keep_what_they_stand_for_until_they_are_dropped() {
    let kept: Arc<Mutex<Vec<Token>>> = Arc::default();
    let vm = builder()
        .function("keep", {
            let kept = kept.clone();
            move |token: Token| kept.lock().unwrap().push(token)
        })
        .build()
        .unwrap();
    eval(
        &vm,
        "keep(x => x + 1); keep(x => x + 2); keep(Promise.resolve(3))",
    );
    assert_eq!(vm.heap().usage().unwrap().tokens, 3);
    vm.heap().collect_garbage().unwrap();
    let tokens = std::mem::take(&mut *kept.lock().unwrap());
    let second = vm.value_of_token(&tokens[1]).unwrap();
    assert_eq!(second.call((40,)).unwrap().to::<i32>().unwrap(), 42);
    // Two tokens can stand for one value.
    let again = vm.create_token(&second).unwrap();
    assert_ne!(again.number(), tokens[1].number());
    assert!(
        vm.value_of_token(&again)
            .unwrap()
            .strict_equals(&second)
            .unwrap()
    );
    drop((tokens, again));
    assert_eq!(vm.heap().usage().unwrap().tokens, 0);
    // The handle is not touched by that.
    assert_eq!(second.call((1,)).unwrap().to::<i32>().unwrap(), 3);
}

/// Plain values cross without an encoding, other values as data: both must be read alike.
#[test]
fn an_argument_is_what_it_is_inside_of_an_array() {
    let vm = builder()
        .function("alone", |value: serde_json::Value| value.to_string())
        .function("inside", |(value,): (serde_json::Value,)| value.to_string())
        .function("data", |value: Data| value)
        .function("numbers", |bytes: Vec<u8>, floats: Vec<f64>| {
            (bytes, floats)
        })
        .function("all", |Arguments(all): Arguments| all)
        .build()
        .unwrap();
    for value in [
        "1",
        "-1",
        "0",
        "-0",
        "0.5",
        "1e300",
        "2 ** 53 - 1",
        "2 ** 53",
        "'text'",
        "'\u{e9}'",
        "'\u{4e2d}'",
        "''",
        "null",
        "undefined",
        "true",
        "'x'.repeat(1000)",
        "[1, 'a']",
        "10n",
        "'a' + String(Math.random())",
    ] {
        let source = format!("{{ const v = {value}; [alone(v), inside([v])] }}");
        let (alone, inside): (String, String) = eval(&vm, &source).to().unwrap();
        assert_eq!(alone, inside, "{value}");
        let source = format!("{{ const v = {value}; String(data(v)) === String(v) }}");
        assert!(eval(&vm, &source).to::<bool>().unwrap(), "{value}");
    }
    let source = "JSON.stringify(numbers(new Uint8Array([1, 2]), new Uint8Array([3])))";
    assert_eq!(eval(&vm, source).to::<String>().unwrap(), "[[1,2],[3]]");
    let source = "all(1, 'a', null, undefined, new Uint8Array([7]), { b: 'c' }, [])";
    let (plain, bytes) = (eval(&vm, source), eval(&vm, "all(new Uint8Array(100000))"));
    assert_eq!(
        plain
            .get(5)
            .unwrap()
            .get("b")
            .unwrap()
            .to::<String>()
            .unwrap(),
        "c"
    );
    assert_eq!(plain.get("length").unwrap().to::<u32>().unwrap(), 7);
    assert_eq!(
        bytes.get(0).unwrap().to::<Bytes>().unwrap().0.len(),
        100_000
    );
    // A whole number is one for whoever takes any value.
    let one: serde_json::Value = eval(&vm, "1").to().unwrap();
    assert_eq!(one, serde_json::json!(1));
}

#[test]
fn tokens_of_arguments_that_nobody_reads_are_released() {
    let vm = builder()
        .function("ignore", || ())
        .function("first", |_: u32| ())
        .function("panics", |_: u32| -> u32 { panic!("no") })
        .build()
        .unwrap();
    eval(
        &vm,
        "const f = () => 1;
         ignore(f, [f]); first(1, f, 'text', [f]);
         for (const call of [() => first(f, f), () => panics(1, f), () => missing(f)]) {
             try { call() } catch {}
         }",
    );
    let unknown = vm.create_host_function("unknown", 1).unwrap();
    assert!(unknown.call((eval(&vm, "f"),)).is_err());
    assert_eq!(vm.heap().usage().unwrap().tokens, 0);
}

#[test]
fn a_token_works_only_with_its_vm() {
    let (vm, other) = (vm(), vm());
    let token = other.create_token(&eval(&other, "() => 1")).unwrap();
    assert!(matches!(
        vm.value_of_token(&token),
        Err(Error::ForeignValue)
    ));
    assert!(matches!(
        vm.create_value(token.clone()),
        Err(Error::ForeignValue)
    ));
    let same = eval(&vm, "x => x");
    assert!(matches!(
        same.call((token.clone(),)),
        Err(Error::ForeignValue)
    ));
    assert!(matches!(
        vm.create_token(&Value::from(1.0)),
        Err(Error::Conversion(_))
    ));
    assert_eq!(
        other
            .value_of_token(&token)
            .unwrap()
            .call(())
            .unwrap()
            .to::<i32>()
            .unwrap(),
        1
    );
    // It may outlive its VM.
    drop(other);
    drop(token);
}

#[test]
fn a_host_function_can_return_what_it_was_given() {
    let vm = builder()
        .function("second", |_: Data, second: Data| second)
        .build()
        .unwrap();
    // The tokens of the arguments are released only after the result was copied in.
    let source = "const f = () => 7; second(() => 1, { f, again: [f] }).again[0]()";
    assert_eq!(eval(&vm, source).to::<i32>().unwrap(), 7);
    assert_eq!(vm.heap().usage().unwrap().tokens, 0);
}
