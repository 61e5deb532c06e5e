//! What the heap holds, and that it is given back.

use jsvm::{Limits, MemoryUsage};
use jsvm_tests::{assert_usable, builder, eval, vm};

#[test]
fn every_count_goes_up_with_what_it_counts_and_comes_back_down() {
    let vm = vm();
    // What is made once and kept, such as atoms of names, is there before.
    let fill = "
        globalThis.kept = {
            objects: Array.from({ length: 1000 }, () => ({})),
            strings: Array.from({ length: 1000 }, (_, i) => 'string ' + i),
            functions: Array.from({ length: 100 }, (_, i) => new Function('return ' + i)),
            bytes: new Uint8Array(1 << 20),
            names: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => ['name' + i, i])),
        };
        0";
    let empty = "delete globalThis.kept";
    let usage = |source: &str| {
        eval(&vm, source);
        vm.heap().collect_garbage().unwrap();
        vm.heap().usage().unwrap()
    };
    usage(fill);
    let before = usage(empty);
    let full = usage(fill);
    let after = usage(empty);
    type Count = fn(&MemoryUsage) -> u64;
    let counts: [(&str, Count, u64); 7] = [
        ("used", |usage| usage.used, 1 << 20),
        ("blocks", |usage| usage.blocks, 3000),
        ("objects", |usage| usage.objects, 1000),
        ("shapes", |usage| usage.shapes, 1),
        ("strings", |usage| usage.strings, 1000),
        ("atoms", |usage| usage.atoms, 1000),
        ("functions", |usage| usage.functions, 100),
    ];
    for (name, count, least) in counts {
        let (before, full, after) = (count(&before), count(&full), count(&after));
        assert!(full >= before + least, "{name}: {before}, then {full}");
        assert!(
            after <= before + least / 100,
            "{name}: {before}, and {after} at the end"
        );
    }
    assert!(after.peak >= full.used);
    assert!(after.total >= full.used);
}

#[test]
fn binary_data_is_counted() {
    let vm = vm();
    let before = vm.heap().usage().unwrap().used;
    let bytes = eval(&vm, "new Uint8Array(1 << 20)");
    assert!(vm.heap().usage().unwrap().used >= before + (1 << 20));
    drop(bytes);
    assert!(vm.heap().usage().unwrap().used < before + (1 << 19));
}

#[test]
fn handles_and_tokens_are_counted() {
    let vm = vm();
    let object = eval(&vm, "({})");
    let before = vm.heap().usage().unwrap();
    let more: Vec<_> = (0..10).map(|_| vm.create_object().unwrap()).collect();
    let tokens: Vec<_> = (0..5).map(|_| vm.create_token(&object).unwrap()).collect();
    let full = vm.heap().usage().unwrap();
    assert_eq!(
        (full.handles, full.tokens),
        (before.handles + 10, before.tokens + 5)
    );
    assert_eq!(full.objects, before.objects + 10);
    drop((more, tokens));
    let after = vm.heap().usage().unwrap();
    assert_eq!(
        (after.handles, after.tokens),
        (before.handles, before.tokens)
    );
    assert_eq!(after.objects, before.objects);
}

#[test]
fn cycles_are_collected_when_it_is_asked_for() {
    let vm = vm();
    // The first script frees what was left of making the realm.
    eval(&vm, "0");
    let before = vm.heap().usage().unwrap().objects;
    eval(
        &vm,
        "for (let i = 0; i < 100; i++) { const a = {}; a.b = { a } }",
    );
    assert!(vm.heap().usage().unwrap().objects >= before + 200);
    vm.heap().collect_garbage().unwrap();
    assert!(vm.heap().usage().unwrap().objects < before + 10);
}

#[test]
fn a_handle_keeps_a_cycle_alive() {
    let vm = vm();
    let cycle = eval(
        &vm,
        "(() => { const a = { text: 'alive' }; a.self = a; return a })()",
    );
    vm.heap().collect_garbage().unwrap();
    let text = cycle.get("self").unwrap().get("text").unwrap();
    assert_eq!(text.to::<String>().unwrap(), "alive");
}

#[test]
fn finalizers_run_as_jobs() {
    let vm = vm();
    eval(
        &vm,
        "var log = [];
         const registry = new FinalizationRegistry(held => log.push(held));
         (() => { const a = {}; a.self = a; registry.register(a, 'cycle') })();
         registry.register({}, 'plain')",
    );
    vm.heap().collect_garbage().unwrap();
    vm.run_jobs().unwrap();
    assert_eq!(
        eval(&vm, "log.sort().join()").to::<String>().unwrap(),
        "cycle,plain"
    );
}

#[test]
fn a_vm_that_worked_for_long_has_not_grown() {
    let vm = vm();
    let work = "
        (() => {
            const map = new Map;
            for (let i = 0; i < 1000; i++) map.set('key' + i, { i, text: 'x'.repeat(i % 50) });
            return JSON.stringify([...map]).length;
        })()";
    let round = || {
        for _ in 0..20 {
            eval(&vm, work).to_data().unwrap();
        }
        vm.heap().collect_garbage().unwrap();
        vm.heap().usage().unwrap()
    };
    let first = round();
    let mut last = first;
    for _ in 0..5 {
        last = round();
    }
    assert_eq!(last.objects, first.objects);
    assert_eq!(last.total, first.total);
    assert_usable(&vm);
}

#[test]
fn cyclic_garbage_is_collected_before_a_limit_is_reached() {
    for memory in [1 << 20, 3 << 20, 64 << 20] {
        let limits = Limits::default().memory(memory);
        let vm = builder().limits(limits).build().unwrap();
        // Some hundred bytes each time, of which nothing but the collector frees anything.
        let garbage =
            "for (let i = 0; i < 200_000; i++) { const one = { i }; one.self = one; } 'done'";
        for _ in 0..2 {
            assert_eq!(eval(&vm, garbage).to_text().unwrap(), "done", "{memory}");
            vm.heap().collect_garbage().unwrap();
        }
        assert!(vm.heap().usage().unwrap().peak <= memory, "{memory}");
    }
    let vm = vm();
    // A collector that was turned off stays so.
    vm.heap().set_gc_threshold(u64::MAX).unwrap();
    vm.heap().collect_garbage().unwrap();
    assert!(vm.heap().gc_threshold().unwrap() >= u64::from(u32::MAX));
    vm.set_limits(&Limits::default().memory(1 << 20)).unwrap();
    assert!(vm.heap().gc_threshold().unwrap() >= u64::from(u32::MAX));
}
