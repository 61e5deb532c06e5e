//! Describes what a program exports.

use jsvm_abi::{Export, ExportKind};
use wit_parser::{
    Function, FunctionKind, WasmExport, WasmExportKind, WorldId, WorldItem, WorldKey,
};

use super::{CoreExport, Describer, MANGLING, place};
use crate::WorldError;
use crate::names::{ExportName, export_names};

impl Describer<'_> {
    pub(super) fn exports(&mut self, world: WorldId) -> Result<(), WorldError> {
        let resolve = self.resolve;
        let exports = &resolve.worlds[world].exports;
        let names = export_names(resolve, &resolve.worlds[world]);
        for ((key, item), ExportName { names, .. }) in exports.iter().zip(names) {
            match item {
                WorldItem::Interface { id, .. } => {
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
