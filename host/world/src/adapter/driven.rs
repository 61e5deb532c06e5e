//! The adapter of a VM that a driver calls.
//!
//! The module of the VM imports `host-call` from the adapter, which leads to an import of the world or to the driver.
//! The console is the adapter's, too, if the world has `wasi:logging`. It imports everything else from the driver,
//! as in a file without a world.

use jsvm_abi::adapter::{Builtin, IMPORT};
use jsvm_standalone::DRIVER;
use wasm_encoder::{BlockType, Function, ValType};

use super::calls::{core_type, dispatch};
use super::engine::console;
use super::module::Builder;
use super::rename::rename_imports;
use super::tasks::ImportedTasks;
use super::{LOG, MAIN, NAME, REALLOC};
use crate::WorldError;
use crate::describe::Description;
use crate::names::without_version;
use crate::system::System;

/// The parameters of `host-call`: the name and its length, the arguments and their number, and the place of the
/// result.
const PARAMETERS: [ValType; 5] = [ValType::I32; 5];

/// The function that prints a line of the console.
const CONSOLE: (&str, &str) = ("jsvm:engine/console", "write");

/// The module of a VM that imports some functions from the adapter.
pub(crate) struct Redirected {
    pub module: Vec<u8>,
    /// The name of the import `host-call`.
    host_call: String,
    /// The name of the import of [`CONSOLE`], if it is redirected.
    console: Option<String>,
}

/// Makes the module of a VM import `host-call` from the adapter, and the console if the world has
/// `wasi:logging`.
pub(crate) fn redirected(module: &[u8], system: &System) -> Result<Redirected, WorldError> {
    let mut host_call = None;
    let mut console = None;
    let redirected = rename_imports(module, |module, name| {
        let from = match () {
            () if is_import(name, IMPORT) => {
                host_call = Some(name.to_owned());
                NAME
            }
            () if system.log.is_some() && is_import(name, CONSOLE) => {
                console = Some(name.to_owned());
                NAME
            }
            () => module,
        };
        (from, name.into())
    })?;
    let host_call =
        host_call.ok_or_else(|| WorldError::unfit("the module of the VM makes no host calls"))?;
    Ok(Redirected {
        module: redirected,
        host_call,
        console,
    })
}

/// Whether an import from a driver is this function. Its name is as [`FileParts::vm`](jsvm_standalone::FileParts)
/// says.
fn is_import(name: &str, import: (&str, &str)) -> bool {
    let parts = name.strip_prefix("[vm]");
    let parts = parts.and_then(|name| name.split_once('#'));
    parts.is_some_and(|(interface, function)| (without_version(interface), function) == import)
}

/// Makes the adapter. `host-call` has the same name in the driver, which makes other host calls.
pub(crate) fn driven_adapter(
    description: &Description,
    system: &System,
    redirected: &Redirected,
) -> Vec<u8> {
    let host_call = &*redirected.host_call;
    let mut builder = Builder::default();
    let imports = description
        .world
        .imports
        .iter()
        .zip(&description.imports)
        .map(|(import, core)| {
            let (parameters, results) = core_type(&import.callee, &description.layouts);
            let function = builder.import(&core.module, &core.name, &parameters, &results);
            (function, parameters, results)
        });
    let imports: Vec<_> = imports.collect();
    let other = builder.import(DRIVER, host_call, &PARAMETERS, &[]);
    let realloc = builder.import(MAIN, REALLOC, &[ValType::I32; 4], &[ValType::I32]);
    let log = system.log.as_ref().filter(|_| redirected.console.is_some());
    let log = log.map(|log| builder.import(&log.module, &log.name, &LOG, &[]));
    let tasks = ImportedTasks::add(&mut builder, description, system, &Builtin::DRIVEN);
    builder.import_memory();

    let (name, len, slots, number) = (0, 1, 2, 3);
    let mut call = Function::new([]);
    let mut code = call.instructions();
    code.local_get(name)
        .local_get(len)
        .i32_or()
        .if_(BlockType::Empty);
    for parameter in 0..PARAMETERS.len() as u32 {
        code.local_get(parameter);
    }
    code.call(other).return_().end();
    // The length is not needed any more.
    tasks.call(&mut code, number, slots, len);
    dispatch(&mut code, &imports, number, slots);
    code.end();
    builder.export(host_call, &PARAMETERS, &[], &call);

    if let (Some(log), Some(name)) = (log, &redirected.console) {
        let mut write = Function::new([]);
        let mut code = write.instructions();
        console::log(&mut code, log);
        code.end();
        builder.export(name, &[ValType::I32; 3], &[], &write);
    }

    let mut allocate = Function::new([]);
    let mut code = allocate.instructions();
    for parameter in 0..4 {
        code.local_get(parameter);
    }
    code.call(realloc).end();
    builder.export(REALLOC, &[ValType::I32; 4], &[ValType::I32], &allocate);
    builder.finish()
}
