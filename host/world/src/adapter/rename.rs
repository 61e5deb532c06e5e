//! Changes what the module of a VM imports from whom.

use std::borrow::Cow;

use wasm_encoder::{EntityType, ImportSection, Module, RawSection};
use wasmparser::{Parser, Payload, TypeRef};

use crate::WorldError;

/// Gives each import of a module, by its module and name, another module and name.
pub(super) fn rename_imports<'a>(
    module: &'a [u8],
    mut rename: impl FnMut(&'a str, &'a str) -> (&'a str, Cow<'a, str>),
) -> Result<Vec<u8>, WorldError> {
    let mut renamed = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Payload::ImportSection(section) = payload {
            let mut imports = ImportSection::new();
            for import in section.into_imports() {
                let import = import?;
                let TypeRef::Func(ty) = import.ty else {
                    return Err(WorldError::unfit("a VM imports functions only"));
                };
                let (from, name) = rename(import.module, import.name);
                imports.import(from, &name, EntityType::Function(ty));
            }
            renamed.section(&imports);
        } else if let Some((id, range)) = payload.as_section() {
            let data = &module[range];
            renamed.section(&RawSection { id, data });
        }
    }
    Ok(renamed.finish())
}
