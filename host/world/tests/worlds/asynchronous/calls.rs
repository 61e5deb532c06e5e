//! Calls of asynchronous functions, in both directions.

use wasmtime::Trap;

use super::host::{app, block_on, open};

#[test]
fn results_come_at_once_or_later() {
    block_on(async {
        let mut app = app().await;
        let (sum,): (u32,) = app.call("add", (2_u32, 3_u32)).await.unwrap();
        assert_eq!(sum, 5);
        let (sum,): (u32,) = app.call("twice", (4_u32,)).await.unwrap();
        assert_eq!(sum, 8);
        type Parsed = (Result<u32, String>,);
        let (parsed,): Parsed = app.call("parse", ("12".to_owned(),)).await.unwrap();
        assert_eq!(parsed, Ok(12));
        let (parsed,): Parsed = app.call("parse", ("x".to_owned(),)).await.unwrap();
        assert_eq!(parsed, Err("no number: x".to_owned()));
        app.call::<(), ()>("call-none", ()).await.unwrap();
    });
}

#[test]
fn arguments_and_results_can_be_in_memory() {
    block_on(async {
        let mut app = app().await;
        let [a, b, c, d, e, f, g, h, i] =
            ["a", "", "c", "é", "e", "f", "g", "h", "i"].map(String::from);
        let args = (a, b, c, d, e, f, g, h, i);
        type Nine = (
            String,
            String,
            String,
            String,
            String,
            String,
            String,
            String,
            String,
        );
        let (reversed,): (Nine,) = app.call("large", args).await.unwrap();
        assert_eq!(reversed.0, "i");
        assert_eq!(reversed.5, "é");
        assert_eq!(reversed.8, "a");
    });
}

#[test]
fn imports_get_what_the_arguments_were_when_they_were_called() {
    block_on(async {
        let mut app = app().await;
        let (text,): (String,) = app.call("call-many", ()).await.unwrap();
        assert_eq!(text, r#"["ééé",[1,2,3],["a","","c"]]"#);
    });
}

#[test]
fn promises_of_imports_are_rejected_with_the_error() {
    block_on(async {
        let mut app = app().await;
        let (text,): (String,) = app.call("call-fail", ("no".to_owned(),)).await.unwrap();
        assert_eq!(text, r#"ComponentError: no, "no""#);
        let (text,): (String,) = app.call("call-wrong", ()).await.unwrap();
        assert_eq!(
            text,
            r#"TypeError: argument 1 (value): expected u32, found string "x""#
        );
    });
}

#[test]
fn several_calls_are_made_at_a_time() {
    block_on(async {
        let mut app = app().await;
        let pass = app.function::<(String,), (String,)>("pass");
        let add = app.function::<(u32, u32), (u32,)>("add");
        let done = app
            .store
            .run_concurrent(async |accessor| {
                let order = std::cell::RefCell::new(Vec::new());
                let call = async |name: &str| {
                    let (text,) = pass
                        .call_concurrent(accessor, (name.to_owned(),))
                        .await
                        .unwrap();
                    order.borrow_mut().push(text);
                };
                let others = async {
                    // Both wait now, and a third call is not kept by them.
                    let (sum,) = add.call_concurrent(accessor, (1, 2)).await.unwrap();
                    order.borrow_mut().push(sum.to_string());
                    open(accessor, "two");
                    let (sum,) = add.call_concurrent(accessor, (3, 4)).await.unwrap();
                    order.borrow_mut().push(sum.to_string());
                    for _ in 0..20 {
                        tokio::task::yield_now().await;
                    }
                    open(accessor, "one");
                };
                tokio::join!(call("one"), call("two"), others);
                order.into_inner()
            })
            .await
            .unwrap();
        assert_eq!(done[0], "3");
        assert_eq!(done.last().unwrap(), "one: one is open", "{done:?}");
        let mut sorted = done.clone();
        sorted.sort();
        assert_eq!(sorted, ["3", "7", "one: one is open", "two: two is open"]);
    });
}

#[test]
fn a_call_can_settle_another_one() {
    block_on(async {
        let mut app = app().await;
        let wait = app.function::<(), (u32,)>("wait-for-release");
        let release = app.function::<(u32,), ()>("release");
        let now = app.function::<(u32,), ()>("release-now");
        app.store
            .run_concurrent(async |accessor| {
                for is_async in [true, false, true] {
                    let release = async {
                        // Until both wait.
                        for _ in 0..20 {
                            tokio::task::yield_now().await;
                        }
                        let release = if is_async { release } else { now };
                        release.call_concurrent(accessor, (7,)).await.unwrap();
                    };
                    let (one, two, ()) = tokio::join!(
                        wait.call_concurrent(accessor, ()),
                        wait.call_concurrent(accessor, ()),
                        release
                    );
                    assert_eq!((one.unwrap(), two.unwrap()), ((7,), (7,)), "{is_async}");
                }
            })
            .await
            .unwrap();
    });
}

#[test]
fn an_error_without_a_place_in_the_result_traps() {
    block_on(async {
        let mut app = app().await;
        let message = app
            .trap::<_, (u32,)>("refuse", ("not this".to_owned(),))
            .await;
        assert_eq!(message, "refuse: Uncaught Error: not this");
    });
}

#[test]
fn a_host_is_told_that_a_promise_is_never_settled() {
    block_on(async {
        let mut app = app().await;
        let error = app.call::<(), ()>("never", ()).await.unwrap_err();
        assert_eq!(
            error.downcast_ref::<Trap>(),
            Some(&Trap::AsyncDeadlock),
            "{error:?}"
        );
    });
}

#[test]
fn synchronous_functions_do_not_wait_for_asynchronous_ones() {
    block_on(async {
        let mut app = app().await;
        let message = app.trap::<_, (u32,)>("block", (1_u32,)).await;
        assert!(
            message
                .starts_with("block: Uncaught Error: the promise waits for an asynchronous call"),
            "{message}"
        );
    });
}
