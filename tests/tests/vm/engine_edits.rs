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
        lines[0].starts_with("at inner (") && lines[0].ends_with(":3:10)"),
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

/// The values of a fast array move in their block; a plain object takes the ways of properties.
#[test]
fn arrays_change_as_objects_do() {
    let vm = vm();
    let same = eval(
        &vm,
        r"{
            let seed = 1;
            const random = (n) => ((seed = (seed * 1103515245 + 12345) % 2147483648), seed % n);
            const step = (target, [name, ...args]) => Array.prototype[name].apply(target, args);
            let wrong = '';
            for (let round = 0; round < 40 && !wrong; round++) {
                const array = Array.from({ length: random(3) * 100 }, (_, i) => ({ i }));
                const object = { ...array, length: array.length };
                for (let n = 0; n < 300 && !wrong; n++) {
                    const some = Array.from({ length: random(8) ** 2 }, (_, i) => ({ n, i }));
                    const operation = [
                        ['shift'], ['shift'], ['pop'], ['push', ...some], ['unshift', ...some], ['reverse'],
                        ['splice', random(array.length + 2), random(20), ...some],
                        ['splice', random(5), random(60)], ['splice', -random(9)],
                    ][random(9)];
                    if (n % 90 === 89) { delete array[array.length - 1]; delete object[object.length - 1]; }
                    const [one, two] = [step(array, operation), step(object, operation)];
                    const list = (of) => JSON.stringify(Array.from({ length: of.length }, (_, i) => [i in of, of[i]]));
                    if (list(array) !== list(object) || (operation[0] !== 'reverse' && JSON.stringify(one) !== JSON.stringify(two))) {
                        wrong = `${round} ${n} ${operation[0]}`;
                    }
                }
            }
            wrong;
        }",
    );
    assert_eq!(same.to::<String>().unwrap(), "");
    assert_usable(&vm);
}

/// Unpatched, each of these takes seconds.
#[test]
fn large_arrays_and_ropes_change_in_constant_time() {
    let vm = vm();
    for source in [
        "for (let i = 0; i < 20_000; i++) a.splice(5, 1);",
        "for (let i = 0; i < 20_000; i++) a.splice(0, 1);",
        "a.splice(5, 1); for (let i = 0; i < 20_000; i++) a.shift();",
        "delete a[a.length - 1]; for (let i = 0; i < 20_000; i++) a.shift();",
        "for (let i = 0; i < 20_000; i++) { a.push(i); a.shift(); }",
        "let s = ''; for (let i = 0; i < 80_000; i++) s = '(' + s + ')'; if (s[80_000] !== ')') throw s;",
        "let s = ''; for (let i = 0; i < 80_000; i++) s = `(${s})`; if (s[79_999] !== '(') throw s;",
        "let s = ''; for (let i = 0; i < 80_000; i++) s = i % 2 ? s + 'a' : 'b' + s;",
        "let o = []; for (let i = 0; i < 100_000; i++) o = [o]; JSON.stringify(o);",
    ] {
        let start = Instant::now();
        let all =
            format!("{{ const a = Array.from({{ length: 60_000 }}, (_, i) => i); {source} }}");
        vm.eval(&all).unwrap();
        // A tenth of it on a machine that is not busy.
        assert!(
            start.elapsed() < Duration::from_secs(1),
            "{source}: {:?}",
            start.elapsed()
        );
    }
}

/// As V8 reads them.
#[test]
fn offsets_of_time_zones_follow_a_time() {
    let vm = vm();
    let time = |text: &str| {
        let iso = eval(
            &vm,
            &format!("(t => t !== t ? 'NaN' : new Date(t).toJSON())(Date.parse('{text}'))"),
        );
        iso.to::<String>().unwrap()
    };
    for (text, expected) in [
        ("2024-01-01 10:00:00-08:00", "2024-01-01T18:00:00.000Z"),
        ("2024-01-01 10:00:00-0800", "2024-01-01T18:00:00.000Z"),
        ("2024-01-01 10:00:00.123-03:00", "2024-01-01T13:00:00.123Z"),
        ("2024-01-01 10:00:00-08", "2024-01-01T18:00:00.000Z"),
        ("2024-01-01 10:00+05:30", "2024-01-01T04:30:00.000Z"),
        ("1/1/2024 10:00:00-08:00", "2024-01-01T18:00:00.000Z"),
        ("2024-01-01T10:00-08:00", "2024-01-01T18:00:00.000Z"),
        ("2024-01-01T10:00-08", "NaN"),
        ("2024-01-01 10:00-", "NaN"),
    ] {
        assert_eq!(time(text), expected, "{text}");
    }
}

#[test]
fn patterns_calls_and_sources_have_no_small_limits() {
    let vm = vm();
    for (source, expected) in [
        (
            "Math.max(...Array.from({ length: 120_000 }, (_, i) => i))",
            "119999",
        ),
        (
            "((...all) => all.length)(...Array.from({ length: 120_000 }))",
            "120000",
        ),
        (
            "new (class { constructor(...all) { this.n = all.length } })(...Array(120_000).fill(0)).n",
            "120000",
        ),
        (
            "(() => { try { Math.max(...Array(600_000).fill(0)) } catch (e) { return e.name + ': ' + e.message } })()",
            "RangeError: too many arguments in function call (only 500000 allowed)",
        ),
        (
            "new RegExp('(?<a>x)' + '|b'.repeat(300) + '|(?<a>y)(?<c>z)').exec('yz').groups.c",
            "z",
        ),
        (
            "(() => { try { eval('1 +') } catch (e) { return e.message } })()",
            "Unexpected end of input",
        ),
        (
            "(() => { try { eval('class A {') } catch (e) { return e.message } })()",
            "Unexpected end of input",
        ),
    ] {
        assert_eq!(
            eval(&vm, &format!("String({source})"))
                .to::<String>()
                .unwrap(),
            expected,
            "{source}"
        );
    }
}

#[test]
fn what_is_not_a_function_has_a_name() {
    let vm = vm();
    eval(
        &vm,
        "globalThis.a = { b: { c: 1 }, list: [1], f: () => ({}) }; undefined",
    );
    for (source, expected) in [
        ("a.b()", "a.b"),
        ("a.b.c(1, 2)", "a.b.c"),
        ("a.b(a ? 1 : 2, a && a.list)", "a.b"),
        ("a.f().g()", "a.f(...).g"),
        ("a.f()()", "a.f(...)"),
        ("a.list[0]()", "a.list[...]"),
        ("a.f(a.b(a.c()))", "a.c"),
        ("let u; u()", "u"),
        ("((p) => p())(1)", "p"),
        ("const { b } = a; (() => b())()", "b"),
        ("try { throw 1 } catch (e) { e() }", "e"),
        ("for (const i of [1]) if (i) a.b(i)", "a.b"),
        ("(function () { this.z() }).call({})", "this.z"),
    ] {
        let message = eval(
            &vm,
            &format!("{{ let m; try {{ {source} }} catch (e) {{ m = e.message }} m }}"),
        );
        assert_eq!(
            message.to::<String>().unwrap(),
            format!("{expected} is not a function"),
            "{source}"
        );
    }
    for (source, expected) in [
        ("new a.b()", "a.b"),
        ("new a.b.c(1, a.f())", "a.b.c"),
        ("let u; new u", "u"),
        ("new (a.f())()", "a.f(...)"),
        ("new Math.max(new Math.min())", "Math.min"),
    ] {
        let message = eval(
            &vm,
            &format!("{{ let m; try {{ {source} }} catch (e) {{ m = e.message }} m }}"),
        );
        assert_eq!(
            message.to::<String>().unwrap(),
            format!("{expected} is not a constructor"),
            "{source}"
        );
    }
    // Nobody calls it by a name.
    let message = eval(
        &vm,
        "(() => { try { [1].forEach(1) } catch (e) { return e.message } })()",
    );
    assert_eq!(message.to::<String>().unwrap(), "not a function");
}

/// A match is no reason for a large string to stay in memory and in snapshots.
#[test]
fn matched_subjects_do_not_stay() {
    let vm = vm();
    let before = vm.snapshot().unwrap().to_bytes().unwrap().len();
    eval(
        &vm,
        "{ const text = Array.from({ length: 200_000 }, (_, i) => String.fromCharCode(97 + (i * i) % 25)).join('') + '<x>';
           if (!/<(x)>/.test(text)) throw 0 } undefined",
    );
    vm.heap().collect_garbage().unwrap();
    let after = vm.snapshot().unwrap().to_bytes().unwrap().len();
    assert!(after < before + 20_000, "{before} {after}");
    assert_eq!(eval(&vm, "RegExp.$1").to::<String>().unwrap(), "x");
}
