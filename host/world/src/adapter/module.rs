//! Builds a core module.

use std::collections::HashMap;

use wasm_encoder::{
    CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, ImportSection, MemoryType, Module, TypeSection, ValType,
};

/// The core type of a function.
type CoreType = (Vec<ValType>, Vec<ValType>);

/// A core module. All imports have to be added before the first function.
#[derive(Default)]
pub(super) struct Builder {
    types: TypeSection,
    known_types: HashMap<CoreType, u32>,
    imports: ImportSection,
    /// The functions that were imported, by their names.
    imported: HashMap<(String, String), u32>,
    functions: FunctionSection,
    globals: GlobalSection,
    exports: ExportSection,
    code: CodeSection,
}

impl Builder {
    fn ty(&mut self, parameters: &[ValType], results: &[ValType]) -> u32 {
        let ty = (parameters.to_vec(), results.to_vec());
        let types = &mut self.types;
        *self.known_types.entry(ty).or_insert_with(|| {
            let index = types.len();
            let (parameters, results) = (parameters.iter().copied(), results.iter().copied());
            types.ty().function(parameters, results);
            index
        })
    }

    /// Imports a function, and returns its index. One that is imported already is not imported again.
    pub fn import(
        &mut self,
        module: &str,
        name: &str,
        parameters: &[ValType],
        results: &[ValType],
    ) -> u32 {
        let key = (module.to_owned(), name.to_owned());
        if let Some(known) = self.imported.get(&key) {
            return *known;
        }
        let ty = self.ty(parameters, results);
        self.imports.import(module, name, EntityType::Function(ty));
        let index = self.imported.len() as u32;
        self.imported.insert(key, index);
        index
    }

    /// Imports the memory of the VM.
    pub fn import_memory(&mut self) {
        let memory = MemoryType {
            minimum: 0,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        };
        let memory = EntityType::Memory(memory);
        self.imports.import("env", "memory", memory);
    }

    /// Exports a function.
    pub fn export(
        &mut self,
        name: &str,
        parameters: &[ValType],
        results: &[ValType],
        body: &Function,
    ) {
        let ty = self.ty(parameters, results);
        self.functions.function(ty);
        let index = self.imported.len() as u32 + self.functions.len() - 1;
        self.code.function(body);
        self.exports.export(name, ExportKind::Func, index);
    }

    /// Adds a variable, and returns its index.
    pub fn global(&mut self, val_type: ValType, value: &ConstExpr) -> u32 {
        let ty = GlobalType {
            val_type,
            mutable: true,
            shared: false,
        };
        self.globals.global(ty, value);
        self.globals.len() - 1
    }

    pub fn finish(&self) -> Vec<u8> {
        let mut module = Module::new();
        module
            .section(&self.types)
            .section(&self.imports)
            .section(&self.functions)
            .section(&self.globals)
            .section(&self.exports)
            .section(&self.code);
        module.finish()
    }
}
