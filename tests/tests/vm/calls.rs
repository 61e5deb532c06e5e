//! Evaluating, calling, and what comes back when something is thrown.

use jsvm::{Error, Source, Value};
use jsvm_tests::{assert_usable, eval, exception, vm};

#[test]
fn arguments_and_this_arrive_as_they_were_given() {
    let vm = vm();
    let show =
        "(function (...args) { return [typeof this, ...args.map(arg => typeof arg)].join() })";
    let show = vm.eval(Source::script(show).strict()).unwrap();
    let object = vm.create_object().unwrap();
    let text = show
        .call_with_this(
            &object,
            (
                Value::UNDEFINED,
                Value::NULL,
                true,
                1.5,
                "text",
                &object,
                vec![1, 2],
                5_u64,
            ),
        )
        .unwrap();
    assert_eq!(
        text.to::<String>().unwrap(),
        "object,undefined,object,boolean,number,string,object,object,bigint"
    );
    assert_eq!(show.call(()).unwrap().to::<String>().unwrap(), "undefined");
    assert_eq!(
        show.call_with_this(&Value::from(5.0), ())
            .unwrap()
            .to::<String>()
            .unwrap(),
        "number"
    );
    // Many arguments.
    let sum = eval(&vm, "(...args) => args.reduce((a, b) => a + b, 0)");
    let many: Vec<u32> = (0..10_000).collect();
    assert_eq!(sum.call(many).unwrap().to::<f64>().unwrap(), 49_995_000.0);
}

#[test]
fn numbers_cross_unchanged() {
    let vm = vm();
    let same = eval(&vm, "x => x");
    for number in [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.1,
        1e308,
        5e-324,
        f64::MAX,
        f64::INFINITY,
        f64::NEG_INFINITY,
        2_147_483_648.0,
        -2_147_483_649.0,
        9_007_199_254_740_993.0,
    ] {
        let back = same.call((number,)).unwrap().to::<f64>().unwrap();
        assert_eq!(back.to_bits(), number.to_bits(), "{number}");
    }
    assert!(
        same.call((f64::NAN,))
            .unwrap()
            .to::<f64>()
            .unwrap()
            .is_nan()
    );
    let signalling = f64::from_bits(0xfff4_dead_beef_0001);
    assert!(
        same.call((signalling,))
            .unwrap()
            .to::<f64>()
            .unwrap()
            .is_nan()
    );
}

#[test]
fn methods_are_called_on_their_object() {
    let vm = vm();
    let object = eval(
        &vm,
        "({ n: 2, times(x) { return this.n * x }, 0() { return this.n } })",
    );
    assert_eq!(
        object
            .call_method("times", (21,))
            .unwrap()
            .to::<i32>()
            .unwrap(),
        42
    );
    assert_eq!(object.call_method(0, ()).unwrap().to::<i32>().unwrap(), 2);
    let symbol = vm.create_symbol("m").unwrap();
    object
        .set(&symbol, eval(&vm, "(function () { return this.n + 1 })"))
        .unwrap();
    assert_eq!(
        object
            .call_method(&symbol, ())
            .unwrap()
            .to::<i32>()
            .unwrap(),
        3
    );
    assert_eq!(
        exception(object.call_method("missing", ())).name,
        "TypeError"
    );
    assert_eq!(exception(object.call_method("n", ())).name, "TypeError");
}

#[test]
fn constructors_construct() {
    let vm = vm();
    let class = eval(
        &vm,
        "(class Point { constructor(x) { this.x = x; this.target = new.target } })",
    );
    let point = class.construct((4,)).unwrap();
    assert_eq!(point.get("x").unwrap().to::<i32>().unwrap(), 4);
    assert!(point.is_instance(&class).unwrap());
    assert!(point.get("target").unwrap().strict_equals(&class).unwrap());
    for source in [
        "() => 1",
        "({ m() {} }).m",
        "Math.max",
        "({})",
        "'text'",
        "Symbol",
        "async function f() {}; f",
    ] {
        assert_eq!(
            exception(eval(&vm, source).construct(())).name,
            "TypeError",
            "{source}"
        );
    }
    // A constructor that returns an object.
    let other = eval(&vm, "(function () { return [7] })")
        .construct(())
        .unwrap();
    assert_eq!(other.get(0).unwrap().to::<i32>().unwrap(), 7);
}

#[test]
fn what_is_no_function_cannot_be_called() {
    let vm = vm();
    for source in [
        "({})",
        "'text'",
        "[]",
        "Symbol()",
        "10n",
        "/x/",
        "(class {})",
        "new Proxy({}, {})",
    ] {
        assert_eq!(
            exception(eval(&vm, source).call(())).name,
            "TypeError",
            "{source}"
        );
    }
    assert_usable(&vm);
}

/// What is thrown, and name and message of the exception.
const THROWN: &[(&str, &str, &str)] = &[
    ("undefined", "", "undefined"),
    ("null", "", "null"),
    ("false", "", "false"),
    ("-1.5", "", "-1.5"),
    ("'text'", "", "text"),
    ("'\\ud800'", "", "\u{fffd}"),
    ("12n", "", "12"),
    ("Symbol('mark')", "", "mark"),
    ("Symbol()", "", ""),
    ("({ a: 1 })", "", "[object Object]"),
    ("Object.freeze([1, 2])", "", "1,2"),
    ("Object.create(null)", "", ""),
    ("({ toString() { throw 1 } })", "", ""),
    (
        "({ name: 'Fake', message: 'no error', toString: () => 'text' })",
        "",
        "text",
    ),
    ("new Proxy({}, { get() { throw 1 } })", "", ""),
    ("new Proxy(new Error('inside'), {})", "", "Error: inside"),
    ("new TypeError('text')", "TypeError", "text"),
    ("new Error()", "Error", ""),
    ("new Error('a\\0b\\ud800')", "Error", "a\0b\u{fffd}"),
    (
        "Object.freeze(new RangeError('frozen'))",
        "RangeError",
        "frozen",
    ),
    (
        "new (class Mine extends Error { name = 'Mine' })('text')",
        "Mine",
        "text",
    ),
    (
        "Object.assign(new Error, { message: { toString: () => 'object' } })",
        "Error",
        "object",
    ),
    (
        "Object.defineProperty(new Error, 'message', { get() { throw 1 } })",
        "Error",
        "",
    ),
    (
        "Object.defineProperty(new Error('m'), 'name', { get() { throw 1 } })",
        "",
        "m",
    ),
    (
        "Object.defineProperty(new Error('m'), 'stack', { get() { throw 1 } })",
        "Error",
        "m",
    ),
    ("Object.setPrototypeOf(new Error('bare'), null)", "", "bare"),
    (
        "new DOMException('text', 'AbortError')",
        "AbortError",
        "text",
    ),
    (
        "new AggregateError([1, 2], 'many')",
        "AggregateError",
        "many",
    ),
];

#[test]
fn anything_can_be_thrown() {
    let vm = vm();
    for (source, name, message) in THROWN {
        let same = eval(&vm, &format!("globalThis.thrown = {source}"));
        let error = exception(vm.eval("throw thrown"));
        assert_eq!(
            (&*error.name, &*error.message),
            (*name, *message),
            "{source}"
        );
        assert!(error.value.same_value(&same).unwrap(), "{source}");
    }
    assert_usable(&vm);
}

#[test]
fn an_error_whose_texts_run_for_ever_is_cut_off_by_the_time_limit() {
    let limits = jsvm::Limits::default().time(std::time::Duration::from_millis(200));
    let vm = jsvm_tests::builder().limits(limits).build().unwrap();
    for key in ["name", "message", "stack"] {
        let source = format!(
            "throw Object.defineProperty(new Error('m'), '{key}', {{ get() {{ for (;;); }} }})"
        );
        let error = vm.eval(&*source).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Exception(_) | Error::Interrupted(jsvm::Interrupt::TimeLimit)
            ),
            "{key}: {error}"
        );
        assert_usable(&vm);
    }
}

#[test]
fn exceptions_show_name_and_message() {
    let vm = vm();
    for (source, text) in [
        ("throw new TypeError('no')", "TypeError: no"),
        ("throw new TypeError", "TypeError"),
        ("throw 'text'", "uncaught text"),
        ("throw undefined", "uncaught undefined"),
    ] {
        assert_eq!(vm.eval(source).unwrap_err().to_string(), text);
    }
}

#[test]
fn a_thrown_value_can_be_thrown_again() {
    let vm = vm();
    let error = exception(vm.eval("throw Object.assign(new Error('first'), { code: 7 })"));
    let rethrow = eval(&vm, "error => { throw error }");
    let again = exception(rethrow.call((&error.value,)));
    assert_eq!(again.value.get("code").unwrap().to::<i32>().unwrap(), 7);
    assert!(again.value.strict_equals(&error.value).unwrap());
}
