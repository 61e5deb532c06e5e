//! Shared parts, cycles, and what passes through unchanged.

use std::sync::Arc;

use hex_literal::hex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::parts::{Parts, Source};
use super::super::splice::copy;
use super::{item, parts, read};
use crate::{Token, TokenOwner};

#[test]
fn shared_parts_are_read_again() {
    // [28([1]), 29(0), 29(0)]
    let dag = item(&hex!("83 d81c 81 01 d81d 00 d81d 00"));
    assert_eq!(read(&dag), Ok(json!([[1], [1], [1]])));
    // A mark inside of a mark, and one that is read before it is passed.
    let nested = item(&hex!("82 d81c 82 d81c 81 01 02 82 d81d 01 d81d 00"));
    assert_eq!(read(&nested), Ok(json!([[[1], 2], [[1], [[1], 2]]])));
}

#[test]
fn cycles_are_refused() {
    let message = |path: &str| format!("{path}: expected a value without cycles, found a cycle");
    // 28({"a": [1, 29(0)]})
    let cycle = item(&hex!("d81c a1 61 61 82 01 d81d 00"));
    assert_eq!(read::<Value>(&cycle), Err(message("a[1]")));
    // [28([29(1)]), 28([29(0)])]
    let two = item(&hex!("82 d81c 81 d81d 01 d81c 81 d81d 00"));
    assert_eq!(read::<Value>(&two), Err(message("[0][0][0]")));
    // 28(29(0))
    let own = item(&hex!("d81c d81d 00"));
    assert!(read::<Value>(&own).is_err());
}

#[test]
fn expansion_is_bounded() {
    // Each array has ten times what the one before has.
    let mut bytes = hex!("98 1e d81c 81 00").to_vec();
    for number in 0..29 {
        bytes.extend(hex!("d81c 8a"));
        for _ in 0..10 {
            bytes.extend(hex!("d81d 18"));
            bytes.push(number);
        }
    }
    let error = read::<serde::de::IgnoredAny>(&item(&bytes));
    assert!(error.is_ok(), "what is ignored is not expanded");
    #[derive(Deserialize, Debug)]
    #[serde(untagged)]
    #[allow(dead_code)]
    enum Nothing {
        Array(Vec<Nothing>),
        Number(u8),
    }
    struct Count;
    impl<'de> Deserialize<'de> for Count {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visit;
            impl<'de> serde::de::Visitor<'de> for Visit {
                type Value = Count;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("anything")
                }
                fn visit_u64<E>(self, _: u64) -> Result<Count, E> {
                    Ok(Count)
                }
                fn visit_seq<A: serde::de::SeqAccess<'de>>(
                    self,
                    mut seq: A,
                ) -> Result<Count, A::Error> {
                    while seq.next_element::<Count>()?.is_some() {}
                    Ok(Count)
                }
            }
            deserializer.deserialize_any(Visit)
        }
    }
    let error = read::<Count>(&item(&bytes)).err().unwrap();
    assert!(
        error.ends_with("one that refers to the same parts too often"),
        "{error}"
    );
    // A chunk that is everywhere is the same in another way.
    let mut item = hex!("9a 00000400").to_vec();
    item.extend(hex!("d840 da6a730001 00").repeat(0x400));
    let chunks = Parts {
        item: item.into(),
        chunks: vec![vec![0; 10 << 20]],
        ..Parts::default()
    };
    let error = read::<Vec<serde::de::IgnoredAny>>(&chunks);
    assert!(error.is_ok());
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Seen<'a>(
        #[serde(borrow)]
        #[allow(dead_code)]
        &'a serde_bytes::Bytes,
    );
    let error = super::super::from_source::<Vec<Seen<'_>>>(chunks.source())
        .err()
        .unwrap();
    assert!(error.found.ends_with("too often"), "{error}");
}

/// Extracts what is at `start`.
fn extracted(parts: &Parts, start: usize) -> Parts {
    let mut out = Parts::default();
    let source = Source {
        start,
        ..parts.source()
    };
    copy(&source, &mut out, 0).unwrap();
    out
}

#[test]
fn extracts() {
    // [28({"a": 28([1])}), [29(1), 29(0), 29(1)]]
    let parts = item(&hex!(
        "82 d81c a1 61 61 d81c 81 01 83 d81d 01 d81d 00 d81d 01"
    ));
    let list = extracted(&parts, 10);
    // 28([28([1]), 28({"a": 29(1)}), 29(1)])
    assert_eq!(
        list.item.as_bytes(),
        hex!("d81c 83 d81c 81 01 d81c a1 61 61 d81d 01 d81d 01")
    );
    assert_eq!(read(&list), Ok(json!([[1], { "a": [1] }, [1]])));
    // A part without references is the same bytes.
    assert_eq!(extracted(&parts, 8).item.as_bytes(), hex!("81 01"));
    // From inside of a cycle: 28({"c": {"up": 29(0)}}), at "c"
    let cycle = item(&hex!("d81c a1 61 63 a1 62 7570 d81d 00"));
    let child = extracted(&cycle, 5);
    // 28({"up": 28({"c": 29(0)})})
    assert_eq!(
        child.item.as_bytes(),
        hex!("d81c a1 62 7570 d81c a1 61 63 d81d 00")
    );
    // Chunks are numbered anew.
    let chunks = Parts {
        item: hex!("82 da6a730001 00 83 da6a730001 01 da6a730001 01 00")
            .to_vec()
            .into(),
        chunks: vec![vec![0], vec![1]],
        ..Parts::default()
    };
    let second = extracted(&chunks, 7);
    assert_eq!(
        second.item.as_bytes(),
        hex!("83 da6a730001 00 da6a730001 00 00")
    );
    assert_eq!(second.chunks, [vec![1]]);
}

#[derive(Serialize, Deserialize, Debug)]
struct Callbacks {
    name: String,
    call: Token,
    all: Vec<(u8, Token)>,
    maybe: Option<Token>,
}

struct NoVm;

impl TokenOwner for NoVm {
    fn release_token(&self, _: u64) {}
}

#[test]
fn tokens() {
    let owner = Arc::new(NoVm);
    let token = |number| Token::new(number, &owner);
    let written = parts(&Callbacks {
        name: "x".into(),
        call: token(10),
        all: vec![(1, token(11)), (2, token(12))],
        maybe: None,
    });
    let numbers = |tokens: &[Token]| tokens.iter().map(Token::number).collect::<Vec<_>>();
    assert_eq!(numbers(&written.tokens), [10, 11, 12]);
    let back: Callbacks = read(&written).unwrap();
    assert_eq!(back.call.number(), 10);
    assert_eq!(back.all[1].1.number(), 12);
    assert!(back.maybe.is_none());
    let message = "call: expected a function or another value that is not data, found number 1";
    let wrong = parts(&json!({ "name": "x", "call": 1.0 }));
    assert_eq!(read::<Callbacks>(&wrong).unwrap_err(), message);
    // Another format cannot, and leaves nothing behind for ours.
    let refusal = "a value of a JavaScript VM cannot be read or written in another format";
    assert_eq!(
        serde_json::to_string(&token(1)).unwrap_err().to_string(),
        refusal
    );
    assert!(
        serde_json::from_str::<Token>("1")
            .unwrap_err()
            .to_string()
            .starts_with(refusal)
    );
    assert!(parts(&token(2)).tokens[0].number() == 2);
}
