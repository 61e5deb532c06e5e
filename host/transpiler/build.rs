//! Compiles the component to native code for the target, in `OUT_DIR/transpiler.cwasm`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=artefacts/transpiler.wasm");
    println!("cargo::rerun-if-changed=src/settings.rs");
    #[cfg(feature = "precompile")]
    jsvm_precompile::write(
        settings::shared_config(),
        include_bytes!("artefacts/transpiler.wasm"),
        "transpiler.cwasm",
    )?;
    Ok(())
}

#[cfg(feature = "precompile")]
#[path = "src/settings.rs"]
mod settings;
