//! Promises for futures of Rust, and awaiting those of scripts.

use std::sync::Arc;
use std::time::Duration;

use jsvm::{Engine, Error, EventLoop, HostError};
use jsvm_tests::{eval, exception, vm};

#[tokio::test]
async fn what_a_future_ends_with_settles_its_promise() {
    let vm = vm();
    let mut events = EventLoop::new(&vm);
    let slow = events
        .promise(async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            vec![1, 2]
        })
        .unwrap();
    let failing = events
        .promise(async { Err::<(), _>(HostError::range_error("no")) })
        .unwrap();
    assert!(slow.is_pending().unwrap());
    assert_eq!(events.in_flight(), 2);
    let all = eval(&vm, "(...promises) => Promise.allSettled(promises)")
        .call((&slow, &failing))
        .unwrap();
    let all = events.settled(&all).await.unwrap();
    let show = eval(
        &vm,
        "all => all.map(({ value, reason }) => String(value ?? reason)).join(' | ')",
    );
    let shown = show.call((&all,)).unwrap().to::<String>().unwrap();
    assert_eq!(shown, "1,2 | RangeError: no");
    assert_eq!(events.in_flight(), 0);
}

#[tokio::test]
async fn what_the_script_asked_for_meanwhile_is_started() {
    let vm = jsvm_tests::builder()
        .async_function("ask", async |n: u32| n + 1)
        .build()
        .unwrap();
    let mut events = EventLoop::new(&vm);
    let asked = eval(&vm, "ask(1)");
    let promise = events.promise(async { 5 }).unwrap();
    let asked_later = eval(&vm, "ask(2)");
    let again = events.promise(async { 6 }).unwrap();
    for (promise, expected) in [(asked, 2), (promise, 5), (asked_later, 3), (again, 6)] {
        let value = events.settled(&promise).await.unwrap();
        assert_eq!(value.to::<u32>().unwrap(), expected);
    }
}

#[tokio::test]
async fn a_future_that_panics_rejects_its_promise() {
    let vm = vm();
    let mut events = EventLoop::new(&vm);
    let promise = events
        .promise(async {
            if true {
                panic!("at work");
            }
        })
        .unwrap();
    let error = exception(events.settled(&promise).await);
    assert!(error.message.contains("at work"), "{}", error.message);
}

#[tokio::test]
async fn dropping_the_event_loop_drops_the_future() {
    let vm = vm();
    let alive = Arc::new(());
    let mut events = EventLoop::new(&vm);
    let promise = events
        .promise({
            let alive = alive.clone();
            async move {
                let _alive = alive;
                std::future::pending::<()>().await;
            }
        })
        .unwrap();
    assert!(events.run_until_waiting().await.is_ok());
    drop(events);
    assert_eq!(Arc::strong_count(&alive), 1);
    assert!(promise.is_pending().unwrap());
    // The VM knows what it waits for, and so does one that goes on from here.
    let restored = Engine::global()
        .unwrap()
        .restore(&vm.snapshot().unwrap())
        .unwrap();
    let requests = restored.unsettled_requests().unwrap();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].name, "jsvm:promise");
    restored
        .settle(requests[0].id, Ok::<_, HostError>(1))
        .unwrap();
}

#[tokio::test]
async fn a_promise_that_nothing_settles_is_told() {
    let vm = vm();
    let mut events = EventLoop::new(&vm);
    let deferred = vm.create_promise().unwrap();
    let never = events.settled(&deferred.promise).await;
    assert!(matches!(never, Err(Error::Unsettled)));
    deferred.resolve.call((7,)).unwrap();
    let value = events.settled(&deferred.promise).await.unwrap();
    assert_eq!(value.to::<u32>().unwrap(), 7);
}
