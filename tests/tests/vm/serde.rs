//! Types of serde as values, through a VM and back.

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
fn host_functions() {
    #[derive(Serialize)]
    struct Receipt {
        total: f64,
        lines: BTreeMap<String, u32>,
    }
    #[derive(Serialize, Debug)]
    struct Refusal {
        reason: &'static str,
    }
    let vm = jsvm_tests::builder()
        .function("pay", |lines: Vec<Line>, factor: Option<f64>| Receipt {
            total: lines.iter().map(|line| line.price).sum::<f64>() * factor.unwrap_or(1.0),
            lines: [("count".to_owned(), lines.len() as u32)].into(),
        })
        .function("parse", |text: String| text.parse::<f64>())
        .function(
            "text",
            |fail: bool| if fail { Err("no".to_owned()) } else { Ok(1) },
        )
        .function("refuse", || Err::<(), _>(Refusal { reason: "late" }))
        .function("checked", || {
            Err::<u8, HostError>(HostError::range_error("far"))
        })
        .function("unfit", || {
            (0..=MAX_DEPTH).fold(json!(1), |inner, _| json!([inner]))
        })
        .build()
        .unwrap();
    let eval = |source: &str| {
        vm.eval(source)
            .map(|value| value.to_json().unwrap().unwrap())
    };
    assert_eq!(
        eval("pay([{ name: 'a', price: 2 }], 3)").unwrap(),
        r#"{"total":6,"lines":{"count":1}}"#
    );
    let message = |source: &str| vm.eval(source).unwrap_err().to_string();
    assert_eq!(
        message("pay([{ name: 'a', price: 2 }, { name: 'a', price: 'x' }])"),
        r#"TypeError: argument 1: [1].price: expected a number, found string "x""#
    );
    assert_eq!(
        message("pay([], 'x')"),
        r#"TypeError: argument 2: expected a number, found string "x""#
    );
    assert_eq!(
        message("pay()"),
        "TypeError: argument 1: expected an array, found undefined"
    );
    assert_eq!(eval("parse('1.5')").unwrap(), "1.5");
    assert_eq!(message("parse('x')"), "Error: invalid float literal");
    assert_eq!(eval("text(false)").unwrap(), "1");
    assert_eq!(message("text(true)"), "Error: no");
    assert_eq!(
        eval("try { refuse() } catch (e) { e.reason }").unwrap(),
        r#""late""#
    );
    assert_eq!(message("checked()"), "RangeError: far");
    assert!(message("unfit()").starts_with("TypeError: the result cannot be converted: [0][0]"));
}

#[test]
fn functions_in_types() {
    #[derive(Serialize, Deserialize)]
    struct Callbacks {
        name: String,
        all: Vec<(String, Token)>,
        missing: Option<Token>,
        rest: Data,
    }
    let vm = vm();
    let source = "({ name: 'x', all: [['double', (x) => 2 * x]], rest: { deep: [() => 5] } })";
    let callbacks: Callbacks = vm.eval(source).unwrap().to().unwrap();
    let double = vm.value_of_token(&callbacks.all[0].1).unwrap();
    assert_eq!(double.call((21,)).unwrap().to::<u8>().unwrap(), 42);
    assert!(callbacks.missing.is_none());
    // And back in.
    let value = vm.create_value(&callbacks).unwrap();
    let use_both = vm.eval("(o) => o.all[0][1](o.rest.deep[0]())").unwrap();
    assert_eq!(use_both.call((&value,)).unwrap().to::<u8>().unwrap(), 10);
    // A function of another VM is refused wherever it is.
    let other = jsvm_tests::vm();
    assert!(matches!(
        other.create_value(&callbacks),
        Err(Error::ForeignValue)
    ));
    assert!(use_both.call((&callbacks,)).is_ok());
}

#[test]
fn sharing_and_cycles() {
    let vm = vm();
    let shared = vm
        .eval("const a = { n: 1 }; ({ x: a, y: [a, a] })")
        .unwrap();
    assert_eq!(
        shared.to::<serde_json::Value>().unwrap(),
        json!({ "x": { "n": 1 }, "y": [{ "n": 1 }, { "n": 1 }] })
    );
    let cycle = vm
        .eval("const c = { list: [1] }; c.list.push(c); c")
        .unwrap();
    let error = cycle.to::<serde_json::Value>().unwrap_err();
    assert_eq!(
        conversion(error),
        "list[1]: expected a value without cycles, found a cycle"
    );
    // As data it stays one, inside of other data as well.
    let data: BTreeMap<String, Data> = BTreeMap::from([("c".into(), cycle.to().unwrap())]);
    let again = vm.create_value((&data, &data)).unwrap();
    let check = vm.eval("([a, b]) => a.c.list[1] === a.c && b.c.list[1] === b.c && a.c !== b.c");
    assert!(check.unwrap().call((again,)).unwrap().to::<bool>().unwrap());
    // A part of a cycle has all of it.
    let inner: (u8, Data) = cycle.get("list").unwrap().to().unwrap();
    let inner = vm.create_from_data(&inner.1).unwrap();
    assert_eq!(
        inner
            .get("list")
            .unwrap()
            .get(1)
            .unwrap()
            .get("list")
            .unwrap()
            .get(0)
            .unwrap()
            .to::<u8>()
            .unwrap(),
        1
    );
    let laughs = vm.eval("let l = ['ha']; for (let i = 0; i < 40; i++) l = [l, l, l, l]; l");
    let error = laughs.unwrap().to::<serde_json::Value>().unwrap_err();
    assert!(conversion(error).ends_with("found one that refers to the same parts too often"));
}

#[test]
fn large_and_deep() {
    let vm = vm();
    let numbers: Vec<f64> = (0..1_000_000).map(f64::from).collect();
    let value = vm.create_value(&numbers).unwrap();
    assert_eq!(value.get("length").unwrap().to::<u32>().unwrap(), 1_000_000);
    assert_eq!(value.to::<Vec<f64>>().unwrap(), numbers);
    let nested =
        |depth: u32| format!("{{ let a = 1; for (let i = 0; i < {depth}; i++) a = [a]; a }}");
    let deepest = vm.eval(&*nested(MAX_DEPTH)).unwrap();
    let json: serde_json::Value = deepest.to().unwrap();
    assert_eq!(
        vm.create_value(Json(json)).unwrap().to_json().unwrap(),
        deepest.to_json().unwrap()
    );
    for depth in [MAX_DEPTH + 1, 100_000] {
        let error = vm
            .eval(&*nested(depth))
            .unwrap()
            .to::<serde_json::Value>()
            .unwrap_err();
        let message = conversion(error);
        assert!(
            message.ends_with("expected at most 256 levels of nesting, found more"),
            "{message}"
        );
    }
    let text: String = ['a', 'é', '日', '𝄞']
        .into_iter()
        .cycle()
        .take(1 << 20)
        .collect();
    for text in [&text, &"a".repeat(1 << 20), &"é".repeat(1 << 20)] {
        let value = vm.create_value([text]).unwrap();
        assert_eq!(value.to::<[String; 1]>().unwrap()[0], *text);
        let units = value
            .get(0)
            .unwrap()
            .get("length")
            .unwrap()
            .to::<usize>()
            .unwrap();
        assert_eq!(units, text.encode_utf16().count());
    }
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

#[test]
fn arguments() {
    let vm = vm();
    let show = vm
        .eval("(...args) => args.map((a) => typeof a).join()")
        .unwrap();
    let args = (1, 2u64, "x", line(), None::<u8>, &show, Value::NULL, [1]);
    assert_eq!(
        show.call(args).unwrap().to::<String>().unwrap(),
        "number,bigint,string,object,undefined,function,object,object"
    );
    let deep = (0..=MAX_DEPTH).fold(json!(1), |inner, _| json!([inner]));
    assert!(matches!(show.call((deep,)), Err(Error::Conversion(_))));
}

#[test]
fn large_parts_are_read_as_often_as_they_are_there() {
    let vm = vm();
    let large = vec![7; 100_000];
    let (one, text, other): (Bytes, String, Data) = vm
        .eval_to(
            "[new Uint8Array(100_000).fill(7), 'é'.repeat(100_000), [new ArrayBuffer(70_000)]]",
        )
        .unwrap();
    assert_eq!(one.0, large);
    assert_eq!(text, "é".repeat(100_000));
    assert_eq!(other.to::<(Bytes,)>().unwrap().0.0, vec![0; 70_000]);
    // One buffer, two views of it, and a string that is there twice.
    let shared: Vec<Bytes> = vm
        .eval_to("(b => [b, b, new Uint8Array(b.buffer, 1)])(new Uint8Array(100_000).fill(7))")
        .unwrap();
    let lengths: Vec<_> = shared.iter().map(|bytes| bytes.0.len()).collect();
    assert_eq!(lengths, [100_000, 100_000, 99_999]);
    assert!(shared.iter().all(|bytes| large.starts_with(&bytes.0)));
    let texts: (String, String) = vm.eval_to("(s => [s, s])('日'.repeat(50_000))").unwrap();
    assert_eq!(texts, ("日".repeat(50_000), "日".repeat(50_000)));
    // Surrogate pairs at every place of a block.
    for start in ["", "a", "ab"] {
        let text = format!("{start}{}", "😀日é".repeat(30_000));
        let echo = eval(&vm, "text => text");
        assert_eq!(echo.call_to::<String>(&(&text,)).unwrap(), text);
        assert_eq!(echo.call((&*text,)).unwrap().to::<String>().unwrap(), text);
    }
}
