//! Runs the work of `bench/worlds/asynchronous` in components that were made by different tools, beside each other,
//! and prints a table: `jsvm-bench-tasks NAME=FILE...`.
//!
//! Rounds alternate between the components. A figure is the median of the rounds. What the host does for a
//! call is in it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context as TaskContext, Poll};
use std::time::Instant;

use wasmtime::component::{
    Accessor, HasSelf, Lift, Source, StreamConsumer, StreamReader, StreamResult,
};
use wasmtime::{Result, Store, StoreContextMut};

use bindings::{Bench, BenchPre};
use contenders::{Contender, Host, ROUNDS, check, print};

#[path = "../contenders.rs"]
mod contenders;

mod bindings {
    #![allow(missing_docs)]
    wasmtime::component::bindgen!({ path: "worlds/asynchronous", world: "bench" });
}

/// An instance, which is used for all rounds.
struct Running {
    store: Store<Host>,
    bench: Bench,
}

/// The work of a row.
#[derive(Clone, Copy)]
enum Work {
    Add,
    AddMany,
    Produce,
    Consume,
    Upper,
}

const SIZE: u32 = 10 << 20;

/// The rows, with their names and how often the work is done in a round.
const ROWS: [(&str, Work, u32); 5] = [
    ("an asynchronous call", Work::Add, 200),
    ("100 calls at a time", Work::AddMany, 2),
    ("10 MiB of a generator, 64 KiB each", Work::Produce, 1),
    ("10 MiB read by the program", Work::Consume, 1),
    ("1,000 texts there and back", Work::Upper, 1),
];

/// Counts items of a stream.
struct Count<T> {
    count: Arc<AtomicUsize>,
    done: Option<tokio::sync::oneshot::Sender<()>>,
    buffer: Vec<T>,
}

impl<T: Unpin + Lift + Send + Sync + 'static> StreamConsumer<Host> for Count<T> {
    type Item = T;

    fn poll_consume(
        mut self: Pin<&mut Self>,
        _: &mut TaskContext<'_>,
        store: StoreContextMut<'_, Host>,
        mut source: Source<'_, T>,
        _: bool,
    ) -> Poll<Result<StreamResult>> {
        source.read(store, &mut self.buffer)?;
        self.count.fetch_add(self.buffer.len(), Ordering::Relaxed);
        self.buffer.clear();
        Poll::Ready(Ok(StreamResult::Completed))
    }
}

impl<T> Drop for Count<T> {
    fn drop(&mut self) {
        if let Some(done) = self.done.take() {
            let _ = done.send(());
        }
    }
}

/// Reads a stream, and returns how many items there were.
async fn count<T: Unpin + Lift + Send + Sync + 'static>(
    accessor: &Accessor<Host, HasSelf<Host>>,
    stream: StreamReader<T>,
) -> Result<usize> {
    let (done, ended) = tokio::sync::oneshot::channel();
    let count = Arc::new(AtomicUsize::new(0));
    let consumer = Count {
        count: count.clone(),
        done: Some(done),
        buffer: Vec::with_capacity(64 << 10),
    };
    accessor.with(|access| stream.pipe(access, consumer))?;
    ended.await?;
    Ok(count.load(Ordering::Relaxed))
}

impl Running {
    async fn run(&mut self, work: Work) -> Result<()> {
        let bench = &self.bench;
        let done = self.store.run_concurrent(async |accessor| {
            let exports = bench.bench_tasks_work();
            match work {
                Work::Add => check(exports.call_add(accessor, 1.5, 2.0).await? == 3.5),
                Work::AddMany => {
                    let calls = (0..100).map(|n| exports.call_add(accessor, f64::from(n), 1.0));
                    let sums = futures_util::future::join_all(calls).await;
                    for (n, sum) in (0..).zip(sums) {
                        check(sum? == f64::from(n) + 1.0)?;
                    }
                    Ok(())
                }
                Work::Produce => {
                    let stream = exports.call_produce(accessor, SIZE).await?;
                    check(count(accessor, stream).await? == SIZE as usize)
                }
                Work::Consume => {
                    let bytes = vec![7_u8; SIZE as usize];
                    let stream = accessor.with(|access| StreamReader::new(access, bytes))?;
                    check(exports.call_consume(accessor, stream).await? == SIZE)
                }
                Work::Upper => {
                    let words = Vec::from_iter((0..1000).map(|n| format!("word number {n}")));
                    let stream = accessor.with(|access| StreamReader::new(access, words))?;
                    let stream = exports.call_upper(accessor, stream).await?;
                    check(count(accessor, stream).await? == 1000)
                }
            }
        });
        done.await?
    }
}

async fn start(one: &Contender) -> Result<Running> {
    let mut store = one.store();
    let bench = BenchPre::new(one.pre.clone())?
        .instantiate_async(&mut store)
        .await?;
    Ok(Running { store, bench })
}

fn main() -> Result<()> {
    let contenders = Contender::all(wasmtime_wasi::p2::add_to_linker_async)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    runtime.block_on(async {
        for (name, work, repeats) in ROWS {
            let mut all = Vec::new();
            for one in &contenders {
                let mut running = start(one).await?;
                running.run(work).await?;
                all.push(running);
            }
            let mut times = vec![Vec::new(); all.len()];
            for _ in 0..ROUNDS {
                for (running, times) in all.iter_mut().zip(&mut times) {
                    let began = Instant::now();
                    for _ in 0..repeats {
                        running.run(work).await?;
                    }
                    times.push(began.elapsed().as_secs_f64() / f64::from(repeats));
                }
            }
            print(name, times);
        }
        Ok(())
    })
}
