//! Describes what a program exports.

use std::collections::HashMap;

use jsvm_abi::{Export, ExportKind};
use wit_parser::{
    Function, FunctionKind, WasmExport, WasmExportKind, WorldId, WorldItem, WorldKey,
};

use super::{CoreExport, Describer, MANGLING, place};
use crate::WorldError;
use crate::names::{camel, short, without_version};

impl Describer<'_> {
    pub(super) fn exports(&mut self, world: WorldId) -> Result<(), WorldError> {
        let resolve = self.resolve;
        let exports = &resolve.worlds[world].exports;
        let mut shorts: HashMap<String, usize> = HashMap::new();
        let mut unversioned: HashMap<String, usize> = HashMap::new();
        for (key, item) in exports {
            if matches!(item, WorldItem::Interface { .. }) {
                let name = resolve.name_world_key(key);
                *shorts.entry(camel(short(&name))).or_default() += 1;
                *unversioned
                    .entry(without_version(&name).to_owned())
                    .or_default() += 1;
            }
        }
        for (key, item) in exports {
            match item {
                WorldItem::Interface { id, .. } => {
                    let full = resolve.name_world_key(key);
                    let unique = |name: String, counts: &HashMap<String, usize>| {
                        (counts.get(&name) == Some(&1)).then_some(name)
                    };
                    let mut names: Vec<String> = Vec::new();
                    let candidates = [
                        unique(camel(short(&full)), &shorts),
                        Some(full.clone()),
                        unique(without_version(&full).to_owned(), &unversioned),
                    ];
                    for name in candidates.into_iter().flatten() {
                        if !names.contains(&name) {
                            names.push(name);
                        }
                    }
                    for function in resolve.interfaces[*id].functions.values() {
                        self.export(Some(key), function, names.clone())?;
                    }
                }
                WorldItem::Function(function) => self.export(None, function, Vec::new())?,
                WorldItem::Type { .. } => {}
            }
        }
        Ok(())
    }

    fn export(
        &mut self,
        interface: Option<&WorldKey>,
        function: &Function,
        names: Vec<String>,
    ) -> Result<(), WorldError> {
        let name = self.full_name(interface, function);
        let described = self.function(function, &name)?;
        let kind = match function.kind {
            FunctionKind::Freestanding | FunctionKind::AsyncFreestanding => ExportKind::Free,
            FunctionKind::Constructor(id) => ExportKind::Constructor(self.resource(id)?),
            FunctionKind::Static(id) | FunctionKind::AsyncStatic(id) => {
                ExportKind::Static(self.resource(id)?)
            }
            FunctionKind::Method(id) | FunctionKind::AsyncMethod(id) => {
                ExportKind::Method(self.resource(id)?)
            }
        };
        let core = |kind| {
            let export = WasmExport::Func {
                interface,
                func: function,
                kind,
            };
            self.resolve.wasm_export_name(MANGLING, export)
        };
        self.description.exports.push(CoreExport {
            name: core(WasmExportKind::Normal),
            post_return: core(WasmExportKind::PostReturn),
            place: place(self.resolve, function.span, &name),
        });
        self.description.world.exports.push(Export {
            name,
            interface: names,
            kind,
            function: described,
        });
        Ok(())
    }
}
