//! The components: the provider from Rust, its user from C, and the two as one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jsvm_build::component::componentize;
use jsvm_build::toolchain::{Rust, TARGET, Toolchain};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, plug};
use wit_bindgen_core::Files;
use wit_parser::Resolve;

/// The folder of this package.
pub fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// As much of a C library as there is for components in C.
fn library() -> PathBuf {
    folder().join("../../components/freestanding")
}

/// Everything that is made lands in `out`.
pub fn provider(toolchain: &Toolchain, out: &Path) -> Vec<u8> {
    let (Rust::Ready { cargo, rustc } | Rust::FromSource { cargo, rustc, .. }) = &toolchain.rust;
    let mut command = Command::new(cargo);
    command
        .args(["build", "--profile", "guest", "--locked", "--quiet"])
        .args(["--package", "provider", "--target", TARGET])
        .arg("--target-dir")
        .arg(out)
        .current_dir(folder())
        .env("RUSTC", rustc)
        // They are those of the build of this program.
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH");
    if let Rust::FromSource { linker, .. } = &toolchain.rust {
        command
            .arg("-Zbuild-std=std,panic_abort")
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    }
    run(&mut command);
    let core = out.join(TARGET).join("guest").join("provider.wasm");
    componentize(&fs::read(core).unwrap()).unwrap()
}

/// The user of the provider, with bindings that are generated into `out`.
pub fn consumer(toolchain: &Toolchain, out: &Path) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(folder().join("wit")).unwrap();
    let world = resolve.select_world(&[package], Some("consumer")).unwrap();
    let mut files = Files::default();
    let mut generator = wit_bindgen_c::Opts::default().build();
    generator.generate(&mut resolve, world, &mut files).unwrap();
    for (name, contents) in files.iter() {
        fs::write(out.join(name), contents).unwrap();
    }
    let sources = fs::read_dir(folder().join("consumer")).unwrap();
    let sources = sources.map(|entry| entry.unwrap().path());
    let mut objects: Vec<_> = sources
        .filter(|path| path.extension().is_some_and(|extension| extension == "c"))
        .chain([library().join("libc.c"), out.join("consumer.c")])
        .zip(0..)
        .map(|(source, number): (_, u32)| {
            let object = out.join(format!("{number}.o"));
            compile(toolchain, &source, out, &object);
            object
        })
        .collect();
    objects.push(out.join("consumer_component_type.o"));
    let core = out.join("consumer.wasm");
    let mut linker = match &toolchain.rust {
        Rust::FromSource { linker, .. } => Command::new(linker),
        Rust::Ready { rustc, .. } => rust_lld(rustc),
    };
    linker.args(["--no-entry", "--stack-first", "-z", "stack-size=65536"]);
    run(linker.args(&objects).arg("-o").arg(&core));
    componentize(&fs::read(core).unwrap()).unwrap()
}

fn compile(toolchain: &Toolchain, source: &Path, generated: &Path, object: &Path) {
    let mut command = Command::new(&toolchain.cc);
    command
        .arg(format!("--target={TARGET}"))
        .args(["-O3", "-ffreestanding", "-mbulk-memory", "-c"])
        .args(["-Wall", "-Wextra", "-Werror"])
        .arg("-isystem")
        .arg(library().join("include"))
        .arg("-isystem")
        .arg(generated);
    run(command.arg(source).arg("-o").arg(object));
}

/// The linker that comes with the compiler.
fn rust_lld(rustc: &Path) -> Command {
    let output = Command::new(rustc).arg("--print=target-libdir").output();
    let libraries = String::from_utf8(output.unwrap().stdout).unwrap();
    let tools: PathBuf = Path::new(libraries.trim()).with_file_name("bin");
    let mut command = Command::new(tools.join("rust-lld"));
    command.args(["-flavor", "wasm"]);
    command
}

fn run(command: &mut Command) {
    let status = command.status();
    let status = status.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?} failed");
}

/// One component of both, which exports what the consumer does.
pub fn compose(provider: Vec<u8>, consumer: Vec<u8>) -> Vec<u8> {
    let mut graph = CompositionGraph::new();
    let [provider, consumer] =
        [("provider", provider), ("consumer", consumer)].map(|(name, component)| {
            let package =
                Package::from_bytes(&format!("jsvm:{name}"), None, component, graph.types_mut());
            graph.register_package(package.unwrap()).unwrap()
        });
    plug(&mut graph, vec![provider], consumer).unwrap();
    graph.encode(EncodeOptions::default()).unwrap()
}
