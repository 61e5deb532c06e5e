//! Scripts as they are evaluated.

use jsvm::{Error, Source, ValueKind};
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
