//! Writes the files of the npm package that are made of the artefacts and crates: `npm/js-vm.wasm`,
//! `npm/snapshot.wasm`, and in `npm/src` the files `abi/bindings.ts`, `abi/codec.ts` and `protocol.ts`.

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let root = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))?;
    let component = fs::read(root.join("host/component/artefacts/js-vm.wasm"))?;
    let engine = jsvm_npm::engine(&component, &root.join("wit"))?;
    fs::write(root.join("npm/js-vm.wasm"), engine.module)?;
    fs::write(root.join("npm/src/abi/bindings.ts"), engine.bindings)?;
    let codec = fs::read(root.join("npm/snapshot/artefacts/snapshot.wasm"))?;
    let codec = jsvm_npm::codec(&codec, &root.join("npm/snapshot/wit"))?;
    fs::write(root.join("npm/snapshot.wasm"), codec.module)?;
    fs::write(root.join("npm/src/abi/codec.ts"), codec.bindings)?;
    fs::write(
        root.join("npm/src/protocol.ts"),
        jsvm_npm::protocol(&root.join("host/http/src"))?,
    )?;
    Ok(())
}
