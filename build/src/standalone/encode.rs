//! Encodes a component of the VM's module and a fused one.

use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    MemorySection, MemoryType, Module, TypeSection,
};
use wasmparser::{Parser, Payload, TypeRef};
use wit_component::{ComponentEncoder, LibraryInfo};

use crate::fuse::{CoreType, FuseError, VM, VmModule, export_for_vm};

/// The name of the fused module in a component, from which the VM's module imports everything. The crate
/// `jsvm-standalone` has it, too (`host/standalone/src/imports.rs`).
const FUSED: &str = "jsvm";

/// Encodes a component. A small module stands for that of the VM, with the exports that `fused` needs.
pub fn component(vm: &VmModule<'_>, fused: &[u8]) -> Result<Vec<u8>, FuseError> {
    let used = imports_of_vm(fused)?;
    // A library, unlike an adapter, may have data and tables.
    let library = LibraryInfo {
        instantiate_after_shims: false,
        arguments: Vec::new(),
    };
    ComponentEncoder::default()
        .validate(true)
        .module(&stand_in(vm, &used)?)
        .and_then(|encoder| encoder.library(FUSED, fused, library))
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| FuseError::Unfit(format!("{error:#}")))
}

/// The functions that a module imports of the VM.
fn imports_of_vm(module: &[u8]) -> Result<Vec<String>, FuseError> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(section) = payload? {
            for import in section.into_imports() {
                let import = import?;
                if import.module == VM && matches!(import.ty, TypeRef::Func(_)) {
                    names.push(import.name.to_owned());
                }
            }
        }
    }
    Ok(names)
}

/// A module with the imports of the VM, and some of its exports.
fn stand_in(vm: &VmModule<'_>, used: &[String]) -> Result<Vec<u8>, FuseError> {
    let mut types = TypeSection::new();
    let mut ty = |(parameters, results): &CoreType| {
        let (parameters, results) = (parameters.iter().copied(), results.iter().copied());
        types.ty().function(parameters, results);
        types.len() - 1
    };
    let mut imports = ImportSection::new();
    for import in &vm.part.imports {
        let name = export_for_vm(import.module, import.name);
        imports.import(FUSED, &name, EntityType::Function(ty(&import.ty)));
    }
    let mut functions = FunctionSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    for name in used {
        let known = vm.export(name);
        let known = known.ok_or_else(|| FuseError::Unfit(format!("the VM has no {name}")))?;
        functions.function(ty(known));
        let index = imports.len() + functions.len() - 1;
        exports.export(name, ExportKind::Func, index);
        let mut body = Function::new([]);
        body.instructions().unreachable().end();
        code.function(&body);
    }
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 0,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut module = Module::new();
    module
        .section(&types)
        .section(&imports)
        .section(&functions)
        .section(&memories)
        .section(&exports)
        .section(&code);
    Ok(module.finish())
}
