//! The functions that a VM imports.

pub(super) mod console;
mod random;

use wasm_encoder::{ConstExpr, Function, MemArg, ValType};
use wasmparser::{CompositeInnerType, FuncType, Parser, Payload, TypeRef};

use jsvm_abi::adapter::{IMPORT, SLEEP};

use super::calls::{core_type, dispatch};
use super::module::Builder;
use super::rename::rename_imports;
use super::{Imported, NAME, Stubs};
use crate::WorldError;
use crate::describe::Description;

/// A function that the module of a VM imports.
#[derive(Clone, Debug)]
pub(crate) struct EngineImport {
    /// The interface without its version, such as `jsvm:engine/host`.
    interface: String,
    function: String,
    /// The name by which the adapter exports it.
    name: String,
    parameters: Vec<ValType>,
    results: Vec<ValType>,
}

/// Reads what the module of a VM imports.
pub(crate) fn engine_imports(module: &[u8]) -> Result<Vec<EngineImport>, WorldError> {
    let mut types: Vec<Option<FuncType>> = Vec::new();
    let mut imports = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group?.into_types() {
                        types.push(match ty.composite_type.inner {
                            CompositeInnerType::Func(ty) => Some(ty),
                            _ => None,
                        });
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    let TypeRef::Func(ty) = import.ty else {
                        return Err(WorldError::unfit("a VM imports functions only"));
                    };
                    let ty = types.get(ty as usize).cloned().flatten();
                    let ty = ty.ok_or_else(|| WorldError::unfit("an import has no type"))?;
                    let types = |types: &[wasmparser::ValType]| -> Result<Vec<ValType>, _> {
                        types
                            .iter()
                            .map(|ty| (*ty).try_into().map_err(WorldError::unfit))
                            .collect()
                    };
                    imports.push(EngineImport {
                        interface: crate::names::without_version(import.module).to_owned(),
                        function: import.name.to_owned(),
                        name: exported_name(import.module, import.name),
                        parameters: types(ty.params())?,
                        results: types(ty.results())?,
                    });
                }
            }
            Payload::CodeSectionStart { .. } => break,
            _ => {}
        }
    }
    Ok(imports)
}

/// A name that no function of a world has.
fn exported_name(module: &str, name: &str) -> String {
    format!("[vm]{module}#{name}")
}

/// Makes the module of a VM import everything from the adapter.
pub(crate) fn renamed(module: &[u8]) -> Result<Vec<u8>, WorldError> {
    rename_imports(module, |module, name| {
        (NAME, exported_name(module, name).into())
    })
}

/// Variables of the stubs.
struct State {
    /// Nanoseconds that the VM has slept.
    monotonic: u32,
    random: u32,
    /// The address of memory for results of imports, or 0.
    scratch: u32,
}

/// Adds the functions that a VM imports.
pub(super) fn add(
    builder: &mut Builder,
    description: &Description,
    imported: &Imported,
    engine: &[EngineImport],
    stubs: Stubs,
) -> Result<(), WorldError> {
    let zero = ConstExpr::i64_const(0);
    let state = State {
        monotonic: builder.global(ValType::I64, &zero),
        random: builder.global(
            ValType::I64,
            &ConstExpr::i64_const(stubs.seed.cast_signed()),
        ),
        scratch: builder.global(ValType::I32, &ConstExpr::i32_const(0)),
    };
    for import in engine {
        let expected = match (&*import.interface, &*import.function) {
            IMPORT => Some((&[ValType::I32; 5][..], &[][..])),
            ("jsvm:engine/host", "should-interrupt") => Some((&[ValType::I32; 2][..], &[][..])),
            ("jsvm:engine/console", "write") => Some((&[ValType::I32; 3][..], &[][..])),
            ("wasi:clocks/wall-clock", "now") => Some((&[ValType::I32][..], &[][..])),
            ("wasi:clocks/monotonic-clock", "now") | ("wasi:random/random", "get-random-u64") => {
                Some((&[][..], &[ValType::I64][..]))
            }
            _ => None,
        };
        if expected.is_some_and(|expected| expected != (&import.parameters, &import.results)) {
            return Err(WorldError::unfit(format!(
                "{} of the VM has another type",
                import.name
            )));
        }
        let body = match (&*import.interface, &*import.function) {
            IMPORT => host_call(description, imported, &state),
            ("jsvm:engine/host", "should-interrupt") => {
                // Nothing interrupts a component but its host.
                let mut function = Function::new([]);
                let mut code = function.instructions();
                code.local_get(1).i32_const(0).i32_store8(BYTE).end();
                function
            }
            ("jsvm:engine/console", "write") => console::write(imported, &state),
            ("wasi:clocks/wall-clock", "now") => wall(imported, stubs),
            ("wasi:clocks/monotonic-clock", "now") => monotonic(imported, &state),
            ("wasi:random/random", "get-random-u64") => random::next(imported, &state),
            // In its component, a VM has no loader, and no handles of its own interface.
            _ => {
                let mut function = Function::new([]);
                function.instructions().unreachable().end();
                function
            }
        };
        builder.export(&import.name, &import.parameters, &import.results, &body);
    }
    Ok(())
}

const BYTE: MemArg = MemArg {
    offset: 0,
    align: 0,
    memory_index: 0,
};

/// Calls an import of the world: the parameters are name, its length, slots, number and place.
fn host_call(description: &Description, imported: &Imported, state: &State) -> Function {
    use wasm_encoder::BlockType::Empty;
    let (name, len, slots, number) = (0, 1, 2, 3);
    let mut function = Function::new([(2, ValType::I32)]);
    let (pollable, index) = (5, 6);
    let mut code = function.instructions();
    code.local_get(name)
        .local_get(len)
        .i32_or()
        .if_(Empty)
        .unreachable()
        .end();
    code.local_get(number)
        .i32_const(SLEEP.cast_signed())
        .i32_eq()
        .if_(Empty);
    let time = MemArg { align: 3, ..BYTE };
    match imported.sleep {
        Some([subscribe, block, drop]) => {
            code.local_get(slots).i64_load(time).call(subscribe);
            code.local_tee(pollable).call(block);
            code.local_get(pollable).call(drop);
        }
        None => {
            code.global_get(state.monotonic)
                .local_get(slots)
                .i64_load(time)
                .i64_add()
                .global_set(state.monotonic);
        }
    }
    code.return_().end();
    imported.tasks.call(&mut code, number, slots, index);
    let imports = description.world.imports.iter().zip(&imported.world);
    let imports: Vec<_> = imports
        .map(|(import, function)| {
            let (parameters, results) = core_type(&import.callee, &description.layouts);
            (*function, parameters, results)
        })
        .collect();
    dispatch(&mut code, &imports, number, slots);
    code.end();
    function
}

/// The time of day: seconds and nanoseconds at the address.
fn wall(imported: &Imported, stubs: Stubs) -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    match imported.wall {
        Some(now) => {
            code.local_get(0).call(now);
        }
        None => {
            let seconds = MemArg { align: 3, ..BYTE };
            let nanoseconds = MemArg {
                offset: 8,
                align: 2,
                ..BYTE
            };
            code.local_get(0)
                .i64_const(stubs.wall.as_secs().cast_signed())
                .i64_store(seconds)
                .local_get(0)
                .i32_const(stubs.wall.subsec_nanos().cast_signed())
                .i32_store(nanoseconds);
        }
    }
    code.end();
    function
}

fn monotonic(imported: &Imported, state: &State) -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    match imported.monotonic {
        Some(now) => code.call(now),
        None => code.global_get(state.monotonic),
    };
    code.end();
    function
}
