//! The component of `components/echo`, compiled as those that go around a VM are.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use jsvm_build::component::componentize;
use jsvm_build::toolchain::Toolchain;

/// Its bytes.
pub fn bytes() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(compile)
}

fn compile() -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../components");
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("components");
    let toolchain = Toolchain::find().unwrap();
    let core = jsvm_build::compile::compile_package(&toolchain, &folder, "jsvm-echo", &out);
    let component = componentize(&fs::read(core.unwrap()).unwrap()).unwrap();
    // For who wants to try it.
    fs::write(out.join("echo.wasm"), &component).unwrap();
    component
}
