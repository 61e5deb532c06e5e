//! Compiles the VM's component to native code for the target, in `OUT_DIR/js-vm.cwasm`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/settings.rs");
    #[cfg(feature = "precompile")]
    jsvm_precompile::write(
        settings::shared_config(),
        jsvm_component::COMPONENT,
        "js-vm.cwasm",
    )?;
    Ok(())
}

#[cfg(feature = "precompile")]
#[path = "src/settings.rs"]
mod settings;
