//! Linker settings of the module.

/// Bytes of the module's own stack ("shadow stack"). The host's stack is meant to end first.
const STACK_SIZE: u32 = 32 << 20;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").as_deref() == Ok("wasm") {
        println!("cargo::rustc-link-arg=-zstack-size={STACK_SIZE}");
    }
}
