//! The budgets of ARCHITECTURE.md that depend on the machine: `./just bench --bench budgets`.
//!
//! It prints each beside its figure. The test `budgets` checks those in bytes.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jsvm::{Engine, Vm};

const JSVM: &str = env!("CARGO_BIN_EXE_jsvm");

fn main() {
    println!("{:<44} {:>12} {:>12}", "what", "measured", "figure");
    for (what, figure) in table() {
        let measured = match &*what {
            "release program" => megabytes(),
            "create a VM and eval `1+2`" => microseconds(create_and_eval()),
            "capture and encode a delta at an `await`" => microseconds(delta()),
            "start of `jsvm eval 1`" => milliseconds(start()),
            "idle VM before its first eval" => idle(|_| {}),
            "idle VM after it" => idle(|vm| drop(vm.eval("1+2").unwrap())),
            // In bytes.
            _ => continue,
        };
        println!("{what:<44} {measured:>12} {figure:>12}");
    }
}

/// The rows of the table: what is measured, and the figure.
fn table() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ARCHITECTURE.md");
    let text = fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once("<!-- budgets -->").unwrap();
    let (table, _) = rest.split_once("<!-- /budgets -->").unwrap();
    let row = |line: &str| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        Some((cells.next()?.to_owned(), cells.next()?.to_owned()))
    };
    table.lines().filter_map(row).collect()
}

fn megabytes() -> String {
    format!("{:.1} MB", fs::metadata(JSVM).unwrap().len() as f64 / 1e6)
}

fn microseconds(time: Duration) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6)
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// The median time of one of many runs.
fn median(runs: usize, mut run: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<_> = (0..runs).map(|_| run()).collect();
    times.sort_unstable();
    times[runs / 2]
}

fn create_and_eval() -> Duration {
    let builder = Engine::new().unwrap().vm();
    median(5_000, || {
        let start = Instant::now();
        let vm = builder.build().unwrap();
        black_box(vm.eval("1+2").unwrap());
        start.elapsed()
    })
}

fn delta() -> Duration {
    let vm = Engine::new().unwrap().vm().request("next").build().unwrap();
    vm.eval("(async () => { for (let sum = 0; ; ) sum += await next() })()")
        .unwrap();
    vm.run_jobs().unwrap();
    let mut parent = vm.snapshot().unwrap();
    median(1_000, || {
        let request = vm.take_requests().unwrap().remove(0);
        vm.settle(request.id, Ok(1)).unwrap();
        vm.run_jobs().unwrap();
        let start = Instant::now();
        let delta = vm.snapshot_since(&parent).unwrap();
        black_box(delta.to_bytes().unwrap());
        let time = start.elapsed();
        parent = vm.snapshot().unwrap();
        time
    })
}

fn start() -> Duration {
    median(40, || {
        let mut eval = Command::new(JSVM);
        eval.args(["eval", "1"]).stdout(Stdio::null());
        let start = Instant::now();
        assert!(eval.status().unwrap().success());
        start.elapsed()
    })
}

/// Resident set of this process in bytes.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes << 10)
}

/// Resident memory of one more VM, at 1,000 of them.
fn idle(prepare: impl Fn(&Vm)) -> String {
    const COUNT: u64 = 1_000;
    // A fresh engine, since memory that was used before stays resident in the pool.
    let builder = Engine::new().unwrap().vm();
    let make = || {
        let vm = builder.build().unwrap();
        prepare(&vm);
        vm
    };
    // The first VM pays for what all share.
    let first = make();
    let Some(before) = resident() else {
        return "unknown".to_owned();
    };
    let vms: Vec<Vm> = (0..COUNT).map(|_| make()).collect();
    let after = resident().unwrap_or(before);
    drop((first, vms));
    format!("{} KiB", ((after - before) / COUNT) >> 10)
}
