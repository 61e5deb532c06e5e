//! Compares the estimated memory of compiling a component with what it takes:
//! `cargo run --workspace --example compile_cost -- FILE`

use std::time::Instant;

use jsvm_link::{CompileLimits, Linker};

fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) >> 10
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let linker = Linker::new()?;
    let limits = CompileLimits {
        memory: u64::MAX,
        parts: u64::MAX - 1,
    };
    for file in std::env::args().skip(1) {
        let bytes = wat::parse_file(&file)?;
        let before = peak();
        let started = Instant::now();
        let estimated = jsvm_link::internal::estimated_memory(&bytes).unwrap_or_default() >> 20;
        let read = started.elapsed();
        let started = Instant::now();
        let result = linker
            .clone()
            .compile_limits(limits.clone())
            .compile("c", &bytes);
        println!(
            "{file}: {} KB, {estimated} MiB estimated in {read:.1?}, {} MiB taken, {:.2?}{}",
            bytes.len() >> 10,
            peak() - before,
            started.elapsed(),
            result
                .err()
                .map_or(String::new(), |error| format!(", {error}")),
        );
    }
    Ok(())
}
