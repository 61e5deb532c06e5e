//! What the component model has for tasks.

use jsvm_abi::adapter::{BLOCKED, Builtin};
use wasm_encoder::{BlockType, InstructionSink, ValType};

use super::calls::{dispatch, store};
use super::module::Builder;
use crate::describe::Description;
use crate::system::System;

/// Functions with their core types.
type Functions = Vec<(u32, Vec<ValType>, Vec<ValType>)>;

/// The functions for tasks that an adapter imports: none if nothing in its world is asynchronous.
#[derive(Default)]
pub(super) struct ImportedTasks {
    functions: Functions,
    /// The number of the first.
    first: u32,
    has_clock: bool,
}

impl ImportedTasks {
    /// Imports those of the functions that the world needs. Their numbers must be consecutive.
    pub fn add(
        builder: &mut Builder,
        description: &Description,
        system: &System,
        builtins: &[Builtin],
    ) -> Self {
        if !description.world.is_async() {
            return ImportedTasks::default();
        }
        let mut functions = Vec::with_capacity(builtins.len());
        for &builtin in builtins {
            let (name, parameters, results) = core(builtin);
            let (module, name) = match (builtin, &system.wait_for) {
                (Builtin::WaitFor, Some(import)) => (&*import.module, &*import.name),
                (Builtin::WaitFor, None) => continue,
                (Builtin::TaskCancel, _) => ("[export]$root", name),
                _ => ("$root", name),
            };
            let function = builder.import(module, name, &parameters, &results);
            functions.push((function, parameters, results));
        }
        ImportedTasks {
            functions,
            first: builtins[0].number(),
            has_clock: system.wait_for.is_some(),
        }
    }

    /// Calls a function by its number in a local, if it is one of these. `index` is a local for numbers.
    pub fn call(&self, code: &mut InstructionSink<'_>, number: u32, slots: u32, index: u32) {
        if self.functions.is_empty() {
            return;
        }
        let first = self.first.cast_signed();
        code.local_get(number)
            .i32_const(Builtin::ALL[0].number().cast_signed())
            .i32_ge_u()
            .if_(BlockType::Empty);
        if !self.has_clock {
            code.local_get(number)
                .i32_const(Builtin::WaitFor.number().cast_signed())
                .i32_eq()
                .if_(BlockType::Empty)
                .local_get(slots)
                .i32_const(BLOCKED.cast_signed());
            store(code, 0, ValType::I32);
            code.return_().end();
        }
        code.local_get(number)
            .i32_const(first)
            .i32_sub()
            .local_set(index);
        dispatch(code, &self.functions, index, slots);
        code.end();
    }
}

/// The name and the core type of a function.
fn core(builtin: Builtin) -> (&'static str, Vec<ValType>, Vec<ValType>) {
    use ValType::{I32, I64};
    let (name, parameters, results): (_, &[ValType], &[ValType]) = match builtin {
        Builtin::SetNew => ("[waitable-set-new]", &[], &[I32]),
        Builtin::SetDrop => ("[waitable-set-drop]", &[I32], &[]),
        Builtin::SetPoll => ("[waitable-set-poll]", &[I32, I32], &[I32]),
        Builtin::Join => ("[waitable-join]", &[I32, I32], &[]),
        Builtin::SubtaskDrop => ("[subtask-drop]", &[I32], &[]),
        Builtin::SubtaskCancel => ("[subtask-cancel]", &[I32], &[I32]),
        Builtin::TaskCancel => ("[task-cancel]", &[], &[]),
        Builtin::ContextGet => ("[context-get-0]", &[], &[I32]),
        Builtin::ContextSet => ("[context-set-0]", &[I32], &[]),
        // A future without a value is the same for all functions, so that none has to be named.
        Builtin::SignalNew => ("[future-new-unit]", &[], &[I64]),
        Builtin::SignalRead => ("[async-lower][future-read-unit]", &[I32, I32], &[I32]),
        Builtin::SignalWrite => ("[async-lower][future-write-unit]", &[I32, I32], &[I32]),
        Builtin::SignalDropReadable => ("[future-drop-readable-unit]", &[I32], &[]),
        Builtin::SignalDropWritable => ("[future-drop-writable-unit]", &[I32], &[]),
        Builtin::WaitFor => ("", &[I64], &[I32]),
    };
    (name, parameters.to_vec(), results.to_vec())
}
