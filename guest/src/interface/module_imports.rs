//! The interface `module-imports`.
use crate::bindings::exports::jsvm::engine::module_imports::{Guest, ModuleImport};
use crate::error::Result;
use crate::module;

impl Guest for crate::Guest {
    fn get_module_imports(source: String, name: String) -> Result<Vec<ModuleImport>> {
        Ok(module::imports_of(source, &name)?)
    }

    fn set_import_requests(enabled: bool) {
        module::set_import_requests(enabled);
    }

    fn get_import_requests() -> bool {
        module::are_imports_requests()
    }
}
