//! Values as data: copied out of a VM and into one.

use jsvm::ErrorClass;
use jsvm::data::{Node, RegexpData, SparseArrayData, SymbolData, SymbolKind};
use jsvm_tests::{VIEWS, eval, vm};

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
