//! Data that is malformed, or that the language refuses.

use jsvm::data::{Node, RegexpData, SparseArrayData, SymbolData, SymbolKind, ViewData};
use jsvm::{Data, Error, ErrorClass, ViewKind};
use jsvm_tests::{assert_usable, eval, exception, vm};

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
