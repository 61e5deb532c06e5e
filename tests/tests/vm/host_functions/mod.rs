//! Functions of Rust that JavaScript calls.

mod arguments;
mod console;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use jsvm::{Arguments, Bytes, Data, Error, ErrorClass, HostError, Token, Value, Vm};
use jsvm_tests::{Console, assert_usable, builder, eval, exception, vm};

#[test]
fn arguments_and_results_have_their_types() {
    let vm = builder()
        .function("nothing", || ())
        .function("integers", |a: i8, b: u64| i128::from(a) * i128::from(b))
        .function("text", |text: String, letter: char| {
            format!("{text}{letter}")
        })
        .function("list", |list: Vec<Option<f64>>| {
            list.into_iter().flatten().sum::<f64>()
        })
        .function("map", |map: BTreeMap<String, u32>| {
            map.into_keys().collect::<Vec<_>>()
        })
        .function("bytes", |Bytes(mut bytes): Bytes| {
            bytes.reverse();
            Bytes(bytes)
        })
        .function("data", |data: Data| data)
        .function(
            "many",
            |a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8| vec![a, b, c, d, e, f, g, h],
        )
        .build()
        .unwrap();
    for (source, expected) in [
        ("nothing()", "undefined"),
        (
            "typeof integers(-2, 10n ** 18n) + integers(-2, 10n ** 18n)",
            "bigint-2000000000000000000",
        ),
        ("integers(3, 4)", "12"),
        ("text('größ', 'e')", "größe"),
        ("list([1, null, undefined, , 2.5])", "3.5"),
        ("map({ b: 1, a: 2 })", "a,b"),
        ("map(new Map([['k', 1]]))", "k"),
        (
            "bytes(new Uint8Array([1, 2, 3])) instanceof Uint8Array",
            "true",
        ),
        ("bytes(new Uint16Array([1, 2]).subarray(1))", "0,2"),
        ("bytes(new DataView(new ArrayBuffer(2)))", "0,0"),
        ("many(1, 2, 3, 4, 5, 6, 7, 8)", "1,2,3,4,5,6,7,8"),
        ("Object.is(data(-0), -0)", "true"),
        ("data(new Map([[{}, /x/g]])) instanceof Map", "true"),
        (
            "(() => { const f = () => 1; return data(f) === f && data([f])[0] === f })()",
            "true",
        ),
        (
            "(() => { const p = Promise.resolve(); return data(p) === p })()",
            "true",
        ),
    ] {
        assert_eq!(eval(&vm, source).to_text().unwrap(), expected, "{source}");
    }
}

#[test]
fn missing_arguments_are_undefined_and_extra_ones_are_ignored() {
    let vm = builder()
        .function("optional", |a: f64, b: Option<f64>| a + b.unwrap_or(100.0))
        .function("count", |args: Arguments| args.0.len() as u32)
        .build()
        .unwrap();
    assert_eq!(eval(&vm, "optional(1)").to::<f64>().unwrap(), 101.0);
    assert_eq!(
        eval(&vm, "optional(1, 2, 3, {}, () => 1)")
            .to::<f64>()
            .unwrap(),
        3.0
    );
    assert_eq!(eval(&vm, "count()").to::<u32>().unwrap(), 0);
    assert_eq!(
        eval(&vm, "count(...new Array(5000))").to::<u32>().unwrap(),
        5000
    );
    assert_eq!(
        eval(&vm, "[optional.length, optional.name]")
            .to_text()
            .unwrap(),
        "2,optional"
    );
}

#[test]
fn an_argument_of_another_type_is_a_type_error_that_says_which() {
    let vm = builder()
        .function("f", |_: f64, _: String| ())
        .function("orders", |_: Vec<BTreeMap<String, u8>>| ())
        .function("callback", |_: Token| ())
        .build()
        .unwrap();
    for (source, message) in [
        ("f()", "argument 1: expected a number, found undefined"),
        (
            "f('1', '')",
            "argument 1: expected a number, found string \"1\"",
        ),
        ("f(1, 2)", "argument 2: expected a string, found number 2"),
        (
            "f(1n, '')",
            "argument 1: expected a number, found bigint 1n",
        ),
        (
            "f(1, '\\ud800')",
            "argument 2: expected a string of well-formed Unicode, found a string with lone surrogates",
        ),
        (
            "orders([{ a: 1 }, { b: 256 }])",
            "argument 1: [1].b: expected a whole number that fits u8, found number 256",
        ),
        (
            "orders([{}, { c: 1.5 }])",
            "argument 1: [1].c: expected a whole number that fits u8, found number 1.5",
        ),
        (
            "callback({})",
            "argument 1: expected a function or another value that is not data, found an object",
        ),
    ] {
        let error = exception(vm.eval(source));
        assert_eq!(
            (&*error.name, &*error.message),
            ("TypeError", message),
            "{source}"
        );
        assert!(error.value.is_instance(&eval(&vm, "TypeError")).unwrap());
    }
}

#[test]
fn an_error_of_rust_becomes_an_error_with_its_causes() {
    let vm = builder()
        .function("parse", |text: String| -> Result<f64, HostError> {
            Ok(text.parse()?)
        })
        .function("chain", || Err::<(), _>(Chain { depth: 3 }))
        .function("throw_uri", || {
            Err::<(), _>(HostError::of_class(ErrorClass::UriError, "uri"))
        })
        .function("value", || Err::<(), _>(HostError::value(vec![1, 2])))
        .function("throw_undefined", || Err::<(), _>(HostError::value(())))
        .build()
        .unwrap();
    assert_eq!(eval(&vm, "parse('2.5')").to::<f64>().unwrap(), 2.5);
    let error = exception(vm.eval("parse('x')"));
    assert_eq!(
        (&*error.name, &*error.message),
        ("Error", "invalid float literal")
    );
    // It has a stack of its own, of where it was thrown.
    let error = exception(vm.eval("function outer() {\n  chain()\n}\nouter()"));
    assert!(error.stack.contains("outer (<eval>:2:"), "{}", error.stack);
    assert_eq!(error.message, "depth 3");
    let chain = eval(
        &vm,
        "error => { const all = []; for (; error; error = error.cause) all.push(error.message); return all }",
    );
    let chain: Vec<String> = chain.call((&error.value,)).unwrap().to().unwrap();
    assert_eq!(chain, ["depth 3", "depth 2", "depth 1", "depth 0"]);
    assert_eq!(exception(vm.eval("throw_uri()")).name, "URIError");
    assert_eq!(
        exception(vm.eval("value()"))
            .value
            .to::<Vec<i32>>()
            .unwrap(),
        [1, 2]
    );
    assert!(exception(vm.eval("throw_undefined()")).value.is_undefined());
    assert_eq!(
        eval(
            &vm,
            "try { throw_uri() } catch (e) { e instanceof URIError }"
        )
        .to_text()
        .unwrap(),
        "true"
    );
}

/// An error with causes.
#[derive(Debug)]
struct Chain {
    depth: u32,
}

impl std::fmt::Display for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "depth {}", self.depth)
    }
}

impl std::error::Error for Chain {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        static CAUSES: [Chain; 3] = [Chain { depth: 0 }, Chain { depth: 1 }, Chain { depth: 2 }];
        let index = self.depth.checked_sub(1)? as usize;
        CAUSES.get(index).map(|cause| cause as _)
    }
}

#[test]
fn a_panic_in_a_host_function_is_an_error_and_the_vm_goes_on() {
    let vm = builder()
        .function("panics", |text: String| -> () { panic!("{text}") })
        .function("panics_str", || -> () { panic!("plain") })
        .function("panics_other", || -> () { std::panic::panic_any(5) })
        .build()
        .unwrap();
    let error = exception(vm.eval("panics('oh no')"));
    assert_eq!(
        (&*error.name, &*error.message),
        ("Error", "host function `panics` panicked: oh no")
    );
    let caught = eval(&vm, "try { panics_str() } catch (e) { e.message }");
    assert_eq!(
        caught.to::<String>().unwrap(),
        "host function `panics_str` panicked: plain"
    );
    assert_eq!(
        exception(vm.eval("panics_other()")).message,
        "host function `panics_other` panicked: "
    );
    assert_usable(&vm);
}

#[test]
fn a_host_function_cannot_call_the_vm_that_called_it() {
    let cell: Arc<OnceLock<(Vm, Value)>> = Arc::default();
    let results: Arc<Mutex<Vec<String>>> = Arc::default();
    let vm = builder()
        .function("reenter", {
            let (cell, results) = (cell.clone(), results.clone());
            move || {
                let (vm, value) = cell.get().unwrap();
                let mut outcomes = vec![
                    vm.eval("1").map(drop),
                    vm.run_jobs().map(drop),
                    vm.take_requests().map(drop),
                    vm.heap().usage().map(drop),
                    vm.heap().collect_garbage(),
                    value.call(()).map(drop),
                    value.get("x").map(drop),
                    value.to_data().map(drop),
                    vm.set_limits(&Default::default()),
                ];
                // Handles can be dropped all the same.
                drop(value.clone());
                let mut results = results.lock().unwrap();
                results.extend(outcomes.drain(..).map(|outcome| format!("{outcome:?}")));
            }
        })
        .build()
        .unwrap();
    assert!(cell.set((vm.clone(), eval(&vm, "() => 1"))).is_ok());
    eval(&vm, "reenter()");
    let results = std::mem::take(&mut *results.lock().unwrap());
    assert_eq!(results, vec!["Err(Busy)"; 9]);
    assert_usable(&vm);
}

#[test]
fn a_host_function_can_use_another_vm() {
    let other = vm();
    eval(&other, "var calls = 0");
    let vm = builder()
        .function("ask", {
            let other = other.clone();
            move |source: String| -> Result<f64, HostError> {
                Ok(other.eval(&*source).and_then(|value| value.to::<f64>())?)
            }
        })
        .build()
        .unwrap();
    assert_eq!(
        eval(&vm, "ask('++calls') + ask('++calls')")
            .to::<f64>()
            .unwrap(),
        3.0
    );
    let error = exception(vm.eval("ask('throw new TypeError(`other`)')"));
    assert_eq!(
        (&*error.name, &*error.message),
        ("Error", "TypeError: other")
    );
}

#[test]
fn vms_that_call_each_other_in_turn_are_told_when_they_would_re_enter() {
    let first: Arc<OnceLock<Vm>> = Arc::default();
    let second = builder()
        .function("up", {
            let first = first.clone();
            move || -> String {
                match first.get().unwrap().eval("1") {
                    Err(Error::Busy) => "busy".into(),
                    other => format!("{other:?}"),
                }
            }
        })
        .build()
        .unwrap();
    let vm = builder()
        .function("down", move || -> Result<String, HostError> {
            Ok(second.eval("up()").and_then(|text| text.to())?)
        })
        .build()
        .unwrap();
    first.set(vm.clone()).unwrap();
    assert_eq!(eval(&vm, "down()").to::<String>().unwrap(), "busy");
}

#[test]
fn an_unknown_name_is_a_type_error() {
    let vm = vm();
    let function = vm.create_host_function("nobody", 0).unwrap();
    let error = exception(function.call(()));
    assert_eq!(
        (&*error.name, &*error.message),
        ("TypeError", "there is no host function `nobody`")
    );
    assert_usable(&vm);
}

#[test]
fn host_functions_are_named_by_string_and_found_when_they_are_called() {
    let vm = builder()
        .handler("math.add größe", |a: f64, b: f64| a + b)
        .build()
        .unwrap();
    assert_eq!(eval(&vm, "typeof add").to::<String>().unwrap(), "undefined");
    let add = vm.create_host_function("math.add größe", 2).unwrap();
    assert_eq!(add.call((1, 2)).unwrap().to::<f64>().unwrap(), 3.0);
    // It is an ordinary function, and no constructor.
    vm.global().unwrap().set("add", &add).unwrap();
    assert_eq!(
        eval(&vm, "[1, 2].map((x) => add(x, 1)).join()")
            .to::<String>()
            .unwrap(),
        "2,3"
    );
    assert_eq!(eval(&vm, "add.call(null, 1, 1)").to::<f64>().unwrap(), 2.0);
    assert_eq!(exception(add.construct((1, 2))).name, "TypeError");
    // A name cannot be changed through the function.
    eval(
        &vm,
        "Object.defineProperty(add, 'name', { value: 'nobody' })",
    );
    assert_eq!(add.call((1, 2)).unwrap().to::<f64>().unwrap(), 3.0);
}
