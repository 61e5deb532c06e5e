//! Generates the bindings, and sets the linker's options of the guest module.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_core::{Files, WorldGenerator};

/// Bytes of the module's own stack ("shadow stack"). A simple JavaScript frame takes about
/// 290 bytes of it, and 10,000 of them must fit.
const STACK_SIZE: u32 = 4 << 20;

/// The number of the first function in the table.
///
/// `jsvm build` takes each word of the heap that could be the number of a function for one. A short buffer
/// of positions in a source, such as the bytes `02 0c`, can look like one. With this base, functions that each
/// file needs have those numbers. If a built file is suddenly larger, try another.
const TABLE_BASE: u32 = 4988;

const WIT: &str = "../wit";
const WORLD: &str = "js-vm";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg=-zstack-size={STACK_SIZE}");
    println!("cargo::rustc-env=JSVM_STACK_SIZE={STACK_SIZE}");
    // The build reads where the counters are, and then removes this export.
    println!("cargo::rustc-link-arg=--export=jsvm_poll_counters");
    // The build writes the compiled parts of the web platform there, and removes these exports.
    println!("cargo::rustc-link-arg=--export=jsvm_parts");
    println!("cargo::rustc-link-arg=--export=jsvm_parts_size");
    // The build reads which function needs which functions and constants, and removes these sections.
    println!("cargo::rustc-link-arg=--emit-relocs");
    // Numbers of functions in memory are then unlike most other numbers, so that `jsvm build` finds the
    // functions that a heap needs.
    println!("cargo::rustc-link-arg=--table-base={TABLE_BASE}");
    generate()
}

fn generate() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={WIT}");
    let mut resolve = Resolve {
        all_features: true,
        ..Resolve::default()
    };
    let (package, _) = resolve.push_path(WIT)?;
    let version = resolve.packages[package].name.version.clone();
    let version = version.ok_or("the package of the WIT has no version")?;
    println!("cargo::rustc-env=JSVM_WIT_VERSION={version}");
    let world = resolve.select_world(&[package], Some(WORLD))?;
    let options = wit_bindgen_rust::Opts {
        generate_all: true,
        // Its result is not a list of Rust's: see `snapshot.rs`.
        skip: vec!["get-memory".to_owned()],
        ..Default::default()
    };
    let mut files = Files::default();
    options.build().generate(&mut resolve, world, &mut files)?;
    let (_, text) = files.iter().next().ok_or("no bindings were generated")?;
    let text = with_forget_results(std::str::from_utf8(text)?)?;
    let text = with_entry(&text)?;
    let out = env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    fs::write(Path::new(&out).join("bindings.rs"), text)?;
    Ok(())
}

/// Has each export call `entry::begin` first. They all call this function of the bindings.
fn with_entry(text: &str) -> Result<String, Box<dyn Error>> {
    const FIRST: &str = "wit_bindgen::rt::run_ctors_once();";
    if text.matches(FIRST).count() != 1 {
        return Err("exports begin in another way: change `with_entry`".into());
    }
    Ok(text.replace(FIRST, &format!("{FIRST} crate::entry::begin();")))
}

/// Adds a function that zeroes what the last results left behind. Each interface has a place for its
/// results, which the bindings hide.
fn with_forget_results(text: &str) -> Result<String, Box<dyn Error>> {
    const AREA: &str = "static mut _RET_AREA: _RetArea";
    const MODULE: &str = "pub mod ";
    let mut changed = String::with_capacity(text.len());
    let mut calls = String::new();
    let mut parts = text.split(AREA);
    changed += parts.next().unwrap_or_default();
    for part in parts {
        let (_, module) = changed
            .rsplit_once(MODULE)
            .ok_or("a result without a module")?;
        let (module, _) = module.split_once(' ').ok_or("a module without a name")?;
        writeln!(
            calls,
            "    // SAFETY: the caller's promise.\n    \
             unsafe {{ exports::jsvm::engine::{module}::forget_result() }};"
        )?;
        write!(
            changed,
            "pub unsafe fn forget_result() {{ \
                 unsafe {{ (&raw mut _RET_AREA).write_bytes(0, 1) }} \
             }}\n{AREA}{part}"
        )?;
    }
    if calls.is_empty() {
        return Err("the bindings put results elsewhere: change `forget_results`".into());
    }
    write!(
        changed,
        "\n/// Zeroes the places where the last results were put.\n///\n\
         /// # Safety\n/// The embedder must have read the last result.\n\
         pub unsafe fn forget_results() {{\n{calls}}}\n"
    )?;
    Ok(changed)
}
