//! Which modules of a world a program needs.

use std::collections::HashSet;

use wit_parser::{InterfaceId, Resolve, TypeDefKind, WorldId, WorldItem};

use crate::describe::module_names;

/// Returns the full names of the modules that a program does not need.
pub(crate) fn unused_modules(
    resolve: &Resolve,
    world: WorldId,
    mut is_used: impl FnMut(&[String]) -> bool,
) -> Vec<String> {
    let (imports, exports) = {
        let world = &resolve.worlds[world];
        (&world.imports, &world.exports)
    };
    let modules: Vec<_> = module_names(resolve, world)
        .map(|(names, key)| (is_used(&names), names, key))
        .collect();
    // The program gets values of these interfaces.
    let mut open: Vec<InterfaceId> = Vec::new();
    for item in exports.values() {
        if let WorldItem::Interface { id, .. } = item {
            open.extend(resolve.interface_direct_deps(*id));
        }
    }
    for item in imports.values() {
        if let WorldItem::Type { id, .. } = item {
            open.extend(resolve.type_interface_dep(*id));
        }
    }
    for (is_used, _, key) in &modules {
        if let (true, WorldItem::Interface { id, .. }) = (*is_used, &imports[*key]) {
            open.push(*id);
        }
    }
    let mut reached = HashSet::new();
    while let Some(id) = open.pop() {
        if reached.insert(id) {
            open.extend(resolve.interface_direct_deps(id));
        }
    }
    let is_needed = |item: &WorldItem| match item {
        WorldItem::Interface { id, .. } => reached.contains(id) && has_resources(resolve, *id),
        WorldItem::Type { .. } => true,
        WorldItem::Function(_) => false,
    };
    let unused = modules
        .into_iter()
        .filter(|(is_used, _, key)| !is_used && !is_needed(&imports[*key]));
    unused
        .filter_map(|(_, names, _)| names.into_iter().next())
        .collect()
}

fn has_resources(resolve: &Resolve, id: InterfaceId) -> bool {
    let mut types = resolve.interfaces[id].types.values();
    types.any(|ty| matches!(resolve.types[*ty].kind, TypeDefKind::Resource))
}
