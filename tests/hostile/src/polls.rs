//! The longest time between two polls of a VM.
//!
//! A process of its own runs a script in a VM by the crate `jsvm`, and prints what the VM says.

use std::path::Path;
use std::time::Duration;

use jsvm::{Engine, Limits, Vm};

use super::stage::{MEMORY, TIME};

/// Whether cases are measured.
pub const IS_MEASURED: bool = true;

/// What the line with the result begins with.
const LINE: &str = "longest distance between two polls in microseconds: ";

/// Returns the longest time between two polls since the VM was made.
pub fn longest_distance(vm: &Vm) -> Option<Duration> {
    vm.longest_poll_gap().ok().flatten()
}

/// Runs a script, and prints the longest distance.
pub fn measure(script: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(script)?;
    let limits = Limits::default().memory(MEMORY).time(TIME);
    let builder = Engine::global()?.vm().measure_poll_gaps();
    let vm = builder.limits(limits).build()?;
    // Errors do not matter here: most scripts are stopped.
    let _ = vm.eval(&*text).and_then(|_| vm.run_jobs());
    if let Some(distance) = longest_distance(&vm) {
        println!("{LINE}{}", distance.as_micros());
    }
    Ok(())
}

/// Finds the distance in what `measure` printed.
pub fn read(stdout: &str) -> Option<Duration> {
    let line = stdout.lines().find_map(|line| line.strip_prefix(LINE))?;
    line.parse().ok().map(Duration::from_micros)
}
