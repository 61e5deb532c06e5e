//! Reads and writes the same items with jsvm-data and with minicbor.
//!
//! Each pass reads every item to a checksum, as a program does that must look at every value. The
//! figure is the fastest of many passes, in microseconds.

mod sample;
mod with_jsvm;
mod with_minicbor;

use std::hint::black_box;
use std::time::{Duration, Instant};

use sample::Value;

/// Passes of one measurement.
const PASSES: u32 = 400;

fn main() {
    println!(
        "{:<28} {:>10} {:>12} {:>12} {:>7}",
        "item", "bytes", "jsvm-data", "minicbor", "ratio"
    );
    for (name, value) in sample::all() {
        let item = with_jsvm::write(&value);
        assert_eq!(item, with_minicbor::write(&value), "{name}");
        assert_eq!(with_jsvm::read(&item), with_minicbor::read(&item), "{name}");
        report(
            &format!("{name}, read"),
            item.len(),
            || with_jsvm::read(black_box(&item)),
            || with_minicbor::read(black_box(&item)),
        );
        report(
            &format!("{name}, skip"),
            item.len(),
            || with_jsvm::skip(black_box(&item)),
            || with_minicbor::skip(black_box(&item)),
        );
        report(
            &format!("{name}, write"),
            item.len(),
            || with_jsvm::write(black_box(&value)).len(),
            || with_minicbor::write(black_box(&value)).len(),
        );
    }
}

/// Measures two ways by turns.
fn report<R>(name: &str, len: usize, ours: impl Fn() -> R, theirs: impl Fn() -> R) {
    let mut fastest = [Duration::MAX; 2];
    for _ in 0..PASSES {
        fastest[0] = fastest[0].min(time(&ours));
        fastest[1] = fastest[1].min(time(&theirs));
    }
    let [ours, theirs] = fastest.map(|time| time.as_secs_f64() * 1e6);
    println!(
        "{name:<28} {len:>10} {ours:>9.1} µs {theirs:>9.1} µs {:>6.2}x",
        theirs / ours
    );
}

fn time<R>(work: impl Fn() -> R) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

/// Adds what was read to a checksum.
fn mix(sum: u64, part: u64) -> u64 {
    (sum.rotate_left(5) ^ part).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// What a text or byte string adds.
fn mix_bytes(sum: u64, bytes: &[u8]) -> u64 {
    let first = bytes.first().copied().unwrap_or_default();
    mix(sum, bytes.len() as u64 ^ u64::from(first))
}

/// Writes a value by the functions that a library has for its parts.
trait Sink {
    fn number(&mut self, value: f64);
    fn boolean(&mut self, value: bool);
    fn text(&mut self, text: &str);
    fn tagged_bytes(&mut self, tag: u64, bytes: &[u8]);
    fn array(&mut self, len: usize);
    fn map(&mut self, len: usize);
}

fn write_to(value: &Value, sink: &mut impl Sink) {
    match value {
        Value::Number(value) => sink.number(*value),
        Value::Boolean(value) => sink.boolean(*value),
        Value::Text(text) => sink.text(text),
        Value::Tagged(tag, bytes) => sink.tagged_bytes(*tag, bytes),
        Value::List(items) => {
            sink.array(items.len());
            items.iter().for_each(|item| write_to(item, sink));
        }
        Value::Object(properties) => {
            sink.map(properties.len());
            for (key, value) in properties {
                sink.text(key);
                write_to(value, sink);
            }
        }
    }
}
