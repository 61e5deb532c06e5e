//! Creating, evaluating, calling in both directions.

use std::hint::black_box;

use anyhow::{Result, ensure};

use super::{Task, Worlds};

/// How often a script calls the host at a time.
const CALLS: u32 = 1_000;

pub fn tasks(worlds: &Worlds, name: &str) -> Result<Vec<Task>> {
    let builder = worlds.builder();
    Ok(match name {
        "create" => vec![Task::time("VmBuilder::build", move || {
            let vm = builder.build()?;
            ensure!(vm.eval("1+2")?.to::<f64>()? == 3.0);
            Ok(())
        })],
        "eval" => {
            let vm = builder.build()?;
            vec![Task::time("Vm::eval", move || {
                ensure!(vm.eval(black_box("1+2"))?.to::<f64>()? == 3.0);
                Ok(())
            })]
        }
        "call" => {
            let add = builder.build()?.eval("(a, b) => a + b")?;
            vec![Task::time("Value::call", move || {
                ensure!(add.call((black_box(1.0), 2.0))?.to::<f64>()? == 3.0);
                Ok(())
            })]
        }
        "host-call" => {
            let vm = builder.function("host", |x: f64| x + 1.0).build()?;
            let source = format!("() => {{ for (var i = 0; i < {CALLS};) i = host(i); return i }}");
            let run = vm.eval(&*source)?;
            vec![Task::Time {
                how: "VmBuilder::function",
                operations: CALLS,
                checksum: None,
                run: Box::new(move || {
                    ensure!(run.call(())?.to::<u32>()? == CALLS);
                    Ok(())
                }),
            }]
        }
        _ => Vec::new(),
    })
}
