//! A stop is final: whatever a script does with the exception that stops it, its call ends.

mod expensive;

use std::time::{Duration, Instant};

use jsvm::{Engine, Error, Interrupt, Limits, Vm};
use jsvm_tests::assert_usable;

const TIME: Duration = Duration::from_millis(20);

/// What a stop may come late. Other tests run beside these.
const SLACK: Duration = Duration::from_secs(2);

/// Calls that discard what `spin` throws. `it` is an iterable whose iterator spins when it is
/// closed.
const DISCARD: &[(&str, &str)] = &[
    ("catch", "try { spin() } catch {}"),
    ("finally", "try { spin() } finally { continue }"),
    ("a thenable", "Promise.resolve({ get then() { spin() } })"),
    ("for of", "try { for (const x of it) throw 1 } catch {}"),
    (
        "for of, break by an error",
        "for (const x of it) { try { throw 1 } catch { continue } }",
    ),
    (
        "destructuring",
        "try { const [a = (() => { throw 1 })()] = it } catch {}",
    ),
    (
        "destructuring of parameters",
        "try { (([a = (() => { throw 1 })()]) => a)(it) } catch {}",
    ),
    (
        "yield*",
        "try { (function* () { yield* it })().return() } catch {}",
    ),
    ("Map", "try { new Map(it) } catch {}"),
    (
        "Set",
        "try { Set.prototype.add = () => { throw 1 }; new Set(it) } catch {}",
    ),
    ("WeakMap", "try { new WeakMap(it) } catch {}"),
    ("WeakSet", "try { new WeakSet(it) } catch {}"),
    (
        "Array.from",
        "try { Array.from(it, () => { throw 1 }) } catch {}",
    ),
    (
        "Object.fromEntries",
        "try { Object.fromEntries(it) } catch {}",
    ),
    (
        "Map.groupBy",
        "try { Map.groupBy(it, () => { throw 1 }) } catch {}",
    ),
    (
        "Object.groupBy",
        "try { Object.groupBy(it, () => { throw 1 }) } catch {}",
    ),
    (
        "a typed array",
        "try { Uint8Array.from(it, () => { throw 1 }) } catch {}",
    ),
    (
        "Iterator.prototype.forEach",
        "try { Iterator.from(it).forEach(() => { throw 1 }) } catch {}",
    ),
    (
        "Iterator.prototype.map",
        "try { Iterator.from(it).map(() => { throw 1 }).next() } catch {}",
    ),
    (
        "Iterator.prototype.some",
        "try { Iterator.from(it).some(() => { throw 1 }) } catch {}",
    ),
    (
        "Iterator.prototype.reduce",
        "try { Iterator.from(it).reduce(() => { throw 1 }, 0) } catch {}",
    ),
    (
        "Iterator.prototype.flatMap",
        "try { Iterator.from(it).flatMap(() => 1).next() } catch {}",
    ),
    (
        "Iterator.prototype.take",
        "try { Iterator.from(it).take(1).return() } catch {}",
    ),
    (
        "Promise.all",
        "Promise.all.call(function (f) { return new Promise(f) }, it)",
    ),
    (
        "Promise.race",
        "Promise.resolve = () => { throw 1 }; Promise.race(it)",
    ),
    (
        "Promise.allSettled",
        "Promise.resolve = () => { throw 1 }; Promise.allSettled(it)",
    ),
    (
        "Promise.any",
        "Promise.resolve = () => { throw 1 }; Promise.any(it)",
    ),
    (
        "Error.prepareStackTrace",
        "Error.prepareStackTrace = spin; new Error('x').stack",
    ),
    (
        "a thrown error's prepareStackTrace",
        "Error.prepareStackTrace = spin; try { null.x } catch {}",
    ),
    (
        "Error.captureStackTrace",
        "Error.prepareStackTrace = spin; Error.captureStackTrace({})",
    ),
    (
        "stackTraceLimit",
        "Error.stackTraceLimit = { valueOf: spin }; new Error('x')",
    ),
    ("an executor", "new Promise(spin)"),
    ("Promise.try", "Promise.try(spin)"),
    ("an async function", "(async () => { spin() })()"),
    (
        "an async generator",
        "(async function* () { spin() })().next()",
    ),
    (
        "an async generator's return",
        "(async function* () { try { yield 1 } finally { spin() } })().return()",
    ),
    (
        "import attributes",
        "import('x', { get with() { spin() } })",
    ),
    ("a specifier", "import({ toString: spin })"),
    (
        "Array.fromAsync",
        "Array.fromAsync({ get [Symbol.asyncIterator]() { spin() } })",
    ),
    ("using", "{ using x = { [Symbol.dispose]: spin } }"),
    (
        "DisposableStack",
        "try { const s = new DisposableStack(); s.defer(() => { throw 1 }); s.defer(spin); s.dispose() } catch {}",
    ),
    (
        "Reflect.defineProperty",
        "Reflect.defineProperty(new Float64Array(1), 0, { value: { valueOf: spin } })",
    ),
    (
        "toString of a key",
        "try { ({})[{ toString: spin }] } catch {}",
    ),
    ("a proxy", "try { new Proxy({}, { get: spin }).x } catch {}"),
    ("sort", "try { [2, 1].sort(spin) } catch {}"),
    ("replace", "try { 'a'.replace(/a/, spin) } catch {}"),
    (
        "JSON.stringify",
        "try { JSON.stringify({ toJSON: spin }) } catch {}",
    ),
    ("JSON.parse", "try { JSON.parse('[1]', spin) } catch {}"),
    (
        "a getter of an error",
        "try { throw { get stack() { spin() } } } catch (e) { try { e.stack } catch {} }",
    ),
    (
        "console",
        "console.log({ get x() { spin() } }, { toString: spin }); spin()",
    ),
    (
        "structuredClone",
        "try { structuredClone({ get x() { spin() } }) } catch {}",
    ),
    (
        "an event listener",
        "const t = new EventTarget(); t.addEventListener('x', spin); t.dispatchEvent(new Event('x'))",
    ),
    (
        "a regular expression",
        "try { /(a*)*b/.test('a'.repeat(40)) } catch {}",
    ),
];

const PRELUDE: &str = "
    function spin() { for (;;); }
    var it = { [Symbol.iterator]: () => it, next: () => ({ value: 1 }), return() { spin() } };
";

fn vm(limits: Limits) -> Vm {
    let vm = Engine::global().unwrap().vm().limits(limits).build();
    let vm = vm.unwrap();
    vm.eval(PRELUDE).unwrap();
    vm
}

fn assert_stopped(result: Result<(), Error>, by: Interrupt, case: &str) {
    match result {
        Err(Error::Interrupted(interrupt)) if interrupt == by => {}
        other => panic!("{case}: {other:?}"),
    }
}

/// Runs a script and its jobs.
fn run(vm: &Vm, script: &str) -> Result<(), Error> {
    vm.eval(script)?;
    vm.run_jobs()?;
    Ok(())
}

#[test]
fn no_script_goes_on_after_a_stop() {
    for (case, body) in DISCARD {
        let vm = vm(Limits::default().time(TIME));
        let start = Instant::now();
        let script = format!("for (;;) {{ {body} }}");
        assert_stopped(run(&vm, &script), Interrupt::TimeLimit, case);
        let took = start.elapsed();
        assert!(took < TIME + SLACK, "{case}: {took:?}");
        assert_usable(&vm);
    }
}

#[test]
fn a_call_that_was_told_to_stop_fails_even_if_it_ends_by_itself() {
    for (case, body) in DISCARD {
        let vm = vm(Limits::default().time(TIME));
        // Once, so that the script ends soon after whatever discards the exception.
        let script = format!("for (let once = 0; once++ < 1;) {{ {body} }}");
        let result = run(&vm, &script);
        if *case == "Iterator.prototype.flatMap" || result.is_ok() {
            continue;
        }
        assert_stopped(result, Interrupt::TimeLimit, case);
        assert_usable(&vm);
    }
}

#[test]
fn a_stop_is_told_whatever_it_comes_from() {
    for (case, body) in DISCARD {
        // It makes promises for as long as it runs, and would run out of memory.
        if *case == "an async generator's return" {
            continue;
        }
        let script = format!("for (;;) {{ {body} }}");
        let vm = vm(Limits::default().time(None).work(200));
        assert_stopped(run(&vm, &script), Interrupt::WorkLimit, case);
        vm.set_limits(&Limits::default().time(None).cpu_time(TIME))
            .unwrap();
        assert_stopped(run(&vm, &script), Interrupt::CpuTimeLimit, case);
        vm.set_limits(&Limits::default().time(None)).unwrap();
        let handle = vm.interrupt_handle();
        let stopper = std::thread::spawn(move || {
            std::thread::sleep(TIME);
            handle.interrupt();
        });
        assert_stopped(run(&vm, &script), Interrupt::Handle, case);
        stopper.join().unwrap();
        assert_usable(&vm);
    }
}

#[test]
fn a_stop_is_not_the_reason_of_a_rejection() {
    let vm = vm(Limits::default().time(TIME));
    vm.eval("var made = []; var P = class extends Promise { constructor(f) { super(f); made.push(this) } }")
        .unwrap();
    for script in [
        "new Promise(spin)",
        "Promise.try(spin)",
        "(async () => { spin() })()",
        "(async function* () { spin() })().next()",
        "import('x', { get with() { spin() } })",
    ] {
        assert_stopped(run(&vm, script), Interrupt::TimeLimit, script);
        assert!(
            vm.take_unhandled_rejections().unwrap().is_empty(),
            "{script}"
        );
    }
}

#[test]
fn what_a_stop_leaves_undone() {
    let vm = vm(Limits::default().time(TIME));
    // No `finally` of the script ran, jobs are still there, and the next call is as any other.
    let script = "var ran = []; Promise.resolve().then(() => ran.push('job')); \
                  try { spin() } finally { ran.push('finally') }";
    assert_stopped(run(&vm, script), Interrupt::TimeLimit, "finally");
    assert_eq!(vm.eval_to::<Vec<String>>("ran").unwrap(), [] as [&str; 0]);
    assert_eq!(vm.run_jobs().unwrap(), 1);
    assert_eq!(vm.eval_to::<Vec<String>>("ran").unwrap(), ["job"]);
    // A generator that was stopped is finished, and an error that was kept is an ordinary one.
    let script = "var g = (function* () { spin() })(); g.next()";
    assert_stopped(run(&vm, script), Interrupt::TimeLimit, "generator");
    let done = vm.eval_to::<bool>("g.next().done");
    assert!(done.unwrap());
    // It is frozen and thawed as any other.
    let thawed = vm
        .snapshot()
        .and_then(|snapshot| Engine::global()?.restore(&snapshot));
    assert_usable(&thawed.unwrap());
}

#[test]
fn work_is_the_same_each_time() {
    let counted = || {
        let vm = vm(Limits::default().time(None).work(500));
        let script = "var n = 0; const a = Array.from({ length: 1000 }, (_, i) => i); \
                      for (;;) { n++; a.indexOf(-1); 'x'.repeat(100_000).length }";
        assert_stopped(run(&vm, script), Interrupt::WorkLimit, script);
        vm.eval_to::<u64>("n").unwrap()
    };
    let first = counted();
    assert!(first > 1_000, "{first}");
    assert_eq!(first, counted());
}

#[test]
fn cpu_time_does_not_run_while_a_host_function_sleeps() {
    let builder = Engine::global().unwrap().vm();
    let vm = builder
        .limits(
            Limits::default()
                .time(None)
                .cpu_time(Duration::from_millis(100)),
        )
        .function("sleep", || std::thread::sleep(Duration::from_millis(30)))
        .build()
        .unwrap();
    vm.eval("for (let i = 0; i < 10; i++) sleep()").unwrap();
    let error = vm.eval("for (;;);").unwrap_err();
    assert!(matches!(error, Error::Interrupted(Interrupt::CpuTimeLimit)));
    assert_usable(&vm);
}

#[test]
fn a_stop_is_final_even_if_the_heap_is_full() {
    let limits = Limits::default()
        .memory(4 << 20)
        .time(Duration::from_millis(300));
    for body in [
        "try { (() => { setTimeout(() => {}) })() } catch {}",
        "try { kept.push(new Array(100)) } catch {}",
        "try { kept.push({}) } catch { try { kept.push('x'.repeat(10)) } catch {} }",
        "try { text += text + 'x' } catch {}",
    ] {
        let vm = vm(limits.clone());
        let start = Instant::now();
        let script = format!("var kept = [], text = 'x'; for (;;) {body}");
        assert_stopped(run(&vm, &script), Interrupt::TimeLimit, body);
        assert!(start.elapsed() < SLACK, "{body}");
    }
}
