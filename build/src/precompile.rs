//! From a component to native code.

use wasmtime::{Config, Engine, OptLevel};

/// Features of x86-64 that the native code may use: those of the level x86-64-v2, which every
/// such processor made since 2009 has. Code made here runs on any of them, whatever machine
/// made it.
const X86_64_FEATURES: [&str; 6] = [
    "has_sse3",
    "has_ssse3",
    "has_sse41",
    "has_sse42",
    "has_popcnt",
    "has_cmpxchg16b",
];

/// Why a component could not be turned into native code.
#[derive(Debug, thiserror::Error)]
#[error("cannot make native code for `{target}`: {reason}")]
pub struct PrecompileError {
    target: String,
    reason: String,
}

/// Compiles a component for a target triple. The result is loaded by an engine that has the
/// settings of [`shared_config`](crate::config::shared_config), with wasmtime's `runtime`
/// feature alone.
///
/// # Errors
///
/// If Cranelift does not know the target, or the component is not valid.
pub fn precompile(component: &[u8], target: &str) -> Result<Vec<u8>, PrecompileError> {
    let compile = || {
        let config = target_config(target)?;
        Engine::new(&config)?.precompile_component(component)
    };
    compile().map_err(|error: wasmtime::Error| PrecompileError {
        target: target.to_owned(),
        reason: format!("{error:#}"),
    })
}

fn target_config(target: &str) -> wasmtime::Result<Config> {
    let mut config = crate::config::shared_config();
    config.cranelift_opt_level(OptLevel::Speed);
    // Naming the target, even this machine's, also means: no feature that only this machine
    // has.
    config.target(target)?;
    if target.starts_with("x86_64-") {
        for feature in X86_64_FEATURES {
            // SAFETY: these flags only allow instructions. An engine on a processor without
            // them refuses the code.
            #[expect(unsafe_code, reason = "wasmtime has no safe way to name a feature")]
            unsafe {
                config.cranelift_flag_enable(feature);
            }
        }
    }
    Ok(config)
}
