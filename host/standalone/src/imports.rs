//! The names by which the module of a VM and a fused module know each other. `build/src/fuse` makes
//! the latter.

use std::collections::HashSet;

use wasm_encoder::{EntityType, ImportSection, Module, RawSection};
use wasmparser::{BinaryReader, BinaryReaderError, ImportSectionReader, Parser, Payload, TypeRef};

use super::error::StandaloneError;
use super::{nested, unfit};

/// The name of a file's driver, from which the module of the VM imports everything. See
/// [`FileParts::driver`](crate::FileParts::driver).
pub const DRIVER: &str = "jsvm";

/// The module from which the fused module imports functions of the VM.
const VM: &str = "__main_module__";

/// The id of the section of imports.
const IMPORT: u8 = 2;

/// Makes the module of a VM import everything from the fused module.
pub fn renamed(module: &[u8]) -> Result<Vec<u8>, StandaloneError> {
    let mut renamed = Module::new();
    for section in nested::sections(module)? {
        let (id, data) = section?;
        if id != IMPORT {
            renamed.section(&RawSection { id, data });
            continue;
        }
        let mut imports = ImportSection::new();
        for import in ImportSectionReader::new(BinaryReader::new(data, 0))?.into_imports() {
            let import = import?;
            let TypeRef::Func(ty) = import.ty else {
                return Err(unfit("a VM imports functions only"));
            };
            let name = format!("[vm]{}#{}", import.module, import.name);
            imports.import(DRIVER, &name, EntityType::Function(ty));
        }
        renamed.section(&imports);
    }
    Ok(renamed.finish())
}

/// The functions that a template, or a module, uses of the VM.
pub fn used_exports(binary: &[u8]) -> Result<HashSet<String>, BinaryReaderError> {
    let mut names = HashSet::new();
    for payload in Parser::new(0).parse_all(binary) {
        if let Payload::ImportSection(section) = payload? {
            for import in section.into_imports() {
                let import = import?;
                if import.module == VM && matches!(import.ty, TypeRef::Func(_)) {
                    names.insert(import.name.to_owned());
                }
            }
        }
    }
    Ok(names)
}

/// The fused module of a template.
pub fn fused(template: &[u8]) -> Result<&[u8], StandaloneError> {
    for section in nested::sections(template)? {
        let (id, content) = section?;
        if id == nested::CORE_MODULE && !used_exports(content)?.is_empty() {
            return Ok(content);
        }
    }
    Err(unfit("the template has no driver"))
}
