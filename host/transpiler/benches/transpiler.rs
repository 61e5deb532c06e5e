//! What the sandbox costs: `./just bench convert`.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use criterion::{BatchSize, Criterion, Throughput, criterion_group};
use jsvm_transpiler::{CompilerOptions, File, Language, ModuleKind, analyse, convert};

/// A part of a program; `#` is a number.
const TYPESCRIPT: &str = "\
export interface Point# { x: number; y: number }
export class Counter#<T extends Point#> {
  private count = 0;
  constructor(readonly name: string, public points: T[] = []) {}
  add(point: T, by: number = 1): this {
    if (by > 0 && point.x !== null) { this.points.push(point); this.count += by }
    return this as this;
  }
}
export enum Mood# { calm = 'calm', happy = 'happy' }
export const total# = (counters: Counter#<Point#>[]): number =>
  counters.reduce((sum, counter) => sum + counter.points.length, 0);
";

const COMMON_JS: &str = "\
const path# = require('./path#');
exports.join# = function (...parts) {
  return parts.filter(part => part && part !== '.').map(part => path#.clean(part)).join('/');
};
Object.defineProperty(exports, 'separator#', { get() { return path#.separator } });
";

/// Repeats a part to a size in bytes.
fn source(part: &str, size: usize) -> String {
    let parts = (0..size / part.len()).map(|number| part.replace('#', &number.to_string()));
    parts.collect()
}

/// A source that was never seen, so that no answer is remembered.
fn unseen(source: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{source}//{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn convert_typescript(source: &str) -> String {
    let file = File {
        language: Language::TypeScript,
        kind: None,
        package_kind: None,
    };
    let options = CompilerOptions {
        legacy_decorators: false,
        decorator_metadata: false,
        strict_null_checks: false,
        define_class_fields: true,
        keep_unused_imports: false,
        classic_jsx: false,
        jsx_import_source: None,
        jsx_factory: None,
        jsx_fragment_factory: None,
        helper_package: "helpers".to_owned(),
    };
    let converted = convert(source, &file, &options).unwrap();
    converted.as_ref().as_ref().unwrap().code.clone()
}

fn transpiler(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("convert");
    for (name, size) in [("a line", 0), ("10 KB", 10_000), ("100 KB", 100_000)] {
        let source = "let a: number = 1;\n".to_owned() + &source(TYPESCRIPT, size);
        group.throughput(Throughput::Bytes(source.len() as u64));
        group.bench_function(name, |bencher| {
            let new = || unseen(&source);
            let work = |source: String| black_box(convert_typescript(&source));
            bencher.iter_batched(new, work, BatchSize::SmallInput);
        });
    }
    group.bench_function("remembered", |bencher| {
        let source = source(TYPESCRIPT, 100_000);
        bencher.iter(|| black_box(convert_typescript(&source)));
    });
    group.finish();
    let mut group = criterion.benchmark_group("analyse");
    let source = source(COMMON_JS, 100_000);
    group.throughput(Throughput::Bytes(source.len() as u64));
    group.bench_function("100 KB", |bencher| {
        let work =
            |source: String| black_box(analyse(&source, Some(ModuleKind::CommonJs)).unwrap());
        bencher.iter_batched(|| unseen(&source), work, BatchSize::SmallInput);
    });
    group.finish();
}

criterion_group!(benches, transpiler);

fn main() {
    let start = Instant::now();
    convert_typescript("let a: number = 1;");
    println!("first conversion of the process: {:?}", start.elapsed());
    benches();
    Criterion::default().configure_from_args().final_summary();
}
