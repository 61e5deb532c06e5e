//! Instances that are used again, and memory that is mapped into them: no VM can tell.

use std::thread;
use std::time::Duration;

use jsvm::{EngineConfig, FixedClock, Snapshot, Vm};
use jsvm_tests::{builder, eval};

fn next(vm: &Vm) -> u32 {
    eval(vm, "next()").to().unwrap()
}

/// What lazy restoring must not change.
#[test]
fn lazy_snapshot_makes_the_same_vms() {
    let engine = EngineConfig::new().max_vms(3).build().unwrap();
    let vm = engine.vm().build().unwrap();
    eval(&vm, "var n = 0; function next() { return ++n } next()");
    // Not larger than a fresh VM: there is nothing to map.
    assert_eq!(
        next(
            &engine
                .restore(&vm.snapshot().unwrap().into_lazy().unwrap())
                .unwrap()
        ),
        2
    );

    eval(
        &vm,
        "globalThis.heap = Array.from({ length: 100_000 }, (_, i) => ({ i, text: `${i}` }))",
    );
    let eager = vm.snapshot().unwrap();
    let lazy = eager.clone().into_lazy().unwrap();
    assert_eq!(eager.to_bytes().unwrap(), lazy.to_bytes().unwrap());
    let sum = "heap.reduce((sum, { i, text }) => sum + i + text.length, 0)";
    let expected: f64 = eval(&vm, sum).to().unwrap();
    for _ in 0..3 {
        // Two at a time: what one changes the other does not see, nor the next.
        let vms = [(); 2].map(|()| engine.vm().resume(&lazy).unwrap());
        for (vm, more) in vms.iter().zip([1.0, 2.0]) {
            assert_eq!(vm.snapshot().unwrap().id(), eager.id());
            assert_eq!(eval(vm, sum).to::<f64>().unwrap(), expected);
            eval(vm, &format!("for (const row of heap) row.i += {more}"));
        }
        for (vm, more) in vms.iter().zip([1.0, 2.0]) {
            let sum: f64 = eval(vm, sum).to().unwrap();
            assert_eq!(sum, expected + more * 100_000.0);
            vm.heap().collect_garbage().unwrap();
            eval(
                vm,
                "heap.length = 10; globalThis.more = new Uint8Array(20_000_000).fill(1)",
            );
            // The delta of a VM that was restored lazily.
            let delta = vm.snapshot_since(&lazy).unwrap();
            let again =
                Snapshot::from_chain([eager.to_bytes().unwrap(), delta.to_bytes().unwrap()]);
            let vm = builder().restore(&again.unwrap()).unwrap();
            assert_eq!(
                eval(&vm, "more.at(-1) + heap.length").to::<u32>().unwrap(),
                11
            );
        }
        drop(vms);
        // The memory goes back clean: a VM that grows into it finds nothing there.
        let vms = [(); 2].map(|()| engine.vm().build().unwrap());
        for vm in &vms {
            let zero = eval(vm, "new Uint8Array(12_000_000).every(byte => byte === 0)");
            assert!(zero.to::<bool>().unwrap());
            let fresh = engine.vm().build();
            drop(fresh);
        }
    }
}

#[test]
fn used_instance_is_as_good_as_a_fresh_one() {
    let clock = || FixedClock(Duration::from_secs(1));
    let cold = EngineConfig::new().warm_vms(0).build().unwrap();
    let warm = EngineConfig::new().warm_vms(1).build().unwrap();
    let programs = [
        "globalThis.secret = 'swordfish'.repeat(100)",
        "(function deep(n) { return n && 1 + deep(n - 1) })(5_000)",
        "globalThis.f = { get x() { return Math.random() } }; f.x",
        "setTimeout",
        "throw new Error('swordfish')",
        "new Uint8Array(50_000_000).fill(7).length",
        "Array.from({ length: 3_000 }, (_, i) => 'swordfish' + i)",
    ];
    // As large as a fresh VM, and larger.
    let states = [
        "",
        "globalThis.heap = Array.from({ length: 30_000 }, (_, i) => ({ i }))",
    ];
    let frozen = states.map(|state| {
        let vm = cold.vm().clock(clock()).build().unwrap();
        eval(&vm, "var n = 0; function next() { return ++n } next()");
        eval(&vm, state);
        vm.snapshot().unwrap()
    });
    let lazy = frozen
        .each_ref()
        .map(|frozen| frozen.clone().into_lazy().unwrap());
    for program in programs {
        // Leaves a used instance behind, with handles that are dropped last.
        let dirty = |vm: Vm| {
            let result = vm.eval(program);
            let handles = (vm.global().unwrap(), vm.eval("({})").unwrap());
            drop(vm);
            drop((result, handles));
        };
        for frozen in frozen.iter().chain(&lazy) {
            dirty(warm.vm().build().unwrap());
            let [cold, warm] = [&cold, &warm].map(|engine| {
                let vm = engine.vm().clock(clock()).build().unwrap();
                let fresh = vm.snapshot().unwrap().to_bytes().unwrap();
                drop(vm);
                // On what a fresh VM left, and on what one of its own kind did.
                for _ in 0..2 {
                    let vm = engine.vm().clock(clock()).resume(frozen).unwrap();
                    assert_eq!(vm.snapshot().unwrap().id(), frozen.id(), "{program}");
                    assert_eq!(next(&vm), 2);
                    dirty(vm);
                }
                fresh
            });
            assert!(cold == warm, "{program}");
        }
    }
}

#[test]
fn threads_share_an_engine_and_a_snapshot() {
    const THREADS: u32 = 4;
    let engine = EngineConfig::new()
        .max_vms(THREADS + 1)
        .warm_vms(2)
        .build()
        .unwrap();
    let vm = engine.vm().build().unwrap();
    eval(&vm, "var n = 0; function next() { return ++n } next()");
    let small = vm.snapshot().unwrap();
    eval(
        &vm,
        "globalThis.heap = Array.from({ length: 30_000 }, (_, i) => ({ i }))",
    );
    let large = vm.snapshot().unwrap().into_lazy().unwrap();
    let work = &|thread: u32| {
        for round in 0..40 {
            let snapshot = if (round + thread).is_multiple_of(3) {
                &large
            } else {
                &small
            };
            let vm = engine.restore(snapshot).unwrap();
            eval(&vm, &format!("n = {}", thread * 1_000 + round));
            let has_heap = eval(
                &vm,
                "globalThis.heap?.reduce((sum, { i }) => sum + i, 0) ?? 0",
            );
            let expected = if snapshot.id() == large.id() {
                449_985_000.0
            } else {
                0.0
            };
            assert_eq!(has_heap.to::<f64>().unwrap(), expected);
            assert_eq!(next(&vm), thread * 1_000 + round + 1);
        }
    };
    thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || work(thread));
        }
    });
    assert_eq!(next(&vm), 2);
}
