//! From sources in C to a component.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jsvm_build::component::componentize;
use jsvm_build::toolchain::{Rust, TARGET, Toolchain};
use wit_bindgen_core::Files;
use wit_parser::Resolve;

/// A component in C.
pub struct Component<'a> {
    /// Its world.
    pub world: &'a str,
    /// Files and folders of WIT. The world is in the last.
    pub wit: &'a [PathBuf],
    /// Its sources.
    pub sources: &'a [PathBuf],
}

impl Component<'_> {
    /// Compiles it. Everything that is generated lands in `out`.
    pub fn build(&self, out: &Path) -> Vec<u8> {
        let out = out.join(self.world);
        fs::create_dir_all(&out).unwrap();
        self.generate(&out);
        let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../components/freestanding");
        let name = self.world.replace('-', "_");
        let generated = [library.join("libc.c"), out.join(&name).with_extension("c")];
        let toolchain = Toolchain::find().unwrap();
        let sources = self.sources.iter().chain(&generated).zip(0..);
        let mut objects: Vec<_> = sources
            .map(|(source, number): (_, u32)| {
                let object = out.join(format!("{number}.o"));
                let include = [library.join("include"), out.clone()];
                compile(&toolchain, source, &include, &object);
                object
            })
            .collect();
        objects.push(out.join(format!("{name}_component_type.o")));
        let core = out.join(name).with_extension("wasm");
        link(&toolchain, &objects, &core);
        componentize(&fs::read(core).unwrap()).unwrap()
    }

    /// Writes the bindings: sources, a header, and an object file that says which world they are for.
    fn generate(&self, out: &Path) {
        let mut resolve = Resolve::default();
        let packages = self.wit.iter().map(|wit| resolve.push_path(wit).unwrap().0);
        let package = packages.last().unwrap();
        let world = resolve.select_world(&[package], Some(self.world)).unwrap();
        let mut files = Files::default();
        let mut generator = wit_bindgen_c::Opts::default().build();
        generator.generate(&mut resolve, world, &mut files).unwrap();
        for (name, contents) in files.iter() {
            fs::write(out.join(name), contents).unwrap();
        }
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

fn link(toolchain: &Toolchain, objects: &[PathBuf], core: &Path) {
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
    run(command.args(objects).arg("-o").arg(core));
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
