//! What errors say, and what is left of a VM after a panic.

use std::error::Error as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jsvm::{
    Clock, EngineConfig, Error, Gone, Interrupt, Limits, ManualClock, Snapshot, SnapshotError, Vm,
};
use jsvm_tests::{assert_usable, builder, vm};

/// A clock that panics once it is told to.
#[derive(Default)]
struct BrokenClock(Arc<AtomicBool>);

impl BrokenClock {
    fn read(&self) -> Duration {
        assert!(!self.0.load(Ordering::Relaxed), "the clock is broken");
        Duration::from_secs(1)
    }
}

impl Clock for BrokenClock {
    fn wall(&self) -> Duration {
        self.read()
    }

    fn monotonic(&self) -> Duration {
        self.read()
    }
}

fn assert_gone_by_panic(vm: &Vm, error: &Error) {
    let message = "the clock is broken".to_owned();
    assert!(
        matches!(error, Error::Gone(Gone::Panic(text)) if *text == message),
        "{error:?}"
    );
    let after = vm.eval("1").unwrap_err();
    assert!(matches!(after, Error::Gone(Gone::Panic(text)) if text == message));
}

#[test]
fn a_clock_that_panics_ends_the_vm() {
    for script in ["Date.now()", "performance.now()", "setTimeout(() => {}, 5)"] {
        let is_broken = Arc::new(AtomicBool::new(false));
        let clock = BrokenClock(is_broken.clone());
        let vm = builder().clock(clock).build().unwrap();
        assert_usable(&vm);
        is_broken.store(true, Ordering::Relaxed);
        let error = vm.eval(script).unwrap_err();
        assert_gone_by_panic(&vm, &error);
    }
}

#[test]
fn a_panic_during_a_call_ends_the_vm() {
    let vm = vm();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        vm.with_memory(|_| panic!("while the memory is read"))
    }));
    assert!(panicked.is_err());
    let error = vm.eval("1").unwrap_err();
    assert!(matches!(error, Error::Gone(Gone::Panic(_))), "{error:?}");
}

#[test]
fn a_vm_that_is_used_while_a_thread_unwinds_stays_usable() {
    struct Uses(Vm);

    impl Drop for Uses {
        fn drop(&mut self) {
            assert_usable(&self.0);
        }
    }

    let vm = vm();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _uses = Uses(vm.clone());
        panic!("elsewhere")
    }));
    assert!(panicked.is_err());
    assert_usable(&vm);
}

#[test]
fn a_manual_clock_does_not_overflow() {
    let clock = Arc::new(ManualClock::new(Duration::MAX));
    clock.advance(Duration::from_secs(1));
    assert_eq!(clock.wall(), Duration::MAX);
}

const SPIN: &str = "started(); for (const end = Date.now() + 300; Date.now() < end;); 'done'";

#[test]
fn a_deadline_is_only_that_of_its_own_thread() {
    let (started, starts) = std::sync::mpsc::channel();
    let vm = builder()
        .function("started", move || started.send(()).unwrap())
        .build()
        .unwrap();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| vm.eval(SPIN).unwrap().to::<String>().unwrap());
        starts.recv().unwrap();
        let deadline = Instant::now() + Duration::from_millis(20);
        // It waits for the other call, and is late then.
        let late = vm.with_deadline(deadline, || vm.eval("for (;;);"));
        let late = late.unwrap_err();
        assert!(
            matches!(late, Error::Interrupted(Interrupt::Deadline)),
            "{late}"
        );
        assert_eq!(other.join().unwrap(), "done");
    });
}

#[test]
fn a_deadline_ends_with_its_calls() {
    let vm = builder().function("started", || {}).build().unwrap();
    let soon = || Instant::now() + Duration::from_millis(20);
    // An inner deadline does not end the outer one.
    let outer = vm.with_deadline(soon(), || {
        let far = Instant::now() + Duration::from_secs(60);
        vm.with_deadline(far, || assert_usable(&vm));
        vm.eval("for (;;);").unwrap_err()
    });
    assert!(
        matches!(outer, Error::Interrupted(Interrupt::Deadline)),
        "{outer}"
    );
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        vm.with_deadline(soon(), || panic!("in between"))
    }));
    assert!(panicked.is_err());
    assert_eq!(vm.eval(SPIN).unwrap().to::<String>().unwrap(), "done");
}

#[test]
fn an_error_says_who_interrupted() {
    let limits = Limits::default().time(Duration::from_millis(20));
    let limited = builder().limits(limits).build().unwrap();
    let asked = builder().stop_when(|| true).build().unwrap();
    let handled = vm();
    handled.interrupt_handle().interrupt();
    for (vm, by, text) in [
        (limited, Interrupt::TimeLimit, "the time limit was reached"),
        (asked, Interrupt::Embedder, "interrupted by the embedder"),
        (handled, Interrupt::Handle, "interrupted"),
    ] {
        let error = vm.eval("for (;;);").unwrap_err();
        assert!(
            matches!(error, Error::Interrupted(found) if found == by),
            "{error:?}"
        );
        assert_eq!(error.to_string(), text);
        // The next call starts anew.
        assert!(vm.eval("1").is_ok());
    }
}

#[test]
fn iteration_and_batches_say_who_interrupted() {
    let vm = vm();
    let endless = vm.eval("(function* () { yield 1; for (;;); })()").unwrap();
    let soon = || Instant::now() + Duration::from_millis(20);
    let iterated = vm.with_deadline(soon(), || endless.to_vec(10).unwrap_err());
    assert!(
        matches!(iterated, Error::Interrupted(Interrupt::Deadline)),
        "{iterated}"
    );
    let spin = vm.eval("() => { for (;;); }").unwrap();
    let mut batch = vm.batch();
    batch.call(&spin, ());
    let failed = vm.with_deadline(soon(), || batch.run().unwrap_err());
    assert!(
        matches!(failed.error, Error::Interrupted(Interrupt::Deadline)),
        "{failed}"
    );
}

#[test]
fn errors_are_cheap_to_clone_and_keep_their_source() {
    let missing = std::io::Error::new(std::io::ErrorKind::NotFound, "there is no disk");
    let error = Error::from(SnapshotError::from(missing));
    let copy = error.clone();
    assert_eq!(copy.to_string(), "there is no disk");
    let found = |error: &Error| match error {
        Error::Snapshot(SnapshotError::Io(source)) => source.kind(),
        error => panic!("{error:?}"),
    };
    assert_eq!(found(&copy), found(&error));
    assert!(Snapshot::from_bytes(b"no").is_err_and(|error| error.source().is_none()));
}

#[test]
fn an_engine_without_vms_is_an_error() {
    let error = EngineConfig::new().max_vms(0).build().unwrap_err();
    assert!(matches!(error, Error::NoVms), "{error:?}");
}

#[test]
fn an_engine_for_more_vms_than_there_are_addresses_works_without_a_pool() {
    // 1,200 TiB of address space: more than a processor has.
    let engine = EngineConfig::new().max_vms(300_000).build().unwrap();
    assert_usable(&engine.vm().build().unwrap());
}
