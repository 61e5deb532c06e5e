//! Runs that end by a deadline, a rejection or a promise that never settles.

use super::*;

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
