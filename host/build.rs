//! Builds the guest that this crate embeds, in `OUT_DIR`: `js-vm.wasm`, its native code
//! `js-vm.cwasm`, and the memory of a fresh VM `js-vm.image`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use jsvm_build::{Options, toolchain};

fn main() {
    if let Err(error) = run() {
        // A message for cargo is one line.
        for line in error.to_string().lines() {
            println!("cargo::error={line}");
        }
        process::exit(1);
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("..");
    let guest = root.join("guest");
    let components = root.join("components");
    watch(&root.join("wit"))?;
    watch_sources(&guest)?;
    #[cfg(feature = "standalone")]
    for source in jsvm_build::standalone::SOURCES {
        println!(
            "cargo::rerun-if-changed={}",
            components.join(source).display()
        );
    }
    if env::var_os("DOCS_RS").is_some() {
        return Err("docs.rs cannot build jsvm: the guest needs a WebAssembly toolchain".into());
    }

    let out = PathBuf::from(variable("OUT_DIR")?);
    let options = Options {
        guest: &guest,
        components: &components,
        target_dir: &out.join("guest"),
        target: &variable("TARGET")?,
    };
    let built = jsvm_build::build(options, &mut |line| eprintln!("{line}"))?;
    write(&out.join("js-vm.wasm"), &built.component)?;
    write(&out.join("js-vm.image"), &built.image.bytes)?;
    println!("cargo::rustc-env=JSVM_IMAGE_SIZE={}", built.image.size);
    println!("cargo::rustc-env=JSVM_IMAGE_START={}", built.image.start);
    println!("cargo::rustc-env=JSVM_CONSTANTS={}", built.constants);
    #[cfg(feature = "standalone")]
    write_templates(&out, &built.templates)?;
    let digits = built.fingerprint.map(|byte| format!("{byte:02x}"));
    println!("cargo::rustc-env=JSVM_FINGERPRINT={}", digits.concat());
    write(&out.join("js-vm.cwasm"), &built.native)
}

/// Has cargo run this again when anything changes that the guest is made of.
fn watch(wit: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", wit.display());
    for variable in toolchain::VARIABLES {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    Ok(())
}

/// All of a folder but what a build in it leaves there.
fn watch_sources(folder: &Path) -> Result<(), Box<dyn Error>> {
    if let Ok(entries) = folder.read_dir() {
        for entry in entries {
            let entry = entry?;
            if entry.file_name() != "target" {
                println!("cargo::rerun-if-changed={}", entry.path().display());
            }
        }
    }
    Ok(())
}

/// Writes what goes around a VM, compressed: it is read once if ever.
#[cfg(feature = "standalone")]
fn write_templates(
    out: &Path,
    templates: &jsvm_build::standalone::Templates,
) -> Result<(), Box<dyn Error>> {
    for (name, template) in [
        ("http", &templates.http),
        ("http-with-environment", &templates.http_with_environment),
        ("command", &templates.command),
        ("no-host", &templates.no_host),
    ] {
        let compressed = zstd::bulk::compress(template, 19)?;
        write(&out.join(name).with_extension("template"), &compressed)?;
    }
    Ok(())
}

fn variable(name: &str) -> Result<String, Box<dyn Error>> {
    env::var(name).map_err(|error| format!("cargo gives no usable {name}: {error}").into())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    fs::write(path, bytes)
        .map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}
