//! The adapter of a VM that a driver calls.
//!
//! The module of the VM imports one function from the adapter: `host-call`, which leads to an import of the world
//! or to the driver. It imports everything else from the driver, as in a file without a world.

use jsvm_abi::adapter::IMPORT;
use jsvm_standalone::DRIVER;
use wasm_encoder::{BlockType, Function, ValType};

use super::calls::{core_type, dispatch};
use super::module::Builder;
use super::rename::rename_imports;
use super::{MAIN, NAME, REALLOC};
use crate::WorldError;
use crate::describe::Description;
use crate::names::without_version;

/// The parameters of `host-call`: the name and its length, the arguments and their number, and the place of the
/// result.
const PARAMETERS: [ValType; 5] = [ValType::I32; 5];

/// Makes the module of a VM import `host-call` from the adapter. Returns the name of the import.
pub(crate) fn redirected(module: &[u8]) -> Result<(Vec<u8>, String), WorldError> {
    let mut host_call = None;
    let redirected = rename_imports(module, |module, name| {
        let from = match is_host_call(name) {
            true => {
                host_call = Some(name.to_owned());
                NAME
            }
            false => module,
        };
        (from, name.into())
    })?;
    let host_call =
        host_call.ok_or_else(|| WorldError::unfit("the module of the VM makes no host calls"))?;
    Ok((redirected, host_call))
}

/// Whether an import from a driver is `host-call`, whose name is as [`FileParts::vm`](jsvm_standalone::FileParts)
/// says.
fn is_host_call(name: &str) -> bool {
    let parts = name.strip_prefix("[vm]");
    let parts = parts.and_then(|name| name.split_once('#'));
    parts.is_some_and(|(interface, function)| (without_version(interface), function) == IMPORT)
}

/// Makes the adapter. `host_call` is the name of the function that makes other host calls, in the driver and in
/// the adapter.
pub(crate) fn driven_adapter(description: &Description, host_call: &str) -> Vec<u8> {
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
    dispatch(&mut code, &imports, number, slots);
    code.end();
    builder.export(host_call, &PARAMETERS, &[], &call);

    let mut allocate = Function::new([]);
    let mut code = allocate.instructions();
    for parameter in 0..4 {
        code.local_get(parameter);
    }
    code.call(realloc).end();
    builder.export(REALLOC, &[ValType::I32; 4], &[ValType::I32], &allocate);
    builder.finish()
}
