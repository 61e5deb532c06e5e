//! What one operation costs: `./just bench`.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use jsvm::{Engine, EngineConfig, Vm};

fn vm() -> Vm {
    Engine::global().unwrap().vm().build().unwrap()
}

/// From nothing to the first result.
fn create(c: &mut Criterion) {
    let engine = Engine::global().unwrap();
    let builder = engine.vm();
    let mut group = c.benchmark_group("create");
    group.bench_function("vm", |b| b.iter(|| builder.build().unwrap()));
    group.bench_function("vm and eval 1+2", |b| {
        b.iter(|| builder.build().unwrap().eval("1+2").unwrap());
    });
    let with_functions = engine
        .vm()
        .function("f", |x: f64| x)
        .function("g", |x: f64| x);
    group.bench_function("vm with two host functions", |b| {
        b.iter(|| with_functions.build().unwrap());
    });
    // Without the instances that dropped VMs leave for the next.
    let builder = EngineConfig::new().warm_vms(0).build().unwrap().vm();
    group.bench_function("vm and eval 1+2 in a fresh instance", |b| {
        b.iter(|| builder.build().unwrap().eval("1+2").unwrap());
    });
    group.finish();
}

fn eval(c: &mut Criterion) {
    let vm = vm();
    let mut group = c.benchmark_group("eval");
    group.bench_function("1+2", |b| b.iter(|| vm.eval(black_box("1+2")).unwrap()));
    group.bench_function("throw", |b| {
        b.iter(|| vm.eval(black_box("throw new Error('x')")).unwrap_err());
    });
    group.bench_function("loop of 1,000,000", |b| {
        b.iter(|| {
            vm.eval("{ let s = 0; for (let i = 0; i < 1e6; i++) s += i; s }")
                .unwrap()
        });
    });
    group.finish();
}

fn calls(c: &mut Criterion) {
    let builder = Engine::global().unwrap().vm();
    let vm = builder
        .function("host", |x: f64| x + 1.0)
        .function("greet", |name: String| name)
        .build()
        .unwrap();
    let add = vm.eval("(a, b) => a + b").unwrap();
    let object = vm
        .eval("({ x: 1, s: 'text', f() { return this.x } })")
        .unwrap();
    let mut group = c.benchmark_group("call");
    group.bench_function("function of two numbers", |b| {
        b.iter(|| add.call((black_box(1.0), 2.0)).unwrap());
    });
    group.bench_function("function with a handle", |b| {
        b.iter(|| add.call((&object, 2.0)).unwrap())
    });
    group.bench_function("method", |b| {
        b.iter(|| object.call_method("f", ()).unwrap())
    });
    group.bench_function("get a number", |b| b.iter(|| object.get("x").unwrap()));
    group.bench_function("get a string", |b| b.iter(|| object.get("s").unwrap()));
    group.bench_function("set a number", |b| b.iter(|| object.set("x", 1.0).unwrap()));
    group.finish();

    // A thousand at a time, so that what is measured is the crossing and not the eval.
    let mut group = c.benchmark_group("host call");
    group.throughput(Throughput::Elements(1_000));
    let loops = [
        (
            "nothing, for comparison",
            "() => { for (let i = 0; i < 1000; i++) Math.abs(i) }",
        ),
        (
            "one number",
            "() => { for (let i = 0; i < 1000; i++) host(i) }",
        ),
        (
            "one short string",
            "() => { for (let i = 0; i < 1000; i++) greet('name') }",
        ),
    ];
    for (name, source) in loops {
        let run = vm.eval(source).unwrap();
        group.bench_function(name, |b| b.iter(|| run.call(()).unwrap()));
    }
    group.finish();
}

fn strings(c: &mut Criterion) {
    let vm = vm();
    let mut group = c.benchmark_group("string");
    for size in [10, 1 << 10, 1 << 20] {
        let ascii = "x".repeat(size);
        let wide: String = std::iter::repeat_n('\u{4e2d}', size).collect();
        group.throughput(Throughput::Bytes(size as u64));
        for (name, text) in [("ascii", &ascii), ("not ascii", &wide)] {
            group.bench_function(BenchmarkId::new(format!("{name} in"), size), |b| {
                b.iter(|| vm.create_string(text).unwrap());
            });
            let value = vm.create_string(text).unwrap();
            group.bench_function(BenchmarkId::new(format!("{name} out"), size), |b| {
                b.iter(|| value.to_text().unwrap());
            });
        }
    }
    group.finish();
}

fn data(c: &mut Criterion) {
    let vm = vm();
    let script = "Array.from({ length: 2000 }, (_, i) => ({ id: i, name: 'item ' + i, ok: true, price: i / 3 }))";
    let value = vm.eval(script).unwrap();
    let data = value.to_data().unwrap();
    let mut group = c.benchmark_group("data of 2000 objects");
    group.bench_function("out", |b| b.iter(|| value.to_data().unwrap()));
    group.bench_function("in", |b| b.iter(|| vm.create_from_data(&data).unwrap()));
    group.finish();
}

/// What happens once per process.
fn start(c: &mut Criterion) {
    let mut group = c.benchmark_group("start");
    group.sample_size(20);
    group.bench_function("engine", |b| {
        b.iter_batched(
            EngineConfig::new,
            |config| config.build().unwrap(),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, create, eval, calls, strings, data, start);
criterion_main!(benches);
