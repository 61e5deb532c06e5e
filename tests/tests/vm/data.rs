//! Values as data: copied out of a VM and into one.

use jsvm::data::{
    DataBuilder, Node, RegexpData, SparseArrayData, SymbolData, SymbolKind, ViewData,
};
use jsvm::{Data, Error, ErrorClass, Limit, Limits, Value, ViewKind, Vm};
use jsvm_tests::{VIEWS, assert_usable, builder, eval, exception, vm};

/// Values, and what must hold for their copy in another VM.
const ROUND_TRIPS: &[(&str, &str)] = &[
    // Primitives.
    ("undefined", "v => v === undefined"),
    ("null", "v => v === null"),
    ("-0", "v => Object.is(v, -0)"),
    ("NaN", "v => Number.isNaN(v)"),
    ("5e-324", "v => v === 5e-324"),
    ("'\\ud800a\\udc00'", "v => v === '\\ud800a\\udc00'"),
    ("'😀\\0ß'", "v => v === '😀\\0ß'"),
    ("2n ** 200n + 1n", "v => v === 2n ** 200n + 1n"),
    ("-(2n ** 64n)", "v => v === -(2n ** 64n)"),
    ("0n", "v => v === 0n"),
    // Symbols.
    (
        "Symbol('local')",
        "v => typeof v === 'symbol' && v.description === 'local' && Symbol.keyFor(v) === undefined",
    ),
    (
        "Symbol()",
        "v => typeof v === 'symbol' && v.description === undefined",
    ),
    ("Symbol('')", "v => v.description === ''"),
    ("Symbol.for('key')", "v => v === Symbol.for('key')"),
    ("Symbol.for('')", "v => v === Symbol.for('')"),
    ("Symbol.iterator", "v => v === Symbol.iterator"),
    ("Symbol.asyncDispose", "v => v === Symbol.asyncDispose"),
    ("Symbol('Symbol.iterator')", "v => v !== Symbol.iterator"),
    // Boxes.
    (
        "new Number(-0)",
        "v => v instanceof Number && Object.is(v.valueOf(), -0)",
    ),
    (
        "new String('\\ud800')",
        "v => v instanceof String && v.valueOf() === '\\ud800'",
    ),
    (
        "new Boolean(false)",
        "v => v instanceof Boolean && v.valueOf() === false",
    ),
    (
        "Object(5n)",
        "v => typeof v === 'object' && v.valueOf() === 5n",
    ),
    (
        "Object(Symbol.for('x'))",
        "v => typeof v === 'object' && v.valueOf() === Symbol.for('x')",
    ),
    // Dates.
    (
        "new Date(1500.7)",
        "v => v instanceof Date && v.getTime() === 1500",
    ),
    ("new Date(-8.64e15)", "v => v.getTime() === -8.64e15"),
    (
        "new Date(NaN)",
        "v => v instanceof Date && Number.isNaN(v.getTime())",
    ),
    // Regular expressions.
    (
        "Object.assign(/a(?<b>\\/c)[/]/gimsuyd, { lastIndex: 3 })",
        "v => v.source === 'a(?<b>\\\\/c)[/]' && v.flags === 'dgimsuy' && v.lastIndex === 3",
    ),
    (
        "new RegExp('')",
        "v => v.source === '(?:)' && v.flags === '' && v.lastIndex === 0",
    ),
    (
        "/[\\p{L}--a]/v",
        "v => v.flags === 'v' && v.test('b') && !v.test('a')",
    ),
    ("/\\n😀/u", "v => v.test('\\n😀')"),
    // Arrays.
    ("[]", "v => Array.isArray(v) && v.length === 0"),
    (
        "[1, [2, [3]], undefined, null]",
        "v => v.length === 4 && v[1][1][0] === 3 && 2 in v",
    ),
    ("[1, , 3]", "v => v.length === 3 && !(1 in v) && v[2] === 3"),
    (
        "new Array(4294967295)",
        "v => v.length === 4294967295 && Object.keys(v).length === 0",
    ),
    (
        "(() => { const a = []; a[4294967294] = 'last'; return a })()",
        "v => v.length === 4294967295 && v[4294967294] === 'last'",
    ),
    (
        "Object.assign([1, 2], { extra: 'x', '-1': 'y' })",
        "v => v.length === 2 && v[1] === 2 && v.extra === 'x' && v['-1'] === 'y'",
    ),
    (
        "Object.assign([1], { 4294967295: 'no index' })",
        "v => v.length === 1 && v[4294967295] === 'no index'",
    ),
    (
        "Object.freeze([1, 2])",
        "v => v.length === 2 && !Object.isFrozen(v)",
    ),
    // Objects.
    ("({})", "v => Object.keys(v).length === 0"),
    (
        "({ b: 1, 2: 2, a: 3, 1: 4 })",
        "v => Object.keys(v).join() === '1,2,b,a'",
    ),
    (
        "({ '': 0, 'a\\0b': 1, 'größe 😀': 2 })",
        "v => v[''] === 0 && v['a\\0b'] === 1 && v['größe 😀'] === 2",
    ),
    (
        "({ ['__proto__']: { polluted: true }, constructor: 1, toString: 2 })",
        "v => Object.keys(v).join() === '__proto__,constructor,toString' && v.polluted === undefined && Object.getPrototypeOf(v) === Object.prototype",
    ),
    (
        "({ '\\ud800': 1, [Symbol.for('s')]: 2, plain: 3 })",
        "v => v['\\ud800'] === 1 && v[Symbol.for('s')] === 2 && v.plain === 3 && Reflect.ownKeys(v).length === 3",
    ),
    (
        "({ get x() { return 5 } })",
        "v => Object.getOwnPropertyDescriptor(v, 'x').value === 5",
    ),
    (
        "Object.defineProperty({ seen: 1 }, 'hidden', { value: 2 })",
        "v => v.seen === 1 && !('hidden' in v)",
    ),
    (
        "Object.create({ inherited: 1 })",
        "v => v.inherited === undefined && Object.getPrototypeOf(v) === Object.prototype",
    ),
    (
        "new (class Point { x = 1; #y = 2 })",
        "v => v.x === 1 && v.constructor === Object",
    ),
    (
        "new Proxy({ a: 1 }, { get: (t, k) => k === 'a' ? 'trapped' : t[k] })",
        "v => v.a === 'trapped'",
    ),
    (
        "(function () { return arguments })(1, 2)",
        "v => v[0] === 1 && v[1] === 2",
    ),
    // Collections.
    (
        "new Map([[1, 'a'], ['1', 'b'], [NaN, 'c'], [{ k: 1 }, new Map([[2, 3]])]])",
        "v => { const e = [...v]; return v instanceof Map && v.get(1) === 'a' && v.get('1') === 'b' && v.get(NaN) === 'c' && e[3][0].k === 1 && e[3][1].get(2) === 3 }",
    ),
    (
        "new Set([3, 1, 2, 'x', [1]])",
        "v => { const e = [...v]; return v instanceof Set && e.slice(0, 4).join() === '3,1,2,x' && Array.isArray(e[4]) }",
    ),
    ("new Map", "v => v instanceof Map && v.size === 0"),
    ("new Set([-0])", "v => v.has(0)"),
    // Binary data.
    (
        "new ArrayBuffer(0)",
        "v => v instanceof ArrayBuffer && v.byteLength === 0",
    ),
    (
        "new Uint8Array([1, 2, 3]).buffer",
        "v => new Uint8Array(v).join() === '1,2,3'",
    ),
    (
        "new Uint8Array(new SharedArrayBuffer(2))",
        "v => v.length === 2",
    ),
    (
        "new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)",
        "v => v instanceof DataView && v.byteOffset === 1 && v.byteLength === 2 && v.getUint8(1) === 3 && v.buffer.byteLength === 4",
    ),
    (
        "(() => { const b = new ArrayBuffer(8); return [new Uint8Array(b, 4), new Int32Array(b), b] })()",
        "v => { v[0][0] = 7; return v[1][1] === 7 && v[0].buffer === v[2] && v[1].buffer === v[2] }",
    ),
    (
        "new Uint8Array(new ArrayBuffer(4, { maxByteLength: 8 }))",
        "v => v.length === 4",
    ),
    // Errors.
    (
        "new Error('message')",
        "v => v.constructor === Error && v.message === 'message' && typeof v.stack === 'string'",
    ),
    (
        "new Error",
        "v => v.message === '' && !Object.hasOwn(v, 'message')",
    ),
    (
        "new TypeError('a', { cause: new RangeError('b', { cause: 'c' }) })",
        "v => v instanceof TypeError && v.cause instanceof RangeError && v.cause.cause === 'c'",
    ),
    (
        "new Error('a', { cause: undefined })",
        "v => Object.hasOwn(v, 'cause')",
    ),
    (
        "new AggregateError([new TypeError('x'), 5], 'many')",
        "v => v instanceof AggregateError && v.errors[0] instanceof TypeError && v.errors[1] === 5 && v.message === 'many'",
    ),
    (
        "Object.assign(new EvalError('m'), { code: 'E', details: [1] })",
        "v => v instanceof EvalError && v.code === 'E' && v.details[0] === 1",
    ),
    (
        "new (class MyError extends SyntaxError { get name() { return 'MyError' } })('m')",
        "v => v instanceof SyntaxError && v.name === 'MyError' && v.message === 'm'",
    ),
    (
        "Object.assign(new Error('m'), { name: 'Own' })",
        "v => v.name === 'Own' && String(v) === 'Own: m'",
    ),
    (
        "Object.keys(Object.assign(new Error('m', { cause: 1 }), { code: 2 }))",
        "v => v.join() === 'code'",
    ),
    ("new InternalError('m')", "v => v instanceof InternalError"),
    (
        "new URIError('\\ud800')",
        "v => v instanceof URIError && v.message === '\\ud800'",
    ),
    // Sharing and cycles.
    (
        "(() => { const s = {}; return [s, s, { s }] })()",
        "v => v[0] === v[1] && v[2].s === v[0]",
    ),
    (
        "(() => { const o = {}; o.self = o; return o })()",
        "v => v.self === v",
    ),
    (
        "(() => { const a = []; a.push(a, [a]); return a })()",
        "v => v[0] === v && v[1][0] === v",
    ),
    (
        "(() => { const m = new Map; m.set(m, m); return m })()",
        "v => v.get(v) === v",
    ),
    (
        "(() => { const s = new Set; s.add(s); return s })()",
        "v => v.has(v)",
    ),
    (
        "(() => { const e = new Error('x'); e.cause = e; return e })()",
        "v => v.cause === v",
    ),
    (
        "(() => { const s = Symbol('shared'); return { [s]: [s], s } })()",
        "v => v[v.s][0] === v.s",
    ),
    (
        "(() => { const d = new Date(1); return [d, d] })()",
        "v => v[0] === v[1]",
    ),
    (
        "(() => { const b = new Number(1); return [b, b] })()",
        "v => v[0] === v[1]",
    ),
];

#[test]
fn values_survive_the_way_into_another_vm() {
    for (source, check) in ROUND_TRIPS {
        let (vm, other) = (vm(), vm());
        let data = match eval(&vm, source).to_data() {
            Ok(data) => data,
            Err(error) => panic!("{source}: {error}"),
        };
        let copy = other.create_from_data(&data).unwrap();
        let holds = eval(&other, check).call((&copy,)).unwrap();
        assert!(holds.to::<bool>().unwrap(), "{source} became {data:?}");
        // A copy of the copy is the same data.
        let again = copy.to_data().unwrap();
        if !source.contains("Error") && !source.contains("Proxy") {
            assert_eq!(
                again.nodes().unwrap().len(),
                data.nodes().unwrap().len(),
                "{source}"
            );
        }
    }
}

#[test]
fn views_of_every_kind_are_data() {
    let vm = vm();
    for (name, kind, size) in VIEWS {
        let view = eval(&vm, &format!("new {name}(new ArrayBuffer(32), 8, 2)"));
        eval(&vm, "v => new Uint8Array(v.buffer).set([9, 8, 7], 8)")
            .call((&view,))
            .unwrap();
        let data = view.to_data().unwrap();
        let Node::View(found) = data.root().unwrap().node() else {
            panic!("{name}: {data:?}")
        };
        assert_eq!(
            (found.kind, found.byte_offset, found.length),
            (*kind, 8, 2),
            "{name}"
        );
        assert_eq!(
            data.root().unwrap().bytes().unwrap().len(),
            2 * *size as usize
        );
        let back = vm.create_from_data(&data).unwrap();
        assert_eq!(back.view_kind().unwrap(), Some(*kind), "{name}");
        assert_eq!(back.to_bytes().unwrap(), view.to_bytes().unwrap(), "{name}");
    }
}

#[test]
fn data_shows_what_the_interface_says() {
    let vm = vm();
    let root = |source: &str| eval(&vm, source).to_data().unwrap().nodes().unwrap()[0].clone();
    assert_eq!(root("'\\udc00'"), Node::Utf16(vec![0xdc00]));
    assert_eq!(
        root("-(10n ** 21n)"),
        Node::Bigint("-1000000000000000000000".into())
    );
    assert_eq!(
        root("Symbol.iterator"),
        Node::Symbol(SymbolData {
            kind: SymbolKind::WellKnown,
            description: Some("Symbol.iterator".into())
        })
    );
    assert_eq!(
        root("Symbol('\\ud800')"),
        Node::Symbol(SymbolData {
            kind: SymbolKind::Local,
            description: Some("\u{fffd}".into())
        })
    );
    assert_eq!(
        root("Object.assign(/x/y, { lastIndex: 4294967295 })"),
        Node::Regexp(RegexpData {
            source: "x".into(),
            flags: "y".into(),
            last_index: u32::MAX
        })
    );
    assert_eq!(
        root("[, 1]"),
        Node::SparseArray(SparseArrayData {
            length: 2,
            properties: vec![("1".into(), 1)]
        })
    );
    assert!(matches!(root("({ a: 1 })"), Node::Object(_)));
    assert!(matches!(root("({ [Symbol()]: 1 })"), Node::KeyedObject(_)));
    match root("new (class extends TypeError { get name() { return 'N' } })('m')") {
        Node::Error(error) => {
            assert_eq!(
                (error.class, error.name.as_deref()),
                (ErrorClass::TypeError, Some("N"))
            );
            assert_eq!(error.properties[0].0, "message");
            assert_eq!(error.properties[1].0, "stack");
        }
        node => panic!("{node:?}"),
    }
    for opaque in [
        "() => 1",
        "Promise.resolve()",
        "new WeakMap",
        "(function* () {})()",
        "new WeakRef({})",
        "class A {}; A",
    ] {
        assert!(matches!(root(opaque), Node::Opaque(_)), "{opaque}");
    }
}

#[test]
fn functions_cross_as_tokens_and_are_themselves_again() {
    let vm = vm();
    let object = eval(
        &vm,
        "globalThis.o = { f: () => 1, g: Math.max, p: Promise.resolve(), w: new WeakSet }; o.again = o.f; o",
    );
    let data = object.to_data().unwrap();
    assert_eq!(vm.heap().usage().unwrap().tokens, 4);
    let copy = vm.create_from_data(&data).unwrap();
    let same = eval(
        &vm,
        "c => c !== o && c.f === o.f && c.g === o.g && c.p === o.p && c.w === o.w && c.again === o.f",
    );
    assert!(same.call((copy,)).unwrap().to::<bool>().unwrap());
    let other = jsvm_tests::vm();
    assert!(matches!(
        other.create_from_data(&data),
        Err(Error::ForeignValue)
    ));
    drop(data);
    assert_eq!(vm.heap().usage().unwrap().tokens, 0);
}

#[test]
fn a_failed_copy_gives_its_tokens_back() {
    let vm = vm();
    let value = eval(
        &vm,
        "({ last: { get x() { throw new RangeError('no') } }, f: () => 1, g() {} })",
    );
    assert_eq!(exception(value.to_data()).name, "RangeError");
    assert_eq!(vm.heap().usage().unwrap().tokens, 0);
}

#[test]
fn accessors_are_called_once_and_in_order() {
    let vm = vm();
    let value = eval(
        &vm,
        "var calls = [];
         ({ get a() { calls.push('a'); return 1 },
            [Symbol('s')]: 0,
            get b() { calls.push('b'); return { get c() { calls.push('c'); return 2 } } } })",
    );
    value.to_data().unwrap();
    assert_eq!(eval(&vm, "calls.join()").to::<String>().unwrap(), "a,b,c");
}

#[test]
fn an_object_that_changes_while_it_is_copied_is_copied_somehow() {
    for source in [
        "const o = { get a() { delete o.b; o.c = 1; return 1 }, b: 2 }; o",
        "const a = [0, 1, 2, 3]; Object.defineProperty(a, 0, { get() { a.length = 1; return 0 }, enumerable: true }); a",
        "const m = new Map; m.set({ get x() { m.clear(); m.set(1, 1); return 1 } }, 1); m.set(2, 2); [m, ...m.keys()]",
        "const b = new ArrayBuffer(8, { maxByteLength: 64 }); [{ get x() { b.resize(64); return 1 } }, new Uint8Array(b), b]",
        "const b2 = new ArrayBuffer(8); const v2 = new Uint8Array(b2); ({ v2, get x() { b2.transfer(); return 1 }, b2 })",
        "const e = new Error('x'); Object.defineProperty(e, 'message', { get() { e.extra = 1; return 'y' } }); e",
    ] {
        let vm = vm();
        match eval(&vm, source).to_data() {
            Ok(data) => {
                jsvm_tests::vm().create_from_data(&data).unwrap();
            }
            Err(error) => assert!(matches!(error, Error::Exception(_)), "{source}: {error}"),
        }
        assert_usable(&vm);
    }
}

#[test]
fn detached_and_shrunk_buffers_are_type_errors() {
    let vm = vm();
    for source in [
        "const a = new ArrayBuffer(8); a.transfer(); a",
        "const b = new ArrayBuffer(8); const v = new Uint8Array(b); b.transfer(); v",
        "const c = new ArrayBuffer(8); const w = new DataView(c); c.transfer(); w",
        "const d = new ArrayBuffer(8, { maxByteLength: 8 }); const x = new Uint8Array(d, 4, 4); d.resize(5); x",
    ] {
        assert_eq!(
            exception(eval(&vm, source).to_data()).name,
            "TypeError",
            "{source}"
        );
    }
    assert_usable(&vm);
}

#[test]
fn what_scripts_overwrote_is_not_used() {
    let vm = vm();
    eval(
        &vm,
        "const classes = [Map, Set, Date, RegExp, Array, Object, Error, Number, Uint8Array,
                          ArrayBuffer, DataView, Symbol];
         const { ownKeys, defineProperty } = Reflect;
         const tampered = () => { throw 'tampered' };
         for (let i = 0; i < 12; i++) {
             const { prototype, name } = classes[i];
             const keys = ownKeys(prototype);
             for (let k = 0; k < keys.length; k++)
                 defineProperty(prototype, keys[k], { get: tampered, set: tampered });
             globalThis[name] = null;
         }
         var done = true",
    );
    for source in ["({ a: [1, 2] })", "[1, , 2]", "'text'", "5n"] {
        let data = eval(&vm, source).to_data().unwrap();
        vm.create_from_data(&data).unwrap();
    }
    let nodes = [
        Node::Map(vec![(1, 2)]),
        Node::Set(vec![1]),
        Node::Date(5.0),
        Node::Boxed(1),
        Node::Array(vec![1]),
        Node::Buffer(vec![1]),
        Node::Symbol(SymbolData {
            kind: SymbolKind::Registered,
            description: Some("x".into()),
        }),
    ];
    for node in nodes {
        let data = Data::from_nodes(vec![node, Node::Number(1.0), Node::Number(2.0)]);
        let copy = vm.create_from_data(&data).unwrap();
        assert_eq!(
            copy.to_data().unwrap().nodes().unwrap()[0],
            data.nodes().unwrap()[0]
        );
    }
}

fn deep(vm: &Vm, levels: u32, wrap: &str) -> Value {
    eval(
        vm,
        &format!("let v = null; for (let i = 0; i < {levels}; i++) v = {wrap}; v"),
    )
}

#[test]
fn deep_data_needs_no_recursion() {
    for wrap in [
        "[v]",
        "({ v })",
        "new Map([[v, v]])",
        "new Set([v])",
        "new Error('', { cause: v })",
        "({ [Symbol.for('k')]: v })",
        "[, v]",
    ] {
        let vm = vm();
        let value = deep(&vm, 100_000, wrap);
        let data = value.to_data().unwrap();
        assert!(data.nodes().unwrap().len() > 100_000);
        let other = jsvm_tests::vm();
        let copy = other.create_from_data(&data).unwrap();
        let again = copy.to_data().unwrap();
        assert_eq!(
            again.nodes().unwrap().len(),
            data.nodes().unwrap().len(),
            "{wrap}"
        );
        drop((value, copy));
        assert_usable(&vm);
        assert_usable(&other);
    }
}

#[test]
fn wide_data_crosses() {
    let limits = Limits::default()
        .memory(1 << 30)
        .hard_memory(2 << 30)
        .output(1 << 30);
    let vm = builder().limits(limits).build().unwrap();
    let value = eval(&vm, "Array.from({ length: 1_000_000 }, (_, i) => i)");
    let data = value.to_data().unwrap();
    assert_eq!(data.nodes().unwrap().len(), 1_000_001);
    let copy = vm.create_from_data(&data).unwrap();
    assert_eq!(copy.get(999_999).unwrap().to::<u32>().unwrap(), 999_999);
    let objects = eval(
        &vm,
        "Array.from({ length: 250_000 }, (_, i) => ({ i, s: 'x' + i }))",
    );
    let data = objects.to_data().unwrap();
    assert_eq!(data.nodes().unwrap().len(), 750_001);
    let copy = vm.create_from_data(&data).unwrap();
    let last = copy.get(249_999).unwrap();
    assert_eq!(last.get("s").unwrap().to::<String>().unwrap(), "x249999");
}

#[test]
fn data_beyond_the_output_limit_is_refused() {
    let vm = builder()
        .limits(Limits::default().output(10_000))
        .build()
        .unwrap();
    for source in [
        "Symbol('x'.repeat(20_000))",
        "new RegExp('x'.repeat(20_000))",
        "class Long extends Error { get name() { return 'x'.repeat(20_000) } }; new Long",
        "'x'.repeat(20_000)",
        "new Array(20_000).fill(0)",
        "new ArrayBuffer(20_000)",
        "'\\ud800'.repeat(6_000)",
        "2n ** 200_000n",
        "({ ['k'.repeat(20_000)]: 1 })",
        "new Error('x'.repeat(20_000))",
    ] {
        let error = eval(&vm, source).to_data().unwrap_err();
        assert!(
            matches!(error, Error::Limit(Limit::Output { bytes: 10_000 })),
            "{source}: {error}"
        );
    }
    assert!(eval(&vm, "'x'.repeat(5_000)").to_data().is_ok());
    assert_usable(&vm);
}

/// Node lists that mean nothing, and a part of what the error says.
fn malformed() -> Vec<(Vec<Node>, &'static str)> {
    let text = |text: &str| Node::Text(text.into());
    let view = |kind, buffer, byte_offset, length| {
        Node::View(ViewData {
            kind,
            buffer,
            byte_offset,
            length,
        })
    };
    let symbol = |name: Option<&str>| {
        Node::Symbol(SymbolData {
            kind: SymbolKind::WellKnown,
            description: name.map(Into::into),
        })
    };
    let error = |properties| {
        Node::Error(jsvm::data::ErrorData {
            class: ErrorClass::Error,
            name: None,
            properties,
        })
    };
    vec![
        (vec![Node::Array(vec![1])], "no node 1"),
        (vec![Node::Array(vec![u32::MAX])], "no node"),
        (vec![Node::Object(vec![("x".into(), 9)])], "no node 9"),
        (
            vec![Node::SparseArray(SparseArrayData {
                length: 1,
                properties: vec![("0".into(), 9)],
            })],
            "no node 9",
        ),
        (vec![Node::KeyedObject(vec![(9, 0)])], "no node 9"),
        (
            vec![Node::KeyedObject(vec![(1, 9)]), text("k")],
            "no node 9",
        ),
        (
            vec![Node::KeyedObject(vec![(1, 1)]), Node::Number(1.0)],
            "a key is",
        ),
        (vec![Node::KeyedObject(vec![(0, 0)])], "a key is"),
        (vec![Node::Map(vec![(9, 0)])], "no node 9"),
        (vec![Node::Map(vec![(0, 9)])], "no node 9"),
        (vec![Node::Set(vec![9])], "no node 9"),
        (vec![error(vec![("cause".into(), 9)])], "no node 9"),
        (vec![Node::Boxed(9)], "no node 9"),
        (vec![Node::Boxed(0)], "boxed"),
        (vec![Node::Boxed(1), Node::Array(vec![])], "boxed"),
        (vec![Node::Boxed(1), Node::Undefined], "boxed"),
        (vec![Node::Boxed(1), Node::Null], "boxed"),
        (
            vec![Node::Boxed(1), Node::Boxed(2), Node::Number(1.0)],
            "boxed",
        ),
        (vec![view(ViewKind::Uint8, 9, 0, 0)], "no node 9"),
        (vec![view(ViewKind::Uint8, 0, 0, 0)], "buffer"),
        (
            vec![view(ViewKind::DataView, 1, 0, 0), Node::Array(vec![])],
            "buffer",
        ),
        (vec![Node::Opaque(12345)], "no token"),
        (vec![symbol(Some("Symbol.nothing"))], "no `Symbol.nothing`"),
        (vec![symbol(Some("iterator"))], "well-known"),
        (vec![symbol(None)], "well-known"),
        (vec![Node::Bigint("x".into())], "decimal"),
        (vec![Node::Bigint("".into())], "decimal"),
        (vec![Node::Bigint("+1".into())], "decimal"),
        (vec![Node::Bigint("1_0".into())], "decimal"),
        (vec![Node::Bigint("0x1".into())], "decimal"),
        (
            vec![Node::Array(vec![1]), Node::Bigint("1.5".into())],
            "decimal",
        ),
    ]
}

#[test]
fn malformed_data_is_refused() {
    let vm = vm();
    for (nodes, part) in malformed() {
        let text = match vm.create_from_data(&Data::from_nodes(nodes.clone())) {
            Err(Error::Conversion(error)) => error.to_string(),
            result => {
                let error = exception(result);
                assert_eq!(error.name, "TypeError", "{nodes:?}");
                assert!(error.message.starts_with("malformed data at byte "));
                error.message
            }
        };
        assert!(text.contains(part), "{nodes:?}: {text}");
        assert_usable(&vm);
    }
    assert_eq!(vm.heap().usage().unwrap().tokens, 0);
}

#[test]
fn parts_of_data_that_the_language_refuses_are_its_errors() {
    let vm = vm();
    let view = |kind, byte_offset, length| {
        vec![
            Node::View(ViewData {
                kind,
                buffer: 1,
                byte_offset,
                length,
            }),
            Node::Buffer(vec![0; 8]),
        ]
    };
    let regexp = |source: &str, flags: &str| {
        vec![Node::Regexp(RegexpData {
            source: source.into(),
            flags: flags.into(),
            last_index: 0,
        })]
    };
    for (nodes, name) in [
        (regexp("(", ""), "SyntaxError"),
        (regexp("a", "gg"), "SyntaxError"),
        (regexp("a", "z"), "SyntaxError"),
        (view(ViewKind::Uint8, 0, 9), "RangeError"),
        (view(ViewKind::Uint8, 9, 0), "RangeError"),
        (view(ViewKind::Uint16, 1, 1), "RangeError"),
        (view(ViewKind::Float64, 0, u32::MAX), "RangeError"),
        (view(ViewKind::DataView, u32::MAX, u32::MAX), "RangeError"),
    ] {
        let error = exception(vm.create_from_data(&Data::from_nodes(nodes.clone())));
        assert_eq!(error.name, name, "{nodes:?}: {error}");
        assert_usable(&vm);
    }
}

#[test]
fn data_with_repeated_and_odd_keys_is_taken_as_definitions() {
    let vm = vm();
    let data = Data::from_nodes(vec![
        Node::Object(vec![
            ("a".into(), 1),
            ("a".into(), 2),
            ("__proto__".into(), 2),
        ]),
        Node::Number(1.0),
        Node::Number(2.0),
    ]);
    let object = vm.create_from_data(&data).unwrap();
    let check = eval(
        &vm,
        "o => o.a === 2 && Object.keys(o).join() === 'a,__proto__' && Object.getPrototypeOf(o) === Object.prototype",
    );
    assert!(check.call((&object,)).unwrap().to::<bool>().unwrap());
    // Elements beyond the length: the length wins.
    let data = Data::from_nodes(vec![
        Node::SparseArray(SparseArrayData {
            length: 1,
            properties: vec![("0".into(), 1), ("5".into(), 1)],
        }),
        Node::Number(1.0),
    ]);
    let array = vm.create_from_data(&data).unwrap();
    assert_eq!(array.get("length").unwrap().to::<u32>().unwrap(), 1);
    // Dates out of range are invalid dates.
    let date = vm
        .create_from_data(&Data::from_nodes(vec![Node::Date(1e300)]))
        .unwrap();
    assert!(date.to_number().unwrap().is_nan());
    // A Map keeps the first position and the last value.
    let data = Data::from_nodes(vec![
        Node::Map(vec![(1, 1), (2, 2), (1, 2)]),
        Node::Number(1.0),
        Node::Number(2.0),
    ]);
    let map = vm.create_from_data(&data).unwrap();
    let check = eval(&vm, "m => JSON.stringify([...m]) === '[[1,2],[2,2]]'");
    assert!(check.call((&map,)).unwrap().to::<bool>().unwrap());
}

#[test]
fn the_same_node_can_be_used_in_many_places() {
    let vm = vm();
    let mut builder = DataBuilder::new();
    let root = builder.reserve();
    let shared = builder.push(Node::Object(vec![]));
    let local = builder.push(Node::Symbol(SymbolData {
        kind: SymbolKind::Local,
        description: None,
    }));
    builder.fill(root, Node::Array(vec![shared, shared, local, local, root]));
    let array = vm.create_from_data(&builder.finish()).unwrap();
    let check = eval(&vm, "a => a[0] === a[1] && a[2] === a[3] && a[4] === a");
    assert!(check.call((array,)).unwrap().to::<bool>().unwrap());
}

#[test]
fn a_part_of_data_stands_by_itself() {
    let vm = vm();
    let data = eval(&vm, "({ list: [1, { f: x => x + 1 }] })")
        .to_data()
        .unwrap();
    let part: Data = data.root().unwrap().get("list").unwrap().to().unwrap();
    let value = vm.create_from_data(&part).unwrap();
    assert_eq!(
        value
            .get(1)
            .unwrap()
            .call_method("f", (1,))
            .unwrap()
            .to::<i32>()
            .unwrap(),
        2
    );
    drop(data);
    // The part has its own hold on the function.
    let value = vm.create_from_data(&part).unwrap();
    assert_eq!(
        value
            .get(1)
            .unwrap()
            .call_method("f", (2,))
            .unwrap()
            .to::<i32>()
            .unwrap(),
        3
    );
}

#[test]
fn a_buffer_that_is_gone_when_the_copy_is_done_is_an_error() {
    let vm = vm();
    for change in [
        "b.transfer()",
        "structuredClone(b, { transfer: [b] })",
        "b.resize(10)",
    ] {
        // The getter runs when the buffer before it was visited. Its memory is used again.
        let source = format!(
            "(() => {{
                const b = new ArrayBuffer(100_000, {{ maxByteLength: 100_000 }});
                new Uint8Array(b).fill(7);
                return {{ b, get after() {{
                    {change};
                    globalThis.other = Array.from({{ length: 20 }}, () => new Uint8Array(100_000).fill(9));
                    return 1;
                }} }};
            }})()"
        );
        let value = eval(&vm, &source);
        let error = exception(value.to_data());
        assert_eq!(error.name, "TypeError", "{change}");
        assert!(error.message.contains("detached or resized"), "{change}");
        assert_usable(&vm);
    }
}

#[test]
fn a_buffer_that_grows_while_it_is_copied_is_copied_as_it_was_found() {
    let vm = vm();
    let value = eval(
        &vm,
        "(() => {
            const b = new ArrayBuffer(100_000, { maxByteLength: 200_000 });
            new Uint8Array(b).fill(7);
            return { b, get after() { b.resize(200_000); return 1; } };
        })()",
    );
    let data = value.to_data().unwrap();
    let bytes = data.root().unwrap().get("b").unwrap();
    assert_eq!(bytes.bytes().unwrap(), vec![7; 100_000]);
}
