//! Timers in asynchronous functions.

use std::time::{Duration, Instant};

use super::host::{app, block_on, open};

#[test]
fn timers_run_by_the_clock_of_the_host() {
    block_on(async {
        let mut app = app().await;
        let started = Instant::now();
        let (waited,): (u32,) = app.call("nap", (30_u32,)).await.unwrap();
        assert!(waited >= 29, "{waited}");
        assert!(started.elapsed() >= Duration::from_millis(29));
    });
}

#[test]
fn timers_run_while_another_call_waits() {
    block_on(async {
        let mut app = app().await;
        let pass = app.function::<(String,), (String,)>("pass");
        let nap = app.function::<(u32,), (u32,)>("nap");
        let order = app
            .store
            .run_concurrent(async |accessor| {
                let order = std::cell::RefCell::new(Vec::new());
                let sleep = async |milliseconds: u32| {
                    let (waited,) = nap
                        .call_concurrent(accessor, (milliseconds,))
                        .await
                        .unwrap();
                    assert!(waited + 1 >= milliseconds, "{waited}");
                    order.borrow_mut().push(milliseconds);
                    if milliseconds == 60 {
                        open(accessor, "gate");
                    }
                };
                let wait = async {
                    let args = ("gate".to_owned(),);
                    pass.call_concurrent(accessor, args).await.unwrap();
                    order.borrow_mut().push(0);
                };
                tokio::join!(sleep(60), wait, sleep(20), sleep(40));
                order.into_inner()
            })
            .await
            .unwrap();
        assert_eq!(order, [20, 40, 60, 0]);
    });
}
