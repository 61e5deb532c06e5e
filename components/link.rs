//! The build script of the modules that share the memory of a VM: see `build/src/fuse`.
//!
//! The first 4 MiB of a VM's memory are its stack, which grows downwards and of which scripts use at most
//! 3,840 KiB. At its lower end, the modules have a small stack of their own, which all of them share, and
//! above it each has a place for its static data. Likewise each has a place in one table of functions. The
//! build fails if one of them outgrows its place.

const STACK: u32 = 64 << 10;

fn main() {
    println!("cargo::rerun-if-changed=../link.rs");
    let package = std::env::var("CARGO_PKG_NAME").expect("cargo sets it");
    // Where its data and its functions begin. No file has two modules of the same place. Small ones have a
    // page of 4 KiB together, since a host copies each page that has data for each instance.
    let (data, table) = match &*package {
        "jsvm-http-driver" | "jsvm-service-driver" | "jsvm-cli-driver" => (0, 1),
        "jsvm-standalone-host" => (20 << 10, 160),
        "jsvm-keyvalue-wasmtime" | "jsvm-keyvalue-spin" => (24 << 10, 192),
        "jsvm-config-wasmtime" | "jsvm-config-spin" => (22 << 10, 224),
        "jsvm-stubs" => (23 << 10, 240),
        other => panic!("{other} has no place in the memory of a VM"),
    };
    for argument in [
        "--import-memory".to_owned(),
        format!("-zstack-size={STACK}"),
        format!("--global-base={}", STACK + data),
        format!("--table-base={table}"),
    ] {
        println!("cargo::rustc-link-arg-cdylib={argument}");
    }
}
