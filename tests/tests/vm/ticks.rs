//! Ticks, which run before the jobs of promises.

use jsvm::{Error, Limits, Source, Vm};
use jsvm_tests::{assert_usable, builder, eval, exception, vm};

/// A VM with `nextTick` and a `log`.
fn with_ticks(vm: Vm) -> Vm {
    let function = vm.create_tick_function().unwrap();
    vm.global().unwrap().set("nextTick", function).unwrap();
    eval(&vm, "globalThis.log = []; undefined");
    vm
}

fn log(vm: &Vm) -> String {
    eval(vm, "log.splice(0).join()").to::<String>().unwrap()
}

const NESTED: &str = "
    Promise.resolve().then(() => { log.push('p1'); nextTick(() => log.push('t of p1')) })
        .then(() => log.push('p2'));
    nextTick((a, b) => {
        log.push(a + b);
        nextTick(() => log.push('t3'));
        Promise.resolve().then(() => log.push('p of t1'));
    }, 't', 1);
    nextTick(() => log.push('t2'));";

#[test]
fn ticks_run_before_jobs_and_those_of_jobs_behind_all() {
    let vm = with_ticks(vm());
    eval(&vm, NESTED);
    assert_eq!(vm.run_jobs_up_to(0).unwrap().executed, 0);
    let report = vm.run_jobs_up_to(u32::MAX).unwrap();
    // Three ticks, three jobs, and the tick of a job.
    assert_eq!((report.executed, report.pending), (7, false));
    assert_eq!(log(&vm), "t1,t2,t3,p1,p of t1,p2,t of p1");
}

/// However few run at a time, and wherever they go on.
#[test]
fn the_order_is_part_of_a_snapshot() {
    let mut vm = with_ticks(vm());
    eval(&vm, NESTED);
    while vm.run_jobs_up_to(1).unwrap().pending {
        let snapshot = vm.snapshot().unwrap();
        vm = builder().restore(&snapshot).unwrap();
    }
    assert_eq!(log(&vm), "t1,t2,t3,p1,p of t1,p2,t of p1");
}

#[test]
fn the_code_of_a_module_is_a_job() {
    let vm = with_ticks(vm());
    let source =
        "nextTick(() => log.push('tick')); Promise.resolve().then(() => log.push('promise'))";
    vm.eval(Source::module(source)).unwrap();
    vm.run_jobs().unwrap();
    assert_eq!(log(&vm), "promise,tick");
    // It is over then.
    eval(&vm, source);
    vm.run_jobs().unwrap();
    assert_eq!(log(&vm), "tick,promise");
    // A module that queues no job.
    vm.eval(Source::module("nextTick(() => log.push('alone'))"))
        .unwrap();
    vm.run_jobs().unwrap();
    assert_eq!(log(&vm), "alone");
}

#[test]
fn each_timer_has_its_ticks() {
    let vm = with_ticks(vm());
    eval(
        &vm,
        "for (const name of 'ab') setTimeout(() => {
            Promise.resolve().then(() => log.push('promise ' + name));
            nextTick(() => log.push('tick ' + name));
        })",
    );
    vm.run_jobs().unwrap();
    assert_eq!(log(&vm), "tick a,promise a,tick b,promise b");
}

#[test]
fn a_tick_that_fails_is_gone() {
    let vm = with_ticks(vm());
    eval(
        &vm,
        "nextTick(() => { throw new RangeError('of a tick') }); nextTick(() => log.push('next'));
         Promise.resolve().then(() => log.push('job'))",
    );
    let thrown = exception(vm.run_jobs());
    assert_eq!(
        (&*thrown.name, &*thrown.message),
        ("RangeError", "of a tick")
    );
    vm.run_jobs().unwrap();
    assert_eq!(log(&vm), "next,job");
    for callback in ["undefined", "null", "1", "'text'", "({})"] {
        let thrown = exception(vm.eval(&*format!("nextTick({callback})")));
        assert_eq!(thrown.name, "TypeError", "{callback}");
    }
    assert_usable(&vm);
}

#[test]
fn ticks_without_end_stop_at_limits() {
    let limits = Limits::default().time(std::time::Duration::from_millis(50));
    let vm = with_ticks(builder().limits(limits).build().unwrap());
    eval(&vm, "const again = () => nextTick(again); nextTick(again)");
    assert!(matches!(vm.run_jobs(), Err(Error::Interrupted(_))));
    // The stop ended the chain, or what it called last.
    assert!(vm.run_jobs_up_to(10).unwrap().executed <= 10);

    let limits = Limits::default().memory(4 << 20);
    let vm = with_ticks(builder().limits(limits).build().unwrap());
    let filled = vm.eval("for (;;) nextTick(() => {}, 1, 2, 3)");
    assert!(matches!(filled, Err(Error::Limit(_))), "{filled:?}");
}
