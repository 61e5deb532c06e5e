//! Compiles a WebAssembly component to native code, in the build script of a crate that contains the
//! component.
//!
//! ```no_run
//! // build.rs
//! let config = wasmtime::Config::new();
//! jsvm_precompile::write(config, b"the component", "component.cwasm")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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

/// Compiles a component for the target of a build script, and writes the native code to a file in
/// `OUT_DIR`. An engine with the same settings and wasmtime's feature `runtime` alone loads it.
///
/// docs.rs builds documentation and runs nothing, so there the file is empty.
///
/// # Errors
/// If the component does not compile, or the file cannot be written.
pub fn write(config: Config, component: &[u8], file: &str) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=DOCS_RS");
    let path = PathBuf::from(env::var("OUT_DIR")?).join(file);
    let native = match env::var_os("DOCS_RS") {
        Some(_) => Vec::new(),
        None => precompile(config, component, &env::var("TARGET")?)?,
    };
    fs::write(&path, native)
        .map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}

fn precompile(config: Config, component: &[u8], target: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let compile = || {
        let config = with_target(config, target)?;
        Engine::new(&config)?.precompile_component(component)
    };
    compile().map_err(|error: wasmtime::Error| {
        let name = env::var("CARGO_PKG_NAME").unwrap_or_default();
        format!(
            "cannot compile the component of {name} to native code for {target}: {error:#}. Without \
             the feature `precompile` of {name}, and with its feature `compile`, it is compiled at \
             first use"
        )
        .into()
    })
}

fn with_target(mut config: Config, target: &str) -> wasmtime::Result<Config> {
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
