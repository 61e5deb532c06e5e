//! Calls of imports of the world, and values in slots.

use jsvm_abi::{Callee, Core, Layouts, SLOT, Signature, Transfer};
use wasm_encoder::{BlockType, InstructionSink, MemArg, ValType};

/// The core parameters and results of an import.
pub(super) fn core_type(callee: &Callee, layouts: &Layouts) -> (Vec<ValType>, Vec<ValType>) {
    match callee {
        Callee::Function(function) => {
            let signature = Signature::of_import(function, layouts);
            (
                val_types(&signature.parameters),
                val_types(&signature.results),
            )
        }
        Callee::Drop(_) => (vec![ValType::I32], vec![]),
        Callee::New(_) | Callee::Representation(_) => (vec![ValType::I32], vec![ValType::I32]),
        Callee::Return(result) => {
            let signature = Signature::of_return(*result, layouts);
            (val_types(&signature.parameters), vec![])
        }
        Callee::Future(transfer) => transfer_type(transfer, 0),
        Callee::Stream(transfer) => transfer_type(transfer, 1),
    }
}

/// The type of a function of a future, or of a stream, whose reads and writes have one parameter more.
fn transfer_type(transfer: &Transfer, more: usize) -> (Vec<ValType>, Vec<ValType>) {
    match transfer {
        Transfer::New => (vec![], vec![ValType::I64]),
        Transfer::Read | Transfer::Write => (vec![ValType::I32; 2 + more], vec![ValType::I32]),
        Transfer::CancelRead | Transfer::CancelWrite => (vec![ValType::I32], vec![ValType::I32]),
        Transfer::DropReadable | Transfer::DropWritable => (vec![ValType::I32], vec![]),
    }
}

pub(super) fn val_types(core: &[Core]) -> Vec<ValType> {
    core.iter().map(|core| val_type(*core)).collect()
}

pub(super) fn val_type(core: Core) -> ValType {
    match core {
        Core::I32 => ValType::I32,
        Core::I64 => ValType::I64,
        Core::F32 => ValType::F32,
        Core::F64 => ValType::F64,
    }
}

/// The place of a slot, whose base is on the stack.
fn slot(index: usize, ty: ValType) -> MemArg {
    MemArg {
        offset: u64::from(SLOT) * index as u64,
        align: match ty {
            ValType::I64 | ValType::F64 => 3,
            _ => 2,
        },
        memory_index: 0,
    }
}

/// Loads a slot, whose base is on the stack.
pub(super) fn load(code: &mut InstructionSink<'_>, index: usize, ty: ValType) {
    let place = slot(index, ty);
    match ty {
        ValType::I64 => code.i64_load(place),
        ValType::F32 => code.f32_load(place),
        ValType::F64 => code.f64_load(place),
        _ => code.i32_load(place),
    };
}

/// Stores into a slot; its base and the value are on the stack.
pub(super) fn store(code: &mut InstructionSink<'_>, index: usize, ty: ValType) {
    let place = slot(index, ty);
    match ty {
        ValType::I64 => code.i64_store(place),
        ValType::F32 => code.f32_store(place),
        ValType::F64 => code.f64_store(place),
        _ => code.i32_store(place),
    };
}

/// Calls the import whose number is in a local, with the slots at the address in another. Code behind it is not
/// reached.
pub(super) fn dispatch(
    code: &mut InstructionSink<'_>,
    imports: &[(u32, Vec<ValType>, Vec<ValType>)],
    number: u32,
    slots: u32,
) {
    let count = imports.len() as u32;
    // A block for each import, the innermost for the first, and around them one for other numbers.
    for _ in 0..=count {
        code.block(BlockType::Empty);
    }
    code.local_get(number).br_table(0..count, count).end();
    for (function, parameters, results) in imports {
        if !results.is_empty() {
            // The place of the result.
            code.local_get(slots);
        }
        for (index, ty) in parameters.iter().enumerate() {
            code.local_get(slots);
            load(code, index, *ty);
        }
        code.call(*function);
        if let Some(ty) = results.first() {
            store(code, 0, *ty);
        }
        code.return_().end();
    }
    code.unreachable();
}
