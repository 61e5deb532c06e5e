//! From the component to native code.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

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

/// Writes `OUT_DIR/js-vm.cwasm`.
///
/// docs.rs builds documentation and runs nothing, so there the file is empty.
pub fn write() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=DOCS_RS");
    let path = PathBuf::from(env::var("OUT_DIR")?).join("js-vm.cwasm");
    let native = match env::var_os("DOCS_RS") {
        Some(_) => Vec::new(),
        None => precompile(&env::var("TARGET")?)?,
    };
    fs::write(&path, native)
        .map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}

/// Compiles the component for a target triple. An engine with the same settings and wasmtime's
/// feature `runtime` alone loads the result.
fn precompile(target: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let compile = || {
        let config = target_config(target)?;
        Engine::new(&config)?.precompile_component(jsvm_component::COMPONENT)
    };
    compile().map_err(|error: wasmtime::Error| {
        format!(
            "cannot compile the VM to native code for {target}: {error:#}. Without the feature \
             `precompile` of jsvm, and with its feature `compile`, it is compiled at first use"
        )
        .into()
    })
}

fn target_config(target: &str) -> wasmtime::Result<Config> {
    let mut config = crate::settings::shared_config();
    config.cranelift_opt_level(OptLevel::Speed);
    // Naming the target, even this machine's, also means: no feature that only this machine has.
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
