//! The throughput programs: `programs/README.md` says what they are.

use anyhow::Result;
use jsvm::{Value, Vm};

use super::{Task, Worlds, script};

/// Runs a program until no job is left.
fn run(vm: &Vm, run: &Value) -> Result<Value> {
    let result = run.call(())?;
    vm.run_jobs()?;
    Ok(result)
}

pub fn tasks(worlds: &Worlds, name: &str) -> Result<Vec<Task>> {
    let vm = worlds.builder().build()?;
    vm.eval(&*script(&format!("programs/{name}.js"))?)?;
    let start = vm.global()?.get("run")?;
    let mut result = run(&vm, &start)?;
    if result.is_undefined() {
        result = vm.global()?.get("result")?;
    }
    let checksum = result.to_text()?;
    Ok(vec![Task::Time {
        how: "Value::call",
        operations: 1,
        checksum: Some(checksum),
        run: Box::new(move || run(&vm, &start).map(drop)),
    }])
}
