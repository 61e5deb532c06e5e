//! Programs that wait: timers, asynchronous functions, cancellation, deadlines, restores.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jsvm::{
    Arguments, Error, EventLoop, HostError, Interrupt, Limits, RequestInfo, Snapshot, Source, Vm,
    VmBuilder,
};
use jsvm_tests::{assert_usable, builder, eval};

/// Lines that a program wrote with `log`.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn text(&self) -> String {
        self.0.lock().unwrap().join(" ")
    }

    fn add_to(&self, builder: VmBuilder) -> VmBuilder {
        let lines = self.0.clone();
        builder.function("log", move |line: String| lines.lock().unwrap().push(line))
    }
}

/// Sleeps for milliseconds, and returns its second argument.
async fn sleep(milliseconds: f64, value: Option<String>) -> Option<String> {
    tokio::time::sleep(Duration::from_secs_f64(milliseconds / 1000.0)).await;
    value
}

fn logging() -> (Log, Vm) {
    let log = Log::default();
    let vm = log
        .add_to(builder())
        .async_function("sleep", sleep)
        .build()
        .unwrap();
    (log, vm)
}

#[tokio::test]
async fn timers_run_in_order_of_time_each_with_its_jobs() {
    let (log, vm) = logging();
    eval(
        &vm,
        "setTimeout(() => log('20'), 20);
         setTimeout(() => { log('a'); Promise.resolve().then(() => log('job of a')) }, 0);
         setTimeout(log, 0, 'b');
         setImmediate(() => { log('now'); setImmediate(log, 'next') });
         setTimeout(() => log('10'), 10);
         const cancelled = setTimeout(log, 5, 'never');
         clearTimeout(cancelled); clearTimeout(undefined); clearTimeout(12345);
         queueMicrotask(() => log('microtask'));",
    );
    EventLoop::new(&vm).run().await.unwrap();
    assert_eq!(log.text(), "microtask a job of a b now next 10 20");
}

#[tokio::test]
async fn intervals_repeat_until_they_are_cleared() {
    let (log, vm) = logging();
    eval(
        &vm,
        "let n = 0;
         const id = setInterval((text) => {
             log(text + ++n);
             if (n === 3) clearInterval(id);
         }, 2, 'tick');",
    );
    EventLoop::new(&vm).run().await.unwrap();
    assert_eq!(log.text(), "tick1 tick2 tick3");
}

#[test]
fn delays_are_converted_as_web_idl_says() {
    let clock = Arc::new(jsvm::ManualClock::new(Duration::ZERO));
    let vm = builder().clock(clock.clone()).build().unwrap();
    let due = |delay: &str| {
        let vm = vm.clone();
        eval(
            &vm,
            &format!("clearTimeout(globalThis.t); t = setTimeout(() => {{}}, {delay})"),
        );
        vm.run_jobs_up_to(0)
            .unwrap()
            .next_timer
            .unwrap()
            .as_millis()
    };
    assert_eq!(due("1500"), 1500);
    assert_eq!(due("'70'"), 70);
    assert_eq!(due("1.9"), 1);
    assert_eq!(due("-5"), 0);
    assert_eq!(due("NaN"), 0);
    assert_eq!(due("Infinity"), 0);
    assert_eq!(due("undefined"), 0);
    assert_eq!(due("2 ** 31 - 1"), 2_147_483_647);
    assert_eq!(due("2 ** 31"), 0);
    assert_eq!(due("2 ** 32 + 7"), 7);
    let error = vm.eval("setTimeout('1 + 1')").unwrap_err();
    assert_eq!(error.exception().unwrap().name, "TypeError");
}

#[tokio::test]
async fn a_timer_that_throws_ends_the_run_and_nothing_else() {
    let (log, vm) = logging();
    eval(
        &vm,
        "setTimeout(() => { throw new RangeError('in timer') }, 0); setTimeout(log, 1, 'after')",
    );
    let mut events = EventLoop::new(&vm);
    let error = events.run().await.unwrap_err();
    assert_eq!(error.exception().unwrap().name, "RangeError");
    events.run().await.unwrap();
    assert_eq!(log.text(), "after");
}

#[tokio::test]
async fn requests_settle_in_the_order_in_which_they_end() {
    let (log, vm) = logging();
    let source = "const all = [];
        for (const n of [30, 10, 20]) all.push(sleep(n, String(n)).then(log));
        await Promise.all(all);
        log('done')";
    EventLoop::new(&vm)
        .eval(Source::module(source))
        .await
        .unwrap();
    assert_eq!(log.text(), "10 20 30 done");
}

#[tokio::test]
async fn thousands_in_flight_do_not_starve_each_other() {
    let vm = builder()
        .async_function("sleep", sleep)
        .async_function("turn", async || tokio::task::yield_now().await)
        .build()
        .unwrap();
    // One that asks again at once, timers, and a flood of sleepers of several durations.
    let source = "let spins = 0, over = false, ticks = 0;
        (async () => { while (!over) { await turn(); spins++ } })();
        const id = setInterval(() => ticks++, 1);
        const order = [];
        const all = [];
        for (let i = 0; i < 5000; i++) {
            const ms = 600 - (i % 3) * 200;
            all.push(sleep(ms, '').then(() => order.push(ms)));
        }
        await Promise.all(all);
        over = true;
        clearInterval(id);
        const sorted = order.every((ms, i) => i === 0 || order[i - 1] <= ms);
        export const result = [order.length, sorted, spins > 10, ticks > 3].join()";
    let mut events = EventLoop::new(&vm);
    let namespace = events.eval(Source::module(source)).await.unwrap();
    events.run().await.unwrap();
    let result = namespace.get("result").unwrap().to::<String>().unwrap();
    assert_eq!(result, "5000,true,true,true");
    assert_eq!(events.in_flight(), 0);
}

#[tokio::test]
async fn what_a_future_answers_is_what_the_promise_is() {
    let vm = builder()
        .async_function("ok", async |a: f64, b: Option<f64>| a + b.unwrap_or(0.5))
        .async_function("fails", async || {
            Err::<(), _>(HostError::range_error("too far"))
        })
        .async_function("panics", async |_: f64| {
            if true {
                panic!("oh no")
            }
        })
        .async_function("rest", async |first: String, rest: Arguments| {
            format!("{first} and {} more", rest.0.len())
        })
        .async_function("named", async |request: RequestInfo| {
            request.name.to_string()
        })
        .request("unknown")
        .build()
        .unwrap();
    let mut events = EventLoop::new(&vm);
    let source = "const show = (promise) => promise.then(String, (e) => `${e.name}: ${e.message}`);
        Promise.all([ok(1), ok(1, 2), ok('x'), fails(), panics(1), rest('one', 2, 3), named(),
            unknown(), ok(1n << 70n), 0].map((p) => show(Promise.resolve(p)))).then(
            (all) => all.join('\\n'))";
    let answers = events.eval(source).await.unwrap().to::<String>().unwrap();
    let expected = "1.5
3
TypeError: argument 1: expected a number, found string \"x\"
RangeError: too far
Error: host function `panics` panicked: oh no
one and 2 more
named
TypeError: nothing answers requests of the name `unknown`
TypeError: argument 1: expected a number, found bigint 1180591620717411303424n
0";
    assert_eq!(answers, expected);
}

/// Counts how many of it there are.
struct Alive(Arc<AtomicU32>);

impl Alive {
    fn new(count: &Arc<AtomicU32>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Alive(count.clone())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn endless(alive: &Arc<AtomicU32>) -> VmBuilder {
    let alive = alive.clone();
    builder().async_function("endless", move || {
        let alive = Alive::new(&alive);
        async move {
            let _alive = alive;
            std::future::pending::<()>().await
        }
    })
}

#[tokio::test]
async fn dropping_the_event_loop_drops_the_futures() {
    let alive = Arc::new(AtomicU32::new(0));
    let vm = endless(&alive).build().unwrap();
    let promise = eval(&vm, "endless(); endless()");
    {
        let mut events = EventLoop::new(&vm);
        let run = events.run();
        assert!(
            tokio::time::timeout(Duration::from_millis(20), run)
                .await
                .is_err()
        );
        assert_eq!(alive.load(Ordering::SeqCst), 2);
    }
    assert_eq!(alive.load(Ordering::SeqCst), 0);
    // The VM still has the requests.
    assert!(promise.is_pending().unwrap());
    assert_eq!(vm.unsettled_requests().unwrap().len(), 2);
    assert_usable(&vm);
}

#[tokio::test]
async fn a_deadline_bounds_running_and_waiting() {
    let alive = Arc::new(AtomicU32::new(0));
    let limits = Limits::default().time(None);
    let vm = endless(&alive).limits(limits).build().unwrap();
    let scripts = [
        "endless()",
        "setTimeout(() => {}, 60000)",
        "for (;;) {}",
        "(function again() { Promise.resolve().then(again) })(); endless()",
        "setInterval(() => {}, 0)",
        "(function again() { setImmediate(again) })()",
    ];
    for script in scripts {
        let vm = vm.clone();
        let start = Instant::now();
        let mut events = EventLoop::new(&vm).deadline(Duration::from_millis(50));
        let result = async {
            events.eval(script).await?;
            events.run().await
        };
        let error = result.await.unwrap_err();
        assert!(
            matches!(error, Error::Interrupted(Interrupt::Deadline)),
            "{script}: {error}"
        );
        assert!(start.elapsed() < Duration::from_secs(5), "{script}");
        assert_usable(&vm);
        eval(&vm, "for (let id = 0; id < 10; id++) clearTimeout(id)");
    }
}

#[tokio::test]
async fn a_run_can_be_dropped_while_jobs_make_jobs() {
    let vm = builder().build().unwrap();
    eval(
        &vm,
        "(function again() { Promise.resolve().then(again) })()",
    );
    let mut events = EventLoop::new(&vm);
    let run = tokio::time::timeout(Duration::from_millis(20), events.run());
    assert!(run.await.is_err());
    assert_usable(&vm);
}

#[tokio::test]
async fn rejections_that_come_together_are_told_one_after_the_other() {
    let (_, vm) = logging();
    eval(
        &vm,
        "Promise.reject(1); Promise.reject(2); setTimeout(() => {}, 1)",
    );
    let mut events = EventLoop::new(&vm);
    for reason in ["1", "2"] {
        let error = events.run().await.unwrap_err();
        assert_eq!(error.exception().unwrap().message, reason);
    }
    events.run().await.unwrap();
}

#[tokio::test]
async fn an_unhandled_rejection_ends_the_run() {
    let (log, vm) = logging();
    eval(
        &vm,
        "sleep(1).then(() => { throw new TypeError('lost') }); setTimeout(log, 10, 'later')",
    );
    let mut events = EventLoop::new(&vm);
    let error = events.run().await.unwrap_err();
    let Error::Rejection(rejection) = &error else {
        panic!("{error}")
    };
    assert_eq!(rejection.reason.name, "TypeError");
    assert!(
        rejection.reason.stack.contains("<eval>:1"),
        "{}",
        rejection.reason.stack
    );
    assert_eq!(error.to_string(), "unhandled rejection: TypeError: lost");
    events.run().await.unwrap();
    assert_eq!(log.text(), "later");
    // One that is handled before the jobs end is none.
    eval(
        &vm,
        "const p = Promise.reject(1); Promise.resolve().then(() => p.catch(() => {}))",
    );
    events.run().await.unwrap();
}

#[tokio::test]
async fn a_promise_that_nothing_settles_is_told() {
    let (_log, vm) = logging();
    let mut events = EventLoop::new(&vm);
    let error = events.eval("new Promise(() => {})").await.unwrap_err();
    assert!(matches!(error, Error::Unsettled), "{error}");
    let module = Source::module("await sleep(1); await new Promise(() => {})");
    let error = events.eval(module).await.unwrap_err();
    assert!(matches!(error, Error::Unsettled), "{error}");
    // What is awaited and rejected is an exception, and no unhandled rejection.
    let error = events
        .eval("sleep(1).then(() => { throw 7 })")
        .await
        .unwrap_err();
    assert_eq!(error.exception().unwrap().message, "7");
    events.run().await.unwrap();
}

#[tokio::test]
async fn a_hundred_thousand_unsettled_requests_and_timers() {
    let alive = Arc::new(AtomicU32::new(0));
    let vm = endless(&alive).build().unwrap();
    eval(
        &vm,
        "for (let i = 0; i < 100000; i++) endless();
         let fired = 0;
         for (let i = 0; i < 100000; i++) setTimeout(() => fired++, i % 50);",
    );
    let mut events = EventLoop::new(&vm);
    let mut fired = 0;
    // A busy machine needs more than one of these.
    for _ in 0..30 {
        let run = tokio::time::timeout(Duration::from_secs(2), events.run());
        assert!(run.await.is_err());
        fired = eval(&vm, "fired").to::<u32>().unwrap();
        if fired == 100_000 {
            break;
        }
    }
    assert_eq!(events.in_flight(), 100_000);
    assert_eq!(fired, 100_000);
    drop(events);
    assert_eq!(alive.load(Ordering::SeqCst), 0);
    assert_eq!(vm.unsettled_requests().unwrap().len(), 100_000);
}

/// The VM as it is after its process has ended and another has begun.
fn thaw(vm: &Vm, builder: &VmBuilder) -> Vm {
    let bytes = vm.snapshot().unwrap().to_bytes().unwrap();
    builder
        .restore(&Snapshot::from_bytes(&bytes).unwrap())
        .unwrap()
}

#[tokio::test]
async fn a_restored_program_goes_on() {
    let log = Log::default();
    let builder = log.add_to(builder()).async_function("sleep", sleep);
    let vm = builder.build().unwrap();
    let source = Source::module(
        "setTimeout(log, 30, 'timer');
         const id = setInterval(() => { log('tick'); clearInterval(id) }, 10);
         sleep(20, 'request').then(log);
         log(await sleep(25, 'awaited'));",
    );
    {
        let mut events = EventLoop::new(&vm);
        vm.eval(source).unwrap();
        assert!(events.run_until_waiting().await.unwrap());
    }
    let thawed = thaw(&vm, &builder);
    drop(vm);
    EventLoop::new(&thawed).run().await.unwrap();
    // The requests begin anew, so only the timers have an order.
    let text = log.text();
    let mut words: Vec<&str> = text.split(' ').collect();
    assert!(
        words.iter().position(|word| *word == "tick")
            < words.iter().position(|word| *word == "timer")
    );
    words.sort_unstable();
    assert_eq!(words, ["awaited", "request", "tick", "timer"]);
}

#[tokio::test]
async fn a_timer_waits_for_what_is_left_of_its_time() {
    let clock = Arc::new(jsvm::ManualClock::new(Duration::ZERO));
    let builder = builder().clock(clock.clone());
    let vm = builder.build().unwrap();
    eval(&vm, "setTimeout(() => {}, 100)");
    clock.advance(Duration::from_millis(60));
    // The other process's clock begins at zero.
    let other = Arc::new(jsvm::ManualClock::new(Duration::ZERO));
    let thawed = thaw(&vm, &builder.clock(other));
    let left = thawed.run_jobs_up_to(0).unwrap().next_timer.unwrap();
    assert_eq!(left, Duration::from_millis(40));
}

#[tokio::test]
async fn a_handler_can_say_that_a_repeated_request_is_lost() {
    let charged = Arc::new(AtomicU32::new(0));
    let builder = builder().async_function("charge", {
        let charged = charged.clone();
        move |request: RequestInfo, cents: u32| {
            let charged = charged.clone();
            async move {
                if request.repeated {
                    return Err(request.lost());
                }
                charged.fetch_add(cents, Ordering::SeqCst);
                std::future::pending::<()>().await;
                Ok::<_, HostError>(cents)
            }
        }
    });
    let vm = builder.build().unwrap();
    eval(
        &vm,
        "var result = charge(5).catch(e => [e.name, e.code, e.request, e.id, e.message].join())",
    );
    {
        let mut events = EventLoop::new(&vm);
        let run = tokio::time::timeout(Duration::from_millis(10), events.run());
        assert!(run.await.is_err());
    }
    // Made, and not taken by anyone yet: it is not lost.
    eval(&vm, "var second = charge(7)");
    let thawed = thaw(&vm, &builder);
    let mut events = EventLoop::new(&thawed);
    let result = events.eval("result").await.unwrap().to::<String>().unwrap();
    assert_eq!(
        result,
        "RequestLostError,ERR_REQUEST_LOST,charge,1,request `charge` was in flight when its VM was \
         frozen or its event loop dropped; whether it was carried out is not known"
    );
    assert_eq!(events.in_flight(), 1);
    let run = tokio::time::timeout(Duration::from_millis(10), events.run());
    assert!(run.await.is_err());
    assert_eq!(charged.load(Ordering::SeqCst), 12);
}

#[tokio::test]
async fn unknown_requests_can_be_left_to_others() {
    let vm = builder().request("other").build().unwrap();
    eval(&vm, "var answer; other(1).then(value => answer = value)");
    let mut events = EventLoop::new(&vm).leaving_unknown_requests();
    events.run().await.unwrap();
    let request = vm.unsettled_requests().unwrap().remove(0);
    vm.settle(request.id, Ok::<_, HostError>("from elsewhere"))
        .unwrap();
    events.run().await.unwrap();
    assert_eq!(
        eval(&vm, "answer").to::<String>().unwrap(),
        "from elsewhere"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_event_loops_run_on_several_threads() {
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..50 {
        tasks.spawn(async move {
            let vm = builder().async_function("sleep", sleep).build().unwrap();
            let mut events = EventLoop::new(&vm);
            let source = format!(
                "let n = 0;
                 for (let i = 0; i < 5; i++) {{
                     await sleep(1);
                     n += await new Promise((resolve) => setTimeout(resolve, 1, {n}));
                 }}
                 export {{ n }}"
            );
            let namespace = events.eval(Source::module(&source)).await.unwrap();
            assert_eq!(namespace.get("n").unwrap().to::<u32>().unwrap(), 5 * n);
        });
    }
    while let Some(result) = tasks.join_next().await {
        result.unwrap();
    }
}

#[tokio::test]
async fn an_abort_signal_reaches_the_future() {
    let alive = Arc::new(AtomicU32::new(0));
    let vm = endless(&alive).build().unwrap();
    let source = "const show = (promise) => promise.catch((e) => `${e.name ?? e}`);
        const a = new AbortController(), b = new AbortController();
        const first = show(endless(1, a.signal));
        const second = show(endless({ signal: b.signal }));
        const third = show(endless({ signal: AbortSignal.timeout(30) }));
        const before = show(endless(AbortSignal.abort('early')));
        await new Promise((resolve) => setTimeout(resolve, 5));
        a.abort('my reason');
        b.abort();
        globalThis.outcome = (await Promise.all([first, second, third, before])).join();
        // A signal that outlives its request is not held by it, and does not touch it.
        a.abort(); b.abort();";
    let mut events = EventLoop::new(&vm);
    events.eval(Source::module(source)).await.unwrap();
    events.run().await.unwrap();
    let outcome = eval(&vm, "outcome").to::<String>().unwrap();
    assert_eq!(outcome, "my reason,AbortError,TimeoutError,early");
    assert_eq!((events.in_flight(), alive.load(Ordering::SeqCst)), (0, 0));
}

#[tokio::test]
async fn signals_without_event_loops() {
    let vm = builder().request("ask").build().unwrap();
    eval(
        &vm,
        "var c = new AbortController(), out = [];
         ask(1, c.signal).catch(() => out.push('untaken'));
         c.abort();
         c = new AbortController();
         ask(2, c.signal).catch(() => out.push('taken'));",
    );
    vm.run_jobs().unwrap();
    // The first was given up before anybody took it.
    let ids: Vec<u64> = vm
        .take_requests()
        .unwrap()
        .iter()
        .map(|request| request.id)
        .collect();
    assert_eq!(ids, [2]);
    eval(&vm, "c.abort()");
    assert!(vm.run_jobs_up_to(100).unwrap().cancellations);
    assert_eq!(vm.take_cancellations().unwrap(), [2]);
    assert!(!vm.run_jobs_up_to(0).unwrap().cancellations);
    assert!(!vm.settle(2, Ok::<_, HostError>(1)).unwrap());
    assert_eq!(
        eval(&vm, "out.join()").to::<String>().unwrap(),
        "untaken,taken"
    );
    // Settled: the signal forgets it.
    eval(
        &vm,
        "var s = new AbortController(); ask(3, s.signal).then(v => out.push(v))",
    );
    vm.settle(3, Ok::<_, HostError>("three")).unwrap();
    eval(&vm, "s.abort()");
    vm.run_jobs().unwrap();
    assert_eq!(vm.take_cancellations().unwrap(), [0u64; 0]);
    assert_eq!(
        eval(&vm, "out.join()").to::<String>().unwrap(),
        "untaken,taken,three"
    );
}
