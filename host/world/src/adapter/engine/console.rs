//! The console.

use wasm_encoder::{BlockType, Function, InstructionSink, MemArg, ValType};

use super::{BYTE, State};
use crate::adapter::{Imported, ImportedOutput};

/// The first level of `jsvm:engine/console` that is printed to standard error: warnings.
const FIRST_OF_STDERR: i32 = 3;

/// The most bytes of one write, by the interface of WASI.
const MAX_WRITE: i32 = 4096;

/// Bytes for the result of a write, and a line feed after them.
const SCRATCH: i32 = 16;
const LINE_FEED: u64 = 12;

/// Locals: the parameters, and others.
const LEVEL: u32 = 0;
const TEXT: u32 = 1;
const LEN: u32 = 2;
const STREAM: u32 = 3;
const PART: u32 = 4;
const IS_FAILED: u32 = 5;

/// Prints a line. A failure cannot be reported anywhere.
pub(super) fn write(imported: &Imported, state: &State) -> Function {
    let mut function = Function::new([(3, ValType::I32)]);
    let mut code = function.instructions();
    if let Some(function) = imported.log {
        log(&mut code, function);
    } else if let Some(output) = &imported.output {
        // Memory for results is taken once.
        code.global_get(state.scratch)
            .i32_eqz()
            .if_(BlockType::Empty);
        for argument in [0, 0, 4, SCRATCH] {
            code.i32_const(argument);
        }
        code.call(imported.realloc)
            .global_set(state.scratch)
            .global_get(state.scratch)
            .i32_const(i32::from(b'\n'))
            .i32_store8(MemArg {
                offset: LINE_FEED,
                ..BYTE
            })
            .end();
        code.local_get(LEVEL)
            .i32_const(FIRST_OF_STDERR)
            .i32_ge_u()
            .if_(BlockType::Result(ValType::I32))
            .call(output.stderr)
            .else_()
            .call(output.stdout)
            .end()
            .local_set(STREAM);
        text(&mut code, output, state);
        code.local_get(IS_FAILED).i32_eqz().if_(BlockType::Empty);
        code.global_get(state.scratch)
            .i32_const(LINE_FEED as i32)
            .i32_add()
            .local_set(TEXT)
            .i32_const(1)
            .local_set(PART);
        part(&mut code, output, state);
        code.end();
        code.local_get(STREAM).call(output.drop_stream);
    }
    code.end();
    function
}

/// The level of `console.trace`.
const TRACE: i32 = 5;

/// The first level that both enumerations have under the same number: `info`.
const INFO: i32 = 2;

/// Passes a line to `log` of `wasi:logging/logging`, with an empty context. Its levels are `trace`, `debug`,
/// `info`, `warn`, `error` and `critical`; those of a console are `debug`, `log`, `info`, `warn`, `error` and
/// `trace`.
pub(in crate::adapter) fn log(code: &mut InstructionSink<'_>, function: u32) {
    code.i32_const(0)
        .local_get(LEVEL)
        .local_get(LEVEL)
        .i32_const(INFO)
        .i32_lt_u()
        .i32_add()
        .local_get(LEVEL)
        .i32_const(TRACE)
        .i32_eq()
        .select()
        .i32_const(0)
        .i32_const(0)
        .local_get(TEXT)
        .local_get(LEN)
        .call(function);
}

/// Writes the text, in parts.
fn text(code: &mut InstructionSink<'_>, output: &ImportedOutput, state: &State) {
    code.loop_(BlockType::Empty);
    code.local_get(LEN)
        .i32_const(MAX_WRITE)
        .local_get(LEN)
        .i32_const(MAX_WRITE)
        .i32_lt_u()
        .select()
        .local_set(PART);
    part(code, output, state);
    code.local_get(TEXT)
        .local_get(PART)
        .i32_add()
        .local_set(TEXT)
        .local_get(LEN)
        .local_get(PART)
        .i32_sub()
        .local_set(LEN);
    // Until nothing is left, or a write fails.
    code.local_get(LEN)
        .i32_const(0)
        .i32_ne()
        .local_get(IS_FAILED)
        .i32_eqz()
        .i32_and()
        .br_if(0)
        .end();
}

/// Writes a part: `TEXT` of the length `PART`.
fn part(code: &mut InstructionSink<'_>, output: &ImportedOutput, state: &State) {
    let word = |offset| MemArg {
        offset,
        align: 2,
        memory_index: 0,
    };
    code.local_get(STREAM)
        .local_get(TEXT)
        .local_get(PART)
        .global_get(state.scratch)
        .call(output.write);
    code.global_get(state.scratch)
        .i32_load8_u(BYTE)
        .local_tee(IS_FAILED)
        .if_(BlockType::Empty);
    // `last-operation-failed` has an error, `closed` has none.
    code.global_get(state.scratch)
        .i32_load8_u(MemArg { offset: 4, ..BYTE })
        .i32_eqz()
        .if_(BlockType::Empty)
        .global_get(state.scratch)
        .i32_load(word(8))
        .call(output.drop_error)
        .end()
        .end();
}
