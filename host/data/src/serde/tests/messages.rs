//! What errors say.

use std::collections::{BTreeMap, HashMap};

use hex_literal::hex;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::{Integers, MAX_DEPTH, Options};
use super::{item, parts, read, to_parts};

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Line {
    price: f64,
    #[serde(default)]
    size: Option<Size>,
}

#[derive(Deserialize, Debug)]
#[allow(dead_code)]
enum Size {
    Small,
    Of { width: u8 },
    By(u8, u8),
}

#[derive(Deserialize, Debug)]
#[allow(dead_code)]
struct Batch {
    orders: Vec<Line>,
}

#[track_caller]
fn fails<T: DeserializeOwned + std::fmt::Debug>(value: Value, message: &str) {
    let options = Options::default().integers(Integers::Number);
    let parts = to_parts(&value, &options).unwrap();
    assert_eq!(read::<T>(&parts).unwrap_err(), message);
}

#[test]
fn paths() {
    fails::<Batch>(
        json!({ "orders": [{ "price": 1 }, { "price": "x" }] }),
        r#"orders[1].price: expected a number, found string "x""#,
    );
    fails::<Batch>(
        json!({ "orders": [{}] }),
        "orders[0]: expected a property `price`, found none",
    );
    fails::<Batch>(
        json!({ "orders": [{ "prize": 1 }] }),
        "orders[0].prize: expected the property `price` or `size`, found `prize`",
    );
    fails::<Batch>(
        json!({ "orders": {} }),
        "orders: expected an array, found an object",
    );
    fails::<Batch>(json!([]), "expected an object, found an array");
    fails::<Batch>(
        json!({ "orders": [[]] }),
        "orders[0]: expected an object, found an array",
    );
    let size = |size| json!({ "orders": [{ "price": 1, "size": size }] });
    fails::<Batch>(
        size(json!({ "Of": { "width": 256 } })),
        "orders[0].size.Of.width: expected a whole number that fits u8, found number 256",
    );
    fails::<Batch>(
        size(json!({ "By": [1, true] })),
        "orders[0].size.By[1]: expected a whole number that fits u8, found boolean true",
    );
    fails::<Batch>(
        size(json!({ "By": [1] })),
        "orders[0].size.By: expected an array of 2, found an array of 1",
    );
    fails::<Batch>(
        size(json!("Large")),
        r#"orders[0].size: expected the variant `Small` or `Of` or `By`, found string "Large""#,
    );
    fails::<Batch>(
        size(json!({})),
        "orders[0].size: expected a string or an object with one property, found an object without any",
    );
    fails::<HashMap<String, u8>>(
        json!({ "a b": 1.5 }),
        r#"["a b"]: expected a whole number that fits u8, found number 1.5"#,
    );
    fails::<HashMap<String, HashMap<String, u8>>>(
        json!({ "a": { "1": "x" } }),
        r#"a["1"]: expected a whole number that fits u8, found string "x""#,
    );
    fails::<HashMap<u8, u8>>(
        json!({ "a": 1 }),
        r#"a: expected a key that is a whole number that fits u8, found string "a""#,
    );
    fails::<[u8; 2]>(
        json!([1, 2, 3]),
        "expected an array of 2, found an array of 3",
    );
    fails::<char>(
        json!("ab"),
        r#"expected a string of one character, found string "ab""#,
    );
    fails::<u8>(
        json!(-1),
        "expected a whole number that fits u8, found number -1",
    );
    fails::<std::num::NonZeroU8>(
        json!([0]),
        "expected a whole number that fits u8, found an array",
    );
    fails::<Vec<std::net::Ipv4Addr>>(json!(["x"]), "[0]: invalid IPv4 address syntax");
    let map = parts(&BTreeMap::from([(5, "x")]));
    assert_eq!(
        read::<BTreeMap<u8, u8>>(&map).unwrap_err(),
        r#"[5]: expected a whole number that fits u8, found string "x""#
    );
    let numbers = item(&hex!("81 d847 48 0001000000000000"));
    assert_eq!(
        read::<Vec<Vec<u8>>>(&numbers).unwrap_err(),
        "[0][0]: expected a whole number that fits u8, found bigint 256n"
    );
}

#[test]
fn what_is_no_data() {
    let function = item(&hex!("a1 61 66 da6a730004 00"));
    assert_eq!(
        read::<BTreeMap<String, Value>>(&function).unwrap_err(),
        "f: expected data, found a function or another value that is not data"
    );
    // Nobody minds what nobody reads.
    assert!(read::<serde::de::IgnoredAny>(&function).is_ok());
    let huge = item(&hex!("c2 51 0100000000000000000000000000000000"));
    assert_eq!(
        read::<u128>(&huge).unwrap_err(),
        "expected a whole number that fits u128, found a large bigint"
    );
}

#[test]
fn writing() {
    struct Refuses;
    impl Serialize for Refuses {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("not today"))
        }
    }
    let failure = |value: &dyn Fn() -> Result<super::super::Parts, crate::ConversionError>| {
        value().unwrap_err().to_string()
    };
    let options = Options::default();
    let nested = BTreeMap::from([("a", vec![(1, Refuses)])]);
    assert_eq!(
        failure(&|| to_parts(&nested, &options)),
        "a[0][1]: not today"
    );
    let map = BTreeMap::from([(5, Ok::<_, ()>(Refuses))]);
    assert_eq!(failure(&|| to_parts(&map, &options)), "[5].Ok: not today");
}

#[test]
fn depth() {
    fn nested(depth: u32) -> Value {
        (0..depth).fold(json!(1), |inner, _| json!([inner]))
    }
    // On half of the stack that a thread usually has.
    let deepest = std::thread::Builder::new().stack_size(1 << 20).spawn(|| {
        let deepest = parts(&nested(MAX_DEPTH));
        assert!(read::<Value>(&deepest).is_ok());
    });
    deepest.unwrap().join().unwrap();
    let error = to_parts(&nested(MAX_DEPTH + 1), &Options::default()).unwrap_err();
    let message = "expected at most 256 levels of nesting, found more";
    assert!(error.to_string().ends_with(message), "{error}");
    for begin in [
        &hex!("81")[..],
        &hex!("d81c"),
        &hex!("d81b 82 66 4f626a656374"),
        &hex!("a1 61 61"),
    ] {
        let bytes = begin.repeat(1_000_000);
        let error = read::<Value>(&item(&bytes)).unwrap_err();
        assert!(error.ends_with(message), "{error}");
    }
}
