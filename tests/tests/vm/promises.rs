//! Promises, jobs, and rejections that nobody handles.

use jsvm::{Error, JobReport, Limit, Limits, PromiseState, Value};
use jsvm_tests::{assert_usable, builder, eval, exception, vm};

fn state(value: &Value) -> PromiseState {
    value.promise_state().unwrap().expect("a promise")
}

/// What is told when nothing but jobs is there.
fn report(executed: u32, pending: bool) -> JobReport {
    let mut report = JobReport::default();
    report.executed = executed;
    report.pending = pending;
    report
}

#[test]
fn a_promise_has_one_of_three_states() {
    let vm = vm();
    let pending = eval(&vm, "new Promise(() => {})");
    assert!(pending.is_pending().unwrap() && state(&pending).is_pending());
    assert!(matches!(pending.promise_value(), Err(Error::Unsettled)));
    let fulfilled = eval(&vm, "Promise.resolve(5)");
    assert!(!fulfilled.is_pending().unwrap() && state(&fulfilled).is_fulfilled());
    assert_eq!(fulfilled.promise_value().unwrap().to::<i32>().unwrap(), 5);
    let value = state(&fulfilled).into_value().unwrap();
    assert_eq!(value.to::<i32>().unwrap(), 5);
    assert!(state(&fulfilled).into_reason().is_none());
    let rejected = eval(&vm, "Promise.reject('reason')");
    assert!(!rejected.is_pending().unwrap() && state(&rejected).is_rejected());
    let reason = state(&rejected).into_reason().unwrap();
    assert_eq!(reason.to::<String>().unwrap(), "reason");
    // It can never be taken for a value.
    assert!(state(&rejected).into_value().is_none());
    assert_eq!(exception(rejected.promise_value()).message, "reason");
    for other in ["({ then() {} })", "'text'", "5", "undefined", "() => 1"] {
        let value = eval(&vm, other);
        assert!(value.promise_state().unwrap().is_none(), "{other}");
        assert!(!value.is_pending().unwrap(), "{other}");
        assert!(matches!(value.promise_value(), Err(Error::Conversion(_))));
    }
}

#[test]
fn jobs_run_only_when_they_are_asked_to() {
    let vm = vm();
    eval(
        &vm,
        "var log = []; Promise.resolve().then(() => log.push(1)); log.push(0)",
    );
    assert_eq!(eval(&vm, "log.join()").to::<String>().unwrap(), "0");
    assert_eq!(vm.run_jobs().unwrap(), 1);
    assert_eq!(eval(&vm, "log.join()").to::<String>().unwrap(), "0,1");
    assert_eq!(vm.run_jobs().unwrap(), 0);
}

#[test]
fn a_limit_bounds_how_many_jobs_run() {
    let vm = vm();
    eval(
        &vm,
        "var n = 0; for (let i = 0; i < 5; i++) Promise.resolve().then(() => n++)",
    );
    assert_eq!(vm.run_jobs_up_to(0).unwrap(), report(0, true));
    assert_eq!(vm.run_jobs_up_to(2).unwrap(), report(2, true));
    assert_eq!(eval(&vm, "n").to::<i32>().unwrap(), 2);
    assert_eq!(vm.run_jobs_up_to(100).unwrap(), report(3, false));
    assert_eq!(vm.run_jobs_up_to(100).unwrap(), report(0, false));
    // Jobs that make jobs.
    eval(
        &vm,
        "n = 0; const again = () => { n++; Promise.resolve().then(again) }; again()",
    );
    assert_eq!(vm.run_jobs_up_to(50).unwrap(), report(50, true));
    assert_eq!(eval(&vm, "n").to::<i32>().unwrap(), 51);
}

#[test]
fn a_deferred_promise_is_settled_from_outside() {
    let vm = vm();
    let deferred = vm.create_promise().unwrap();
    vm.global()
        .unwrap()
        .set("promise", &deferred.promise)
        .unwrap();
    let derived = eval(&vm, "promise.then(v => v + 1, e => 'caught ' + e)");
    vm.run_jobs().unwrap();
    assert!(state(&derived).is_pending());
    deferred.resolve.call((41,)).unwrap();
    // Only the first call counts.
    deferred.resolve.call((1,)).unwrap();
    deferred.reject.call(("late",)).unwrap();
    assert!(state(&derived).is_pending());
    vm.run_jobs().unwrap();
    assert_eq!(derived.promise_value().unwrap().to::<i32>().unwrap(), 42);

    let deferred = vm.create_promise().unwrap();
    let derived = eval(&vm, "p => p.catch(e => 'caught ' + e)")
        .call((&deferred.promise,))
        .unwrap();
    deferred.reject.call(("it",)).unwrap();
    vm.run_jobs().unwrap();
    assert_eq!(
        derived.promise_value().unwrap().to::<String>().unwrap(),
        "caught it"
    );
}

#[test]
fn a_deferred_promise_follows_what_it_is_resolved_with() {
    let vm = vm();
    let (outer, inner) = (vm.create_promise().unwrap(), vm.create_promise().unwrap());
    outer.resolve.call((&inner.promise,)).unwrap();
    vm.run_jobs().unwrap();
    assert!(state(&outer.promise).is_pending());
    inner.resolve.call(("done",)).unwrap();
    vm.run_jobs().unwrap();
    assert_eq!(
        outer
            .promise
            .promise_value()
            .unwrap()
            .to::<String>()
            .unwrap(),
        "done"
    );
    let itself = vm.create_promise().unwrap();
    itself.resolve.call((&itself.promise,)).unwrap();
    vm.run_jobs().unwrap();
    assert!(state(&itself.promise).is_rejected());
}

#[test]
fn a_job_that_cannot_be_caught_leaves_the_others() {
    let vm = vm();
    // What a reaction throws rejects the next promise and is no error of `run_jobs`.
    eval(
        &vm,
        "var log = []; Promise.resolve().then(() => { throw 1 }); Promise.resolve().then(() => log.push('on'))",
    );
    assert_eq!(vm.run_jobs().unwrap(), 2);
    assert_eq!(eval(&vm, "log.join()").to::<String>().unwrap(), "on");
    // What a FinalizationRegistry or a microtask throws has nowhere to go.
    eval(
        &vm,
        "queueMicrotask(() => { throw new RangeError('loose') }); queueMicrotask(() => log.push('after'))",
    );
    let error = exception(vm.run_jobs());
    assert_eq!((&*error.name, &*error.message), ("RangeError", "loose"));
    vm.run_jobs().unwrap();
    assert_eq!(eval(&vm, "log.join()").to::<String>().unwrap(), "on,after");
}

fn reasons(vm: &jsvm::Vm) -> Vec<String> {
    let rejections = vm.take_unhandled_rejections().unwrap();
    for rejection in &rejections {
        assert!(state(&rejection.promise).is_rejected());
    }
    rejections
        .into_iter()
        .map(|rejection| rejection.reason.message)
        .collect()
}

#[test]
fn rejections_that_nobody_handles_are_reported_once_and_in_order() {
    let vm = vm();
    eval(
        &vm,
        "Promise.reject('first'); (async () => { throw new Error('second') })(); Promise.reject('third')",
    );
    vm.run_jobs().unwrap();
    assert_eq!(reasons(&vm), ["first", "second", "third"]);
    assert!(reasons(&vm).is_empty());
    eval(&vm, "Promise.reject('fourth')");
    assert_eq!(reasons(&vm), ["fourth"]);
}

#[test]
fn a_rejection_that_is_handled_later_is_not_reported() {
    let vm = vm();
    eval(
        &vm,
        "var p = Promise.reject('late'); Promise.resolve().then(() => p.catch(() => {}))",
    );
    vm.run_jobs().unwrap();
    assert!(reasons(&vm).is_empty());
    // Reported, then handled: no second report, and no harm.
    eval(&vm, "p = Promise.reject('later')");
    assert_eq!(reasons(&vm), ["later"]);
    eval(&vm, "p.catch(() => {})");
    vm.run_jobs().unwrap();
    assert!(reasons(&vm).is_empty());
    // What is derived from a rejected promise takes over.
    eval(&vm, "p = Promise.reject('chain'); p.then(() => {})");
    vm.run_jobs().unwrap();
    assert_eq!(reasons(&vm), ["chain"]);
}

#[test]
fn reading_a_reason_handles_the_rejection() {
    let vm = vm();
    let promise = eval(&vm, "Promise.reject('read')");
    assert_eq!(exception(promise.promise_value()).message, "read");
    assert!(reasons(&vm).is_empty());
    let promise = eval(&vm, "Promise.reject('read with the state')");
    assert!(state(&promise).is_rejected());
    assert!(reasons(&vm).is_empty());
    // Whether it is pending does not say the reason.
    let promise = eval(&vm, "Promise.reject('looked at')");
    assert!(!promise.is_pending().unwrap());
    assert_eq!(reasons(&vm), ["looked at"]);
}

#[test]
fn the_reason_of_a_rejection_can_be_anything() {
    let vm = vm();
    for (source, name, message) in [
        ("undefined", "", "undefined"),
        ("Symbol('s')", "", "s"),
        ("new TypeError('text')", "TypeError", "text"),
        (
            "Object.defineProperty(new Error, 'message', { get() { throw 1 } })",
            "Error",
            "",
        ),
        ("new Proxy({}, { get() { throw 1 } })", "", ""),
    ] {
        eval(&vm, &format!("Promise.reject({source})"));
        let rejections = vm.take_unhandled_rejections().unwrap();
        let found: Vec<_> = rejections
            .iter()
            .map(|r| (&*r.reason.name, &*r.reason.message))
            .collect();
        assert_eq!(found, [(name, message)], "{source}");
    }
    assert_usable(&vm);
}

#[test]
fn rejections_do_not_keep_memory_after_they_were_handled() {
    let vm = vm();
    eval(
        &vm,
        "function churn() { for (let i = 0; i < 1000; i++) Promise.reject(new Array(100).fill(i)).catch(() => {}) }",
    );
    let churn = eval(&vm, "churn");
    let round = || {
        churn.call(()).unwrap();
        vm.run_jobs().unwrap();
        assert!(reasons(&vm).is_empty());
        vm.heap().collect_garbage().unwrap();
        vm.heap().usage().unwrap().objects
    };
    let first = round();
    for _ in 0..5 {
        assert_eq!(round(), first);
    }
}

#[test]
fn rejection_says_whether_memory_ran_out() {
    let limits = Limits::default().memory(8 << 20);
    let vm = builder().limits(limits).build().unwrap();
    let limit = |source: &str| {
        eval(&vm, source);
        // What is thrown in a job is rejected there.
        vm.run_jobs().unwrap();
        let rejections = vm.take_unhandled_rejections().unwrap();
        assert_eq!(rejections.len(), 1, "{source}");
        rejections[0].limit
    };
    let exhaust = "const all = []; for (;;) all.push(new Uint8Array(1e6))";
    assert_eq!(
        limit(&format!("(async () => {{ {exhaust} }})(); 0")),
        Some(Limit::Memory)
    );
    assert_eq!(
        limit(&format!("(async () => {{ await 0; {exhaust} }})(); 0")),
        Some(Limit::Memory)
    );
    // The same text, but nothing ran out.
    let same = "Object.assign(Error('out of memory'), { name: 'InternalError' })";
    assert_eq!(limit(&format!("Promise.reject({same}); 0")), None);
    let caught =
        format!("(async () => {{ try {{ {exhaust} }} catch {{ throw TypeError('x') }} }})(); 0");
    assert_eq!(limit(&caught), None);
}
