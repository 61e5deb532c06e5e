//! Describes what a program exports.

use jsvm_abi::{Callee, Export, ExportKind};
use wit_parser::{
    Function, FunctionKind, Mangling, WasmExport, WasmExportKind, WorldId, WorldItem, WorldKey,
};

use super::{ASYNC_MANGLING, CoreExport, Described, Describer, MANGLING, place};
use crate::WorldError;
use crate::names::{ExportName, export_names};

impl<'a> Describer<'a> {
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
        function: &'a Function,
        names: Vec<String>,
    ) -> Result<(), WorldError> {
        let name = self.full_name(interface, function);
        let described = self.function(Described {
            function,
            interface: interface.cloned(),
            is_exported: true,
            name: name.clone(),
        })?;
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
        let (mangling, after) = match described.is_async {
            true => (ASYNC_MANGLING, WasmExportKind::Callback),
            false => (MANGLING, WasmExportKind::PostReturn),
        };
        let core = |kind| {
            let export = WasmExport::Func {
                interface,
                func: function,
                kind,
            };
            self.resolve.wasm_export_name(mangling, export)
        };
        self.description.exports.push(CoreExport {
            name: core(WasmExportKind::Normal),
            after: core(after),
            place: place(self.resolve, function.span, &name),
        });
        let returns = described.is_async.then(|| {
            let (module, field, _) =
                function.task_return_import(self.resolve, interface, Mangling::Legacy);
            let full = format!("{name} (its result)");
            self.import(full, Callee::Return(described.result), (module, field))
        });
        self.description.world.exports.push(Export {
            name,
            interface: names,
            kind,
            function: described,
            returns,
        });
        Ok(())
    }
}
