//! Services whose programs import asynchronous functions, futures and streams.

use std::fs;
use std::pin::Pin;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::{Notify, OnceCell};
use wasmtime::StoreContextMut;
use wasmtime::component::{
    Accessor, FutureReader, HasSelf, Linker, Source, StreamConsumer, StreamReader, StreamResult,
};

use super::together::{bodies, request};
use crate::run::{Answer, Server};

const WIT: &str = "package acme:app;

interface later {
  double: async func(value: u32) -> u32;
  fail: async func(reason: string) -> result<u32, string>;
  /// Returns when `open` was called.
  gate: async func() -> string;
  open: func();
  /// Never returns.
  hang: async func();
  /// Returns how many calls of `hang` were cancelled.
  cancelled: func() -> u32;
  /// Returns how many bytes there were.
  drain: async func(chunks: stream<u8>) -> u64;
  /// Reads a byte, and leaves.
  taste: async func(chunks: stream<u8>) -> u8;
  count: func(to: u32) -> tuple<stream<u32>, future<result<u32, string>>>;
  /// As `count`, with a future of each number.
  nest: func(to: u32) -> stream<future<u32>>;
}

world app {
  import later;
}
";

const PROGRAM: &str = r#"
    import * as later from "acme:app/later";

    let produced = 0, ended = false;
    async function* chunks(count) {
      try {
        for (let i = 0; i < count; i++) {
          produced++;
          yield new Uint8Array(100_000).fill(7);
          await null;
        }
      } finally {
        ended = true;
      }
    }

    const routes = {
      "/double": () => later.double(21),
      "/many": async () => (await Promise.all([1, 2, 3].map((n) => later.double(n)))).join(),
      "/fail": async () => {
        try {
          return await later.fail("no luck");
        } catch (error) {
          return `${error.name}: ${error.payload}`;
        }
      },
      "/gate": () => later.gate(),
      "/open": () => {
        later.open();
        return "opened";
      },
      "/wrong": async () => {
        try {
          return await later.double("21");
        } catch (error) {
          return `${error.name}: ${error.message}`;
        }
      },
      "/abort": async () => {
        const controller = new AbortController();
        const calls = [AbortSignal.timeout(20), controller.signal].map((signal) => later.hang({ signal }));
        controller.abort();
        const ended = await Promise.allSettled(calls);
        while (later.cancelled() < 2) await new Promise((resolve) => setTimeout(resolve, 1));
        return ended.map(({ reason }) => reason.name).join();
      },
      "/drain": async () => `${await later.drain(chunks(20))} of ${produced}`,
      "/taste": async () => {
        const taste = await later.taste(chunks(1000));
        while (!ended) await new Promise((resolve) => setTimeout(resolve, 1));
        return `${taste}, ended early: ${produced < 1000}`;
      },
      "/count": async () => {
        const [numbers, total] = later.count(5);
        let sum = 0;
        for await (const number of numbers) sum += number;
        return `${sum}, ${await total}`;
      },
      "/nest": async () => {
        let sum = 0;
        for await (const number of later.nest(5)) sum += await number;
        return sum;
      },
      "/leave": async () => {
        const [numbers, total] = later.count(1000);
        for await (const number of numbers) if (number === 3) break;
        return `left, ${await total}`;
      },
      "/none": async () => {
        try {
          return await later.count(0)[1];
        } catch (error) {
          return error.payload;
        }
      },
    };

    export default {
      async fetch(request) {
        return new Response(String(await routes[new URL(request.url).pathname]()));
      },
    };
"#;

fn build(folder: &TempDir, program: &str, kind: &str) -> Output {
    fs::write(folder.path().join("app.js"), program).unwrap();
    fs::write(folder.path().join("app.wit"), WIT).unwrap();
    Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .current_dir(folder.path())
        .args(["build", "app.js", "--wit", "app.wit", "-o", "app.wasm"])
        .args(["--kind", kind])
        .output()
        .unwrap()
}

/// Counts calls that were dropped.
struct Counted(Arc<AtomicU32>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn link<T: Send + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut later = linker.instance("acme:app/later")?;
    later.func_wrap_concurrent("double", |_, (value,): (u32,)| {
        Box::pin(async move {
            tokio::task::yield_now().await;
            Ok((2 * value,))
        })
    })?;
    later.func_wrap_concurrent("fail", |_, (reason,): (String,)| {
        Box::pin(async move {
            tokio::task::yield_now().await;
            Ok((Err::<u32, String>(reason),))
        })
    })?;
    let gate = Arc::new(Notify::new());
    let opened = gate.clone();
    later.func_wrap_concurrent("gate", move |_, (): ()| {
        let gate = gate.clone();
        Box::pin(async move {
            gate.notified().await;
            Ok(("through".to_owned(),))
        })
    })?;
    later.func_wrap("open", move |_, (): ()| {
        opened.notify_one();
        Ok(())
    })?;
    let cancelled = Arc::<AtomicU32>::default();
    let count = cancelled.clone();
    later.func_wrap_concurrent("hang", move |_, (): ()| {
        let counted = Counted(count.clone());
        Box::pin(async move {
            std::future::pending::<()>().await;
            drop(counted);
            Ok(())
        })
    })?;
    later.func_wrap("cancelled", move |_, (): ()| {
        Ok((cancelled.load(Ordering::Relaxed),))
    })?;
    later.func_wrap_concurrent("drain", |accessor, (chunks,): (StreamReader<u8>,)| {
        Box::pin(async move { Ok((consume(accessor, chunks, usize::MAX).await.len() as u64,)) })
    })?;
    later.func_wrap_concurrent("taste", |accessor, (chunks,): (StreamReader<u8>,)| {
        Box::pin(async move { Ok((consume(accessor, chunks, 1).await[0],)) })
    })?;
    later.func_wrap(
        "count",
        |mut store: StoreContextMut<'_, T>, (to,): (u32,)| {
            let numbers = StreamReader::new(&mut store, Vec::from_iter(0..to))?;
            let total = async move {
                wasmtime::error::Ok(match to {
                    0 => Err("nothing to count".to_owned()),
                    to => Ok(to),
                })
            };
            let total: FutureReader<Result<u32, String>> = FutureReader::new(&mut store, total)?;
            Ok(((numbers, total),))
        },
    )?;
    later.func_wrap(
        "nest",
        |mut store: StoreContextMut<'_, T>, (to,): (u32,)| {
            let numbers: Vec<FutureReader<u32>> = (0..to)
                .map(|number| {
                    FutureReader::new(&mut store, async move { wasmtime::error::Ok(number) })
                })
                .collect::<Result<_, _>>()?;
            Ok((StreamReader::new(&mut store, numbers)?,))
        },
    )
}

/// Reads bytes, and leaves when there are so many.
struct Bytes {
    most: usize,
    read: Arc<Mutex<Vec<u8>>>,
    ended: Arc<Notify>,
}

impl Drop for Bytes {
    fn drop(&mut self) {
        self.ended.notify_one();
    }
}

impl<T: 'static> StreamConsumer<T> for Bytes {
    type Item = u8;

    fn poll_consume(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        store: StoreContextMut<'_, T>,
        mut source: Source<'_, u8>,
        _: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let mut read = self.read.lock().unwrap();
        let room = self.most.saturating_sub(read.len()).min(1 << 16);
        let mut chunk = Vec::with_capacity(room);
        source.read(store, &mut chunk)?;
        read.append(&mut chunk);
        Poll::Ready(Ok(match read.len() < self.most {
            true => StreamResult::Completed,
            false => StreamResult::Dropped,
        }))
    }
}

async fn consume<T: Send + 'static>(
    accessor: &Accessor<T, HasSelf<T>>,
    stream: StreamReader<u8>,
    most: usize,
) -> Vec<u8> {
    let (read, ended) = (Arc::default(), Arc::new(Notify::new()));
    let bytes = Bytes {
        most,
        read: Arc::clone(&read),
        ended: ended.clone(),
    };
    accessor.with(|access| stream.pipe(access, bytes)).unwrap();
    ended.notified().await;
    let read = read.lock().unwrap();
    read.clone()
}

async fn server() -> &'static Server {
    static SERVER: OnceCell<Server> = OnceCell::const_new();
    let make = async || {
        let folder = TempDir::new().unwrap();
        let output = build(&folder, PROGRAM, "service");
        assert!(output.status.success(), "{output:?}");
        Server::with(&folder.path().join("app.wasm"), |linker| {
            link(linker).unwrap();
        })
    };
    SERVER.get_or_init(make).await
}

async fn answers(paths: &[&str]) -> Vec<Answer> {
    let requests = paths.iter().map(|path| request(path, "")).collect();
    let pause = Duration::from_millis(100);
    let answers = server().await.serve_all(requests, pause).await;
    assert_eq!(answers[0].call, Ok(()), "{}", answers[0].stderr);
    answers
}

async fn check(paths: &[&str], expected: &[&str]) {
    let answers = answers(paths).await;
    assert_eq!(bodies(&answers), expected, "{}", answers[0].stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_calls_asynchronous_functions() {
    check(
        &["/double", "/many", "/fail", "/wrong"],
        &[
            "42",
            "2,4,6",
            "ComponentError: no luck",
            "TypeError: argument 1 (value): expected u32, found string \"21\"",
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_requests_are_served_while_a_function_has_not_returned() {
    check(&["/gate", "/double", "/open"], &["through", "42", "opened"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_cancelled() {
    let expected = ["TimeoutError,AbortError", "42"];
    check(&["/abort", "/double"], &expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_writes_streams() {
    check(&["/drain"], &["2000000 of 20"]).await;
    check(&["/taste", "/double"], &["7, ended early: true", "42"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_reads_streams_and_futures() {
    check(
        &["/count", "/leave", "/none", "/nest"],
        &["10, 5", "left, 1000", "nothing to count", "10"],
    )
    .await;
}

#[test]
fn a_server_of_wasi_0_2_does_not_wait() {
    let folder = TempDir::new().unwrap();
    let output = build(&folder, PROGRAM, "http");
    assert!(!output.status.success());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("is asynchronous, or has a future or a stream. Servers of WASI 0.2")
            && stderr.contains("Build a service by --kind service"),
        "{stderr}"
    );
}

#[test]
fn nothing_is_called_while_a_service_is_built() {
    let folder = TempDir::new().unwrap();
    let program = r#"
        import { double } from "acme:app/later";
        const value = await double(21);
        export default { fetch: () => new Response(value) };
    "#;
    let output = build(&folder, program, "service");
    assert!(!output.status.success());
    let stderr = String::from_utf8(output.stderr).unwrap();
    let expected = "double cannot be called while the program is built";
    assert!(stderr.contains(expected), "{stderr}");
}
