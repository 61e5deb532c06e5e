//! Bytes that nobody should write: an error or a value, never a panic, and no memory for what only
//! a length claims.

use std::collections::BTreeMap;

use hex_literal::hex;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::super::parts::Parts;
use super::super::splice::copy;
use super::{item, parts, read};

#[derive(Deserialize)]
#[allow(dead_code)]
enum Any {
    A(Vec<u32>),
    B {
        text: String,
        bytes: serde_bytes::ByteBuf,
    },
    C(Option<Box<Any>>, f64),
}

/// Reads bytes as everything.
fn read_all(parts: &Parts) {
    drop(read::<Value>(parts));
    drop(read::<Any>(parts));
    drop(read::<Vec<Value>>(parts));
    drop(read::<BTreeMap<String, Vec<f64>>>(parts));
    drop(read::<BTreeMap<i64, (String, u128)>>(parts));
    drop(read::<Vec<(String, Option<bool>)>>(parts));
    drop(read::<serde_bytes::ByteBuf>(parts));
    drop(read::<serde::de::IgnoredAny>(parts));
    drop(copy(&parts.source(), &mut Parts::default(), 7));
}

fn samples() -> Vec<Parts> {
    let value = serde_json::json!({
        "name": "x", "list": [1, -2, 3.5, null, true, "日"], "deep": { "a": { "b": [[]] } },
    });
    vec![
        parts(&value),
        parts(&vec![("a".repeat(5000), 1u64, -1i64, "日".repeat(5000))]),
        parts(&BTreeMap::from([(1, vec![Some(2)])])),
        item(&hex!("82 d81c a2 61 61 d81d 00 61 62 d81c 81 01 d81d 01")),
        item(&hex!(
            "84 c1 00 d81b 84 66 526567457870 61 61 61 67 00 d81b 82 69 547970654572726f72 a0 d90102 80"
        )),
        item(&hex!(
            "83 d81b 83 65 4172726179 03 a1 61 31 07 d81b 84 68 4461746156696577 43 000102 01 01 d845 42 0102"
        )),
        item(&hex!("9f 7f 61 61 ff 5f 41 01 ff bf 01 02 ff ff")),
    ]
}

#[test]
fn truncated() {
    for sample in samples() {
        read_all(&sample);
        for len in 0..sample.item.position() {
            let cut = Parts {
                item: sample.item.as_bytes()[..len].to_vec().into(),
                ..sample.clone()
            };
            assert!(read::<Value>(&cut).is_err());
            read_all(&cut);
        }
    }
}

#[test]
fn damaged() {
    for sample in samples() {
        for at in 0..sample.item.position() {
            for bit in 0..8 {
                let mut damaged = sample.clone();
                damaged.item.bytes_mut()[at] ^= 1 << bit;
                read_all(&damaged);
            }
        }
    }
}

#[test]
fn lengths_are_not_believed() {
    for head in [
        &hex!("9b0fffffffffffffff")[..],
        &hex!("9a ffffffff"),
        &hex!("bb0fffffffffffffff"),
        &hex!("5b0fffffffffffffff"),
        &hex!("7b0fffffffffffffff"),
        &hex!("d90102 9bffffffffffffffff"),
        &hex!("d90103 bbffffffffffffffff"),
        &hex!("d81b 9bffffffffffffffff 65 4172726179 1affffffff bb0fffffffffffffff"),
        &hex!("d81b 84 68 4461746156696577 43 000102 1bffffffffffffffff 1bffffffffffffffff"),
        &hex!("c2 5bffffffffffffffff"),
    ] {
        let mut bytes = head.to_vec();
        bytes.extend([0; 64]);
        assert!(read::<Value>(&item(&bytes)).is_err());
        read_all(&item(&bytes));
    }
}

#[test]
fn indices_out_of_range() {
    let cases = [
        (
            &hex!("da6a730001 00")[..],
            "expected well-formed data, found an unknown chunk at offset 5",
        ),
        (
            &hex!("d81d 00"),
            "expected well-formed data, found an unknown reference at offset 2",
        ),
        (
            &hex!("d864 00"),
            "expected well-formed data, found tag 100 at offset 2",
        ),
        (
            &hex!("ff"),
            "expected well-formed data, found no item at offset 1",
        ),
        (
            &hex!("da6a730003 41 00"),
            "expected well-formed data, found half a code unit at offset 5",
        ),
        (
            &hex!("61 ff"),
            "expected well-formed data, found text that is not UTF-8 at offset 1",
        ),
        (
            &hex!(""),
            "expected well-formed data, found the end at offset 0",
        ),
    ];
    for (bytes, message) in cases {
        assert_eq!(read::<Value>(&item(bytes)).unwrap_err(), message);
    }
    let token = item(&hex!("da6a730004 00"));
    let error = read::<crate::Token>(&token).unwrap_err();
    assert_eq!(
        error,
        "expected well-formed data, found an unknown token at offset 6"
    );
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all(&item(&bytes));
    }

    #[test]
    fn any_heads(bytes in prop::collection::vec(
        prop_oneof![
            Just(hex!("81").to_vec()), Just(hex!("9f").to_vec()), Just(hex!("a1").to_vec()),
            Just(hex!("bf").to_vec()), Just(hex!("ff").to_vec()), Just(hex!("d81c").to_vec()),
            Just(hex!("d81d00").to_vec()), Just(hex!("d81d01").to_vec()), Just(hex!("d81b").to_vec()),
            Just(hex!("83654172726179").to_vec()), Just(hex!("82").to_vec()), Just(hex!("6161").to_vec()),
            Just(hex!("00").to_vec()), Just(hex!("d90103").to_vec()), Just(hex!("d90102").to_vec()),
        ],
        0..40,
    )) {
        read_all(&item(&bytes.concat()));
    }
}
