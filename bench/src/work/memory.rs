//! Resident memory of one more idle VM.

use anyhow::{Context, Result};
use jsvm::Vm;

use super::{Task, Worlds};

/// How many there are. The first is not counted: it pays for what all share.
const COUNT: u32 = 200;

/// Resident set of this process in bytes.
fn resident() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1));
    let kibibytes: f64 = kibibytes.context("no VmRSS")?.parse()?;
    Ok(kibibytes * 1024.0)
}

pub fn tasks(worlds: &Worlds) -> Result<Vec<Task>> {
    let builder = worlds.builder();
    let make = || -> Result<Vm> {
        let vm = builder.build()?;
        vm.eval("1+2")?;
        Ok(vm)
    };
    let first = make()?;
    let before = resident()?;
    let vms: Vec<Vm> = (0..COUNT).map(|_| make()).collect::<Result<_>>()?;
    let bytes = (resident()? - before) / f64::from(COUNT);
    drop((first, vms));
    Ok(vec![Task::Size {
        how: "resident set",
        bytes,
    }])
}
