//! The effects of the patches of the engine and of `guest/engine/jsvm.c`. The build checks that the
//! patches apply.

use std::time::{Duration, Instant};

use jsvm::{Error, Limit, Limits, Snapshot, Vm};
use jsvm_tests::{assert_usable, builder, eval, vm};

/// The least time of a few that `lookup` takes, which looks up each key of a map many times.
fn lookups(vm: &Vm, keys: &str) -> Duration {
    let lookup = format!(
        "{{ const keys = {keys}; const map = new Map(keys.map((key, i) => [key, i]));
            () => {{ let sum = 0; for (let n = 0; n < 20; n++) for (const key of keys) sum += map.get(key);
                     return sum; }} }}"
    );
    let lookup = eval(vm, &lookup);
    let time = || {
        let start = Instant::now();
        assert_eq!(lookup.call(()).unwrap().to::<f64>().unwrap(), 39_980_000.0);
        start.elapsed()
    };
    (0..3).map(|_| time()).min().unwrap()
}

/// With the engine's own hash, whole numbers take more than twenty times as long as strings.
#[test]
fn numbers_are_as_good_keys_as_strings() {
    let vm = vm();
    let strings = lookups(&vm, "Array.from({ length: 2000 }, (_, i) => `key ${i}`)");
    for keys in [
        "Array.from({ length: 2000 }, (_, i) => i)",
        "Array.from({ length: 2000 }, (_, i) => i * 4096)",
        "Array.from({ length: 2000 }, (_, i) => -i / 4)",
        "Array.from({ length: 2000 }, (_, i) => BigInt(i))",
        "Array.from({ length: 2000 }, () => ({}))",
    ] {
        let time = lookups(&vm, keys);
        assert!(time < 6 * strings, "{keys}: {time:?}, strings: {strings:?}");
    }
}

#[test]
fn keys_that_are_the_same_number_hash_alike() {
    let vm = vm();
    let found = eval(
        &vm,
        "const map = new Map([[0, 'zero'], [1, 'one'], [NaN, 'none'], [1n, 'big'], [2 ** 40, 'far']]);
         [map.get(-0), map.get(0.5 + 0.5), map.get(0 / 0), map.get(-NaN), map.get(BigInt(1)),
          map.get(1099511627776), map.has(2)].join()",
    );
    assert_eq!(
        found.to::<String>().unwrap(),
        "zero,one,none,none,big,far,false"
    );
}

/// Strings leave the VM from where the engine has them: in one piece, in two, or as part of
/// another.
#[test]
fn strings_cross_in_every_form_the_engine_has() {
    let vm = vm();
    let long = "ab".repeat(40_000);
    let wide = "ä日😀".repeat(20_000);
    for (source, expected) in [
        ("''", String::new()),
        (
            "let a = ''; for (let i = 0; i < 40000; i++) a += 'ab'; a",
            long.clone(),
        ),
        (
            "let b = ''; for (let i = 0; i < 20000; i++) b += 'ä日😀'; b",
            wide.clone(),
        ),
        (
            "'ab'.repeat(40000) + 'ä日😀'.repeat(20000)",
            long.clone() + &wide,
        ),
        ("('xy' + 'ab'.repeat(40000)).slice(2)", long),
        ("('é' + 'ä日😀'.repeat(20000)).slice(1)", wide),
        ("'\\u00e4'.repeat(3000)", "ä".repeat(3000)),
        ("Object.keys({ 'ünï': 1 })[0]", "ünï".into()),
    ] {
        let value = eval(&vm, source);
        // Twice: the first time may put it together.
        for _ in 0..2 {
            assert_eq!(value.to::<String>().unwrap(), expected, "{source}");
        }
    }
    for text in ["", "plain", "naïve", "日本", "😀 and é", "\u{ff}\u{100}"] {
        let length = eval(&vm, "text => [...text].length + ':' + text");
        let answer = length.call((text,)).unwrap().to::<String>().unwrap();
        assert_eq!(answer, format!("{}:{text}", text.chars().count()));
    }
}

#[test]
fn stacks_have_lines_and_columns() {
    let vm = vm();
    let stack = eval(
        &vm,
        "function outer() { return inner(); }\nfunction inner() {\n  return new Error('x').stack;\n}\n[1].map(outer)[0]",
    );
    let stack = stack.to::<String>().unwrap();
    let lines: Vec<_> = stack.lines().map(str::trim).collect();
    assert!(
        lines[0].starts_with("at inner (") && lines[0].ends_with(":3:14)"),
        "{stack}"
    );
    assert!(
        lines[1].starts_with("at outer (") && lines[1].contains(":1:"),
        "{stack}"
    );
    assert_eq!(lines[2], "at map (native)", "{stack}");
}

/// Small things that were dropped leave nothing in a snapshot, though their place is kept.
#[test]
fn what_was_dropped_is_not_in_a_snapshot() {
    let vm = vm();
    eval(
        &vm,
        "{ const list = []; for (let i = 0; i < 3000; i++) list.push({ secret: 'plum ' + i }); } 0",
    );
    vm.heap().collect_garbage().unwrap();
    let bytes = vm.snapshot().unwrap().to_bytes().unwrap();
    assert!(bytes.len() < 16 << 10, "{} bytes", bytes.len());
    let restored = builder()
        .restore(&Snapshot::from_bytes(&bytes).unwrap())
        .unwrap();
    assert_eq!(eval(&restored, "6 * 7").to::<i32>().unwrap(), 42);
}

#[test]
fn memory_that_runs_out_while_bytecode_is_written_is_an_error() {
    let limits = jsvm::Limits::default().memory(3 << 20);
    let vm = builder().limits(limits).build().unwrap();
    let huge = format!("[{}]", "'some text', ".repeat(300_000));
    for _ in 0..3 {
        let full = vm.eval(&*huge).unwrap_err();
        assert!(
            matches!(full, jsvm::Error::Limit(jsvm::Limit::Memory)),
            "{full}"
        );
    }
    assert_eq!(eval(&vm, "1 + 2").to::<i32>().unwrap(), 3);
}

/// Unpatched, the passes after the parser read instructions without their operands, and trap.
#[test]
fn code_that_memory_cuts_is_not_compiled() {
    for mebibytes in [16, 48, 64, 256] {
        let limits = Limits::default().memory(mebibytes << 20).time(None);
        let vm = builder().limits(limits).build().unwrap();
        let result = vm.eval("eval('a' + '?.a'.repeat(2_000_000))");
        let is_memory = matches!(result, Err(Error::Limit(Limit::Memory)));
        assert!(is_memory, "{mebibytes} MiB: {result:?}");
        assert_usable(&vm);
    }
}
