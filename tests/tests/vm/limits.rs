//! Limits: what a hostile script meets, and that the VM answers afterwards.

use std::time::Duration;

use jsvm::{Engine, Error, Gone, Interrupt, Limit, Limits, Vm};
use jsvm_tests::{assert_usable, exception};

fn vm(limits: Limits) -> Vm {
    Engine::global()
        .unwrap()
        .vm()
        .limits(limits)
        .build()
        .unwrap()
}

fn assert_gone(vm: &Vm, cause: &Gone) {
    match vm.eval("1 + 2").unwrap_err() {
        Error::Gone(gone) => assert_eq!(gone, *cause),
        error => panic!("expected the VM to be gone, found {error:?}"),
    }
}

// ---------------------------------------------------------------- stack

#[test]
fn ten_thousand_simple_frames_fit() {
    let vm = vm(Limits::default());
    let depth =
        vm.eval("let n = 0; (() => { try { (function f() { n++; f() })() } catch { } })(); n");
    assert!(depth.unwrap().to::<u32>().unwrap() >= 10_000);
}

#[test]
fn uncaught_recursion_is_an_exception_and_leaves_the_vm_usable() {
    let vm = vm(Limits::default());
    let thrown = exception(vm.eval("(function f() { f() })()"));
    assert_eq!(thrown.name, "RangeError");
    assert_usable(&vm);
}

#[test]
fn recursion_works_on_a_thread_with_a_small_stack() {
    let thread = std::thread::Builder::new().stack_size(128 << 10);
    let depth = thread.spawn(|| {
        let vm = vm(Limits::default());
        let depth = vm.eval("let n = 0; try { (function f() { n++; f() })() } catch { } n");
        depth.unwrap().to::<u32>().unwrap()
    });
    assert!(depth.unwrap().join().unwrap() >= 10_000);
}

#[test]
fn a_smaller_stack_limit_is_reached_sooner() {
    let depth = |stack| {
        let vm = vm(Limits::default().stack(stack));
        let depth = vm.eval("let n = 0; try { (function f() { n++; f() })() } catch { } n");
        depth.unwrap().to::<u32>().unwrap()
    };
    let (small, large) = (depth(512 << 10), depth(2 << 20));
    assert!(small > 500 && small < large / 3, "{small} and {large}");
}

#[test]
fn freeing_a_million_nested_objects_needs_no_stack() {
    let vm = vm(Limits::default().memory(512 << 20).hard_memory(1 << 30));
    vm.eval("let l = null; for (let i = 0; i < 1_000_000; i++) l = { l }; l = null")
        .unwrap();
    assert_usable(&vm);
}

// --------------------------------------------------------------- memory

#[test]
fn running_out_of_memory_can_be_caught() {
    let vm = vm(Limits::default().memory(16 << 20));
    let script = "let a = []; let name; \
                  try { for (;;) a.push(new Array(1000).fill(1)) } catch (e) { a = null; name = e.name } \
                  name";
    assert_eq!(
        vm.eval(script).unwrap().to::<String>().unwrap(),
        "InternalError"
    );
    assert_usable(&vm);
}

#[test]
fn uncaught_memory_exhaustion_is_a_limit() {
    for script in [
        "let a = []; for (;;) a.push({})",
        "new ArrayBuffer(1 << 30)",
        "'x'.repeat(500_000_000)",
        "let m = new Map(); for (let i = 0;; i++) m.set(i, i)",
        "new Array(1e9).fill(0)",
        "let f = () => 1; for (;;) f = f.bind(1)",
        "let a = [1]; for (;;) a = a.concat(a)",
    ] {
        let vm = vm(Limits::default().memory(16 << 20).time(None));
        let error = vm.eval(script).unwrap_err();
        assert!(
            matches!(error, Error::Limit(Limit::Memory)),
            "{script}: {error:?}"
        );
        assert_usable(&vm);
    }
}

#[test]
fn an_error_of_the_script_that_looks_like_the_limit_is_an_exception() {
    let vm = vm(Limits::default());
    let thrown = exception(vm.eval("throw new InternalError('out of memory')"));
    assert_eq!(thrown.name, "InternalError");
}

#[test]
fn memory_is_free_again_after_the_limit() {
    let vm = vm(Limits::default().memory(16 << 20));
    for _ in 0..20 {
        let error = vm
            .eval("(() => { let a = []; for (;;) a.push([]) })()")
            .unwrap_err();
        assert!(matches!(error, Error::Limit(Limit::Memory)));
    }
    vm.eval("new Uint8Array(8 << 20)").unwrap();
    assert_usable(&vm);
}

#[test]
fn the_hard_limit_holds_where_the_soft_one_does_not() {
    let limits = Limits::default()
        .memory(u64::MAX)
        .hard_memory(24 << 20)
        .time(None);
    let vm = vm(limits);
    let error = vm
        .eval("let a = []; for (;;) a.push(new Uint8Array(1 << 20))")
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Limit(Limit::Memory) | Error::Gone(Gone::Memory)
        ),
        "{error:?}"
    );
    if let Error::Gone(cause) = error {
        assert_gone(&vm, &cause);
    } else {
        assert_usable(&vm);
    }
}

#[test]
fn a_string_larger_than_the_hard_limit_does_not_get_in() {
    let vm = vm(Limits::default().memory(8 << 20).hard_memory(16 << 20));
    let error = vm.create_string(&"x".repeat(64 << 20)).unwrap_err();
    assert!(matches!(error, Error::Gone(Gone::Memory)), "{error:?}");
    assert_gone(&vm, &Gone::Memory);
}

#[test]
fn a_hard_limit_below_an_empty_vm_is_refused() {
    let builder = Engine::global().unwrap().vm();
    let limits = Limits::default().hard_memory(1 << 20);
    let error = builder.limits(limits).build().unwrap_err();
    assert!(error.to_string().contains("hard memory limit"), "{error}");
}

// ----------------------------------------------------------------- time

#[test]
fn an_endless_script_is_interrupted_and_the_vm_lives() {
    for script in [
        "for (;;) {}",
        "while (true) { try { for (;;) {} } catch { } finally { } }",
        "[1, 2, 3].map(function f(x) { for (;;) {} })",
        "let a = []; for (let i = 0;; i++) a[i % 10] = i",
        "/^((a|b)*)*$/.test('a'.repeat(200_000) + 'c')",
        "(async () => { for (;;) {} })()",
        "new Proxy({}, { get() { for (;;) {} } }).x",
    ] {
        let vm = vm(Limits::default().time(Duration::from_millis(30)));
        let error = vm.eval(script).unwrap_err();
        assert!(
            matches!(error, Error::Interrupted(Interrupt::TimeLimit)),
            "{script}: {error:?}"
        );
        assert_usable(&vm);
    }
}

#[test]
fn an_endless_job_is_interrupted() {
    let vm = vm(Limits::default().time(Duration::from_millis(30)));
    vm.eval("Promise.resolve().then(() => { for (;;) {} }); var after = 0")
        .unwrap();
    vm.eval("Promise.resolve().then(() => after = 1)").unwrap();
    assert!(matches!(
        vm.run_jobs().unwrap_err(),
        Error::Interrupted(Interrupt::TimeLimit)
    ));
    vm.run_jobs().unwrap();
    assert_eq!(vm.eval("after").unwrap().to::<i32>().unwrap(), 1);
}

#[test]
fn jobs_that_make_jobs_for_ever_are_interrupted() {
    let vm = vm(Limits::default().time(Duration::from_millis(30)));
    vm.eval("(function again() { Promise.resolve().then(again) })()")
        .unwrap();
    assert!(matches!(
        vm.run_jobs().unwrap_err(),
        Error::Interrupted(Interrupt::TimeLimit)
    ));
    assert_usable(&vm);
}

/// Short limits, for built-ins that can only be stopped for good.
fn impatient() -> Limits {
    Limits::default()
        .time(Duration::from_millis(20))
        .grace(Duration::from_millis(20))
}

#[test]
fn a_built_in_that_never_polls_is_stopped_for_good() {
    for script in [
        "Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 }, 0, 1)",
        "Array.prototype.unshift.call({ length: 2 ** 53 - 2 }, 1)",
        "Array.prototype.splice.call({ length: 2 ** 53 - 1 }, 0, 1)",
        "Array.prototype.shift.call({ length: 2 ** 53 - 1 })",
        "Array.prototype.sort.call({ length: 2 ** 53 - 1 })",
        "[].flat.call({ length: 2 ** 53 - 1 })",
        "[].concat({ length: 2 ** 53 - 1, [Symbol.isConcatSpreadable]: true })",
        "String.raw({ raw: { length: 2 ** 53 - 1 } })",
        "'a'.repeat(3e7).indexOf('a'.repeat(1e6) + 'b')",
    ] {
        let vm = vm(impatient());
        let error = vm.eval(script).unwrap_err();
        assert!(
            matches!(error, Error::Gone(Gone::Time)),
            "{script}: {error:?}"
        );
        assert_gone(&vm, &Gone::Time);
    }
}

#[test]
fn a_built_in_over_an_endless_array_like_is_stopped() {
    let (one, other) = (vm(impatient()), vm(impatient()));
    let error = one
        .eval("Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)")
        .unwrap_err();
    // Whether the engine asks in this one is its business.
    match error {
        Error::Interrupted(Interrupt::TimeLimit) => assert_usable(&one),
        Error::Gone(cause) => assert_gone(&one, &cause),
        error => panic!("{error:?}"),
    }
    assert_usable(&other);
}

#[test]
fn no_catch_or_finally_sees_an_interrupt() {
    let vm = vm(Limits::default().time(Duration::from_millis(30)));
    vm.eval("var seen = false").unwrap();
    let script = "try { for (;;) {} } catch { seen = true } finally { seen = true }";
    assert!(matches!(
        vm.eval(script).unwrap_err(),
        Error::Interrupted(Interrupt::TimeLimit)
    ));
    assert!(!vm.eval("seen").unwrap().to::<bool>().unwrap());
}

#[test]
fn a_time_limit_of_none_lets_long_work_finish() {
    let vm = vm(Limits::default().time(None));
    let sum = vm
        .eval("let s = 0; for (let i = 0; i < 3_000_000; i++) s += i; s")
        .unwrap();
    assert_eq!(sum.to::<f64>().unwrap(), 4_499_998_500_000.0);
}

#[test]
fn an_interrupt_before_a_call_stops_that_call() {
    let vm = vm(Limits::default());
    vm.interrupt_handle().interrupt();
    assert!(matches!(
        vm.eval("1").unwrap_err(),
        Error::Interrupted(Interrupt::Handle)
    ));
    assert_usable(&vm);
}

// --------------------------------------------------------------- output

#[test]
fn data_larger_than_the_output_limit_is_refused() {
    let vm = vm(Limits::default().output(1 << 20));
    for script in [
        "new Array(2_000_000).fill(0)",
        "'x'.repeat(2 << 20)",
        "new Uint8Array(2 << 20)",
        "({ ['k'.repeat(2 << 20)]: 1 })",
        "new Set(Array.from({ length: 400_000 }, (_, i) => i))",
    ] {
        let error = vm.eval(script).unwrap().to_data().unwrap_err();
        assert!(
            matches!(error, Error::Limit(Limit::Output { bytes }) if bytes == 1 << 20),
            "{script}: {error:?}"
        );
    }
    assert_usable(&vm);
}

#[test]
fn arguments_larger_than_the_output_limit_are_a_range_error_for_the_script() {
    let builder = Engine::global().unwrap().vm();
    let vm = builder
        .limits(Limits::default().output(1 << 20))
        .function("take", |text: String| text.len() as u32)
        .build()
        .unwrap();
    let script = "try { take('x'.repeat(2 << 20)) } catch (e) { e.name }";
    assert_eq!(
        vm.eval(script).unwrap().to::<String>().unwrap(),
        "RangeError"
    );
}

// -------------------------------------------------------------- handles

#[test]
fn too_many_handles_end_the_vm_with_a_reason() {
    let vm = vm(Limits::default().handles(1_000));
    let kept: Result<Vec<_>, Error> = (0..2_000).map(|_| vm.create_object()).collect();
    assert!(matches!(kept.unwrap_err(), Error::Gone(_)));
    assert!(matches!(vm.eval("1").unwrap_err(), Error::Gone(_)));
}

#[test]
fn more_vms_than_the_pool_holds_is_an_error_and_not_a_crash() {
    let engine = jsvm::EngineConfig::new().max_vms(2).build().unwrap();
    let kept = [engine.vm().build().unwrap(), engine.vm().build().unwrap()];
    let error = engine.vm().build().unwrap_err();
    assert!(matches!(error, Error::TooManyVms { max_vms: 2 }), "{error}");
    drop(kept);
    assert_usable(&engine.vm().build().unwrap());
}
