//! Iterations, bytecode and settings that make no sense.

use super::*;

/// The name of what a call failed with, which must be an exception.
fn thrown(result: &Val) -> &str {
    match result {
        Val::Result(Err(Some(error))) => match &**error {
            Val::Variant(case, Some(exception)) if case == "exception" => field(exception, "name"),
            other => panic!("{other:?}"),
        },
        other => panic!("it did not fail: {other:?}"),
    }
}

fn list(values: impl IntoIterator<Item = Val>) -> Val {
    Val::List(values.into_iter().collect())
}

fn bytes(bytes: &[u8]) -> Val {
    list(bytes.iter().map(|byte| Val::U8(*byte)))
}

#[test]
fn only_an_iteration_is_iterated() {
    let mut raw = Raw::new();
    for source in [
        "[1]",
        "(function* () {})()",
        "({ iterator: [], next() {} })",
        "new Map().entries()",
    ] {
        let wrong = raw.handle(source);
        let next = raw.call(
            "collections#next-many",
            &[Val::Resource(wrong), Val::U32(1)],
        );
        assert_eq!(thrown(&next), "TypeError", "{source}");
        let end = raw.call("collections#end-iteration", &[Val::Resource(wrong)]);
        assert_eq!(thrown(&end), "TypeError", "{source}");
    }
    // A script that is given one can do no harm with it.
    let source = raw.handle("[1, 2, 3]");
    let Val::Resource(iteration) = raw.ok("collections#iterate", &[Val::Resource(source)]) else {
        panic!("no handle");
    };
    let spoil = raw.handle(
        "it => { for (const key of Reflect.ownKeys(it)) { try { it[key] = 1 } catch {} delete it[key] }
                 Object.freeze(it); return 0 }",
    );
    let undefined = variant("undefined", None);
    let given = list([variant("value", Some(Val::Resource(iteration)))]);
    raw.ok(
        "values#[method]value.call",
        &[Val::Resource(spoil), undefined, given],
    );
    let next = raw.call(
        "collections#next-many",
        &[Val::Resource(iteration), Val::U32(5)],
    );
    assert!(matches!(next, Val::Result(_)), "{next:?}");
    raw.call("collections#end-iteration", &[Val::Resource(iteration)]);
    raw.assert_usable();
}

#[test]
fn bytecode_that_is_none_is_refused() {
    let mut raw = Raw::new();
    let keep = Val::Flags(Vec::new());
    let Val::List(code) = raw.ok(
        "evaluation#compile-to-bytecode",
        &[text("40 + 2"), script(), keep],
    ) else {
        panic!("no bytes");
    };
    let code: Vec<u8> = code
        .iter()
        .map(|byte| match byte {
            Val::U8(byte) => *byte,
            other => panic!("{other:?}"),
        })
        .collect();
    for len in 0..code.len() {
        let cut = raw.call("evaluation#load-bytecode", &[bytes(&code[..len])]);
        assert_eq!(thrown(&cut), "SyntaxError", "{len} bytes");
    }
    for at in 0..code.len() {
        let mut damaged = code.clone();
        damaged[at] ^= 0x10;
        let damaged = raw.call("evaluation#load-bytecode", &[bytes(&damaged)]);
        assert_eq!(thrown(&damaged), "SyntaxError", "byte {at}");
    }
    let Val::Resource(run) = raw.ok("evaluation#load-bytecode", &[bytes(&code)]) else {
        panic!("no handle");
    };
    let undefined = variant("undefined", None);
    let result = raw.ok(
        "values#[method]value.call",
        &[Val::Resource(run), undefined, list([])],
    );
    assert_eq!(result, variant("number", Some(Val::Float64(42.0))));
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let mut raw = Raw::new();
    for minutes in [1440, -1440, i16::MAX, i16::MIN] {
        let zone = variant("fixed", Some(Val::S16(minutes)));
        assert_eq!(
            thrown(&raw.call("realm#set-time-zone", &[zone])),
            "RangeError"
        );
    }
    let rules = record(&[("name", text("x")), ("tzif", bytes(b"TZif2 and so on"))]);
    let zone = variant("rules", Some(rules));
    assert_eq!(
        thrown(&raw.call("realm#set-time-zone", &[zone])),
        "RangeError"
    );
    assert_eq!(
        raw.call("realm#get-time-zone", &[]),
        variant("fixed", Some(Val::S16(0)))
    );
    // To take the same away twice, or nothing, is no mistake.
    for names in [&["eval", "date"][..], &["eval"], &[]] {
        let which = Val::Flags(names.iter().map(|name| (*name).to_owned()).collect());
        raw.ok("realm#remove-intrinsics", &[which]);
    }
    let kind = raw.eval("typeof Date + typeof eval");
    let Val::Variant(_, Some(kind)) = kind else {
        panic!("no text");
    };
    let Val::Resource(kind) = *kind else {
        panic!("no text");
    };
    let kind = raw.ok("values#[method]value.to-text", &[Val::Resource(kind)]);
    assert_eq!(kind, text("undefinedfunction"));
    // A name that cannot be taken away is an error, and no trap.
    let mut raw = Raw::new();
    raw.eval("Object.defineProperty(globalThis, 'JSON', { configurable: false }); 0");
    let which = Val::Flags(vec!["json".to_owned()]);
    assert_eq!(
        thrown(&raw.call("realm#remove-intrinsics", &[which])),
        "TypeError"
    );
    raw.assert_usable();
}

#[test]
fn a_record_of_promises_has_no_more_than_it_was_given_room_for() {
    let mut raw = Raw::new();
    raw.call("promises#record-promises", &[Val::U32(u32::MAX)]);
    raw.number("for (let i = 0; i < 1000; i++) new Promise(() => {}); 1");
    let Val::Record(fields) = raw.call("promises#take-promise-events", &[]) else {
        panic!("no record");
    };
    assert!(matches!(&fields[0].1, Val::List(events) if events.len() == 1000));
    raw.call("promises#record-promises", &[Val::U32(1)]);
    raw.number("for (let i = 0; i < 1000; i++) new Promise(() => {}); 1");
    let Val::Record(fields) = raw.call("promises#take-promise-events", &[]) else {
        panic!("no record");
    };
    assert!(matches!(&fields[0].1, Val::List(events) if events.len() == 1));
    assert_eq!(fields[1].1, Val::U64(999));
}

/// As many words as there are, and the bytes that remain.
fn words(bytes: &[u8]) -> Val {
    let (whole, rest) = bytes.as_chunks();
    let whole = whole.iter().map(|word| Val::U64(u64::from_le_bytes(*word)));
    record(&[("words", list(whole)), ("rest", self::bytes(rest))])
}

#[test]
fn bytes_pass_as_words_whatever_their_number_and_place() {
    let mut raw = Raw::new();
    let kind = |kind: &str| Val::Enum(kind.into());
    for length in [0, 1, 7, 8, 9, 15, 16, 17, 4096, 70_001] {
        let all: Vec<_> = (0..length).map(|n: usize| (n * 7 + 1) as u8).collect();
        let args = [kind("uint8"), words(&all)];
        let Val::Resource(array) = raw.ok("buffers#create-typed-array-of-words", &args) else {
            panic!("no handle");
        };
        let array = Val::Resource(array);
        let back = raw.ok("buffers#read-words", slice::from_ref(&array));
        assert_eq!(back, words(&all), "{length} bytes");
        // They are given back, and not freed twice.
        assert_eq!(raw.ok("buffers#read-words", slice::from_ref(&array)), back);
        assert_eq!(
            raw.ok("values#[method]value.to-bytes", &[array]),
            bytes(&all)
        );
    }
    // In the middle of words, and of a buffer.
    for source in [
        "new Uint8Array(40).map((_, i) => i).subarray(3, 30)",
        "new DataView(new Uint8Array(40).map((_, i) => i).buffer, 5, 21)",
        "new Uint8Array(40).map((_, i) => i).subarray(8, 24)",
        "new Float64Array([1, -0, NaN]).buffer",
        "new Uint16Array(new Uint8Array(40).map((_, i) => i).buffer, 2, 9)",
    ] {
        let handle = Val::Resource(raw.handle(source));
        let Val::List(all) = raw.ok("values#[method]value.to-bytes", slice::from_ref(&handle))
        else {
            panic!("no bytes");
        };
        let all: Vec<_> = all
            .iter()
            .map(|byte| match byte {
                Val::U8(byte) => *byte,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            raw.ok("buffers#read-words", &[handle]),
            words(&all),
            "{source}"
        );
    }
    // More may remain than what fills a word.
    let args = [
        kind("float64"),
        record(&[
            ("words", list([Val::U64(1.5_f64.to_bits())])),
            ("rest", bytes(&2.5_f64.to_le_bytes())),
        ]),
    ];
    let Val::Resource(array) = raw.ok("buffers#create-typed-array-of-words", &args) else {
        panic!("no handle");
    };
    let back = raw.ok("values#[method]value.to-text", &[Val::Resource(array)]);
    assert_eq!(back, text("1.5,2.5"));
    let args = [kind("float64"), words(&[1; 12])];
    let error = raw.throws("buffers#create-typed-array-of-words", &args);
    assert_eq!(error, "RangeError");
    for source in ["({})", "[1, 2]", "'text'", "new Map()"] {
        let handle = match raw.eval(source) {
            Val::Variant(_, Some(value)) => *value,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            raw.throws("buffers#read-words", &[handle]),
            "TypeError",
            "{source}"
        );
    }
    raw.assert_usable();
}
