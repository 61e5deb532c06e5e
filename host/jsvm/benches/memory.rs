//! Resident memory of one more idle VM, at 1,000 of them: `./just bench --bench memory`.
#![allow(missing_docs, clippy::unwrap_used)]

use jsvm::{Engine, Vm};

/// Resident set of this process in bytes.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes << 10)
}

fn measure(what: &str, make: impl Fn() -> Vm) {
    const COUNT: u64 = 1_000;
    // The first VM pays for what all share.
    let first = make();
    let Some(before) = resident() else {
        println!("{what}: this system does not say what is resident");
        return;
    };
    let vms: Vec<Vm> = (0..COUNT).map(|_| make()).collect();
    let after = resident().unwrap_or(before);
    println!("{what}: {} bytes each", (after - before) / COUNT);
    drop((first, vms));
}

fn main() {
    let engine = Engine::new().unwrap();
    let builder = engine.vm();
    measure("idle VM, nothing evaluated", || builder.build().unwrap());
    // A fresh engine, since memory that was used before stays resident in the pool.
    let engine = Engine::new().unwrap();
    let builder = engine.vm();
    measure("idle VM after eval 1+2", || {
        let vm = builder.build().unwrap();
        vm.eval("1+2").unwrap();
        vm
    });
}
