//! What takes long between two branches.

use super::*;

/// Each is expensive between two branches, so that 10,000 of them take seconds or minutes.
const EXPENSIVE: &[(&str, &str)] = &[
    ("prototypes: get", "o.missing"),
    ("prototypes: in", "'missing' in o"),
    ("prototypes: set", "o.missing = 1; delete o.missing"),
    ("prototypes: instanceof", "o instanceof Map"),
    ("prototypes: call", "try { o.missing() } catch {}"),
    (
        "prototypes: isPrototypeOf",
        "Map.prototype.isPrototypeOf(o)",
    ),
    ("prototypes: for in", "for (const k in o) break"),
    ("proxies: in", "try { 'missing' in p } catch {}"),
    ("proxies: get", "try { p.missing } catch {}"),
    ("proxies: keys", "try { Object.keys(p) } catch {}"),
    ("fill", "big.fill(1)"),
    ("set", "big.set(other)"),
    ("copyWithin", "big.copyWithin(0, 1)"),
    ("slice", "big.slice()"),
    ("structuredClone", "structuredClone(big)"),
    (
        "getRandomValues",
        "crypto.getRandomValues(big.subarray(0, 65536))",
    ),
    ("refused buffers", "try { new ArrayBuffer(1e8) } catch {}"),
    ("a string", "'x'.repeat(2e7).length"),
    ("a search", "text.indexOf('b')"),
    ("a comparison", "text === text2"),
    ("numbers", "huge * huge"),
    ("large numbers", "vast * vast"),
    ("a division", "vast / divisor"),
    ("a power", "7n ** 90_000n"),
    ("a number as text", "String(vast)"),
    ("text as a number", "BigInt(digits)"),
    ("a hash", "new Set([text]).has(text2)"),
    ("a host call", "expensive()"),
    (
        "imports",
        "import('./nope' + Math.random()).catch(() => {})",
    ),
    ("long imports", "import(text).catch(() => {})"),
];

const EXPENSIVE_PRELUDE: &str = "
    var o = {}; for (let i = 0; i < 100_000; i++) o = Object.create(o);
    var p = {}; for (let i = 0; i < 5_000; i++) p = new Proxy(p, {});
    var big = new Uint8Array(2e7), other = new Uint8Array(2e7);
    var text = 'a'.repeat(1e6), text2 = text.slice(1) + 'a';
    var huge = 10n ** 3000n, vast = 7n ** 100_000n, divisor = 3n ** 90_000n, digits = '7'.repeat(100_000);
";

fn expensive(builder: jsvm::VmBuilder) -> Vm {
    let vm = builder
        .function("expensive", || std::thread::sleep(Duration::from_millis(1)))
        .build()
        .unwrap();
    vm.eval(EXPENSIVE_PRELUDE).unwrap();
    vm
}

#[test]
fn what_is_expensive_between_two_branches_is_stopped_in_time() {
    let limits = Limits::default().memory(128 << 20).hard_memory(400 << 20);
    for (case, body) in EXPENSIVE {
        let vm = expensive(Engine::global().unwrap().vm().limits(limits.clone()));
        vm.set_limits(&limits.clone().time(TIME)).unwrap();
        let start = Instant::now();
        let error = vm.eval(&*format!("for (;;) {{ {body} }}")).unwrap_err();
        let took = start.elapsed();
        assert!(
            matches!(
                error,
                Error::Interrupted(Interrupt::TimeLimit) | Error::Limit(_)
            ),
            "{case}: {error:?}"
        );
        assert!(took < TIME + SLACK, "{case}: {took:?}");
    }
}

#[test]
fn polls_are_near_each_other_even_without_a_watchdog() {
    // No limit of time, so that nobody forces a poll; the work that is counted ends it.
    let limits = Limits::default()
        .memory(128 << 20)
        .hard_memory(400 << 20)
        .time(None);
    for (case, body) in EXPENSIVE {
        if matches!(*case, "a host call" | "refused buffers") {
            continue;
        }
        let builder = Engine::global().unwrap().vm().measure_poll_gaps();
        let vm = expensive(builder.limits(limits.clone()));
        vm.set_limits(&limits.clone().work(20)).unwrap();
        let before = vm.longest_poll_gap().unwrap().unwrap();
        let script = format!("for (;;) {{ {body} }}");
        let error = vm.eval(&*script).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Interrupted(Interrupt::WorkLimit) | Error::Limit(_)
            ),
            "{case}: {error:?}"
        );
        let gap = vm.longest_poll_gap().unwrap().unwrap();
        eprintln!("{case}: {gap:?}, of which {before:?} before");
        // Much more than it is, for machines that have other things to do: without the counting it is
        // half a minute.
        assert!(gap < Duration::from_secs(5), "{case}: {gap:?}");
    }
}
