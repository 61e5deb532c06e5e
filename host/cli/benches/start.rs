//! How long the program takes to start.
#![allow(missing_docs, clippy::unwrap_used)]

use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};

fn start(c: &mut Criterion) {
    let hello = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/hello.js");
    let mut run = Command::new(env!("CARGO_BIN_EXE_jsvm"));
    run.args(["run", hello]).stdout(Stdio::null());
    let mut group = c.benchmark_group("start");
    group.sample_size(20);
    group.bench_function("jsvm run hello.js", |b| {
        b.iter(|| assert!(run.status().unwrap().success()));
    });
    group.finish();
}

criterion_group!(benches, start);
criterion_main!(benches);
