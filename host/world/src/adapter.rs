//! Generates the core module that connects a VM with its world.
//!
//! It has neither data nor a table. It imports the functions of the world, and the VM's memory and
//! functions; it exports the functions of the world, and those that the VM imports. The interface with the
//! VM is that of [`jsvm_abi::adapter`].

mod calls;
mod driven;
mod engine;
mod exports;
mod module;
mod rename;
mod tasks;

use std::time::Duration;

use jsvm_abi::adapter::{self as names, Builtin};
use wasm_encoder::ValType;

pub(crate) use self::driven::{driven_adapter, redirected};
use self::engine::EngineImport;
pub(crate) use self::engine::{engine_imports, renamed};
use self::module::Builder;
use self::tasks::ImportedTasks;
use crate::WorldError;
use crate::describe::{CoreImport, Description};
use crate::system::System;

/// The name of the adapter in a component, from which the VM's module imports everything.
pub(crate) const NAME: &str = "jsvm-world";

/// The module of which an adapter imports functions of the VM.
const MAIN: &str = "__main_module__";

/// The function of the VM that allocates memory.
pub(crate) const REALLOC: &str = "cabi_realloc";

/// The parameters of `log` of `wasi:logging/logging`: the level, a context, and a message.
const LOG: [ValType; 5] = [ValType::I32; 5];

/// What stands for the clock and the entropy of a host that has none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stubs {
    /// The time of day.
    pub wall: Duration,
    /// Where random numbers begin.
    pub seed: u64,
}

/// Functions that the adapter imports.
struct Imported {
    /// For each import of the description.
    world: Vec<u32>,
    begin: u32,
    call: u32,
    end: u32,
    drop: u32,
    realloc: u32,
    monotonic: Option<u32>,
    wall: Option<u32>,
    random: Option<u32>,
    sleep: Option<[u32; 3]>,
    output: Option<ImportedOutput>,
    /// `log` of `wasi:logging/logging`.
    log: Option<u32>,
    /// The functions of the VM for asynchronous exports: to start a task, and to go on with it.
    async_exports: Option<[u32; 2]>,
    tasks: ImportedTasks,
}

struct ImportedOutput {
    stdout: u32,
    stderr: u32,
    write: u32,
    drop_stream: u32,
    drop_error: u32,
}

/// Makes the adapter of a world for a VM with these imports.
pub(crate) fn adapter(
    description: &Description,
    system: &System,
    engine: &[EngineImport],
    stubs: Stubs,
) -> Result<Vec<u8>, WorldError> {
    let mut builder = Builder::default();
    let imported = import(&mut builder, description, system);
    builder.import_memory();
    exports::add(&mut builder, description, &imported);
    engine::add(&mut builder, description, &imported, engine, stubs)?;
    Ok(builder.finish())
}

fn import(builder: &mut Builder, description: &Description, system: &System) -> Imported {
    use ValType::{I32, I64};
    let world = description.world.imports.iter().zip(&description.imports);
    let world = world
        .map(|(import, core)| {
            let (parameters, results) = calls::core_type(&import.callee, &description.layouts);
            builder.import(&core.module, &core.name, &parameters, &results)
        })
        .collect();
    let mut main = |name, parameters: &[ValType], results: &[ValType]| {
        builder.import(MAIN, name, parameters, results)
    };
    let (begin, call) = (
        main(names::BEGIN, &[I32], &[I32]),
        main(names::CALL, &[I32, I32], &[I32]),
    );
    let (end, drop) = (
        main(names::END, &[I32], &[]),
        main(names::DROP, &[I32, I32], &[]),
    );
    let realloc = main(REALLOC, &[I32; 4], &[I32]);
    let async_exports = description.world.has_async_exports().then(|| {
        [
            main(names::START, &[I32, I32], &[I32]),
            main(names::RESUME, &[I32; 3], &[I32]),
        ]
    });
    let tasks = ImportedTasks::add(builder, description, system, &Builtin::ALL);
    let mut add = |import: &CoreImport, parameters: &[ValType], results: &[ValType]| {
        builder.import(&import.module, &import.name, parameters, results)
    };
    Imported {
        world,
        begin,
        call,
        end,
        drop,
        realloc,
        monotonic: system.monotonic.as_ref().map(|it| add(it, &[], &[I64])),
        wall: system.wall.as_ref().map(|it| add(it, &[I32], &[])),
        random: system.random.as_ref().map(|it| add(it, &[], &[I64])),
        sleep: system.sleep.as_ref().map(|sleep| {
            [
                add(&sleep.subscribe, &[I64], &[I32]),
                add(&sleep.block, &[I32], &[]),
                add(&sleep.drop, &[I32], &[]),
            ]
        }),
        output: system.output.as_ref().map(|output| ImportedOutput {
            stdout: add(&output.stdout, &[], &[I32]),
            stderr: add(&output.stderr, &[], &[I32]),
            write: add(&output.write, &[I32; 4], &[]),
            drop_stream: add(&output.drop_stream, &[I32], &[]),
            drop_error: add(&output.drop_error, &[I32], &[]),
        }),
        log: system.log.as_ref().map(|log| add(log, &LOG, &[])),
        async_exports,
        tasks,
    }
}
