//! Random numbers.

use wasm_encoder::{Function, ValType};

use super::State;
use crate::adapter::Imported;

/// A random number of the host, or the next one of [SplitMix64](https://prng.di.unimi.it/splitmix64.c).
pub(super) fn next(imported: &Imported, state: &State) -> Function {
    let value = 0;
    let mut function = Function::new([(1, ValType::I64)]);
    let mut code = function.instructions();
    if let Some(random) = imported.random {
        code.call(random).end();
        return function;
    }
    code.global_get(state.random)
        .i64_const(0x9e37_79b9_7f4a_7c15_u64.cast_signed())
        .i64_add()
        .local_tee(value)
        .global_set(state.random);
    for (shift, factor) in [
        (30, 0xbf58_476d_1ce4_e5b9_u64),
        (27, 0x94d0_49bb_1331_11eb_u64),
    ] {
        code.local_get(value)
            .local_get(value)
            .i64_const(shift)
            .i64_shr_u()
            .i64_xor()
            .i64_const(factor.cast_signed())
            .i64_mul()
            .local_set(value);
    }
    code.local_get(value)
        .local_get(value)
        .i64_const(31)
        .i64_shr_u()
        .i64_xor()
        .end();
    function
}
