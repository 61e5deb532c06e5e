//! VMs without parts of the language: what was taken away cannot be reached.

use jsvm::{Engine, Intrinsics, Limits, Vm};
use jsvm_tests::{assert_usable, builder, eval, exception, vm};

fn without(which: Intrinsics) -> Vm {
    builder().without(which).build().unwrap()
}

const EACH: &[(Intrinsics, &str)] = &[
    (Intrinsics::DATE, "Date"),
    (Intrinsics::REGEXP, "RegExp"),
    (Intrinsics::JSON, "JSON"),
    (Intrinsics::PROXY, "Proxy"),
    (Intrinsics::REFLECT, "Reflect"),
    (Intrinsics::MAP_SET, "Map Set WeakMap WeakSet"),
    (
        Intrinsics::TYPED_ARRAYS,
        "ArrayBuffer SharedArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray \
         Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array Float16Array \
         Float32Array Float64Array TypedArray",
    ),
    (Intrinsics::PROMISE, "Promise"),
    (Intrinsics::BIGINT, "BigInt"),
    (Intrinsics::WEAK_REF, "WeakRef FinalizationRegistry"),
    (Intrinsics::DOM_EXCEPTION, "DOMException"),
    (Intrinsics::BASE64, "atob btoa"),
    (
        Intrinsics::TIMERS,
        "setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask",
    ),
    (Intrinsics::CONSOLE, "console"),
    (
        Intrinsics::PERFORMANCE,
        "performance Performance PerformanceEntry PerformanceMark PerformanceMeasure",
    ),
    (
        Intrinsics::WEB,
        "URL URLSearchParams TextEncoder TextDecoder Event EventTarget AbortController crypto \
         Headers Blob File MessageChannel ReadableStream structuredClone reportError",
    ),
];

/// Walks through everything that a script can reach, with nothing but syntax and `Object`, and
/// returns the names of all functions. On the way it reads all properties, calls every function
/// and constructor without arguments, and looks at what comes of it.
///
/// Each function is asked, too, whether it compiles text: `compilers` are the names of those that
/// do.
///
/// `known` is an empty set from outside, and `regexp` a regular expression, for VMs that have none.
const WALK: &str = r#"
((known, regexp) => {
  const { getPrototypeOf, getOwnPropertyNames, getOwnPropertySymbols, getOwnPropertyDescriptor } = Object;
  const apply = Function.prototype.call.bind(Function.prototype.apply);
  const toText = Function.prototype.call.bind(Function.prototype.toString);
  const seen = [], names = [], compilers = [];
  const has = known.has.bind(known), note = known.add.bind(known);
  const add = value => {
    if (value === null || typeof value !== 'object' && typeof value !== 'function') return;
    if (has(value)) return;
    if (seen.length >= 20000) throw new Error('this does not end');
    note(value);
    seen.push(value);
  };
  // What a call returns is looked into, and added if it is of a kind that is not known.
  const addResult = value => {
    if (value === null || typeof value !== 'object') return add(value);
    const prototype = attempt(() => getPrototypeOf(value));
    if (!has(prototype)) return add(value);
    for (const key of attempt(() => getOwnPropertyNames(value)) ?? []) {
      const property = attempt(() => getOwnPropertyDescriptor(value, key));
      for (const part of [property?.value, property?.get, property?.set]) {
        if (typeof part === 'function') add(part);
      }
    }
  };
  const attempt = run => { try { return run() } catch (error) { addResult(error) } };
  Error.prepareStackTrace = (error, sites) => {
    Error.prepareStackTrace = undefined;
    for (const site of sites) {
      add(site);
      for (let p = site; p; p = getPrototypeOf(p)) for (const key of getOwnPropertyNames(p)) {
        if (typeof p[key] === 'function') attempt(() => addResult(apply(p[key], site, [])));
      }
    }
    return sites;
  };
  attempt(() => add(new Error('x').stack));
  for (const root of [globalThis, function () {}, function* () {}, async function () {},
      async function* () {}, () => {}, class {}, class extends null {}, (function* () {})(),
      (async function* () {})(), (async () => {})(), regexp, [][Symbol.iterator](),
      ''[Symbol.iterator](), Object(1n), Object(1), Object(''), Object(true), Object(Symbol()),
      (function () { return arguments })(), [], {}, (x => x)`t`]) add(root);
  attempt(() => add('x'.matchAll(regexp)));
  attempt(() => add('x'.match('x')));
  attempt(() => add(new TextEncoder().encode('x')));
  attempt(() => add(new TextEncoder().encode('x').buffer));
  attempt(() => add(new Blob(['x']).arrayBuffer()));
  attempt(() => add(new AbortController().signal));
  attempt(() => add(given));
  // Nothing that stops the walk or never ends.
  const skip = ['walk', 'wait', 'reportError', 'import'];
  for (let at = 0; at < seen.length; at++) {
    const object = seen[at];
    attempt(() => add(getPrototypeOf(object)));
    for (const key of attempt(() => [...getOwnPropertyNames(object), ...getOwnPropertySymbols(object)]) ?? []) {
      const property = attempt(() => getOwnPropertyDescriptor(object, key));
      if (!property) continue;
      add(property.value);
      add(property.get);
      add(property.set);
      attempt(() => add(object[key]));
      if (typeof property.value === 'function') attempt(() => addResult(apply(property.value, object, [])));
      if (property.get) attempt(() => addResult(apply(property.get, object, [])));
    }
    if (typeof object !== 'function') continue;
    const name = attempt(() => object.name) ?? '';
    if (attempt(() => toText(object).includes('[native code]'))) names.push(String(name));
    else if (typeof name === 'string') names.push(name);
    if (skip.includes(name)) continue;
    attempt(() => addResult(object()));
    attempt(() => addResult(new object()));
    for (const make of [text => object(text), text => new object(text), text => object('a', text)]) {
      const made = attempt(() => make('return 6 * 7'));
      if (typeof made === 'function' && made !== object) {
        const value = attempt(() => made());
        const next = attempt(() => value.next().value);
        if (value === 42 || next === 42 || attempt(() => toText(made).includes('6 * 7'))) {
          compilers.push(String(name));
        }
      }
      if (attempt(() => make('globalThis.compiled = 1; 6 * 7')) === 42) compilers.push(String(name));
    }
    if (globalThis.compiled) { compilers.push('by ' + String(name)); delete globalThis.compiled; }
  }
  return { count: seen.length, names, compilers };
})
"#;

struct Reached {
    count: u32,
    names: Vec<String>,
    compilers: Vec<String>,
}

fn walk(vm: &Vm) -> Reached {
    vm.set_limits(&Limits::default().time(None)).unwrap();
    let known = vm.create_set(Vec::<u32>::new()).unwrap();
    let regexp = vm.create_regexp("x", "g").unwrap();
    let found = eval(vm, WALK).call((known, regexp)).unwrap();
    let get = |key| found.get(key).unwrap();
    Reached {
        count: get("count").to().unwrap(),
        names: get("names").to().unwrap(),
        compilers: get("compilers").to().unwrap(),
    }
}

#[test]
fn the_walk_finds_everything_in_an_ordinary_vm() {
    let reached = walk(&vm());
    assert!(reached.count > 1000, "{} objects", reached.count);
    for (_, names) in EACH {
        for name in names.split(' ') {
            // What is no function is not among them.
            if ![
                "JSON",
                "Reflect",
                "Atomics",
                "console",
                "performance",
                "crypto",
            ]
            .contains(&name)
            {
                assert!(reached.names.iter().any(|known| known == name), "{name}");
            }
        }
    }
    for name in [
        "Function",
        "GeneratorFunction",
        "AsyncFunction",
        "AsyncGeneratorFunction",
        "eval",
    ] {
        let is_known = reached.compilers.iter().any(|known| known == name);
        assert!(is_known, "{name} in {:?}", reached.compilers);
    }
}

#[test]
fn what_is_taken_away_is_not_reached() {
    for (which, names) in EACH {
        let vm = without(*which);
        let reached = walk(&vm);
        assert!(reached.count > 500, "{} objects", reached.count);
        for name in names.split(' ') {
            assert_eq!(
                eval(&vm, &format!("typeof {name}")).to::<String>().unwrap(),
                "undefined"
            );
            let is_known = reached.names.iter().any(|known| known == name);
            assert!(!is_known, "{name} is reached");
        }
        assert_usable(&vm);
    }
}

#[test]
fn nothing_compiles_text_without_eval() {
    let vm = without(Intrinsics::EVAL);
    let reached = walk(&vm);
    assert!(reached.compilers.is_empty(), "{:?}", reached.compilers);
    assert!(reached.count > 1000, "{} objects", reached.count);
    // Nor if everything else is gone, too.
    let reached = walk(&without(Intrinsics::all()));
    assert!(reached.compilers.is_empty(), "{:?}", reached.compilers);
}

#[test]
fn every_way_to_compile_text_is_refused() {
    let vm = without(Intrinsics::EVAL);
    for source in [
        "eval('1')",
        "(0, eval)('1')",
        "globalThis.eval('1')",
        "Function('return 1')",
        "new Function('return 1')",
        "(() => {}).constructor('return 1')",
        "new (class {}).constructor('return 1')",
        "Object.constructor('return 1')",
        "Reflect.construct(Function, ['return 1'])",
        "Reflect.construct(Function, ['return 1'], Object)",
        "Function.prototype.constructor('return 1')",
        "Object.getPrototypeOf(function* () {}).constructor('yield 1')",
        "Object.getPrototypeOf(async () => {}).constructor('return 1')",
        "Object.getPrototypeOf(async function* () {}).constructor('yield 1')",
        "Function.bind(null)('return 1')",
        "Reflect.apply(eval, null, ['1'])",
        "[].map.constructor('return 1')",
        "(class extends Function { constructor() { super('return 1') } }, new (class extends Function { constructor() { super('return 1') } }))",
        "const e = eval; e('1')",
        "(function () { 'use strict'; return eval('this') })()",
    ] {
        let error = exception(vm.eval(source));
        assert_eq!(error.name, "EvalError", "{source}: {}", error.message);
    }
    // Nor does anything that it compiles help what that runs.
    let nested = "try { Function('return 1') } catch (e) { e.name }";
    let compiled = vm.compile(nested).unwrap().call(()).unwrap();
    assert_eq!(compiled.to::<String>().unwrap(), "EvalError");
    assert_eq!(eval(&vm, nested).to::<String>().unwrap(), "EvalError");
    assert_eq!(exception(vm.eval("1 +")).name, "SyntaxError");
    assert_eq!(eval(&vm, nested).to::<String>().unwrap(), "EvalError");
    // Timers take no text, with `eval` or without.
    assert_eq!(exception(vm.eval("setTimeout('1')")).name, "TypeError");
    // What belongs to functions is as it was.
    for source in [
        "(() => {}) instanceof Function",
        "Function.prototype === Object.getPrototypeOf(() => {})",
        "Function.name === 'Function' && Function.length === 1",
        "typeof (class { static x = 1 }).x === 'number'",
        "[...(function* () { yield 1 })()].length === 1",
    ] {
        assert!(eval(&vm, source).to::<bool>().unwrap(), "{source}");
    }
    // The embedder compiles on.
    assert_eq!(
        vm.compile("6 * 7")
            .unwrap()
            .call(())
            .unwrap()
            .to::<i32>()
            .unwrap(),
        42
    );
    // What it hands over is its own business.
    let run = vm.compile("'handed over'").unwrap();
    let called = eval(&vm, "run => run()").call((run,)).unwrap();
    assert_eq!(called.to::<String>().unwrap(), "handed over");
}

#[test]
fn what_syntax_makes_is_inert() {
    let vm = without(Intrinsics::REGEXP);
    for source in ["/a/", "(() => /a/)", "`${/a/}`"] {
        assert_eq!(exception(vm.eval(source)).name, "SyntaxError", "{source}");
        assert_eq!(
            exception(vm.compile(source)).name,
            "SyntaxError",
            "{source}"
        );
    }
    for source in ["'a'.match('a')", "'a'.matchAll('a')", "'a'.search('a')"] {
        assert_eq!(exception(vm.eval(source)).name, "TypeError", "{source}");
    }
    // One from outside tells what it is, and does nothing.
    let given = vm.create_regexp("(a+)+b", "g").unwrap();
    let methods = eval(
        &vm,
        "(x) => { const p = Object.getPrototypeOf(x);
           return [...Object.getOwnPropertyNames(p), ...Object.getOwnPropertySymbols(p)]
             .filter(key => 'value' in Object.getOwnPropertyDescriptor(p, key)).length }",
    );
    assert_eq!(methods.call((&given,)).unwrap().to::<u32>().unwrap(), 0);
    assert_eq!(
        given.get("source").unwrap().to::<String>().unwrap(),
        "(a+)+b"
    );
    // Nor does one that was compiled elsewhere.
    let compiled = jsvm_tests::vm()
        .compile_to_bytecode("/a/.test('a')", jsvm::BytecodeParts::empty())
        .unwrap();
    let run = vm.load_bytecode(&compiled).unwrap();
    assert_eq!(exception(run.call(())).name, "TypeError");
    assert_eq!(
        eval(&vm, "'a-b'.split('-').join('+')")
            .to::<String>()
            .unwrap(),
        "a+b"
    );
    assert_eq!(
        eval(&vm, "'aa'.replaceAll('a', 'b')")
            .to::<String>()
            .unwrap(),
        "bb"
    );

    let vm = without(Intrinsics::PROMISE);
    let promise = eval(&vm, "(async () => 1 + await 2)()");
    vm.run_jobs().unwrap();
    assert_eq!(promise.promise_value().unwrap().to::<i32>().unwrap(), 3);
    assert_eq!(
        eval(&vm, "typeof (async () => {})().constructor.resolve")
            .to::<String>()
            .unwrap(),
        "undefined"
    );
    let vm = without(Intrinsics::BIGINT);
    assert_eq!(
        eval(&vm, "2n ** 70n").to_bigint().unwrap(),
        "1180591620717411303424"
    );
}

#[test]
fn what_the_embedder_hands_in_leads_nowhere() {
    let all = Intrinsics::all();
    let builder = builder()
        .without(all)
        .function("echo", |value: jsvm::Data| value)
        .handler("method", |this: jsvm::Data| this);
    let vm = builder.build().unwrap();
    let given = vm.create_object().unwrap();
    for (name, value) in [
        ("date", vm.create_date(1.0).unwrap()),
        ("map", vm.create_map([(1, 2)]).unwrap()),
        ("set", vm.create_set(vec![1]).unwrap()),
        ("regexp", vm.create_regexp("a", "g").unwrap()),
        (
            "bytes",
            vm.create_typed_array(jsvm::ViewKind::Uint8, &[1]).unwrap(),
        ),
        ("promise", vm.create_promise().unwrap().promise),
        ("weak", given.downgrade().unwrap().as_value().clone()),
        ("big", vm.create_bigint("5").unwrap()),
        ("method", vm.create_host_method("method", 0).unwrap()),
        ("request", vm.create_request_function("request", 0).unwrap()),
    ] {
        given.set(name, value).unwrap();
    }
    vm.global().unwrap().set("given", &given).unwrap();
    let reached = walk(&vm);
    assert!(reached.compilers.is_empty(), "{:?}", reached.compilers);
    for (_, names) in EACH {
        for name in names.split(' ') {
            let is_known = reached.names.iter().any(|known| known == name);
            assert!(!is_known, "{name} is reached");
        }
    }
    // They are what they were.
    let vm = builder.build().unwrap();
    let echo = eval(&vm, "(x) => echo(x)");
    for value in [
        vm.create_date(7.0).unwrap(),
        vm.create_map([("a", 1)]).unwrap(),
        vm.create_regexp("a+", "gi").unwrap(),
        vm.create_typed_array(jsvm::ViewKind::Float16, &[0, 60])
            .unwrap(),
    ] {
        let returned = echo.call((&value,)).unwrap();
        assert_eq!(returned.kind().unwrap(), value.kind().unwrap());
        assert_eq!(
            returned.to_data().unwrap().nodes().unwrap(),
            value.to_data().unwrap().nodes().unwrap()
        );
    }
}

#[test]
fn frames_of_a_stack_do_not_lead_back() {
    // The VM itself calls the constructor, which throws: is it in the stack?
    let broken = || {
        jsvm::Data::from_nodes(vec![jsvm::data::Node::Regexp(jsvm::data::RegexpData {
            source: "(".into(),
            flags: String::new(),
            last_index: 0,
        })])
    };
    let found = |vm: &Vm| {
        let source = "
            let found = [];
            Error.prepareStackTrace = (error, sites) => {
              for (const site of sites) for (const key of ['getFunction', 'getThis']) {
                if (typeof site[key] === 'function') found.push(site[key]());
              }
              return '';
            };
            try { broken() } catch (error) { error.stack }
            found.filter(value => typeof value === 'function' && value.name === 'RegExp').length";
        eval(vm, source).to::<u32>().unwrap()
    };
    let ordinary = builder().function("broken", broken);
    assert_eq!(found(&ordinary.build().unwrap()), 1);
    let lacking = ordinary.without(Intrinsics::REGEXP);
    assert_eq!(found(&lacking.build().unwrap()), 0);
}

#[test]
fn a_restored_vm_lacks_what_the_frozen_one_lacked() {
    let engine = Engine::global().unwrap();
    let vm = without(Intrinsics::EVAL | Intrinsics::DATE);
    eval(&vm, "var make = () => (() => {}).constructor('return 1')");
    let snapshot = vm.snapshot().unwrap();
    let restored = engine.restore(&snapshot).unwrap();
    assert_eq!(exception(restored.eval("make()")).name, "EvalError");
    assert_eq!(exception(restored.eval("eval('1')")).name, "EvalError");
    assert_eq!(
        eval(&restored, "typeof Date").to::<String>().unwrap(),
        "undefined"
    );
    // What it has, its scripts may hold on to: it stays.
    let other = builder()
        .without(Intrinsics::JSON)
        .restore(&snapshot)
        .unwrap();
    assert_eq!(
        eval(&other, "typeof JSON").to::<String>().unwrap(),
        "object"
    );
    // The next VM of the same instance has everything.
    drop((vm, restored, other));
    for _ in 0..4 {
        let next = jsvm_tests::vm();
        assert_eq!(eval(&next, "eval('1 + 1')").to::<i32>().unwrap(), 2);
        assert_eq!(
            eval(&next, "typeof new Date().getTime()")
                .to::<String>()
                .unwrap(),
            "number"
        );
    }
}

#[test]
fn nothing_else_is_missing() {
    let vm = without(Intrinsics::EVAL);
    for (_, names) in EACH {
        for name in names.split(' ').filter(|name| *name != "TypedArray") {
            let found = eval(&vm, &format!("typeof {name}")).to::<String>().unwrap();
            assert_ne!(found, "undefined", "{name}");
        }
    }
    let all = without(Intrinsics::all());
    let left = eval(
        &all,
        "Object.getOwnPropertyNames(globalThis).sort().join(' ')",
    );
    assert_eq!(
        left.to::<String>().unwrap(),
        "AggregateError Array AsyncDisposableStack Boolean DisposableStack Error EvalError Function \
         Infinity InternalError Iterator Math NaN Number Object RangeError ReferenceError String \
         SuppressedError Symbol SyntaxError TypeError URIError decodeURI decodeURIComponent \
         encodeURI encodeURIComponent escape eval globalThis isFinite isNaN parseFloat parseInt \
         undefined unescape"
    );
    assert_usable(&all);
}
