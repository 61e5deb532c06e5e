//! What a VM that was restored has of its own, and what it goes on with: random numbers, clocks
//! and limits.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use jsvm::snapshot::Decoder;
use jsvm::{
    Error, FixedClock, Gone, Interrupt, Limit, Limits, ManualClock, SealKey, Seed, Snapshot,
    SnapshotError, Vm,
};
use jsvm_tests::{assert_usable, builder, eval, vm};

/// The next random numbers of a VM.
fn numbers(vm: &Vm) -> Vec<f64> {
    eval(vm, "Array.from({ length: 4 }, Math.random)")
        .to()
        .unwrap()
}

/// A VM before and one after it used its random numbers for the first time.
fn before_and_after_first_use(seed: Option<u64>) -> [Vm; 2] {
    let vms = [(); 2].map(|()| match seed {
        Some(seed) => builder().seed(seed).build().unwrap(),
        None => vm(),
    });
    numbers(&vms[1]);
    vms
}

/// Through sealed bytes, as another process with the key would get it.
fn snapshot(vm: &Vm) -> Snapshot {
    let key = SealKey::new([5; 32]);
    let snapshot = vm.snapshot().unwrap();
    let bytes = snapshot.encode().seal(&key).to_bytes().unwrap();
    Decoder::new().key(&key).from_bytes(&bytes).unwrap()
}

/// Through bytes that anybody can read.
fn plain(vm: &Vm) -> Snapshot {
    Snapshot::from_bytes(&vm.snapshot().unwrap().to_bytes().unwrap()).unwrap()
}

#[test]
fn plain_snapshot_does_not_hold_the_seed() {
    let seed = Seed::new(std::array::from_fn(|index| 0x5a ^ index as u8));
    let vm = builder().seed(seed.clone()).build().unwrap();
    eval(&vm, "crypto.getRandomValues(new Uint8Array(100))");
    let snapshot = vm.snapshot().unwrap();
    let bytes = snapshot.to_bytes().unwrap();
    let is_seed = |bytes: &[u8]| bytes == seed.as_bytes();
    assert!(!bytes.windows(32).any(is_seed));
    // It is not in the memory either, compressed or not.
    let memory = vm.with_memory(|memory| memory.windows(32).any(is_seed));
    assert!(!memory.unwrap());
    assert!(!format!("{seed:?} {snapshot:?}").contains("5a"));
}

#[test]
fn plain_snapshot_is_resumed_with_the_seed() {
    for original in before_and_after_first_use(Some(7)) {
        // Drawn from the seed's stream each time.
        let bytes = "[...crypto.getRandomValues(new Uint8Array(9))].join()";
        eval(&original, bytes);
        let snapshot = plain(&original);
        for result in [
            builder().resume(&snapshot),
            builder().resume(&plain(&original)),
        ] {
            let error = result.unwrap_err();
            assert!(
                matches!(error, Error::Snapshot(SnapshotError::MissingSeed)),
                "{error}"
            );
        }
        // A fork does not need it.
        builder().restore(&snapshot).unwrap();
        let resumed = builder().seed(7).resume(&snapshot).unwrap();
        let text = |vm: &Vm| eval(vm, bytes).to::<String>().unwrap();
        let expected = text(&original);
        assert_eq!(text(&resumed), expected);
        assert_eq!(numbers(&resumed), numbers(&original));
        let other = builder().seed(8).resume(&snapshot).unwrap();
        assert_ne!(text(&other), expected);
    }
}

#[test]
fn forks_have_random_numbers_of_their_own() {
    for seed in [None, Some(3)] {
        for original in before_and_after_first_use(seed) {
            let snapshot = snapshot(&original);
            let forks = [(); 2].map(|()| builder().restore(&snapshot).unwrap());
            let [one, two] = forks.each_ref().map(numbers);
            assert_ne!(one, two, "seed {seed:?}");
            assert_ne!(one, numbers(&original));
            // And so have the forks of a fork.
            let [one, two] = [(); 2].map(|()| {
                let snapshot = forks[0].snapshot().unwrap();
                numbers(&builder().restore(&snapshot).unwrap())
            });
            assert_ne!(one, two, "seed {seed:?}");
        }
    }
}

#[test]
fn forks_with_one_seed_have_the_same_random_numbers() {
    let expected = numbers(&builder().seed(11).build().unwrap());
    for seed in [None, Some(3), Some(11)] {
        for original in before_and_after_first_use(seed) {
            let snapshot = snapshot(&original);
            let fork = || builder().seed(11).restore(&snapshot).unwrap();
            assert_eq!(numbers(&fork()), expected);
            assert_eq!(numbers(&fork()), expected);
            assert_ne!(
                numbers(&builder().seed(12).restore(&snapshot).unwrap()),
                expected
            );
        }
    }
}

#[test]
fn resumed_vm_has_the_random_numbers_of_the_original() {
    for original in before_and_after_first_use(Some(7)) {
        let snapshot = snapshot(&original);
        let [one, two] = [(); 2].map(|()| builder().resume(&snapshot).unwrap());
        let next = numbers(&original);
        assert_eq!(numbers(&one), next);
        // In several lives, too.
        let two = builder().resume(&self::snapshot(&two)).unwrap();
        assert_eq!(numbers(&two), next);
        let two = builder().resume(&self::snapshot(&two)).unwrap();
        assert_eq!(numbers(&two), numbers(&original));
    }
    // Without a seed, once there are any.
    let [_, original] = before_and_after_first_use(None);
    let resumed = builder().resume(&snapshot(&original)).unwrap();
    assert_eq!(numbers(&resumed), numbers(&original));
}

#[test]
fn resumed_fork_goes_on_with_the_seed_of_the_fork() {
    for original in before_and_after_first_use(Some(7)) {
        let fork = builder().seed(8).restore(&snapshot(&original)).unwrap();
        let resumed = builder().resume(&snapshot(&fork)).unwrap();
        let expected = numbers(&fork);
        assert_eq!(numbers(&resumed), expected);
        // A fork without a seed does not have that of the original.
        let fork = builder().restore(&snapshot(&original)).unwrap();
        let snapshot = snapshot(&fork);
        let [one, two] = [(); 2].map(|()| numbers(&builder().resume(&snapshot).unwrap()));
        assert_ne!(one, two);
        assert_ne!(one, expected);
    }
}

#[test]
fn resumed_vm_takes_another_seed_for_numbers_it_has_not_begun() {
    let [unused, used] = before_and_after_first_use(Some(7));
    let with_other_seed = |vm: &Vm| builder().seed(9).resume(&snapshot(vm)).unwrap();
    let other = numbers(&builder().seed(9).build().unwrap());
    assert_eq!(numbers(&with_other_seed(&unused)), other);
    // Those it has begun are part of its state.
    let resumed = with_other_seed(&used);
    assert_eq!(numbers(&resumed), numbers(&used));
}

#[test]
fn monotonic_clock_never_goes_back() {
    let now = |vm: &Vm| eval(vm, "performance.now()").to::<f64>().unwrap();
    let clock = || Arc::new(ManualClock::new(Duration::ZERO));
    let ahead = clock();
    ahead.advance(Duration::from_secs(100));
    let vm = builder().clock(ahead.clone()).build().unwrap();
    assert_eq!(now(&vm), 100_000.0);
    for resume in [false, true] {
        let restore = |snapshot: &Snapshot, clock: &Arc<ManualClock>| {
            let builder = builder().clock(clock.clone());
            match resume {
                true => builder.resume(snapshot).unwrap(),
                false => builder.restore(snapshot).unwrap(),
            }
        };
        // A clock that has just begun, as after the machine was restarted.
        let behind = clock();
        let vm = restore(&snapshot(&vm), &behind);
        assert_eq!(now(&vm), 100_000.0);
        behind.advance(Duration::from_millis(1500));
        assert_eq!(now(&vm), 101_500.0);
        // And once more: what has been added is not forgotten.
        let behind = clock();
        behind.advance(Duration::from_secs(1));
        let vm = restore(&snapshot(&vm), &behind);
        assert_eq!(now(&vm), 101_500.0);
        behind.advance(Duration::from_secs(1));
        assert_eq!(now(&vm), 102_500.0);
        // A clock that is ahead is right.
        let far = clock();
        far.advance(Duration::from_secs(500));
        assert_eq!(now(&restore(&snapshot(&vm), &far)), 500_000.0);
    }
}

#[test]
fn time_of_day_is_the_builders() {
    let at = |seconds| builder().clock(FixedClock(Duration::from_secs(seconds)));
    let vm = at(2_000_000).build().unwrap();
    eval(&vm, "var then = Date.now()");
    let snapshot = snapshot(&vm);
    let between = |vm: &Vm| eval(vm, "Date.now() - then").to::<f64>().unwrap();
    assert_eq!(between(&at(2_000_009).restore(&snapshot).unwrap()), 9000.0);
    // Even if it is earlier: that is for the system's administrator to decide.
    assert_eq!(between(&at(1_999_999).resume(&snapshot).unwrap()), -1000.0);
}

#[test]
fn limits_are_the_builders_whichever_way_it_is_restored() {
    let tight = Limits::default()
        .memory(4 << 20)
        .stack(256 << 10)
        .time(Duration::from_millis(50))
        .output(1000);
    let source = "var depth = () => {
        let n = 0; const f = () => { n++; f() }; try { f() } catch {} return n }";
    let wide = vm();
    eval(&wide, source);
    let narrow = builder().limits(tight.clone()).build().unwrap();
    eval(&narrow, source);
    let from = [snapshot(&wide), snapshot(&narrow)];
    assert_eq!(*from[1].limits(), tight);
    let depth = |vm: &Vm| eval(vm, "depth()").to::<u32>().unwrap();
    let is_tight = |vm: &Vm| {
        let memory = vm.eval("new ArrayBuffer(8 << 20)").unwrap_err();
        assert!(matches!(memory, Error::Limit(Limit::Memory)), "{memory:?}");
        let time = vm.eval("for (;;) {}").unwrap_err();
        assert!(
            matches!(time, Error::Interrupted(Interrupt::TimeLimit)),
            "{time:?}"
        );
        let output = eval(vm, "'x'.repeat(2000)").to_data().unwrap_err();
        assert!(
            matches!(output, Error::Limit(Limit::Output { bytes: 1000 })),
            "{output:?}"
        );
        assert!(depth(vm) < 2000, "{}", depth(vm));
        assert_usable(vm);
    };
    for snapshot in &from {
        let builder = builder().limits(tight.clone());
        is_tight(&builder.restore(snapshot).unwrap());
        is_tight(&builder.resume(snapshot).unwrap());
        for vm in [
            jsvm_tests::builder().restore(snapshot).unwrap(),
            jsvm_tests::builder().resume(snapshot).unwrap(),
        ] {
            eval(
                &vm,
                "new ArrayBuffer(8 << 20); for (let i = 0; i < 1e6; i++);",
            );
            assert_eq!(
                eval(&vm, "'x'.repeat(2000)").to::<String>().unwrap().len(),
                2000
            );
            assert!(depth(&vm) > 5000, "{}", depth(&vm));
        }
    }
}

#[test]
fn running_vm_cannot_be_frozen() {
    let cell: Arc<OnceLock<(Vm, Snapshot)>> = Arc::default();
    let outcomes: Arc<Mutex<Vec<_>>> = Arc::default();
    let vm = builder()
        .function("freeze", {
            let (cell, outcomes) = (cell.clone(), outcomes.clone());
            move || {
                let (vm, earlier) = cell.get().unwrap();
                let mut outcomes = outcomes.lock().unwrap();
                outcomes.push(vm.snapshot().map(drop));
                outcomes.push(vm.snapshot_since(earlier).map(drop));
                // Another VM can be thawed meanwhile.
                builder()
                    .restore(earlier)
                    .and_then(|vm| vm.eval("n")?.to::<u32>())
                    .unwrap()
            }
        })
        .build()
        .unwrap();
    eval(&vm, "var n = 1");
    let earlier = vm.snapshot().unwrap();
    assert!(cell.set((vm.clone(), earlier)).is_ok());
    assert_eq!(
        eval(&vm, "n = 2; const seen = freeze(); n + seen")
            .to::<u32>()
            .unwrap(),
        3
    );
    let outcomes = std::mem::take(&mut *outcomes.lock().unwrap());
    assert_eq!(outcomes.len(), 2);
    for outcome in outcomes {
        assert!(matches!(outcome, Err(Error::Busy)), "{outcome:?}");
    }
    // Nothing is left of it: the VM can be frozen when it has returned, and goes on.
    let thawed = builder().restore(&vm.snapshot().unwrap()).unwrap();
    assert_eq!(eval(&thawed, "n + seen").to::<u32>().unwrap(), 3);
    assert_usable(&vm);
}

#[test]
fn vm_that_is_gone_cannot_be_frozen_and_its_snapshots_can_be_thawed() {
    let vm = builder()
        .limits(Limits::default().memory(u64::MAX).hard_memory(16 << 20))
        .build()
        .unwrap();
    eval(&vm, "var kept = 'kept'");
    let before = vm.snapshot().unwrap();
    let error = vm.create_string(&"x".repeat(32 << 20)).unwrap_err();
    assert!(matches!(error, Error::Gone(Gone::Memory)), "{error:?}");
    for outcome in [vm.snapshot(), vm.snapshot_since(&before)] {
        assert!(
            matches!(outcome, Err(Error::Gone(Gone::Memory))),
            "{outcome:?}"
        );
    }
    let thawed = builder().resume(&before).unwrap();
    assert_eq!(eval(&thawed, "kept").to::<String>().unwrap(), "kept");
}
