//! Data of objects that change, fail or refer to functions while they are copied.

use jsvm::data::{Node, SymbolData, SymbolKind};
use jsvm::{Data, Error};
use jsvm_tests::{assert_usable, eval, exception, vm};

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
