//! The component for those who only evaluate: the interface `evaluator`, and what the VM does by itself
//! for embedders that know little.

use wasmtime::Store;
use wasmtime::component::{Instance, Linker, Val};

use crate::raw::{self, component};

/// An instance whose host functions answer with `answer`.
struct Raw {
    store: Store<()>,
    instance: Instance,
}

impl Raw {
    fn new(answer: Option<Val>) -> Raw {
        let component = component();
        let mut linker = Linker::<()>::new(component.engine());
        linker.allow_shadowing(true);
        raw::imports(&mut linker);
        if let Some(answer) = answer {
            let mut host = linker.instance("jsvm:engine/host@0.2.0").unwrap();
            host.func_new("host-call", move |_, _, _, results| {
                results[0] = answer.clone();
                Ok(())
            })
            .unwrap();
        }
        let mut store = Store::new(component.engine(), ());
        let instance = linker.instantiate(&mut store, component).unwrap();
        Raw { store, instance }
    }

    fn call(&mut self, name: &str, args: &[Val]) -> Val {
        let function = raw::function(&self.instance, &mut self.store, name);
        let count = function.ty(&self.store).results().len();
        let mut results = vec![Val::Bool(false); count];
        function.call(&mut self.store, args, &mut results).unwrap();
        results.pop().unwrap_or(Val::Bool(true))
    }

    fn evaluate(&mut self, source: &str) -> Result<Val, Val> {
        result(self.call("evaluator#evaluate", &[text(source)]))
    }

    fn call_function(&mut self, name: &str, args: Vec<Val>) -> Result<Val, Val> {
        let args = [text(name), Val::List(args)];
        result(self.call("evaluator#call-function", &args))
    }

    fn inspect(&mut self, source: &str) -> String {
        match result(self.call("evaluator#inspect", &[text(source)])) {
            Ok(Val::String(text)) => text,
            other => panic!("{other:?}"),
        }
    }
}

fn result(value: Val) -> Result<Val, Val> {
    match value {
        Val::Result(Ok(Some(value))) => Ok(*value),
        Val::Result(Ok(None)) => Ok(Val::Bool(true)),
        Val::Result(Err(Some(error))) => Err(*error),
        other => panic!("no result: {other:?}"),
    }
}

fn text(text: &str) -> Val {
    Val::String(text.into())
}

fn variant(case: &str, value: Option<Val>) -> Val {
    Val::Variant(case.into(), value.map(Box::new))
}

fn number(value: f64) -> Val {
    variant("number", Some(Val::Float64(value)))
}

fn record(fields: &[(&str, Val)]) -> Val {
    let fields = fields.iter();
    Val::Record(
        fields
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    )
}

fn field(record: &Val, name: &str) -> Val {
    let Val::Record(fields) = record else {
        panic!("{record:?} is no record")
    };
    let field = fields.iter().find(|(found, _)| found == name);
    field.unwrap_or_else(|| panic!("no field {name}")).1.clone()
}

#[test]
fn plain_values_need_no_encoding() {
    let mut raw = Raw::new(None);
    for (source, expected) in [
        ("1 + 2", number(3.0)),
        ("undefined", variant("undefined", None)),
        ("null", variant("null", None)),
        ("1 < 2", variant("boolean", Some(Val::Bool(true)))),
        ("'a' + 'é中'", variant("text", Some(text("aé中")))),
        (
            "await Promise.resolve('later')",
            variant("text", Some(text("later"))),
        ),
        ("Promise.resolve(7)", number(7.0)),
        (
            "new Uint8Array([0, 1, 2, 3]).subarray(1, 3)",
            variant("bytes", Some(Val::List(vec![Val::U8(1), Val::U8(2)]))),
        ),
    ] {
        assert_eq!(raw.evaluate(source), Ok(expected), "{source}");
    }
    // Everything else is data.
    for source in [
        "({ a: 1 })",
        "'\\ud800'",
        "new Uint16Array(1)",
        "10n",
        "new Error('x')",
    ] {
        let Ok(Val::Variant(case, _)) = raw.evaluate(source) else {
            panic!("{source} has no value")
        };
        assert_eq!(case, "data", "{source}");
    }
}

#[test]
fn failures_are_told_apart() {
    let mut raw = Raw::new(None);
    let thrown = |failure: Val| match failure {
        Val::Variant(case, Some(thrown)) if case == "exception" => *thrown,
        other => panic!("{other:?}"),
    };
    let error = thrown(raw.evaluate("null.x").unwrap_err());
    assert_eq!(field(&error, "name"), text("TypeError"));
    let error = thrown(raw.evaluate("await Promise.reject('no')").unwrap_err());
    assert_eq!(field(&error, "name"), text(""));
    assert_eq!(field(&error, "message"), text("no"));
    let error = thrown(raw.evaluate("1 +").unwrap_err());
    assert_eq!(field(&error, "name"), text("SyntaxError"));
    assert_eq!(
        raw.evaluate("new Promise(() => {})"),
        Err(variant("pending", None))
    );
    raw.call(
        "heap#set-limits",
        &[record(&[
            ("memory", Val::U64(8 << 20)),
            ("stack", Val::U32(96 << 10)),
            ("output", Val::U64(1000)),
        ])],
    );
    assert_eq!(
        raw.evaluate("new ArrayBuffer(1 << 24)"),
        Err(variant("out-of-memory", None))
    );
    let too_large = Err(variant("output-limit", Some(Val::U64(1000))));
    for source in [
        "'x'.repeat(2000)",
        "new Uint8Array(2000)",
        "[...Array(2000).keys()]",
    ] {
        assert_eq!(raw.evaluate(source), too_large, "{source}");
    }
    assert_eq!(raw.evaluate("6 * 7"), Ok(number(42.0)));
}

#[test]
fn functions_are_called_by_their_paths_with_their_receivers() {
    let mut raw = Raw::new(None);
    let source = "var counter = { total: 0, add(by) { return this.total += by } };
        async function later(...args) { return args.length }";
    raw.evaluate(source).unwrap();
    assert_eq!(
        raw.call_function("counter.add", vec![number(2.0)]),
        Ok(number(2.0))
    );
    assert_eq!(
        raw.call_function("counter.add", vec![number(3.0)]),
        Ok(number(5.0))
    );
    let args = vec![variant("null", None), variant("text", Some(text("x")))];
    assert_eq!(raw.call_function("later", args), Ok(number(2.0)));
    for (path, message) in [
        ("missing", "missing is not defined"),
        (
            "counter.missing.more",
            "counter.missing.more is not defined",
        ),
        ("counter", "counter is not a function"),
        ("", " is not defined"),
    ] {
        let Err(Val::Variant(_, Some(thrown))) = raw.call_function(path, vec![]) else {
            panic!("{path} was called")
        };
        assert_eq!(field(&thrown, "message"), text(message));
    }
}

#[test]
fn host_functions_pass_plain_values_and_throw_errors() {
    // The host returns its first argument.
    let mut raw = Raw::new(None);
    raw.call("evaluator#define-function", &[text("echo")]);
    assert_eq!(
        raw.inspect(
            "[1.5, 'é', null, undefined, true, { a: [1] }, new Uint8Array(2), 7n].map(v => echo(v))"
        ),
        "[\n  1.5,\n  'é',\n  null,\n  undefined,\n  true,\n  { a: [ 1 ] },\n  Uint8Array(2) [ 0, 0 ],\n  7n\n]"
    );
    assert_eq!(raw.inspect("echo()"), "undefined");
    // What is passed is a copy, and functions stay what they are.
    assert_eq!(
        raw.inspect("const b = new Uint8Array([1]); echo(b) !== b"),
        "true"
    );
    assert_eq!(raw.inspect("const f = () => {}; echo(f) === f"), "true");

    let error = record(&[
        ("class", Val::Enum("range-error".into())),
        ("message", text("too far")),
        ("code", Val::Option(Some(Box::new(text("EFAR"))))),
        ("cause", Val::Option(None)),
    ]);
    let error = variant("error", Some(error));
    let mut raw = Raw::new(Some(Val::Result(Err(Some(Box::new(error.clone()))))));
    raw.call("evaluator#define-function", &[text("go")]);
    let caught = "try { go() } catch (e) { [e instanceof RangeError, e.message, e.code, Object.keys(e), 'cause' in e].join() }";
    assert_eq!(raw.inspect(caught), "'true,too far,EFAR,code,false'");
    // An error can be a result, too.
    let mut raw = Raw::new(Some(Val::Result(Ok(Some(Box::new(error))))));
    raw.call("evaluator#define-function", &[text("go")]);
    assert_eq!(raw.inspect("go().name"), "'RangeError'");
}

#[test]
fn work_is_limited_without_an_answer_of_the_embedder() {
    let mut raw = Raw::new(None);
    raw.call(
        "heap#set-work-limit",
        &[Val::Option(Some(Box::new(Val::U64(20))))],
    );
    let stopped = Err(variant("interrupted", Some(Val::Enum("work-limit".into()))));
    assert_eq!(raw.evaluate("for (;;);"), stopped);
    assert_eq!(
        raw.evaluate("try { for (;;); } catch { 1 } finally { 2 }"),
        stopped
    );
    // Each call has all of it.
    for _ in 0..5 {
        let sum = raw.evaluate("{ let s = 0; for (let i = 0; i < 1e5; i++) s += i; s }");
        assert_eq!(sum, Ok(number(4_999_950_000.0)));
    }
    raw.call("heap#set-work-limit", &[Val::Option(None)]);
    assert_eq!(
        raw.evaluate("for (let i = 0; i < 1e6; i++); 1"),
        Ok(number(1.0))
    );
}

#[test]
fn exhausted_memory_is_not_told_of_a_later_call() {
    let mut raw = Raw::new(None);
    raw.call(
        "heap#set-limits",
        &[record(&[
            ("memory", Val::U64(8 << 20)),
            ("stack", Val::U32(96 << 10)),
            ("output", Val::U64(1 << 20)),
        ])],
    );
    let source =
        "var exhaust = () => { try { new ArrayBuffer(1 << 24) } catch { return 'caught' } };
        var fail = () => { throw null }";
    raw.evaluate(source).unwrap();
    let exhausted = raw.call_function("exhaust", vec![]);
    assert_eq!(exhausted, Ok(variant("text", Some(text("caught")))));
    // A thrown `null` is what the engine throws if there is no memory at all.
    let Err(Val::Variant(case, _)) = raw.call_function("fail", vec![]) else {
        panic!("nothing was thrown")
    };
    assert_eq!(case, "exception");
}

#[test]
fn engine_describes_itself() {
    let mut raw = Raw::new(None);
    let info = raw.call("realm#get-engine-info", &[]);
    assert_eq!(field(&info, "wit-version"), text("0.2.0"));
    assert_eq!(field(&info, "engine-name"), text("quickjs-ng"));
    assert_eq!(field(&info, "stack-limit"), Val::U32(3840 << 10));
    assert_eq!(field(&info, "image-start"), Val::U64(4 << 20));
}
