//! Components of `components/`, compiled as those that go around a VM are.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use jsvm_build::component::componentize;
use jsvm_build::toolchain::Toolchain;

/// The one that returns what it is given.
pub fn echo() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| compile("jsvm-echo", "echo"))
}

/// The one that changes pictures.
pub fn image() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| compile("jsvm-image", "image"))
}

/// The one that tries to reach what is outside of it.
pub fn reach() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| compile("jsvm-reach", "reach"))
}

fn compile(package: &str, name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../components");
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("components");
    let toolchain = Toolchain::find().unwrap();
    let core = jsvm_build::compile::compile_package(&toolchain, &folder, package, &out);
    let component = componentize(&fs::read(core.unwrap()).unwrap()).unwrap();
    // For who wants to try it.
    fs::write(out.join(name).with_extension("wasm"), &component).unwrap();
    component
}
