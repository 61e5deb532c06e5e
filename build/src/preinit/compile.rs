//! Compiles scripts in an instance of the guest that is then thrown away, so that nothing of
//! their sources is left in the base image.

use wasmtime::{AsContextMut, Instance, Memory, Val};

use super::{PreinitError, unsupported};
use crate::parts::Part;

/// Where the guest keeps compiled scripts, and the size of that place.
const PLACE: (&str, &str) = ("jsvm_parts", "jsvm_parts_size");
/// The function that answers where to write a script.
const SOURCE: &str = "jsvm_source";
/// The function that compiles a script for the module's constants.
const COMPILE: &str = "jsvm_compile";
/// The function that compiles a script to bytes that begin with a digest.
pub(super) const APART: &str = "jsvm_compile_apart";

/// Compiles scripts; the result is what [`place`] writes.
pub(super) fn compile(
    store: impl AsContextMut,
    instance: Instance,
    parts: &[Part],
) -> Result<Vec<u8>, PreinitError> {
    let mut all = Vec::new();
    for (part, code) in parts.iter().zip(each(store, instance, parts, COMPILE)?) {
        let name_len = u8::try_from(part.name.len()).map_err(|error| PreinitError::Part {
            name: part.name.clone(),
            reason: error.to_string(),
        })?;
        all.push(name_len);
        all.extend_from_slice(part.name.as_bytes());
        all.extend_from_slice(&(code.len() as u32).to_le_bytes());
        all.extend_from_slice(&code);
    }
    all.push(0);
    Ok(all)
}

/// Compiles scripts by a function of the guest.
pub(super) fn each(
    mut store: impl AsContextMut,
    instance: Instance,
    parts: &[Part],
    function: &str,
) -> Result<Vec<Vec<u8>>, PreinitError> {
    let mut store = store.as_context_mut();
    let memory = memory(&mut store, instance)?;
    let source = instance.get_typed_func::<u32, u32>(&mut store, SOURCE);
    let source = source.map_err(unsupported)?;
    let compile = instance.get_typed_func::<(), u64>(&mut store, function);
    let compile = compile.map_err(unsupported)?;
    let mut all = Vec::new();
    for part in parts {
        let failed = |error: &dyn std::fmt::Display| PreinitError::Part {
            name: part.name.clone(),
            reason: error.to_string(),
        };
        let text = [part.name.as_bytes(), part.source.as_bytes()].join(&0);
        let address = source
            .call(&mut store, text.len() as u32)
            .map_err(|error| failed(&format!("{error:#}")))?;
        memory
            .write(&mut store, address as usize, &text)
            .map_err(|error| failed(&error))?;
        let code = compile
            .call(&mut store, ())
            .map_err(|error| failed(&format!("{error:#}")))?;
        let (start, len) = ((code >> 32) as usize, code as u32 as usize);
        let code = memory.data(&store).get(start..start + len);
        let code = code.ok_or_else(|| failed(&"its bytecode is not inside the memory"))?;
        all.push(code.to_vec());
    }
    Ok(all)
}

/// Writes compiled scripts to where the guest looks for them.
pub(super) fn place(
    mut store: impl AsContextMut,
    instance: Instance,
    code: &[u8],
) -> Result<(), PreinitError> {
    let mut store = store.as_context_mut();
    let memory = memory(&mut store, instance)?;
    let mut address = |name: &str| -> Result<usize, PreinitError> {
        let global = instance.get_global(&mut store, name);
        match global.map(|global| global.get(&mut store)) {
            Some(Val::I32(address)) => Ok(address.cast_unsigned() as usize),
            _ => Err(PreinitError::NoPlace),
        }
    };
    let (start, size) = (address(PLACE.0)?, address(PLACE.1)?);
    let mut room = [0; 4];
    let too_small = |_| PreinitError::NoPlace;
    memory.read(&store, size, &mut room).map_err(too_small)?;
    let room = u32::from_le_bytes(room);
    if code.len() > room as usize {
        return Err(PreinitError::NoRoom {
            needed: code.len(),
            room,
        });
    }
    memory.write(&mut store, start, code).map_err(too_small)
}

fn memory(store: impl AsContextMut, instance: Instance) -> Result<Memory, PreinitError> {
    let memory = instance.get_memory(store, "memory");
    memory.ok_or(PreinitError::NoPlace)
}
