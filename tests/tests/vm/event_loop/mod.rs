//! Programs that wait: timers, asynchronous functions, cancellation, deadlines, restores.

mod ends;
mod restored;

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
