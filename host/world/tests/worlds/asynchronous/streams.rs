//! Streams in both directions.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use wasmtime::StoreContextMut;
use wasmtime::component::{
    ComponentNamedList, Lift, Lower, Source, StreamConsumer, StreamReader, StreamResult,
};

use super::host::{Collected, Consumer, Item, Running, State, app, block_on, collect};

/// Calls a function with a stream of these items.
async fn with_stream<T, R>(app: &mut Running, name: &str, items: Vec<T>) -> R
where
    T: Lower + Lift + Unpin + Send + Sync + 'static,
    R: Lift + Send + Sync + 'static,
    (R,): ComponentNamedList + Lift,
{
    let stream = StreamReader::new(&mut app.store, items).unwrap();
    let called = app.call::<_, (R,)>(name, (stream,)).await;
    called
        .unwrap_or_else(|error| panic!("{error:?} {}", app.printed()))
        .0
}

/// Reads the stream that a function returns, up to so many items.
async fn read<P, T>(app: &mut Running, name: &str, args: P, most: usize) -> Vec<T>
where
    P: ComponentNamedList + Lower + Send + Sync + 'static,
    T: Lift + Clone + Send + Sync + 'static,
{
    let function = app.function::<P, (StreamReader<T>,)>(name);
    let read = app
        .store
        .run_concurrent(async |accessor| {
            let (stream,) = function.call_concurrent(accessor, args).await?;
            wasmtime::error::Ok(collect(accessor, stream, most).await)
        })
        .await;
    match read {
        Ok(Ok(items)) => items,
        Ok(Err(error)) | Err(error) => panic!("{error:?} {}", app.printed()),
    }
}

#[test]
fn programs_read_streams() {
    block_on(async {
        let mut app = app().await;
        let bytes: Vec<u8> = (0..1_000_000_u32).map(|n| n as u8).collect();
        let expected: u64 = bytes.iter().map(|byte| u64::from(*byte)).sum();
        let sum: u64 = with_stream(&mut app, "sum", bytes).await;
        assert_eq!(sum, expected);
        let sum: u64 = with_stream(&mut app, "sum", Vec::<u8>::new()).await;
        assert_eq!(sum, 0);
        let items = (0..300).map(|id| Item {
            id,
            name: format!("n{id}"),
        });
        let names: Vec<String> = with_stream(&mut app, "names", items.collect()).await;
        assert_eq!(names.len(), 300);
        assert_eq!(names[299], "299 n299");
        let count: u32 = with_stream(&mut app, "units", vec![(); 2500]).await;
        assert_eq!(count, 2500);
    });
}

#[test]
fn programs_write_bytes_of_all_shapes() {
    block_on(async {
        let mut app = app().await;
        for kind in ["whole", "generator", "readable", "array"] {
            let args = (kind.to_owned(), 1_000_000_u32);
            let bytes: Vec<u8> = read(&mut app, "bytes", args, usize::MAX).await;
            let expected = 1_000_000 + if kind == "array" { 2 } else { 0 };
            assert_eq!(bytes.len(), expected, "{kind}");
            assert!(bytes.iter().all(|byte| *byte == 1), "{kind}");
        }
        assert_eq!(app.printed(), "");
    });
}

#[test]
fn programs_write_items_of_all_shapes() {
    block_on(async {
        let mut app = app().await;
        for kind in ["array", "typed", "timer", "calls"] {
            let args = (kind.to_owned(), 150_u32);
            let numbers: Vec<u32> = read(&mut app, "numbers", args, usize::MAX).await;
            assert_eq!(numbers, Vec::from_iter(0..150), "{kind}");
        }
        let items: Vec<Item> = read(&mut app, "items", (200_u32,), usize::MAX).await;
        assert_eq!(items.len(), 200);
        assert_eq!(items[199].name, "item 199");
    });
}

#[test]
fn streams_have_streams() {
    block_on(async {
        let mut app = app().await;
        let function = app.function::<(u32,), (StreamReader<StreamReader<u32>>,)>("streams");
        let all = app
            .store
            .run_concurrent(async |accessor| {
                let (streams,) = function.call_concurrent(accessor, (5,)).await.unwrap();
                let collected = Arc::new(Mutex::new(VecDeque::new()));
                let consumer = Mover(collected.clone());
                accessor
                    .with(|access| streams.pipe(access, consumer))
                    .unwrap();
                let mut all = Vec::new();
                while all.len() < 5 {
                    let Some(stream) = collected.lock().unwrap().pop_front() else {
                        tokio::task::yield_now().await;
                        continue;
                    };
                    all.push(collect(accessor, stream, usize::MAX).await);
                }
                all
            })
            .await
            .unwrap();
        assert_eq!(
            all,
            [vec![], vec![0], vec![0, 1], vec![0, 1, 2], vec![0, 1, 2, 3]]
        );
    });
}

#[test]
fn a_reader_that_leaves_ends_what_writes() {
    block_on(async {
        let mut app = app().await;
        for (kind, expected) in [("generator", "returned"), ("readable", "cancelled")] {
            let args = (kind.to_owned(), 100_000_u32);
            let bytes: Vec<u8> = read(&mut app, "bytes", args, 5000).await;
            assert!(bytes.len() >= 5000, "{}", bytes.len());
            // The next turn of the program knows it.
            app.call::<(), ()>("call-none", ()).await.unwrap();
            let (ended,): (String,) = app.call("ended", ()).await.unwrap();
            assert_eq!(ended, expected);
            let (produced,): (u32,) = app.call("produced", ()).await.unwrap();
            assert!(produced < 20, "{kind}: {produced}");
        }
        assert_eq!(app.printed(), "");
    });
}

#[test]
fn a_program_can_leave_before_the_end() {
    block_on(async {
        let mut app = app().await;
        let items = (0..1000).map(|id| Item {
            id,
            name: format!("n{id}"),
        });
        let stream = StreamReader::new(&mut app.store, Vec::from_iter(items)).unwrap();
        let (names,): (Vec<String>,) = app.call("some", (stream, 3_u32)).await.unwrap();
        assert_eq!(names, ["n0", "n1", "n2"]);
        let (sum,): (u32,) = app.call("add", (1_u32, 1_u32)).await.unwrap();
        assert_eq!(sum, 2);
    });
}

#[test]
fn nothing_is_produced_that_nobody_takes() {
    block_on(async {
        let mut app = app().await;
        for kind in ["generator", "readable"] {
            let bytes = app.function::<(String, u32), (StreamReader<u8>,)>("bytes");
            let produced = app.function::<(), (u32,)>("produced");
            let collected = Collected::default();
            let mut consumer = Consumer::new(collected.clone(), 3000);
            consumer.stalls = true;
            let count = app
                .store
                .run_concurrent(async |accessor| {
                    let args = (kind.to_owned(), 1_000_000);
                    let (stream,) = bytes.call_concurrent(accessor, args).await.unwrap();
                    accessor
                        .with(|access| stream.pipe(access, consumer))
                        .unwrap();
                    for _ in 0..100 {
                        tokio::task::yield_now().await;
                    }
                    produced.call_concurrent(accessor, ()).await.unwrap().0
                })
                .await
                .unwrap();
            assert_eq!(collected.get().len(), 3000, "{kind}");
            assert!((3..=6).contains(&count), "{kind}: {count}");
        }
    });
}

#[test]
fn a_stream_can_be_passed_on() {
    block_on(async {
        let mut app = app().await;
        let function = app.function::<(StreamReader<u8>,), (StreamReader<u8>,)>("forward");
        let stream = StreamReader::new(&mut app.store, vec![7_u8; 500_000]).unwrap();
        let bytes = app
            .store
            .run_concurrent(async |accessor| {
                let (stream,) = function.call_concurrent(accessor, (stream,)).await.unwrap();
                collect(accessor, stream, usize::MAX).await
            })
            .await
            .unwrap();
        assert!(bytes == vec![7; 500_000], "{}", bytes.len());
    });
}

#[test]
fn streams_are_passed_to_imports_and_come_from_them() {
    block_on(async {
        let mut app = app().await;
        let (size,): (u64,) = app.call("send", (123_456_u32,)).await.unwrap();
        assert_eq!(size, 123_456);
        let (text,): (String,) = app.call("get-given", (100_u32,)).await.unwrap();
        assert_eq!(text, "4950 100");
        let (text,): (String,) = app.call("get-given", (0_u32,)).await.unwrap();
        assert_eq!(text, "0 there are none");
    });
}

#[test]
fn an_item_of_another_type_and_an_error_of_the_source_trap() {
    for (kind, expected) in [
        (
            "wrong",
            r#"numbers: Uncaught TypeError: stream[3]: expected u32, found string "x""#,
        ),
        ("throws", "numbers: Uncaught RangeError: no more numbers"),
        (
            "none",
            "numbers: Uncaught TypeError: result: expected a ReadableStream, an async iterable or an \
             iterable, found number 5",
        ),
    ] {
        block_on(async {
            let mut app = app().await;
            let function = app.function::<(String, u32), (StreamReader<u32>,)>("numbers");
            let trapped = app
                .store
                .run_concurrent(async |accessor| {
                    let args = (kind.to_owned(), 0);
                    let (stream,) = function.call_concurrent(accessor, args).await?;
                    collect(accessor, stream, usize::MAX).await;
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

/// Takes streams out of a stream.
struct Mover(Arc<Mutex<VecDeque<StreamReader<u32>>>>);

impl StreamConsumer<State> for Mover {
    type Item = StreamReader<u32>;

    fn poll_consume(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        store: StoreContextMut<'_, State>,
        mut source: Source<'_, StreamReader<u32>>,
        _: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let mut streams = Vec::with_capacity(8);
        source.read(store, &mut streams)?;
        self.0.lock().unwrap().extend(streams);
        Poll::Ready(Ok(StreamResult::Completed))
    }
}
