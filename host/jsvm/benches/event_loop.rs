//! What waiting costs: `./just bench --bench event_loop`.
#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jsvm::{Engine, EventLoop, Vm};
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}

/// A VM with an asynchronous function that is done at once, and one that is done a turn later.
fn vm(source: &str) -> Vm {
    let vm = Engine::global()
        .unwrap()
        .vm()
        .async_function("ready", async |x: f64| x)
        .async_function("soon", async |x: f64| {
            tokio::task::yield_now().await;
            x
        })
        .build()
        .unwrap();
    vm.eval(source).unwrap();
    vm
}

/// Evaluates `call` and waits for its promise.
fn bench(c: &mut Criterion, name: &str, count: u64, source: &str) {
    let vm = vm(source);
    let runtime = runtime();
    let mut group = c.benchmark_group("event loop");
    group.throughput(Throughput::Elements(count));
    group.bench_function(name, |b| {
        b.iter(|| {
            runtime.block_on(async {
                let mut events = EventLoop::new(&vm);
                let start = vm.global().unwrap().get("start").unwrap();
                let promise = start.call(()).unwrap();
                events.settled(&promise).await.unwrap();
                events.run().await.unwrap();
            });
        });
    });
    group.finish();
}

fn event_loop(c: &mut Criterion) {
    bench(c, "nothing", 1, "async function start() {}");
    bench(
        c,
        "1,000 requests, one after the other",
        1000,
        "async function start() { for (let i = 0; i < 1000; i++) await ready(i) }",
    );
    bench(
        c,
        "1,000 requests in flight",
        1000,
        "function start() {
             const all = [];
             for (let i = 0; i < 1000; i++) all.push(soon(i));
             return Promise.all(all);
         }",
    );
    bench(
        c,
        "1,000 timers that are due",
        1000,
        "function start() {
             return new Promise((resolve) => {
                 let left = 1000;
                 for (let i = 0; i < 1000; i++) setTimeout(() => { if (--left === 0) resolve() }, 0);
             });
         }",
    );
    bench(
        c,
        "100 turns of setImmediate",
        100,
        "function start() {
             return new Promise((resolve) => {
                 let left = 100;
                 (function turn() { if (--left) setImmediate(turn); else resolve() })();
             });
         }",
    );
}

criterion_group!(benches, event_loop);
criterion_main!(benches);
