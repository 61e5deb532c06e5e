//! Arbitrary graphs go into a VM and come back as they were.

use jsvm::data::{ErrorData, Node, RegexpData, SparseArrayData, SymbolData, SymbolKind, ViewData};
use jsvm::{Data, ErrorClass, ViewKind};
use jsvm_tests::vm;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// A node of which the references to others are still any numbers.
fn node() -> impl Strategy<Value = Node> {
    let indices = || vec(any::<u32>(), 0..6);
    let key = prop_oneof![
        4 => "[a-zé中😀 ]{1,4}",
        1 => prop_oneof![
            Just("__proto__".to_owned()),
            Just("constructor".to_owned()),
            Just("toString".to_owned()),
            Just("length".to_owned()),
            Just(String::new()),
            Just("k".repeat(5000)),
        ],
    ];
    let properties = vec((key, any::<u32>()), 0..6);
    let number = prop_oneof![
        any::<f64>().prop_map(|value| if value.is_nan() { f64::NAN } else { value }),
        any::<i32>().prop_map(f64::from),
        Just(-0.0),
        Just(9_007_199_254_740_993.0),
        Just(-9_007_199_254_740_992.0),
    ];
    let text = prop_oneof![
        6 => any::<String>(),
        1 => "[a-z]{5000}",
        1 => "[a-zé]{4100}",
        1 => "[中文]{4097}",
    ];
    let units = vec(prop_oneof![0xd800_u16..0xe000, any::<u16>()], 0..8).prop_map(|mut units| {
        units.push(0xd800);
        Node::Utf16(units)
    });
    let symbol = prop_oneof![
        any::<Option<String>>().prop_map(|description| (SymbolKind::Local, description)),
        any::<String>().prop_map(|key| (SymbolKind::Registered, Some(key))),
        Just((SymbolKind::WellKnown, Some("Symbol.iterator".to_owned()))),
    ];
    let pairs = || vec((any::<u32>(), any::<u32>()), 0..5);
    prop_oneof![
        Just(Node::Undefined),
        Just(Node::Null),
        any::<bool>().prop_map(Node::Boolean),
        number.prop_map(Node::Number),
        any::<i128>().prop_map(|value| Node::Bigint(value.to_string())),
        "-?[1-9][0-9]{0,80}".prop_map(Node::Bigint),
        text.prop_map(Node::Text),
        units,
        symbol.prop_map(|(kind, description)| Node::Symbol(SymbolData { kind, description })),
        prop_oneof![
            (-8_640_000_000_000_000_i64..8_640_000_000_000_000).prop_map(|ms| ms as f64),
            Just(f64::NAN),
        ]
        .prop_map(Node::Date),
        (0..3_usize, 0..5_u32).prop_map(|(which, last_index)| {
            let (source, flags) = [("a+", "g"), ("[/]\\/", "iu"), ("(?:)", "")][which];
            Node::Regexp(RegexpData {
                source: source.into(),
                flags: flags.into(),
                last_index,
            })
        }),
        any::<u32>().prop_map(Node::Boxed),
        indices().prop_map(Node::Array),
        properties.clone().prop_map(Node::Object),
        (vec(0..50_u32, 0..5), properties.clone(), 60..5_000_000_u32).prop_map(
            |(indices, mut properties, length)| {
                properties.extend(indices.into_iter().map(|index| (index.to_string(), index)));
                Node::SparseArray(SparseArrayData { length, properties })
            },
        ),
        pairs().prop_map(Node::KeyedObject),
        pairs().prop_map(Node::Map),
        indices().prop_map(Node::Set),
        prop_oneof![vec(any::<u8>(), 0..40), Just(vec![7; 5000])].prop_map(Node::Buffer),
        (0..13_usize, any::<u32>(), any::<u32>(), 0..3_u32).prop_map(
            |(kind, buffer, byte_offset, length)| Node::View(ViewData {
                kind: KINDS[kind],
                buffer,
                byte_offset,
                length,
            })
        ),
        (0..7_usize, any::<Option<bool>>(), properties).prop_map(|(class, name, properties)| {
            Node::Error(ErrorData {
                class: CLASSES[class],
                name: name.map(|_| "MyError".into()),
                properties,
            })
        }),
    ]
}

const KINDS: [ViewKind; 13] = [
    ViewKind::Int8,
    ViewKind::Uint8,
    ViewKind::Uint8Clamped,
    ViewKind::Int16,
    ViewKind::Uint16,
    ViewKind::Int32,
    ViewKind::Uint32,
    ViewKind::BigInt64,
    ViewKind::BigUint64,
    ViewKind::Float16,
    ViewKind::Float32,
    ViewKind::Float64,
    ViewKind::DataView,
];

const CLASSES: [ErrorClass; 7] = [
    ErrorClass::Error,
    ErrorClass::EvalError,
    ErrorClass::RangeError,
    ErrorClass::ReferenceError,
    ErrorClass::SyntaxError,
    ErrorClass::TypeError,
    ErrorClass::UriError,
];

/// Makes the references mean something, and leaves only what JavaScript can have in this order.
fn connect(mut nodes: Vec<Node>) -> Vec<Node> {
    let count = nodes.len() as u32;
    let of = |nodes: &[Node], index: u32, fits: fn(&Node) -> bool| {
        (0..count)
            .map(|step| (index % count + step) % count)
            .find(|index| fits(&nodes[*index as usize]))
    };
    let is_primitive = |node: &Node| {
        matches!(
            node,
            Node::Boolean(_) | Node::Number(_) | Node::Bigint(_) | Node::Text(_) | Node::Utf16(_)
        )
    };
    // What is the same only as itself, so that no two keys of a map are the same.
    let is_unique = |node: &Node| {
        matches!(
            node,
            Node::Array(_) | Node::Object(_) | Node::Map(_) | Node::Set(_) | Node::Date(_)
        )
    };
    let is_local =
        |node: &Node| matches!(node, Node::Symbol(symbol) if symbol.kind == SymbolKind::Local);
    for at in 0..nodes.len() {
        let mut node = std::mem::replace(&mut nodes[at], Node::Undefined);
        let before = nodes.clone();
        match &mut node {
            Node::Boxed(inner) => match of(&before, *inner, is_primitive) {
                Some(found) => *inner = found,
                None => node = Node::Null,
            },
            Node::Array(elements) => elements.iter_mut().for_each(|index| *index %= count),
            Node::Set(members) => {
                *members = distinct(members, |index| of(&before, *index, is_unique));
            }
            Node::Map(pairs) => {
                let keys: Vec<_> = pairs.iter().map(|(key, _)| *key).collect();
                let keys = distinct(&keys, |index| of(&before, *index, is_unique));
                let values = pairs.iter().map(|(_, value)| value % count);
                *pairs = keys.into_iter().zip(values).collect();
            }
            Node::KeyedObject(pairs) => {
                let keys: Vec<_> = pairs.iter().map(|(key, _)| *key).collect();
                let keys = distinct(&keys, |index| of(&before, *index, is_local));
                if keys.is_empty() {
                    node = Node::Object(Vec::new());
                } else {
                    let values = pairs.iter().map(|(_, value)| value % count);
                    *pairs = keys.into_iter().zip(values).collect();
                }
            }
            Node::Object(properties) => named(properties, count),
            Node::SparseArray(array) => {
                named(&mut array.properties, count);
                array.properties.retain(|(key, _)| key != "length");
                array
                    .properties
                    .sort_by_key(|(key, _)| key.parse().unwrap_or(u32::MAX));
                if array.properties.is_empty() {
                    array.length = array.length.max(1);
                }
            }
            Node::View(view) => {
                let fits = |node: &Node| matches!(node, Node::Buffer(_));
                match of(&before, view.buffer, fits) {
                    Some(found) => {
                        view.buffer = found;
                        let Node::Buffer(bytes) = &before[found as usize] else {
                            unreachable!()
                        };
                        // Whole elements, aligned to the largest.
                        let room = bytes.len() as u32 / 8;
                        view.byte_offset = if room == 0 {
                            0
                        } else {
                            view.byte_offset % room * 8
                        };
                        view.length = view.length.min(room - view.byte_offset / 8);
                    }
                    None => node = Node::Null,
                }
            }
            Node::Error(error) => {
                named(&mut error.properties, count);
                let text = of(
                    &before,
                    0,
                    |node| matches!(node, Node::Text(text) if !text.is_empty()),
                );
                error.properties.retain(|(key, _)| {
                    !["message", "stack", "cause", "errors", "name", "length"].contains(&&**key)
                });
                match text {
                    Some(text) => {
                        let fixed = ["message", "stack"].map(|key| (key.to_owned(), text));
                        let fixed = fixed.into_iter().chain([("cause".to_owned(), at as u32)]);
                        error.properties.splice(0..0, fixed);
                    }
                    None => node = Node::Null,
                }
            }
            _ => {}
        }
        nodes[at] = node;
    }
    nodes
}

fn distinct(from: &[u32], find: impl Fn(&u32) -> Option<u32>) -> Vec<u32> {
    let mut found: Vec<u32> = Vec::new();
    for index in from.iter().filter_map(find) {
        if !found.contains(&index) {
            found.push(index);
        }
    }
    found
}

fn named(properties: &mut Vec<(String, u32)>, count: u32) {
    let mut known = Vec::new();
    properties.retain(|(key, _)| {
        let is_new = !known.contains(key);
        known.push(key.clone());
        is_new
    });
    properties.iter_mut().for_each(|(_, index)| *index %= count);
}

/// The same bytes for the same graph, whatever the order of its nodes.
fn canonical(data: &Data) -> (Vec<u8>, Vec<Vec<u8>>) {
    let data = Data::from_nodes(data.nodes().unwrap().to_vec());
    let cbor = data.cbor().unwrap();
    (cbor.item.to_vec(), cbor.chunks.to_vec())
}

#[test]
fn graphs_come_back_as_they_were() {
    let vm = vm();
    let echo = vm.eval("value => value").unwrap();
    let mut runner = TestRunner::deterministic();
    let graphs = vec(node(), 1..40).prop_map(connect);
    runner
        .run(&graphs, |nodes| {
            let data = Data::from_nodes(nodes);
            let there = vm.create_from_data(&data).unwrap();
            let back = echo.call((&there,)).unwrap().to_data().unwrap();
            prop_assert_eq!(canonical(&back), canonical(&data));
            // What the VM wrote it can read.
            let again = vm.create_from_data(&back).unwrap().to_data().unwrap();
            prop_assert_eq!(canonical(&again), canonical(&data));
            Ok(())
        })
        .unwrap();
    vm.heap().collect_garbage().unwrap();
}
