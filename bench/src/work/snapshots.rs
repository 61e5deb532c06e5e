//! Freezing and thawing: kept in memory, and as bytes to store.

use anyhow::{Result, ensure};
use jsvm::{Snapshot, Vm};

use super::{Task, Worlds, script};

/// Rows of `scripts/heap.js` that make a heap of about 10 MB.
const ROWS: u32 = 22_000;

/// Evaluates something in a VM that was restored.
fn first_result(vm: &Vm) -> Result<()> {
    ensure!(vm.eval("next()")?.to::<u32>()? == 1);
    Ok(())
}

pub fn tasks(worlds: &Worlds, name: &str) -> Result<Vec<Task>> {
    let builder = worlds.builder();
    let vm = builder.build()?;
    vm.eval(&*script("scripts/heap.js")?)?;
    if name.starts_with("large") {
        vm.eval(&*format!("fill({ROWS})"))?;
    }
    let what = name.split_once('-').map_or("", |(_, what)| what);
    Ok(match what {
        "snapshot" => vec![Task::time("Vm::snapshot", move || {
            drop(vm.snapshot()?);
            Ok(())
        })],
        "restore" => {
            let snapshot = vm.snapshot()?;
            let lazy = snapshot.clone().into_lazy()?;
            let again = builder.clone();
            vec![
                Task::time("VmBuilder::restore", move || {
                    first_result(&builder.restore(&snapshot)?)
                }),
                Task::time("restore, lazily", move || {
                    first_result(&again.restore(&lazy)?)
                }),
            ]
        }
        "store" => vec![Task::time("Snapshot::to_bytes", move || {
            drop(vm.snapshot()?.to_bytes()?);
            Ok(())
        })],
        "load" => {
            let bytes = vm.snapshot()?.to_bytes()?;
            vec![Task::time("Snapshot::from_bytes", move || {
                first_result(&builder.restore(&Snapshot::from_bytes(&bytes)?)?)
            })]
        }
        "size" => vec![Task::Size {
            how: "Snapshot::to_bytes",
            bytes: vm.snapshot()?.to_bytes()?.len() as f64,
        }],
        _ => Vec::new(),
    })
}
