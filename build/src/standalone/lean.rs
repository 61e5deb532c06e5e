//! The component of a VM with those functions only that drivers call.
//!
//! A component declares each function that it exports, with all types, and the module has to have all of
//! them. That is 60 KB, and code that no driver calls.

use std::collections::{HashMap, HashSet};
use std::error::Error;

use wasm_encoder::{ExportSection, Module, RawSection};
use wasmparser::{BinaryReader, ExportSectionReader, ExternalKind};
use wit_component::{DecodedWasm, StringEncoding, embed_component_metadata, metadata};
use wit_parser::{InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldItem};

use super::ENGINE;
use crate::component::componentize;
use crate::nested;

/// The id of the section of exports.
const EXPORT: u8 = 7;

/// Functions by the interface.
type Functions = HashMap<String, HashSet<String>>;

/// Makes a component of the core module of a VM, whose world becomes what the drivers import.
pub fn component(core: &[u8], drivers: &[&[u8]]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut used = Functions::new();
    for driver in drivers {
        add_imports(driver, &mut used)?;
    }
    let (module, bindgen) = metadata::decode(core)?;
    let module = module.ok_or("the module of the VM has no world")?;
    let (mut resolve, world) = (bindgen.resolve, bindgen.world);
    let mut kept = HashSet::new();
    let exports: Vec<_> = resolve.worlds[world].exports.values().cloned().collect();
    for item in exports {
        let WorldItem::Interface { id, .. } = item else {
            continue;
        };
        let name = resolve.id_of(id).ok_or("an interface has no name")?;
        let functions = used.get(&name);
        let is_used = |function: &str| functions.is_some_and(|all| all.contains(function));
        resolve.interfaces[id]
            .functions
            .retain(|name, _| is_used(name));
        if functions.is_some() {
            add_with_types(&resolve, id, &mut kept);
        }
    }
    resolve.worlds[world]
        .exports
        .retain(|_, item| matches!(item, WorldItem::Interface { id, .. } if kept.contains(id)));
    let mut module = with_exports(&module, &used)?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::default())?;
    Ok(componentize(&module)?)
}

/// Adds the functions of the VM that a driver imports. The encoding of its component has declared only those
/// that it calls.
fn add_imports(driver: &[u8], used: &mut Functions) -> Result<(), Box<dyn Error>> {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(driver)? else {
        return Err("the driver is no component".into());
    };
    for (key, item) in &resolve.worlds[world].imports {
        let name = resolve.name_world_key(key);
        if let (WorldItem::Interface { id, .. }, true) = (item, name.starts_with(ENGINE)) {
            let functions = resolve.interfaces[*id].functions.keys().cloned();
            used.entry(name).or_default().extend(functions);
        }
    }
    Ok(())
}

/// Adds an interface, and those whose types it uses.
fn add_with_types(resolve: &Resolve, id: InterfaceId, kept: &mut HashSet<InterfaceId>) {
    if !kept.insert(id) {
        return;
    }
    for ty in resolve.interfaces[id].types.values() {
        if let Some(other) = owner_of_alias(resolve, *ty) {
            add_with_types(resolve, other, kept);
        }
    }
}

/// The interface from which another uses a type.
fn owner_of_alias(resolve: &Resolve, ty: TypeId) -> Option<InterfaceId> {
    let TypeDefKind::Type(Type::Id(original)) = &resolve.types[ty].kind else {
        return None;
    };
    match resolve.types[*original].owner {
        TypeOwner::Interface(id) => Some(id),
        _ => None,
    }
}

/// The module without exports that are functions of the VM and not used.
fn with_exports(module: &[u8], used: &Functions) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut kept = Module::new();
    for section in nested::sections(module)? {
        let (id, data) = section?;
        if id != EXPORT {
            kept.section(&RawSection { id, data });
            continue;
        }
        let mut exports = ExportSection::new();
        for export in ExportSectionReader::new(BinaryReader::new(data, 0))? {
            let export = export?;
            let name = export
                .name
                .strip_prefix("cabi_post_")
                .unwrap_or(export.name);
            let is_used = match name.split_once('#') {
                Some((interface, function)) => {
                    let functions = used.get(interface);
                    // A destructor belongs to a resource, which is a type.
                    function.starts_with("[dtor]")
                        || functions.is_some_and(|all| all.contains(function))
                }
                None => true,
            };
            if is_used || export.kind != ExternalKind::Func {
                exports.export(export.name, export.kind.into(), export.index);
            }
        }
        kept.section(&exports);
    }
    Ok(kept.finish())
}
