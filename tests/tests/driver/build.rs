//! From the driver's sources in C to a component.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jsvm_build::component::componentize;
use jsvm_build::toolchain::{Rust, TARGET, Toolchain};
use wit_bindgen_core::Files;
use wit_parser::Resolve;

/// The driver as a component. Everything that is generated lands in a folder of the test's own.
pub fn driver() -> Vec<u8> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("driver");
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("driver");
    fs::create_dir_all(&out).unwrap();
    generate(&sources, &out);
    let toolchain = Toolchain::find().unwrap();
    let objects: Vec<_> = [
        sources.join("driver.c"),
        sources.join("libc.c"),
        out.join("driver.c"),
    ]
    .iter()
    .zip(0..)
    .map(|(source, number): (_, u32)| {
        let object = out.join(format!("{number}.o"));
        let include = [sources.join("include"), out.clone()];
        compile(&toolchain, source, &include, &object);
        object
    })
    .collect();
    let core = out.join("driver.wasm");
    link(
        &toolchain,
        &objects,
        &out.join("driver_component_type.o"),
        &core,
    );
    componentize(&fs::read(core).unwrap()).unwrap()
}

/// Writes the bindings: sources, a header, and an object file that says which world they are for.
fn generate(sources: &Path, out: &Path) {
    let mut resolve = Resolve::default();
    let engine = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    resolve.push_path(engine).unwrap();
    let (package, _) = resolve.push_path(sources.join("driver.wit")).unwrap();
    let world = resolve.select_world(&[package], Some("driver")).unwrap();
    let mut files = Files::default();
    let mut generator = wit_bindgen_c::Opts::default().build();
    generator.generate(&mut resolve, world, &mut files).unwrap();
    for (name, contents) in files.iter() {
        fs::write(out.join(name), contents).unwrap();
    }
}

fn compile(toolchain: &Toolchain, source: &Path, include: &[PathBuf], object: &Path) {
    let mut command = Command::new(&toolchain.cc);
    command
        .arg(format!("--target={TARGET}"))
        .args(["-O2", "-ffreestanding", "-mbulk-memory", "-c"])
        .args(["-Wall", "-Wextra", "-Werror"]);
    for folder in include {
        command.arg("-isystem").arg(folder);
    }
    run(command.arg(source).arg("-o").arg(object));
}

fn link(toolchain: &Toolchain, objects: &[PathBuf], component_type: &Path, core: &Path) {
    let mut command = match &toolchain.rust {
        Rust::FromSource { linker, .. } => Command::new(linker),
        // This one brings its own.
        Rust::Ready { rustc, .. } => {
            let mut command = Command::new(rust_lld(rustc));
            command.args(["-flavor", "wasm"]);
            command
        }
    };
    command.args(["--no-entry", "--stack-first", "-z", "stack-size=65536"]);
    run(command
        .args(objects)
        .arg(component_type)
        .arg("-o")
        .arg(core));
}

fn rust_lld(rustc: &Path) -> PathBuf {
    let output = Command::new(rustc).arg("--print=target-libdir").output();
    let folder = String::from_utf8(output.unwrap().stdout).unwrap();
    let folder = Path::new(folder.trim()).with_file_name("bin");
    folder
        .join("rust-lld")
        .with_extension(std::env::consts::EXE_EXTENSION)
}

fn run(command: &mut Command) {
    let status = command.status();
    let name = Path::new(command.get_program())
        .file_name()
        .and_then(OsStr::to_str);
    let status = status.unwrap_or_else(|error| panic!("cannot run {name:?}: {error}"));
    assert!(status.success(), "{name:?} failed");
}
