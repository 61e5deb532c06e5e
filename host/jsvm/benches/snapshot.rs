//! Freezing and thawing: `./just bench --bench snapshot`.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Bencher, Criterion, criterion_group, criterion_main};
use jsvm::{Engine, HostError, Limits, Snapshot, Vm};

/// Fills a heap with what programs have: records in arrays and maps, strings, closures.
const FILL: &str = "
    globalThis.fill = function (bytes) {
        const rows = [], index = new Map();
        let n = 0;
        while (rows.length * 460 < bytes) {
            const id = (n++ * 2654435761) % 4294967296;
            const row = {
                id, name: `item ${n} of ${id.toString(36)}`, price: (id % 10007) / 100,
                tags: ['a' + id % 17, 'b' + id % 31], seen: id % 3 === 0, next: () => n,
            };
            rows.push(row);
            if (n % 4 === 0) index.set(row.name, row);
        }
        globalThis.heap = { rows, index };
        return rows.length;
    };
    var count = 0;
    function next() { return ++count }";

/// A workflow that waits again and again.
const WORKFLOW: &str = "
    globalThis.state = { done: [], total: 0 };
    (async () => {
        for (let i = 0; ; i++) {
            const answer = await step(`step ${i}`, { i });
            state.done.push({ i, answer });
            if (state.done.length > 20) state.done.shift();
            state.total += i;
        }
    })();";

fn limits() -> Limits {
    Limits::default()
        .memory(1 << 30)
        .hard_memory(1 << 30)
        .time(None)
}

fn filled(engine: &Engine, megabytes: usize) -> Vm {
    let vm = engine.vm().limits(limits()).build().unwrap();
    vm.eval(FILL).unwrap();
    if megabytes > 0 {
        vm.eval(&*format!("fill({})", megabytes << 20)).unwrap();
    }
    vm
}

/// Measures without what it takes to drop the result, one at a time.
fn until_drop<T>(b: &mut Bencher<'_>, mut work: impl FnMut() -> T) {
    b.iter_custom(|count| {
        let mut total = Duration::ZERO;
        for _ in 0..count {
            let start = Instant::now();
            let result = work();
            total += start.elapsed();
            drop(result);
        }
        total
    });
}

fn heaps(c: &mut Criterion) {
    let engine = Engine::new().unwrap();
    let builder = engine.vm().limits(limits());
    for megabytes in [0, 1, 10, 50] {
        let name = match megabytes {
            0 => "small VM".to_owned(),
            _ => format!("{megabytes} MB heap"),
        };
        let vm = filled(&engine, megabytes);
        let snapshot = vm.snapshot().unwrap();
        let bytes = snapshot.to_bytes().unwrap();
        println!(
            "{name}: {} bytes used, image of {} bytes; stored: {} pages, {} bytes of lines, \
             {} bytes in all",
            vm.heap().usage().unwrap().used,
            snapshot.memory_size(),
            snapshot.stored_pages(),
            snapshot.stored_bytes(),
            bytes.len(),
        );
        let decoder = jsvm::snapshot::Decoder::new().max_memory(1 << 30);
        let mut group = c.benchmark_group(name);
        if megabytes >= 10 {
            group
                .sample_size(10)
                .measurement_time(Duration::from_secs(3));
        }
        group.bench_function("capture", |b| b.iter(|| vm.snapshot().unwrap()));
        group.bench_function("encode", |b| b.iter(|| snapshot.to_bytes().unwrap()));
        group.bench_function("capture + encode", |b| {
            b.iter(|| vm.snapshot().unwrap().to_bytes().unwrap());
        });
        group.bench_function("decode", |b| {
            b.iter(|| decoder.from_bytes(black_box(&bytes)).unwrap());
        });
        group.bench_function("restore + eval", |b| {
            until_drop(b, || {
                let vm = builder.restore(&snapshot).unwrap();
                assert_eq!(vm.eval("next()").unwrap().to::<u32>().unwrap(), 1);
                vm
            });
        });
        let lazy = snapshot.clone().into_lazy().unwrap();
        group.bench_function("restore lazily + eval", |b| {
            until_drop(b, || {
                let vm = builder.restore(&lazy).unwrap();
                assert_eq!(vm.eval("next()").unwrap().to::<u32>().unwrap(), 1);
                vm
            });
        });
        group.bench_function("decode + restore + eval", |b| {
            until_drop(b, || {
                let vm = builder
                    .restore(&decoder.from_bytes(&bytes).unwrap())
                    .unwrap();
                vm.eval("next()").unwrap();
                vm
            });
        });
        group.finish();
    }
}

/// What a workflow pays at each suspension.
fn suspensions(c: &mut Criterion) {
    let engine = Engine::new().unwrap();
    let vm = engine
        .vm()
        .limits(limits())
        .request("step")
        .build()
        .unwrap();
    vm.eval(WORKFLOW).unwrap();
    let go_on = |vm: &Vm| {
        for request in vm.take_requests().unwrap() {
            vm.settle(request.id, Ok::<_, HostError>("answer")).unwrap();
        }
        vm.run_jobs().unwrap();
    };
    for _ in 0..50 {
        go_on(&vm);
    }
    let parent = vm.snapshot().unwrap();
    go_on(&vm);
    let delta = vm.snapshot_since(&parent).unwrap();
    println!(
        "suspension: stored: {} pages, {} bytes of lines, {} bytes in all",
        delta.stored_pages(),
        delta.stored_bytes(),
        delta.to_bytes().unwrap().len()
    );
    let mut group = c.benchmark_group("suspension");
    group.bench_function("delta: capture + encode", |b| {
        b.iter(|| vm.snapshot_since(&parent).unwrap().to_bytes().unwrap());
    });
    let bytes = delta.to_bytes().unwrap();
    group.bench_function("delta: decode + attach", |b| {
        b.iter(|| {
            Snapshot::from_bytes(&bytes)
                .unwrap()
                .attach(&parent)
                .unwrap()
        });
    });
    group.bench_function("one step, no snapshot", |b| b.iter(|| go_on(&vm)));
    let mut last = vm.snapshot().unwrap();
    group.bench_function("one step and its delta to bytes", |b| {
        b.iter(|| {
            go_on(&vm);
            let next = vm.snapshot_since(&last).unwrap();
            let bytes = next.to_bytes().unwrap();
            last = next;
            bytes
        });
    });
    group.finish();
}

/// A VM without its own heap, for comparison.
fn fresh(c: &mut Criterion) {
    let engine = Engine::new().unwrap();
    let builder = engine.vm();
    c.bench_function("create + eval, no snapshot", |b| {
        until_drop(b, || {
            let vm = builder.build().unwrap();
            vm.eval("1+2").unwrap();
            vm
        });
    });
}

criterion_group!(benches, fresh, heaps, suspensions);
criterion_main!(benches);
