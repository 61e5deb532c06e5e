//! What comes back is what was written.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::{BytesAs, Integers, Missing, Options, from_source};
use super::{parts, read, round_trip, to_parts};

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone, Default)]
struct Line {
    name: String,
    price: f64,
    count: u32,
    note: Option<String>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Order {
    id: u64,
    lines: Vec<Line>,
    tags: BTreeSet<String>,
    by_number: BTreeMap<u32, Line>,
    unit: (),
    pair: (i8, char),
    wide: i128,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
enum External {
    Unit,
    Newtype(u8),
    Tuple(u8, String),
    Struct { a: Option<bool>, b: Vec<u8> },
    Nested(Box<External>),
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(tag = "type")]
enum Internal {
    Unit,
    Newtype(Line),
    Struct { a: i32 },
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Unit,
    Newtype(u8),
    Tuple(u8, u8),
    Struct { a: i32 },
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(untagged)]
enum Untagged {
    Number(f64),
    Text(String),
    Many(Vec<Untagged>),
    Line(Line),
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Flat {
    id: u32,
    #[serde(flatten)]
    line: Line,
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Unit;

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Newtype(Line);

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Pair(i32, String);

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Borrowed<'a> {
    #[serde(borrow)]
    name: &'a str,
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(with = "serde_bytes")]
    bytes: &'a [u8],
}

fn line() -> Line {
    Line {
        name: "pencil".into(),
        price: 1.5,
        count: 3,
        note: None,
    }
}

#[test]
fn primitives() {
    round_trip(true);
    round_trip(());
    round_trip('ü');
    round_trip('𝄞');
    round_trip(String::new());
    for value in [
        0,
        1,
        23,
        24,
        255,
        256,
        u64::from(u32::MAX),
        1 << 53,
        u64::MAX,
    ] {
        round_trip(value);
        round_trip(value as i64);
        round_trip(-(value as i128));
        round_trip(u128::from(value) << 64);
        round_trip(value as u32);
        round_trip(value as i16);
    }
    round_trip(i64::MIN);
    round_trip(i128::MIN);
    round_trip(i128::MAX);
    round_trip(u128::MAX);
    let floats = [
        0.0,
        -0.0,
        1.5,
        1e300,
        f64::MIN_POSITIVE,
        9_007_199_254_740_992.0,
        -1e15,
    ];
    for value in floats
        .into_iter()
        .chain([f64::INFINITY, f64::NAN, 2f64.powi(63)])
    {
        let back: f64 = read(&parts(&value)).unwrap();
        assert_eq!(back.to_bits(), value.to_bits());
    }
    round_trip(0.1f32);
    round_trip(Some(1));
    round_trip(None::<u8>);
}

#[test]
fn structs() {
    round_trip(Order {
        id: u64::MAX,
        lines: vec![
            line(),
            Line {
                note: Some("x".into()),
                ..line()
            },
        ],
        tags: ["a".to_owned(), "b".to_owned()].into(),
        by_number: [(1, line()), (7, line())].into(),
        unit: (),
        pair: (-1, 'x'),
        wide: i128::MIN,
    });
    round_trip(Unit);
    round_trip(Newtype(line()));
    round_trip(Pair(1, "two".into()));
    round_trip(Duration::new(1, 5));
    round_trip(Flat {
        id: 1,
        line: line(),
        rest: [(
            "more".to_owned(),
            serde_json::json!({ "a": [1.5, null, "x"] }),
        )]
        .into(),
    });
}

#[test]
fn enums() {
    round_trip(vec![
        External::Unit,
        External::Newtype(1),
        External::Tuple(1, "x".into()),
        External::Struct {
            a: None,
            b: vec![1],
        },
        External::Nested(Box::new(External::Nested(Box::new(External::Unit)))),
    ]);
    round_trip(vec![
        Internal::Unit,
        Internal::Newtype(line()),
        Internal::Struct { a: -1 },
    ]);
    round_trip(vec![
        Adjacent::Unit,
        Adjacent::Newtype(1),
        Adjacent::Tuple(1, 2),
        Adjacent::Struct { a: -1 },
    ]);
    round_trip(vec![
        Untagged::Number(1.0),
        Untagged::Text("x".into()),
        Untagged::Many(vec![Untagged::Number(0.5)]),
        Untagged::Line(line()),
    ]);
}

#[test]
fn maps() {
    round_trip(BTreeMap::from([
        (String::from("a b"), 1),
        ("__proto__".into(), 2),
    ]));
    round_trip(BTreeMap::from([('a', 1)]));
    round_trip(BTreeMap::from([
        (1u32, "x".to_owned()),
        (300, "y".to_owned()),
    ]));
    round_trip(BTreeMap::from([(u64::MAX, 1)]));
    round_trip(BTreeMap::from([(vec![1, 2], 1)]));
    round_trip(BTreeMap::from([(
        (true, 1u8),
        vec![BTreeMap::from([(false, ())])],
    )]));
    round_trip(HashMap::<u32, u32>::new());
    // Keys of which only some are strings.
    #[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord, Debug)]
    #[serde(untagged)]
    enum Key {
        Text(String),
        Number(u32),
    }
    let text = "y".repeat(5000);
    let mixed = BTreeMap::from([
        (Key::Text("a".into()), vec![text.clone()]),
        (Key::Text(text), vec![]),
        (Key::Number(1), vec!["z".into()]),
    ]);
    round_trip(vec![BTreeMap::new(), mixed]);
    // Keys of objects are read as what they say.
    let object = parts(&BTreeMap::from([("1", 2), ("7", 3)]));
    assert_eq!(read(&object), Ok(BTreeMap::from([(1u8, 2u8), (7, 3)])));
    // A map can be read as pairs.
    let map = parts(&BTreeMap::from([(1, "x"), (7, "y")]));
    assert_eq!(
        read(&map),
        Ok(vec![(1u8, "x".to_owned()), (7, "y".to_owned())])
    );
}

#[test]
fn long_strings_and_bytes() {
    for len in [4095, 4096, 4097, 100_000] {
        round_trip("a".repeat(len));
        round_trip("ü".repeat(len));
        round_trip("日".repeat(len));
        round_trip("𝄞".repeat(len));
        round_trip("ü".repeat(len) + "日");
        round_trip(serde_bytes::ByteBuf::from(vec![7; len]));
        round_trip(BTreeMap::from([("k".repeat(len), "v".repeat(len))]));
    }
    let written = parts(&("a".repeat(10_000), serde_bytes::Bytes::new(&[1; 10_000])));
    assert_eq!(written.chunks.len(), 2);
    assert!(written.item.position() < 32);
}

#[test]
fn borrowed() {
    let text = "ü".repeat(5000);
    let long = "a".repeat(5000);
    let value = Borrowed {
        name: &long,
        text: Cow::Borrowed(&text),
        bytes: &[3; 9],
    };
    let written = parts(&value);
    let back: Borrowed<'_> = from_source(written.source()).unwrap();
    assert_eq!(back, value);
}

#[test]
fn options() {
    let number = Options::default().integers(Integers::Number);
    let either = Options::default().integers(Integers::Either);
    let safe = (1u64 << 53) - 1;
    assert_eq!(
        to_parts(&safe, &number).unwrap().item,
        parts(&(safe as f64)).item
    );
    assert_eq!(to_parts(&-5i64, &number).unwrap().item, parts(&-5i8).item);
    assert_eq!(
        to_parts(&[safe + 1], &number).unwrap_err().to_string(),
        "[0]: expected an integer that a number can hold exactly, found 9007199254740992"
    );
    assert_eq!(
        to_parts(&(safe + 1), &either).unwrap().item,
        parts(&(safe + 1)).item
    );
    assert_eq!(to_parts(&1u64, &either).unwrap().item, parts(&1u8).item);
    let null = Options::default().missing(Missing::Null);
    assert_eq!(
        to_parts(&[None::<u8>], &null).unwrap().item,
        parts(&[()]).item
    );
    let bytes = serde_bytes::Bytes::new(&[1, 2]);
    let array = Options::default().bytes(BytesAs::Array);
    assert_eq!(to_parts(bytes, &array).unwrap().item, parts(&[1, 2]).item);
    let buffer = to_parts(bytes, &Options::default().bytes(BytesAs::ArrayBuffer)).unwrap();
    assert_eq!(buffer.item.as_bytes(), [0x42, 1, 2]);
    assert_eq!(read::<Vec<u8>>(&buffer), Ok(vec![1, 2]));
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
        "[a-zü日]{4000,4200}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..12).prop_map(Into::into),
            prop::collection::vec((any::<String>(), inner), 0..12)
                .prop_map(|pairs| serde_json::Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// Numbers compare by value: JavaScript does not tell 1 from 1.0.
fn same(left: &serde_json::Value, right: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Number, Object};
    match (left, right) {
        (Number(left), Number(right)) if left.is_f64() || right.is_f64() => {
            left.as_f64() == right.as_f64()
        }
        (Array(left), Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(l, r))
        }
        (Object(left), Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|((l, lv), (r, rv))| l == r && same(lv, rv))
        }
        _ => left == right,
    }
}

proptest! {
    #[test]
    fn any_json(value in json()) {
        let back: serde_json::Value = read(&parts(&value)).unwrap();
        prop_assert!(same(&back, &value), "{back} is not {value}");
    }

    #[test]
    fn any_float(value in any::<f64>()) {
        let back: f64 = read(&parts(&value)).unwrap();
        prop_assert_eq!(back.to_bits(), value.to_bits());
    }

    #[test]
    fn any_integer(signed in any::<i128>(), unsigned in any::<u128>(), shift in 0u32..128) {
        round_trip(signed >> shift);
        round_trip(unsigned >> shift);
    }

    #[test]
    fn any_text(text in any::<String>(), times in 1usize..3000) {
        round_trip(text.repeat(times));
    }
}
