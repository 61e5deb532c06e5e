//! Futures in both directions.

use wasmtime::component::FutureReader;

use super::host::{app, block_on, value};

type Both = (FutureReader<u32>, FutureReader<Result<u32, String>>);

#[test]
fn promises_become_futures() {
    for (kind, expected) in [
        ("values", (7, Ok(8))),
        ("fulfilled", (7, Ok(8))),
        ("rejected", (7, Err("it was rejected".to_owned()))),
    ] {
        block_on(async {
            let mut app = app().await;
            let function = app.function::<(String,), (Both,)>("promise");
            let values = app
                .store
                .run_concurrent(async |accessor| {
                    let ((one, two),) = function
                        .call_concurrent(accessor, (kind.to_owned(),))
                        .await
                        .unwrap();
                    (value(accessor, one).await, value(accessor, two).await)
                })
                .await
                .unwrap();
            assert_eq!(values, expected, "{kind}");
            assert_eq!(app.printed(), "");
        });
    }
}

#[test]
fn futures_become_promises() {
    block_on(async {
        let mut app = app().await;
        for (result, expected) in [
            (Ok(4), "text ok 4"),
            (Err("bad".to_owned()), "text ComponentError bad"),
        ] {
            let one = async { wasmtime::error::Ok("text".to_owned()) };
            let two = async move {
                tokio::task::yield_now().await;
                wasmtime::error::Ok(result)
            };
            let one: FutureReader<String> = FutureReader::new(&mut app.store, one).unwrap();
            let two: FutureReader<Result<u32, String>> =
                FutureReader::new(&mut app.store, two).unwrap();
            let (text,): (String,) = app.call("await-both", (one, two)).await.unwrap();
            assert_eq!(text, expected);
        }
    });
}

#[test]
fn futures_are_passed_to_imports() {
    block_on(async {
        let mut app = app().await;
        for (kind, expected) in [
            ("ok", Ok(5)),
            ("error", Err("settled with an error".to_owned())),
        ] {
            app.call::<_, ()>("settle", (kind.to_owned(),))
                .await
                .unwrap();
            app.call::<(), ()>("call-none", ()).await.unwrap();
            let settled = app.store.data().settled.get();
            assert_eq!(settled.last(), Some(&expected));
        }
    });
}

#[test]
fn a_promise_that_cannot_be_a_future_traps() {
    for (kind, expected) in [
        ("throws", "promise: a future: Uncaught Error: nowhere to go"),
        (
            "wrong",
            r#"promise: a future: Uncaught TypeError: result: expected u32, found string "x""#,
        ),
    ] {
        block_on(async {
            let mut app = app().await;
            let function = app.function::<(String,), (Both,)>("promise");
            let trapped = app
                .store
                .run_concurrent(async |accessor| {
                    let args = (kind.to_owned(),);
                    let ((one, _),) = function.call_concurrent(accessor, args).await?;
                    value(accessor, one).await;
                    wasmtime::error::Ok(())
                })
                .await;
            let error = trapped.and_then(|trapped| trapped).unwrap_err();
            assert!(error.is::<wasmtime::Trap>(), "{kind}: {error:?}");
            let printed = app.printed();
            assert_eq!(printed.lines().next(), Some(expected));
        });
    }
}
