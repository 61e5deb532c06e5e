//! The wasmtime settings that native code is compiled for and must be loaded with.
//!
//! The build script includes this very file: an engine with other settings refuses the native
//! code. It must therefore use nothing but wasmtime's `runtime` feature.

use wasmtime::{Config, WasmBacktraceDetails};

/// Address space reserved for the linear memory of one VM. As it covers all that 32-bit
/// addresses can reach, the native code has no bounds checks and the memory never moves.
const MEMORY_RESERVATION: u64 = 4 << 30;

/// Address space behind it that faults: constant offsets up to this need no check either.
const MEMORY_GUARD: u64 = 32 << 20;

/// Size up to which the base image is mapped copy-on-write even if it is sparse.
const DENSE_IMAGE: u64 = 64 << 20;

/// Every setting that native code depends on. What only matters at run time (pooling, stack
/// sizes) is for the host to add.
pub fn shared_config() -> Config {
    let mut config = Config::new();
    config
        .memory_reservation(MEMORY_RESERVATION)
        .memory_guard_size(MEMORY_GUARD)
        .memory_init_cow(true)
        .memory_guaranteed_dense_image_size(DENSE_IMAGE)
        .signals_based_traps(true)
        // Calls into a component are three times cheaper without it.
        .concurrency_support(false)
        // The script is interrupted by QuickJS and the backstop pass; these two would slow
        // down every loop of the interpreter.
        .epoch_interruption(false)
        .consume_fuel(false)
        // A trap names the functions on the stack. More than that would take debug information,
        // which the guest ships without, or tables that make up a sixth of the native code.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .generate_address_map(false)
        .debug_symbols(false);
    config
}
