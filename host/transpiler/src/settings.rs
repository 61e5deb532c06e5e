//! The wasmtime settings that native code is compiled for and must be loaded with.
//!
//! The build script includes this very file: an engine with other settings refuses the native
//! code. It must therefore use nothing but wasmtime's `runtime` feature.

use wasmtime::{Config, WasmBacktraceDetails};

/// Every setting that native code depends on.
pub fn shared_config() -> Config {
    let mut config = Config::new();
    config
        // All that 32-bit addresses can reach: the native code has no bounds checks.
        .memory_reservation(4 << 30)
        .memory_guard_size(32 << 20)
        .memory_init_cow(true)
        .signals_based_traps(true)
        .concurrency_support(false)
        .epoch_interruption(true)
        .consume_fuel(false)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        // A stack that overflows has millions of frames.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .debug_symbols(false);
    config
}
