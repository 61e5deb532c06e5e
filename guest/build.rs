//! Linker settings of the guest module.

/// Bytes of the module's own stack ("shadow stack"). A simple JavaScript frame takes about
/// 290 bytes of it, and 10,000 of them must fit.
const STACK_SIZE: u32 = 4 << 20;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg=-zstack-size={STACK_SIZE}");
    println!("cargo::rustc-env=JSVM_STACK_SIZE={STACK_SIZE}");
    // The build reads where the counters are, and then removes this export.
    println!("cargo::rustc-link-arg=--export=jsvm_poll_counters");
    // The build writes the compiled parts of the web platform there, and removes these exports.
    println!("cargo::rustc-link-arg=--export=jsvm_parts");
    println!("cargo::rustc-link-arg=--export=jsvm_parts_size");
}
