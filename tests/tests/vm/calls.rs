//! Evaluating, calling, and what comes back when something is thrown.

use jsvm::{Error, Source, Value, ValueKind};
use jsvm_tests::{assert_usable, eval, exception, vm};

#[test]
fn the_value_of_a_script_is_that_of_its_last_statement() {
    let vm = vm();
    for (source, expected) in [
        ("1; 2", "2"),
        ("if (true) { 5 } else { 6 }", "5"),
        ("for (var i = 0; i < 3; i++) i", "2"),
        ("var x = 1", "undefined"),
        ("", "undefined"),
        ("// only a comment", "undefined"),
        ("#!/usr/bin/env jsvm\n9", "9"),
        ("'use strict'; this === globalThis", "true"),
        ("\u{feff}7", "7"),
    ] {
        assert_eq!(eval(&vm, source).to_text().unwrap(), expected, "{source}");
    }
}

#[test]
fn scripts_share_the_global_scope() {
    let vm = vm();
    eval(
        &vm,
        "let lexical = 1; const constant = 2; class Shape {} function f() { return lexical }",
    );
    assert_eq!(eval(&vm, "lexical++; f()").to::<i32>().unwrap(), 2);
    assert_eq!(exception(vm.eval("constant = 3")).name, "TypeError");
    assert_eq!(exception(vm.eval("let lexical = 5")).name, "SyntaxError");
    assert_eq!(
        eval(&vm, "new Shape instanceof Shape").to_text().unwrap(),
        "true"
    );
}

#[test]
fn strict_mode_is_asked_for() {
    let vm = vm();
    let source = "(function () { return this === undefined })()";
    assert!(!eval(&vm, source).to::<bool>().unwrap());
    let strict = vm.eval(Source::script(source).strict()).unwrap();
    assert!(strict.to::<bool>().unwrap());
    let error = exception(vm.eval(Source::script("undeclared = 1").strict()));
    assert_eq!(error.name, "ReferenceError");
    assert_eq!(
        exception(vm.eval(Source::script("with ({}) {}").strict())).name,
        "SyntaxError"
    );
}

#[test]
fn an_asynchronous_script_can_await_at_its_top_level() {
    let vm = vm();
    let promise = vm
        .eval(Source::script("await null; 40 + 2").asynchronous())
        .unwrap();
    assert_eq!(promise.kind().unwrap(), ValueKind::Promise);
    vm.run_jobs().unwrap();
    assert_eq!(promise.promise_value().unwrap().to::<i32>().unwrap(), 42);
    let thrown = vm
        .eval(Source::script("await null; throw new URIError('x')").asynchronous())
        .unwrap();
    vm.run_jobs().unwrap();
    assert_eq!(exception(thrown.promise_value()).name, "URIError");
    // Without it, `await` is a name like any other.
    assert_eq!(eval(&vm, "var await = 3; await").to::<i32>().unwrap(), 3);
}

#[test]
fn the_file_name_is_in_stacks() {
    let vm = vm();
    let source = "function inner() {\n  null.x\n}\ninner()";
    let error = exception(vm.eval(Source::script(source).file_name("dir/größe.js")));
    let place = error.location().unwrap();
    assert_eq!(
        (&*place.file, place.line, place.column),
        ("dir/größe.js", 2, 8),
        "{}",
        error.stack
    );
    assert!(
        error.stack.contains("inner (dir/größe.js:2:"),
        "{}",
        error.stack
    );
    let error = exception(vm.eval("missing"));
    assert!(error.stack.contains("<eval>:1"), "{}", error.stack);
}

#[test]
fn a_syntax_error_names_the_place() {
    let vm = vm();
    for source in [
        "let x = 1;\nlet = ;",
        "ok();\n(",
        "'use strict';\nwith (a) {}",
        "a;\n'\\u{110000}'",
        "b;\n/[/",
    ] {
        let error = exception(vm.eval(Source::script(source).file_name("bad.js")));
        assert_eq!(error.name, "SyntaxError", "{source}");
        assert_eq!(
            error.location().map(|place| (place.file, place.line)),
            Some(("bad.js".into(), 2)),
            "{source}: {}",
            error.stack
        );
    }
    assert_usable(&vm);
}

#[test]
fn detecting_a_module_never_runs_it() {
    let vm = vm();
    for (source, module) in [
        ("import 'x'", true),
        ("export default 1", true),
        ("export {}", true),
        ("await 1; ", true),
        ("const x = await 1", true),
        ("import.meta", true),
        ("import('x')", false),
        ("1 + 1", false),
        ("", false),
        ("globalThis.ran = true", false),
        ("with ({}) {}", false),
        // Neither.
        ("let = = 1", false),
        ("import x from", false),
        ("export const a = 1, a = 2", false),
    ] {
        assert_eq!(vm.detect_module(source).unwrap(), module, "{source}");
    }
    assert_eq!(eval(&vm, "typeof ran").to::<String>().unwrap(), "undefined");
    assert_usable(&vm);
}

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

#[test]
fn source_may_hold_any_character() {
    let vm = vm();
    // A NUL within a string literal is a character, elsewhere an error.
    assert_eq!(eval(&vm, "'a\0b'.length").to::<i32>().unwrap(), 3);
    assert_eq!(eval(&vm, "`\0`.charCodeAt(0)").to::<i32>().unwrap(), 0);
    assert_eq!(exception(vm.eval("1 +\0 2")).name, "SyntaxError");
    assert_eq!(exception(vm.eval("1\0")).name, "SyntaxError");
    assert_eq!(
        eval(&vm, "'\\ud800'.charCodeAt(0)").to::<u32>().unwrap(),
        0xd800
    );
    assert_eq!(eval(&vm, "'\u{2028}'.length").to::<i32>().unwrap(), 1);
    assert_eq!(eval(&vm, "var größe𝔸 = 5; größe𝔸").to::<i32>().unwrap(), 5);
    assert_usable(&vm);
}

#[test]
fn a_file_name_may_hold_any_character() {
    let vm = vm();
    for name in [
        "",
        "a b (c):1:2.js",
        "a\nb",
        "x".repeat(100_000).as_str(),
        "nul\0nul",
    ] {
        let error = exception(vm.eval(Source::script("null.x").file_name(name)));
        assert_eq!(error.name, "TypeError");
    }
    assert_usable(&vm);
}

#[test]
fn long_and_deeply_nested_source_is_read_or_refused() {
    let vm = vm();
    let long = "x = 1;\n".repeat(100_000);
    assert_eq!(
        eval(&vm, &format!("var x; {long} x")).to::<i32>().unwrap(),
        1
    );
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("-", ""),
        ("a=>", ""),
        ("`${", "}`"),
        ("f(", ")"),
    ] {
        let deep = format!(
            "{}1{}",
            format!("{open} ").repeat(200_000),
            close.repeat(200_000)
        );
        match vm.eval(&*deep) {
            Ok(_) => {}
            Err(Error::Exception(error)) => {
                assert!(
                    ["RangeError", "SyntaxError", "InternalError"].contains(&&*error.name),
                    "{open}: {error}"
                );
            }
            Err(error) => panic!("{open}: {error}"),
        }
        assert_usable(&vm);
    }
}

#[test]
fn eval_and_the_function_constructor_work() {
    let vm = vm();
    assert_eq!(eval(&vm, "eval('1 + 1')").to::<i32>().unwrap(), 2);
    assert_eq!(
        eval(&vm, "new Function('a', 'b', 'return a * b')(6, 7)")
            .to::<i32>()
            .unwrap(),
        42
    );
    assert_eq!(exception(vm.eval("eval('(')")).name, "SyntaxError");
}
