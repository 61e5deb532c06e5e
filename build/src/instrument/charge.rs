//! The code that the pass inserts.

use wasm_encoder::{BlockType, Function, MemArg};

/// Bytes of a bulk instruction that are not worth counting.
pub(super) const SMALL: i32 = 4096;

/// What the inserted code counts with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counters {
    /// Address of the count of iterations, an `i32`.
    pub iterations: u32,
    /// Index of the function that polls in built-ins.
    pub backstop: u32,
    /// Index of the function that counts the bytes of a bulk instruction, and does not poll.
    pub charge: u32,
}

fn at(address: u32) -> MemArg {
    MemArg {
        offset: address.into(),
        align: 2,
        memory_index: 0,
    }
}

impl Counters {
    /// Writes what goes to the head of a loop. It leaves the operand stack alone, so it fits
    /// whatever the loop takes and gives.
    pub fn count_iteration(self, function: &mut Function) {
        let counter = at(self.iterations);
        function
            .instructions()
            .i32_const(0)
            .i32_const(0)
            .i32_load(counter)
            .i32_const(1)
            .i32_sub()
            .i32_store(counter)
            // Cranelift still has it in a register.
            .i32_const(0)
            .i32_load(counter)
            .i32_const(0)
            .i32_le_s()
            .if_(BlockType::Empty)
            .call(self.backstop)
            .end();
    }

    /// Writes what goes before a bulk instruction, whose length is the uppermost operand.
    pub fn charge_bytes(self, function: &mut Function, length: u32) {
        function
            .instructions()
            .local_tee(length)
            .local_get(length)
            .i32_const(SMALL)
            .i32_ge_u()
            .if_(BlockType::Empty)
            .local_get(length)
            .call(self.charge)
            .end();
    }
}
