//! Types of serde as data: alone, and through a VM.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use jsvm::{Bytes, Data, Engine};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Item {
    id: u32,
    name: String,
    price: f64,
    active: bool,
}

fn items() -> Vec<Item> {
    let item = |id| Item {
        id,
        name: format!("item {id}"),
        price: f64::from(id) * 1.1,
        active: id % 2 == 0,
    };
    (0..2000).map(item).collect()
}

/// 2,000 objects of four fields, and what JSON takes for the same.
fn objects(c: &mut Criterion) {
    let mut group = c.benchmark_group("2000 objects");
    let items = items();
    let data = Data::of(&items).unwrap();
    group.bench_function("write", |b| b.iter(|| Data::of(black_box(&items)).unwrap()));
    group.bench_function("read", |b| b.iter(|| data.to::<Vec<Item>>().unwrap()));
    let text = serde_json::to_string(&items).unwrap();
    group.bench_function("write JSON", |b| {
        b.iter(|| serde_json::to_string(black_box(&items)).unwrap());
    });
    group.bench_function("read JSON", |b| {
        b.iter(|| serde_json::from_str::<Vec<Item>>(&text).unwrap());
    });
    let vm = Engine::global().unwrap().vm().build().unwrap();
    let value = vm.create_value(&items).unwrap();
    group.bench_function("into a VM", |b| b.iter(|| vm.create_value(&items).unwrap()));
    group.bench_function("out of a VM", |b| {
        b.iter(|| value.to::<Vec<Item>>().unwrap())
    });
    group.bench_function("into a VM as JSON", |b| {
        b.iter(|| {
            vm.create_from_json(&serde_json::to_string(&items).unwrap())
                .unwrap()
        });
    });
    group.bench_function("out of a VM as JSON", |b| {
        b.iter(|| {
            let text = value.to_json().unwrap().unwrap();
            serde_json::from_str::<Vec<Item>>(&text).unwrap()
        });
    });
    group.finish();
}

fn numbers(c: &mut Criterion) {
    let mut group = c.benchmark_group("100000 numbers");
    let numbers: Vec<f64> = (0..100_000).map(|n| f64::from(n) * 1.5).collect();
    let data = Data::of(&numbers).unwrap();
    group.bench_function("write", |b| {
        b.iter(|| Data::of(black_box(&numbers)).unwrap())
    });
    group.bench_function("read", |b| b.iter(|| data.to::<Vec<f64>>().unwrap()));
    let vm = Engine::global().unwrap().vm().build().unwrap();
    let value = vm.create_value(&numbers).unwrap();
    group.bench_function("into a VM", |b| {
        b.iter(|| vm.create_value(&numbers).unwrap())
    });
    group.bench_function("out of a VM", |b| {
        b.iter(|| value.to::<Vec<f64>>().unwrap())
    });
    group.finish();
}

fn bytes(c: &mut Criterion) {
    let mut group = c.benchmark_group("10 MB");
    let vm = Engine::global().unwrap().vm().build().unwrap();
    let bytes = Bytes(vec![7; 10_000_000]);
    let value = vm.create_value(&bytes).unwrap();
    group.bench_function("into a VM", |b| b.iter(|| vm.create_value(&bytes).unwrap()));
    group.bench_function("out of a VM", |b| b.iter(|| value.to::<Bytes>().unwrap()));
    group.finish();
}

fn strings(c: &mut Criterion) {
    let mut group = c.benchmark_group("1 Mi characters");
    for (name, text) in [
        ("ASCII", "a".repeat(1 << 20)),
        ("UTF-16", "日".repeat(1 << 20)),
    ] {
        let data = Data::of(&[&text]).unwrap();
        group.bench_function(format!("{name}, write"), |b| {
            b.iter(|| Data::of(black_box(&[&text])).unwrap());
        });
        group.bench_function(format!("{name}, read"), |b| {
            b.iter(|| data.to::<[String; 1]>().unwrap());
        });
        let vm = Engine::global().unwrap().vm().build().unwrap();
        let value = vm.create_value(&text).unwrap();
        group.bench_function(format!("{name}, into a VM"), |b| {
            b.iter(|| vm.create_value(&text).unwrap());
        });
        group.bench_function(format!("{name}, out of a VM"), |b| {
            b.iter(|| value.to::<String>().unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, objects, numbers, bytes, strings);
criterion_main!(benches);
