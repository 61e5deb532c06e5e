//! The longest time between two polls of a VM.
//!
//! A process of its own runs a script in a VM by the crate `jsvm`, and prints what the VM says.

use std::path::Path;
use std::time::Duration;

use jsvm::{Engine, Limits, Vm};

use super::stage::{MEMORY, TIME};

/// Whether the engine measures the distance. While it does not, cases are not measured.
pub const IS_MEASURED: bool = false;

/// What the line with the result begins with.
const LINE: &str = "longest distance between two polls in microseconds: ";

/// Returns the longest time between two polls since the VM was made.
///
/// This is the place for the measurement of the engine. `None` means that there is none.
pub fn longest_distance(vm: &Vm) -> Option<Duration> {
    let _ = vm;
    None
}

/// Runs a script, and prints the longest distance.
pub fn measure(script: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(script)?;
    let limits = Limits {
        memory: MEMORY,
        time: Some(TIME),
        ..Limits::default()
    };
    let vm = Engine::global()?.vm().limits(limits).build()?;
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
