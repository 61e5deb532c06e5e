//! Creating, evaluating, calling in both directions.

use std::hint::black_box;

use anyhow::{Result, ensure};

use super::{Task, Worlds};

/// How often a script calls the host at a time.
const CALLS: u32 = 1_000;

/// Calls in a batch.
const BATCH: u32 = 100;

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
            let vm = builder.build()?;
            let add = vm.eval("(a, b) => a + b")?;
            let (each, step) = (add.clone(), add.clone());
            let pairs = vec![(1.0, 2.0); BATCH as usize];
            let batched = |how, run| Task::Time {
                how,
                operations: BATCH,
                checksum: None,
                run,
            };
            vec![
                Task::time("Value::call", move || {
                    ensure!(add.call((black_box(1.0), 2.0))?.to::<f64>()? == 3.0);
                    Ok(())
                }),
                batched(
                    "Value::call_each",
                    Box::new(move || {
                        let sums: Vec<f64> = each.call_each(black_box(&pairs))?;
                        ensure!(sums.iter().all(|sum| *sum == 3.0));
                        Ok(())
                    }),
                ),
                batched(
                    "Vm::batch",
                    Box::new(move || {
                        let mut batch = vm.batch();
                        let calls: Vec<_> = (0..BATCH)
                            .map(|_| batch.call(&step, (black_box(1.0), 2.0)))
                            .collect();
                        calls.iter().for_each(|call| batch.output(*call));
                        let results = batch.run()?;
                        for call in calls {
                            ensure!(results.to::<f64>(call)? == 3.0);
                        }
                        Ok(())
                    }),
                ),
            ]
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
