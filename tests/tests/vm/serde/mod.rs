//! Types of serde as values, through a VM and back.

mod functions;
mod graphs;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Debug;

use jsvm::serde::{Date, Integers, Json, MAX_DEPTH, Missing, Options, Set};
use jsvm::{Bytes, Data, Error, HostError, Token, Value, Vm};
use jsvm_tests::{eval, vm};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Checks what JavaScript sees of a value, and that it comes back.
#[track_caller]
fn both_ways<T: Serialize + DeserializeOwned + PartialEq + Debug>(vm: &Vm, value: T, shown: &str) {
    let inside = vm.create_value(&value).unwrap();
    // What is long has a line for each element.
    let inspected = inside.inspect(Default::default()).unwrap();
    let words: Vec<_> = inspected.split_whitespace().collect();
    assert_eq!(words.join(" "), shown);
    assert_eq!(inside.to::<T>().unwrap(), value);
}

fn conversion(error: Error) -> String {
    match error {
        Error::Conversion(error) => error.to_string(),
        other => panic!("{other}"),
    }
}

#[derive(Serialize, Deserialize, PartialEq, Debug, Clone)]
struct Line {
    name: String,
    price: f64,
    #[serde(default)]
    note: Option<String>,
}

fn line() -> Line {
    Line {
        name: "pencil".into(),
        price: 1.5,
        note: None,
    }
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
enum External {
    Unit,
    Newtype(u8),
    Tuple(u8, String),
    Struct { a: bool },
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(tag = "type")]
enum Internal {
    Unit,
    Struct { a: bool },
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Unit,
    Newtype(u8),
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
#[serde(untagged)]
enum Untagged {
    Number(f64),
    Text(String),
    Many(Vec<Untagged>),
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Flat {
    id: u32,
    #[serde(flatten)]
    line: Line,
    #[serde(flatten)]
    rest: BTreeMap<String, u32>,
}

#[test]
fn types() {
    let vm = vm();
    let vm = &vm;
    both_ways(
        vm,
        line(),
        "{ name: 'pencil', price: 1.5, note: undefined }",
    );
    both_ways(vm, (1, "two".to_owned(), [true]), "[ 1, 'two', [ true ] ]");
    both_ways(
        vm,
        vec![
            External::Unit,
            External::Newtype(1),
            External::Tuple(1, "x".into()),
            External::Struct { a: true },
        ],
        "[ 'Unit', { Newtype: 1 }, { Tuple: [ 1, 'x' ] }, { Struct: { a: true } } ]",
    );
    both_ways(
        vm,
        vec![Internal::Unit, Internal::Struct { a: true }],
        "[ { type: 'Unit' }, { type: 'Struct', a: true } ]",
    );
    both_ways(
        vm,
        vec![Adjacent::Unit, Adjacent::Newtype(1)],
        "[ { t: 'Unit' }, { t: 'Newtype', c: 1 } ]",
    );
    both_ways(
        vm,
        vec![
            Untagged::Number(1.0),
            Untagged::Text("x".into()),
            Untagged::Many(vec![Untagged::Number(0.5)]),
        ],
        "[ 1, 'x', [ 0.5 ] ]",
    );
    let flat = Flat {
        id: 1,
        line: line(),
        rest: [("more".to_owned(), 2)].into(),
    };
    both_ways(
        vm,
        flat,
        "{ id: 1, name: 'pencil', price: 1.5, note: undefined, more: 2 }",
    );
    both_ways(
        vm,
        BTreeMap::from([(1u32, line().name)]),
        "Map(1) { 1 => 'pencil' }",
    );
    both_ways(
        vm,
        BTreeMap::from([((1, true), 'x')]),
        "Map(1) { [ 1, true ] => 'x' }",
    );
    both_ways(vm, Set(BTreeSet::from([1, 2])), "Set(2) { 1, 2 }");
    both_ways(vm, BTreeSet::from([1, 2]), "[ 1, 2 ]");
    both_ways(vm, Date(0i64), "1970-01-01T00:00:00.000Z");
    both_ways(vm, u64::MAX, "18446744073709551615n");
    both_ways(vm, -1i128, "-1n");
    both_ways(vm, Cow::Borrowed("x"), "'x'");
    both_ways(
        vm,
        Json(json!({ "a": [1, null, "x"] })),
        "{ a: [ 1, null, 'x' ] }",
    );
}

#[test]
fn options() {
    let vm = vm();
    let number = Options::default().integers(Integers::Number);
    let ids = [1u64, (1 << 53) - 1];
    let value = vm.create_value_with(&ids, &number).unwrap();
    assert_eq!(
        value.to::<Vec<f64>>().unwrap(),
        [1.0, 9_007_199_254_740_991.0]
    );
    assert_eq!(value.to::<[u64; 2]>().unwrap(), ids);
    let error = vm
        .create_value_with(&BTreeMap::from([("id", [1u64 << 53])]), &number)
        .unwrap_err();
    assert_eq!(
        conversion(error),
        "id[0]: expected an integer that a number can hold exactly, found 9007199254740992"
    );
    let value = vm.create_value([u64::MAX]).unwrap();
    assert_eq!(value.to::<[u64; 1]>().unwrap(), [u64::MAX]);
    let null = Options::default().missing(Missing::Null);
    assert!(vm.create_value_with(&None::<u8>, &null).unwrap().is_null());
    assert!(vm.create_value(None::<u8>).unwrap().is_undefined());
}

#[test]
fn bytes() {
    #[derive(Serialize, Deserialize)]
    struct Image {
        #[serde(with = "serde_bytes")]
        pixels: Vec<u8>,
        small: Bytes,
    }
    let vm = vm();
    let image = Image {
        pixels: vec![7; 1 << 20],
        small: Bytes(vec![1, 2]),
    };
    let inside = vm.create_value(&image).unwrap();
    let check = "({ pixels, small }) =>
        pixels instanceof Uint8Array && pixels.every((b) => b === 7) && small.length === 2";
    assert!(
        vm.eval(check)
            .unwrap()
            .call((&inside,))
            .unwrap()
            .to::<bool>()
            .unwrap()
    );
    let back: Image = inside.to().unwrap();
    assert_eq!((back.pixels, back.small.0), (image.pixels, vec![1, 2]));
    for source in [
        "new Uint16Array([513, 3])",
        "new Uint16Array([513, 3]).buffer",
        "new DataView(new Uint8Array([9, 1, 2, 3, 0]).buffer, 1)",
        "new Uint8Array([9, 1, 2, 3, 0]).subarray(1)",
    ] {
        assert_eq!(
            vm.eval(source).unwrap().to::<Bytes>().unwrap().0,
            [1, 2, 3, 0],
            "{source}"
        );
    }
    let numbers = vm.eval("new Float32Array([1.5, -1])").unwrap();
    assert_eq!(numbers.to::<Vec<f64>>().unwrap(), [1.5, -1.0]);
}

#[test]
fn dates_and_others_as_text() {
    #[derive(Deserialize, PartialEq, Debug)]
    struct Event {
        at: String,
        pattern: String,
        boxed: u8,
        error: BTreeMap<String, String>,
    }
    let vm = vm();
    let value = vm.eval(
        "const error = new TypeError('no'); delete error.stack;
         ({ at: new Date(Date.UTC(2026, 1, 3, 4, 5, 6, 7)), pattern: /a\\/b/gi, boxed: new Number(3), error })",
    );
    let event: Event = value.unwrap().to().unwrap();
    assert_eq!(event.at, "2026-02-03T04:05:06.007Z");
    assert_eq!(event.pattern, "/a\\/b/gi");
    assert_eq!(event.boxed, 3);
    assert_eq!(event.error["name"], "TypeError");
    assert_eq!(event.error["message"], "no");
    // The same text as the engine's.
    for time in [
        0.0,
        -1.0,
        8.64e15,
        -8.64e15,
        951_782_400_000.0,
        -62_198_755_200_000.0,
        1e12,
    ] {
        let date = vm.create_value(Date(time)).unwrap();
        let text = date.call_method("toISOString", ()).unwrap();
        assert_eq!(date.to::<String>().unwrap(), text.to::<String>().unwrap());
    }
    let error = vm
        .eval("[new Date(NaN)]")
        .unwrap()
        .to::<Vec<String>>()
        .unwrap_err();
    assert_eq!(
        conversion(error),
        "[0]: expected a valid date, found an invalid date"
    );
}

#[test]
fn paths() {
    #[derive(Deserialize, Debug)]
    struct Batch {
        #[allow(dead_code)]
        orders: Vec<Line>,
    }
    let vm = vm();
    let fails = |source: &str| {
        let value = vm.eval(source).unwrap();
        conversion(value.to::<Batch>().unwrap_err())
    };
    assert_eq!(
        fails("({ orders: [{ name: 'a', price: 1 }, { name: 'b', price: 'x' }] })"),
        r#"orders[1].price: expected a number, found string "x""#
    );
    assert_eq!(
        fails("({ orders: [{ name: 'a' }] })"),
        "orders[0]: expected a property `price`, found none"
    );
    assert_eq!(
        fails("({ orders: () => 1 })"),
        "orders: expected an array, found a function or another value that is not data"
    );
    assert_eq!(fails("3n"), "expected an object, found bigint 3n");
    let map = vm.eval("new Map([[{}, 1]])").unwrap();
    assert_eq!(
        conversion(map.to::<HashMap<String, u8>>().unwrap_err()),
        "[an object]: expected a string, found an object"
    );
}

#[test]
fn json_text() {
    let vm = vm();
    // What scripts make of `JSON` does not matter.
    vm.eval("JSON.parse = JSON.stringify = () => 'mine'; globalThis.JSON = null")
        .unwrap();
    let text = r#"{"a":[1,-0.5,"é日",null,true],"__proto__":{"b":{}}}"#;
    let value = vm.create_from_json(text).unwrap();
    assert_eq!(value.to_json().unwrap().as_deref(), Some(text));
    assert!(value.get("b").unwrap().is_undefined());
    let error = vm.create_from_json("{ a: 1 }").unwrap_err();
    assert_eq!(error.exception().unwrap().name, "SyntaxError");
    assert_eq!(vm.create_from_json(" 1 ").unwrap().to::<u8>().unwrap(), 1);
    let json = |source: &str| {
        vm.eval(source)
            .unwrap()
            .to_json()
            .map_err(|e| e.to_string())
    };
    assert_eq!(json("undefined"), Ok(None));
    assert_eq!(json("() => 1"), Ok(None));
    assert_eq!(json("null"), Ok(Some("null".into())));
    assert_eq!(json("NaN"), Ok(Some("null".into())));
    assert_eq!(json("-0"), Ok(Some("0".into())));
    assert_eq!(json("'\\ud800'"), Ok(Some("\"\\ud800\"".into())));
    assert_eq!(json("({ toJSON() { return 7 } })"), Ok(Some("7".into())));
    assert!(json("1n").unwrap_err().starts_with("TypeError"));
    assert!(
        json("const o = {}; o.o = o; o")
            .unwrap_err()
            .starts_with("TypeError")
    );
    assert_eq!(
        json("({ toJSON() { throw new RangeError('x') } })"),
        Err("RangeError: x".into())
    );
}
