//! What other embeddings of the engine get wrong when values cross, one test for each.

use jsvm::{Data, Error, Limits, Value, Vm};
use jsvm_tests::{assert_usable, builder, eval, exception, vm};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Runs a check of `v`, a copy that went out of one VM and into another.
#[track_caller]
fn holds(made: &str, check: &str) {
    let (vm, other) = (vm(), vm());
    let data = eval(&vm, made).to_data().unwrap();
    let copy = other.create_from_data(&data).unwrap();
    let check = eval(&other, &format!("(v) => {{ return {check} }}"));
    let ok = check.call((copy,)).unwrap();
    assert!(ok.to::<bool>().unwrap(), "{made}");
    // The same by calls of which everything is data.
    assert!(check.call_to::<bool>(&(data,)).unwrap(), "{made}");
}

#[test]
fn collections_dates_and_regular_expressions_are_no_empty_objects() {
    holds(
        "new Map([[1, 'a'], ['1', 'b'], [NaN, 'c']])",
        "v instanceof Map && v.size === 3 && v.get(1) === 'a' && v.get('1') === 'b' && v.get(NaN) === 'c'",
    );
    holds(
        "new Set(['x', 1, undefined])",
        "v instanceof Set && [...v].length === 3 && v.has(undefined)",
    );
    holds(
        "new Date(86400000.0)",
        "v instanceof Date && v.getTime() === 86400000",
    );
    holds("new Date(NaN)", "v instanceof Date && isNaN(v)");
    holds(
        "Object.assign(/a(?<n>.)/giu, { lastIndex: 2 })",
        "v instanceof RegExp && v.source === 'a(?<n>.)' && v.flags === 'giu' && v.lastIndex === 2",
    );
}

#[test]
fn typed_arrays_keep_their_kind_and_share_their_buffer() {
    for kind in [
        "Int8",
        "Uint8",
        "Uint8Clamped",
        "Int16",
        "Uint16",
        "Int32",
        "Uint32",
        "Float16",
        "Float32",
        "Float64",
    ] {
        holds(
            &format!("new {kind}Array([1, 2, 3]).subarray(1)"),
            &format!(
                "v instanceof {kind}Array && v.length === 2 && v[0] === 2 &&
                 v.byteOffset === {kind}Array.BYTES_PER_ELEMENT"
            ),
        );
    }
    for kind in ["BigInt64", "BigUint64"] {
        holds(
            &format!("new {kind}Array([2n ** 63n - 1n])"),
            &format!("v instanceof {kind}Array && v[0] === 2n ** 63n - 1n"),
        );
    }
    holds(
        "(b => [new Uint8Array(b), new DataView(b, 1)])(new ArrayBuffer(4))",
        "(v[0][1] = 7, v[0].buffer === v[1].buffer && v[1].getUint8(0) === 7)",
    );
}

#[test]
fn large_bigints_stay_what_they_are() {
    holds("2n ** 70n", "v === 2n ** 70n");
    holds("-(2n ** 70n)", "v === -(2n ** 70n)");
    holds("7n ** 5000n", "v === 7n ** 5000n");
    let vm = vm();
    assert_eq!(vm.eval_to::<i128>("-(2n ** 70n)").unwrap(), -(1 << 70));
    assert!(matches!(
        vm.eval_to::<u128>("2n ** 128n"),
        Err(Error::Conversion(_))
    ));
    assert!(matches!(
        vm.eval_to::<i64>("2n ** 63n"),
        Err(Error::Conversion(_))
    ));
}

#[test]
fn cycles_and_sharing_stay() {
    holds(
        "(a => { a.self = a; a.list = [a, a]; a.map = new Map([[a, a]]); return a })({})",
        "v.self === v && v.list[0] === v && v.list[1] === v && v.map.get(v) === v",
    );
    holds(
        "(s => [s, s])(Symbol('s'))",
        "v[0] === v[1] && v[0].description === 's'",
    );
}

#[test]
fn a_key_called_proto_sets_no_prototype() {
    holds(
        r#"JSON.parse('{ "__proto__": { "polluted": true }, "constructor": 1 }')"#,
        "Object.getPrototypeOf(v) === Object.prototype && v.polluted === undefined &&
         Object.keys(v).join() === '__proto__,constructor' && ({}).polluted === undefined",
    );
    let vm = vm();
    let check = eval(
        &vm,
        "v => Object.hasOwn(v, '__proto__') && v.polluted === undefined",
    );
    let map = std::collections::BTreeMap::from([("__proto__", [("polluted", true)])]);
    assert!(
        check
            .call((Data::of(&map).unwrap(),))
            .unwrap()
            .to::<bool>()
            .unwrap()
    );
    let parsed = vm
        .create_from_json(r#"{ "__proto__": { "polluted": true } }"#)
        .unwrap();
    assert!(check.call((parsed,)).unwrap().to::<bool>().unwrap());
}

#[test]
fn results_of_host_functions_do_not_leak() {
    let vm = builder()
        .function("give", |n: u32| {
            vec![format!("a string of its own {n}"); 20]
        })
        .function("take", |data: Data| data)
        .build()
        .unwrap();
    let run = eval(
        &vm,
        "() => { for (let i = 0; i < 2000; i++) { give(i); take({ f: () => i, b: new Uint8Array(5000) }) } }",
    );
    let used = |vm: &Vm| {
        vm.heap().collect_garbage().unwrap();
        let usage = vm.heap().usage().unwrap();
        (usage.used, usage.handles, usage.tokens)
    };
    run.call(()).unwrap();
    let before = used(&vm);
    for _ in 0..5 {
        run.call(()).unwrap();
    }
    let after = used(&vm);
    assert_eq!((before.1, before.2), (after.1, after.2));
    assert!(after.0 <= before.0 + 1024, "{before:?} {after:?}");
}

#[test]
fn minus_zero_and_nan_are_numbers_like_any_other() {
    holds("-0", "Object.is(v, -0)");
    holds(
        "[-0, 0, NaN, Infinity]",
        "v.every((n, i) => Object.is(n, [-0, 0, NaN, Infinity][i]))",
    );
    // Many of them cross as bytes.
    holds(
        "Array.from({ length: 100 }, (_, i) => i % 2 ? -0 : NaN)",
        "v.length === 100 && Array.isArray(v) && v.every((n, i) => Object.is(n, i % 2 ? -0 : NaN))",
    );
    let vm = vm();
    let back: Vec<f64> = vm.eval_to("Array(50).fill(-0)").unwrap();
    assert!(back.iter().all(|n| *n == 0.0 && n.is_sign_negative()));
    // Bits that no script could make are none of the engine's tagged values.
    let forged = vec![f64::from_bits(0xfff8_dead_beef_0001); 64];
    let check = eval(&vm, "v => v.every(n => typeof n === 'number' && n !== n)");
    assert!(check.call_to::<bool>(&(forged,)).unwrap());
}

#[test]
fn lone_surrogates_are_not_replaced() {
    holds("'a\\ud800b'", "v === 'a\\ud800b'");
    holds("({ ['\\udfff']: '\\ud83d' })", "v['\\udfff'] === '\\ud83d'");
    holds("'\\ud800'.repeat(10000)", "v === '\\ud800'.repeat(10000)");
    let error = vm().eval_to::<String>("'\\ud800'").unwrap_err();
    assert!(matches!(error, Error::Conversion(_)), "{error}");
}

#[test]
fn holes_and_huge_indices_cost_what_they_hold() {
    holds(
        "[, 1, , 2]",
        "v.length === 4 && !(0 in v) && !(2 in v) && v[3] === 2",
    );
    holds(
        "(a => { a[4294967294] = 'last'; a[4294967295] = 'no index'; return a })([])",
        "v.length === 4294967295 && v[4294967294] === 'last' && v['4294967295'] === 'no index'",
    );
    holds(
        "Object.assign([1, 2], { extra: 3 })",
        "v.length === 2 && v.extra === 3",
    );
    holds(
        "(a => { delete a[50]; return a })(Array(100).fill(1))",
        "v.length === 100 && !(50 in v) && v[99] === 1",
    );
    holds(
        "Object.assign(Array(40).fill(0.5), { extra: 3 })",
        "v[39] === 0.5 && v.extra === 3",
    );
}

#[test]
fn an_accessor_or_proxy_that_throws_is_an_exception_and_nothing_else() {
    let vm = vm();
    let tokens = vm.heap().usage().unwrap().tokens;
    for source in [
        "({ f() {}, get x() { throw new RangeError('x') } })",
        "[() => 1, new Proxy([], { ownKeys() { throw new RangeError('x') } })]",
        "new Map([[1, { get x() { throw new RangeError('x') } }]])",
        "Object.defineProperty([() => 1, 2], 1, { get() { throw new RangeError('x') } })",
    ] {
        let error = exception(eval(&vm, source).to_data());
        assert_eq!(
            (&*error.name, &*error.message),
            ("RangeError", "x"),
            "{source}"
        );
    }
    assert_eq!(vm.heap().usage().unwrap().tokens, tokens);
    holds(
        "new Proxy({ a: 1 }, { get: (t, k) => t[k] + 1 })",
        "v.a === 2",
    );
    let revoked = "(({ proxy, revoke }) => (revoke(), proxy))(Proxy.revocable({}, {}))";
    for source in [revoked, &format!("[1, {{ deep: {revoked} }}]")] {
        assert_eq!(
            exception(eval(&vm, source).to_data()).name,
            "TypeError",
            "{source}"
        );
    }
    assert_usable(&vm);
}

#[test]
fn what_is_detached_is_a_type_error() {
    let vm = vm();
    for source in [
        "(b => (b.transfer(), b))(new ArrayBuffer(8))",
        "(v => (v.buffer.transfer(), v))(new Float64Array(8))",
        "[{ deep: (v => (v.buffer.transfer(), v))(new DataView(new ArrayBuffer(9000))) }]",
    ] {
        assert_eq!(
            exception(eval(&vm, source).to_data()).name,
            "TypeError",
            "{source}"
        );
    }
    assert_usable(&vm);
}

#[test]
fn a_million_nodes_and_a_depth_of_a_hundred_thousand() {
    let limits = Limits::default()
        .memory(1 << 30)
        .hard_memory(2 << 30)
        .output(1 << 30);
    let vm = builder().limits(limits.clone()).build().unwrap();
    let other = builder().limits(limits).build().unwrap();
    let pass = |source: &str| -> (Value, Data) {
        let data = eval(&vm, source).to_data().unwrap();
        (other.create_from_data(&data).unwrap(), data)
    };
    let (copy, data) = pass(
        "const nodes = [];
         for (let i = 0; i < 250_000; i++) nodes.push({ i, name: 'n' + i, next: nodes[i >> 1], back: nodes });
         nodes",
    );
    assert!(
        data.nodes().unwrap().len() >= 750_000,
        "{}",
        data.nodes().unwrap().len()
    );
    let check = eval(
        &other,
        "v => v.length === 250_000 && v[249_999].next === v[124_999] && v[7].back === v",
    );
    assert!(check.call((&copy,)).unwrap().to::<bool>().unwrap());
    let (copy, data) = pass("Array.from({ length: 1_000_000 }, (_, i) => i % 3 ? 'x' : i)");
    assert_eq!(data.nodes().unwrap().len(), 1_000_001);
    assert_eq!(copy.get(999_999).unwrap().to::<u32>().unwrap(), 999_999);

    let (copy, _) = pass(
        "let deep = null;
         for (let i = 0; i < 100_000; i++) {
           const kinds = [[deep], { deep }, new Map([[deep, i]]), new Set([deep]), Object.assign(new Error(), { deep })];
           deep = kinds[i % 5];
         }
         deep",
    );
    let depth = eval(
        &other,
        "v => { let n = 0;
          while (v !== null) {
            v = Array.isArray(v) ? v[0] : v instanceof Map ? [...v.keys()][0] : v instanceof Set ? [...v][0] : v.deep;
            n++;
          }
          return n }",
    );
    assert_eq!(depth.call((copy,)).unwrap().to::<u32>().unwrap(), 100_000);
}

#[test]
fn arrays_of_numbers_and_of_nearly_only_numbers_come_back() {
    let vm = vm();
    let number = prop_oneof![
        any::<f64>().prop_map(|value| if value.is_nan() { f64::NAN } else { value }),
        any::<i32>().prop_map(f64::from),
        Just(-0.0),
    ];
    let arrays = (
        vec(number, 0..700),
        any::<Option<(prop::sample::Index, bool)>>(),
    );
    let echo = eval(&vm, "(v) => v.map(x => x)");
    TestRunner::deterministic()
        .run(&arrays, |(numbers, other)| {
            let mut mixed: Vec<serde_json::Value> = numbers
                .iter()
                .filter(|number| number.is_finite())
                .map(|number| serde_json::json!(number))
                .collect();
            if let Some((index, text)) = other
                && !mixed.is_empty()
            {
                let index = index.index(mixed.len());
                mixed[index] = if text {
                    "text".into()
                } else {
                    serde_json::Value::Null
                };
            }
            let back: Vec<serde_json::Value> = echo.call_to(&(&mixed,)).unwrap();
            let as_text = |values: &[serde_json::Value]| -> Vec<_> {
                values
                    .iter()
                    .map(|value| value.as_f64().map(f64::to_bits).ok_or(value.to_string()))
                    .collect()
            };
            prop_assert_eq!(as_text(&back), as_text(&mixed));

            let back: Vec<f64> = echo.call_to(&(&numbers,)).unwrap();
            let bits = |values: &[f64]| {
                values
                    .iter()
                    .map(|value| value.to_bits())
                    .collect::<Vec<_>>()
            };
            prop_assert_eq!(bits(&back), bits(&numbers));
            // By way of nodes.
            let data = Data::from_nodes(Data::of(&numbers).unwrap().into_nodes().unwrap());
            let back: Vec<f64> = echo.call((data,)).unwrap().to().unwrap();
            prop_assert_eq!(bits(&back), bits(&numbers));
            Ok(())
        })
        .unwrap();
}
