//! The form itself, byte by byte, against what `wit/data.md` says.

use std::collections::BTreeMap;

use hex_literal::hex;
use serde::{Deserialize, Serialize};

use super::super::{Parts, from_source};
use super::{item, parts, read};

#[derive(Serialize)]
struct Point {
    x: i32,
    y: Option<f64>,
}

#[test]
fn written() {
    let cases: Vec<(Parts, &[u8])> = vec![
        (parts(&()), &hex!("f7")),
        (parts(&None::<u8>), &hex!("f7")),
        (parts(&[()]), &hex!("81 f6")),
        (parts(&true), &hex!("f5")),
        (parts(&1u8), &hex!("01")),
        (parts(&-1i32), &hex!("20")),
        (parts(&1.0), &hex!("01")),
        (parts(&-0.0), &hex!("fb8000000000000000")),
        (parts(&1.5f32), &hex!("fb3ff8000000000000")),
        // 2^53 - 1 is an integer, 2^53 a float.
        (parts(&9_007_199_254_740_991.0), &hex!("1b001fffffffffffff")),
        (parts(&9_007_199_254_740_992.0), &hex!("fb4340000000000000")),
        (parts(&0u64), &hex!("c2 40")),
        (parts(&256u64), &hex!("c2 42 0100")),
        (parts(&-1i64), &hex!("c3 40")),
        (parts(&-257i64), &hex!("c3 42 0100")),
        (parts("hé"), &hex!("63 68c3a9")),
        (parts(&[1, 2]), &hex!("82 01 02")),
        (
            parts(&Point { x: 1, y: None }),
            &hex!("a2 61 78 01 61 79 f7"),
        ),
        (parts(&BTreeMap::from([("a", 1)])), &hex!("a1 6161 01")),
        (parts(&BTreeMap::from([(1, 2)])), &hex!("d90103 a1 01 02")),
        (parts(&Ok::<u8, ()>(1)), &hex!("a1 62 4f6b 01")),
        (
            parts(serde_bytes::Bytes::new(&[1, 2])),
            &hex!("d840 42 0102"),
        ),
    ];
    for (written, expected) in cases {
        assert_eq!(written.item.as_bytes(), expected);
        assert!(written.chunks.is_empty());
    }
    let latin1 = parts(&"é".repeat(5000));
    assert_eq!(latin1.item.as_bytes(), hex!("da6a730002 da6a730001 00"));
    assert_eq!(latin1.chunks, [vec![0xe9; 5000]]);
    let utf16 = parts(&"日".repeat(5000));
    assert_eq!(utf16.item.as_bytes(), hex!("da6a730003 da6a730001 00"));
    assert_eq!(utf16.chunks, [[0xe5, 0x65].repeat(5000)]);
    let bytes = parts(serde_bytes::Bytes::new(&[9; 5000]));
    assert_eq!(bytes.item.as_bytes(), hex!("d840 da6a730001 00"));
}

#[track_caller]
fn reads<T: for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug>(hex: &[u8], expected: T) {
    assert_eq!(read(&item(hex)), Ok(expected));
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn numbers() {
    reads(&hex!("f93c00"), 1.0);
    reads(&hex!("fa3fc00000"), 1.5);
    reads(&hex!("fb4340000000000000"), 1u64 << 53);
    reads(&hex!("1b0020000000000000"), 1u64 << 53);
    reads(&hex!("1bffffffffffffffff"), u64::MAX);
    reads(&hex!("3bffffffffffffffff"), -1 - i128::from(u64::MAX));
    reads(&hex!("c2 4a 00000000000000000001"), 1u8);
    reads(&hex!("c2 5f 41 01 41 00 ff"), 256u16);
    reads(&hex!("1800"), 0u8);
}

#[test]
fn indefinite_lengths() {
    reads(
        &hex!("9f 01 9f 02 ff bf 61 61 03 ff ff"),
        json(r#"[1, [2], {"a": 3}]"#),
    );
    reads(&hex!("7f 61 61 61 62 ff"), "ab".to_owned());
    reads(
        &hex!("d840 5f 41 01 41 02 ff"),
        serde_bytes::ByteBuf::from([1, 2]),
    );
    // Keys that are integers are names.
    reads(&hex!("bf 01 02 ff"), BTreeMap::from([("1".to_owned(), 2)]));
}

#[test]
fn dates() {
    #[derive(Deserialize, PartialEq, Debug)]
    struct Text(String);
    // 1(1e9), 1(0.5), 27(["Date", -1])
    reads(&hex!("c1 1a 3b9aca00"), 1_000_000_000_000i64);
    reads(
        &hex!("c1 1a 3b9aca00"),
        Text("2001-09-09T01:46:40.000Z".into()),
    );
    reads(&hex!("c1 fb3fe0000000000000"), 500.0);
    reads(
        &hex!("d81b 82 64 44617465 20"),
        json(r#""1969-12-31T23:59:59.999Z""#),
    );
    let invalid = read::<String>(&item(&hex!("c1 f97e00")));
    assert_eq!(
        invalid.unwrap_err(),
        "expected a valid date, found an invalid date"
    );
    assert!(read::<f64>(&item(&hex!("c1 f97e00"))).unwrap().is_nan());
}

#[test]
fn objects_of_classes() {
    // 27(["RegExp", "a", "g", 0]), 27(["Object", 1])
    reads(
        &hex!("d81b 84 66 526567457870 61 61 61 67 00"),
        "/a/g".to_owned(),
    );
    reads(&hex!("d81b 82 66 4f626a656374 01"), 1u8);
    reads(&hex!("d81b 9f 66 4f626a656374 81 01 ff"), [1u8]);
    // 27(["TypeError", {"message": "x"}]), and with a name that it inherits
    reads(
        &hex!("d81b 82 69 547970654572726f72 a1 67 6d657373616765 61 78"),
        json(r#"{"name": "TypeError", "message": "x"}"#),
    );
    reads(
        &hex!("81 d81b 83 69 547970654572726f72 a1 67 6d657373616765 61 78 62 4d79"),
        json(r#"[{"name": "My", "message": "x"}]"#),
    );
    // 27(["Array", 3, {"1": 7, "x": 8}])
    reads(
        &hex!("d81b 83 65 4172726179 03 a2 61 31 07 61 78 08"),
        [None, Some(7), None],
    );
    let sparse = hex!("d81b 83 65 4172726179 1affffffff a1 61 31 07");
    assert_eq!(
        read::<Vec<()>>(&item(&sparse)).unwrap_err(),
        "expected an array without large holes, found 1 elements in an array of 4294967295"
    );
}

#[test]
fn sets_and_maps() {
    reads(&hex!("d90102 82 01 02"), [1, 2]);
    reads(&hex!("d90102 82 01 02"), json("[1, 2]"));
    reads(
        &hex!("d90103 a2 01 02 61 61 03"),
        vec![(json("1"), 2), (json("\"a\""), 3)],
    );
    reads(
        &hex!("d90103 a1 61 61 03"),
        BTreeMap::from([("a".to_owned(), 3)]),
    );
    // A symbol as a key is none of the type's business.
    reads(
        &hex!("a2 d81b 81 66 53796d626f6c 01 61 61 02"),
        BTreeMap::from([("a".to_owned(), 2)]),
    );
}

#[test]
fn views() {
    reads(&hex!("42 0102"), vec![1u8, 2]);
    reads(&hex!("d840 42 0102"), (1u8, 2u8));
    reads(&hex!("d848 42 01ff"), vec![1i8, -1]);
    reads(&hex!("d845 42 01ff"), vec![0xff01u16]);
    reads(&hex!("d84e 44 01ffffff"), vec![-255i64]);
    reads(&hex!("d84f 48 ffffffffffffffff"), vec![-1i64]);
    reads(&hex!("d847 48 ffffffffffffffff"), vec![u64::MAX]);
    reads(&hex!("d854 42 003e"), vec![1.5f64]);
    reads(&hex!("d855 44 0000c03f"), vec![1.5f32]);
    reads(&hex!("d856 48 000000000000f83f"), json("[1.5]"));
    reads(&hex!("d845 42 01ff"), serde_bytes::ByteBuf::from([1, 0xff]));
    // 27(["Uint16Array", h'000102030405', 2, 1]), 27(["DataView", ..., 1, 2])
    let view = hex!("d81b 84 6b 55696e7431364172726179 46 000102030405 02 01");
    reads(&view, [0x0302u16]);
    let data_view = hex!("d81b 84 68 4461746156696577 46 000102030405 01 02");
    reads(&data_view, serde_bytes::ByteBuf::from([1, 2]));
    // Two views over one buffer: [27(["Uint8Array", 28(h'0102'), 0, 1]), 27([..., 29(0), 1, 1])]
    let shared = hex!(
        "82 d81b 84 6a 55696e74384172726179 d81c 42 0102 00 01"
        "d81b 84 6a 55696e74384172726179 d81d 00 01 01"
    );
    reads(&shared, [[1u8], [2]]);
    let chunk = Parts {
        item: hex!("d845 da6a730001 00").to_vec().into(),
        chunks: vec![vec![1, 0, 2, 0]],
        ..Parts::default()
    };
    assert_eq!(read(&chunk), Ok([1, 2]));
}

#[test]
fn strings() {
    // LATIN1 and UTF16 inline, and a lone surrogate
    reads(&hex!("da6a730002 42 61e9"), "aé".to_owned());
    reads(&hex!("da6a730003 44 61000003"), "a\u{300}".to_owned());
    let lone = read::<Vec<String>>(&item(&hex!("81 da6a730003 42 00d8")));
    assert_eq!(
        lone.unwrap_err(),
        "[0]: expected a string of well-formed Unicode, found a string with lone surrogates"
    );
    // ASCII is not copied.
    let text = Parts {
        item: hex!("da6a730002 da6a730001 00").to_vec().into(),
        chunks: vec![b"abc".to_vec()],
        ..Parts::default()
    };
    let borrowed: &str = from_source(text.source()).unwrap();
    assert_eq!(borrowed.as_ptr(), text.chunks[0].as_ptr());
}
