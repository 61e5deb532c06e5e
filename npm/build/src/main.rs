//! Writes the files of the npm package that are made of the component: `npm/js-vm.wasm` and
//! `npm/src/abi/bindings.ts`.

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let root = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))?;
    let component = fs::read(root.join("host/component/artefacts/js-vm.wasm"))?;
    let files = jsvm_npm::build(&component, &root.join("wit"))?;
    fs::write(root.join("npm/js-vm.wasm"), files.module)?;
    fs::write(root.join("npm/src/abi/bindings.ts"), files.bindings)?;
    Ok(())
}
