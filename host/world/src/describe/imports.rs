//! Describes the modules that a program may import.

use std::collections::HashMap;

use jsvm_abi::{Callee, Item, ItemKind, Member, MemberKind, Module};
use wit_parser::{
    Function, FunctionKind, InterfaceId, Resolve, TypeDefKind, WasmImport, WorldId, WorldItem,
    WorldKey,
};

use super::{ASYNC_MANGLING, Described, Describer};
use crate::WorldError;
use crate::names::{camel, pascal, without_version};

/// A predicate on the names of a module.
type HasModule<'a> = &'a dyn Fn(&[String]) -> bool;

impl<'a> Describer<'a> {
    pub(super) fn modules(
        &mut self,
        world: WorldId,
        has_module: HasModule<'_>,
    ) -> Result<(), WorldError> {
        let resolve = self.resolve;
        let imports = &resolve.worlds[world].imports;
        for (names, key) in module_names(resolve, world) {
            if !has_module(&names) {
                continue;
            }
            match &imports[key] {
                WorldItem::Interface { id, .. } => self.interface_module(key, *id, names)?,
                WorldItem::Function(function) => {
                    let number = self.imported_function(None, function)?;
                    let name = camel(function.item_name());
                    self.own_module(names, name, ItemKind::Function(number));
                }
                WorldItem::Type { id, .. } => {
                    let functions = imports.values().filter_map(|item| match item {
                        WorldItem::Function(function) => Some(function),
                        _ => None,
                    });
                    let class = self.class(None, *id, functions)?;
                    let name = pascal(&names[0]);
                    self.own_module(names, name, class);
                }
            }
        }
        Ok(())
    }

    /// A module of an interface.
    fn interface_module(
        &mut self,
        key: &WorldKey,
        id: InterfaceId,
        names: Vec<String>,
    ) -> Result<(), WorldError> {
        let interface = &self.resolve.interfaces[id];
        let mut items = Vec::new();
        for (name, ty) in &interface.types {
            if matches!(self.resolve.types[*ty].kind, TypeDefKind::Resource) {
                let kind = self.class(Some(key), *ty, interface.functions.values())?;
                items.push(Item {
                    name: pascal(name),
                    kind,
                });
            }
        }
        for function in interface.functions.values() {
            if function.kind.resource().is_none() {
                let number = self.imported_function(Some(key), function)?;
                items.push(Item {
                    name: camel(function.item_name()),
                    kind: ItemKind::Function(number),
                });
            }
        }
        self.description.world.modules.push(Module { names, items });
        Ok(())
    }

    /// A module of a function or resource that the world imports without an interface.
    fn own_module(&mut self, names: Vec<String>, name: String, kind: ItemKind) {
        let mut items = vec![Item {
            name: "default".to_owned(),
            kind: kind.clone(),
        }];
        if name != "default" {
            items.push(Item { name, kind });
        }
        self.description.world.modules.push(Module { names, items });
    }

    /// The class of a resource, with those of the functions that are its own.
    fn class(
        &mut self,
        interface: Option<&WorldKey>,
        resource: wit_parser::TypeId,
        functions: impl Iterator<Item = &'a Function>,
    ) -> Result<ItemKind, WorldError> {
        let index = self.resource(resource)?;
        let mut members = Vec::new();
        for function in functions {
            if function.kind.resource() != Some(resource) {
                continue;
            }
            let kind = match function.kind {
                FunctionKind::Constructor(_) => MemberKind::Constructor,
                FunctionKind::Static(_) | FunctionKind::AsyncStatic(_) => MemberKind::Static,
                _ => MemberKind::Method,
            };
            let import = self.imported_function(interface, function)?;
            members.push(Member {
                name: camel(function.item_name()),
                kind,
                import,
            });
        }
        Ok(ItemKind::Class(index, members))
    }

    fn imported_function(
        &mut self,
        interface: Option<&WorldKey>,
        function: &'a Function,
    ) -> Result<u32, WorldError> {
        let name = self.full_name(interface, function);
        let described = self.function(Described {
            function,
            interface: interface.cloned(),
            is_exported: false,
            name: name.clone(),
        })?;
        let core = WasmImport::Func {
            interface,
            func: function,
        };
        let core = self
            .resolve
            .wasm_import_name(ASYNC_MANGLING.for_func(function), core);
        Ok(self.import(name, Callee::Function(described), core))
    }
}

/// The specifiers of each module of a world, with the key of its item.
pub(crate) fn module_names(
    resolve: &Resolve,
    world: WorldId,
) -> impl Iterator<Item = (Vec<String>, &WorldKey)> {
    let imports = &resolve.worlds[world].imports;
    // How many versions of an interface are imported.
    let mut versions: HashMap<String, usize> = HashMap::new();
    for (key, item) in imports {
        if matches!(item, WorldItem::Interface { .. }) {
            let name = resolve.name_world_key(key);
            let unversioned = without_version(&name).to_owned();
            *versions.entry(unversioned).or_default() += 1;
        }
    }
    imports.iter().filter_map(move |(key, item)| match item {
        WorldItem::Interface { .. } => {
            let mut names = vec![resolve.name_world_key(key)];
            let unversioned = without_version(&names[0]).to_owned();
            if names[0] != unversioned && versions.get(&unversioned) == Some(&1) {
                names.push(unversioned);
            }
            Some((names, key))
        }
        // Functions of resources are members of their classes.
        WorldItem::Function(function) if function.kind.resource().is_none() => {
            Some((vec![function.name.clone()], key))
        }
        WorldItem::Type { id, .. } => {
            let ty = &resolve.types[*id];
            let is_resource = matches!(ty.kind, TypeDefKind::Resource);
            is_resource.then(|| (ty.name.clone().into_iter().collect(), key))
        }
        WorldItem::Function(_) => None,
    })
}
