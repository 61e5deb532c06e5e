//! The core modules of the package, with their memory as an import.

use std::collections::HashSet;

use jsvm_component::{EngineParts, SECTION};
use wasm_encoder::reencode::{Reencode, utils};
use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, Function, ImportSection, Instruction, MemorySection, MemoryType, RefType,
    SectionId, TableSection, TableType, TypeSection, ValType,
};
use wasmparser::{Operator, Parser, Payload};

use crate::unused::{is_unused, unused_functions};

/// Why the core module cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModuleError {
    /// The bytes are malformed.
    #[error("the component cannot be read: {0}")]
    Malformed(#[from] wasmparser::BinaryReaderError),
    /// The component is not an engine.
    #[error("the component is not an engine: {0}")]
    Engine(#[from] jsvm_component::ReadError),
    /// There is no core module with one memory of its own.
    #[error("there is no core module with one memory")]
    Missing,
    /// The table has no room for all functions.
    #[error("the module exports {count} functions: raise `MAX_FUNCTIONS`")]
    Functions {
        /// How many there are.
        count: usize,
    },
    /// The module cannot be written.
    #[error("the core module cannot be written: {0}")]
    Written(String),
}

/// Under which name the module imports its memory.
const MEMORY: (&str, &str) = ("env", "memory");

/// Elements of the table of functions. Those that no function takes cost nothing until they are asked for.
const MAX_FUNCTIONS: u64 = 512;

/// Under which name the module imports the function that grows its memory, by so many pages. It returns
/// what `memory.grow` does.
const GROW: (&str, &str) = ("env", "grow");

/// The export that has the functions, and the custom section with their names, a line for each.
const FUNCTIONS: &str = "functions";
const FUNCTION_NAMES: &str = "jsvm-functions";

/// Takes the first core module out of an engine's component, with its memory as an import.
///
/// With [`Calls::Table`], its functions are in a table, which is its one export: JavaScript makes an object of
/// each export when it creates an instance, and of an element of a table when it is first asked for.
///
/// A custom section has the component's description of itself, and two more lines: the SHA-256 of the
/// component, which names the engine in snapshots, and the pages of the memory of a fresh VM.
pub(crate) fn engine(component: &[u8], calls: Calls) -> Result<Vec<u8>, ModuleError> {
    let parts = EngineParts::read(component)?;
    let module = first_module(component)?;
    let unused = unused_functions(module, &parts)?;
    let (mut module, pages, names) = with_imported_memory(module, Growth::Own, calls, unused)?;
    if calls == Calls::Table {
        module.section(&CustomSection {
            name: FUNCTION_NAMES.into(),
            data: names.join("\n").into_bytes().into(),
        });
    }
    let digits = parts.fingerprint.map(|byte| format!("{byte:02x}")).concat();
    let text = format!("{}component {digits}\npages {pages}\n", parts.description);
    module.section(&CustomSection {
        name: SECTION.into(),
        data: text.as_bytes().into(),
    });
    Ok(module.finish())
}

/// Takes the first core module out of a component; see [`helper`].
pub(crate) fn transpiler(component: &[u8], growth: Growth) -> Result<Vec<u8>, ModuleError> {
    helper(first_module(component)?, growth)
}

/// A core module with its memory as an import, and a custom section with the pages that it needs. An
/// embedder that grows its memory knows why it traps if there is no more.
pub(crate) fn helper(module: &[u8], growth: Growth) -> Result<Vec<u8>, ModuleError> {
    let (mut module, pages, _) =
        with_imported_memory(module, growth, Calls::Exports, HashSet::new())?;
    module.section(&CustomSection {
        name: SECTION.into(),
        data: format!("pages {pages}\n").as_bytes().into(),
    });
    Ok(module.finish())
}

/// Makes the memory of a module an import, so that the embedder chooses how far it may grow. Returns the
/// pages that it has at first, and the names of the functions in its table, too. Functions that are not
/// used lose their bodies.
fn with_imported_memory(
    module: &[u8],
    growth: Growth,
    calls: Calls,
    unused: HashSet<u32>,
) -> Result<(wasm_encoder::Module, u64, Vec<String>), ModuleError> {
    let mut rewriter = Rewriter {
        memory: None,
        growth,
        grow_type: 0,
        calls,
        table: 0,
        functions: Vec::new(),
        unused,
        next: 0,
    };
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::MemorySection(section) = payload? {
            let mut memories = section.into_iter();
            rewriter.memory = memories.next().transpose()?;
            if memories.next().is_some() {
                return Err(ModuleError::Missing);
            }
        }
    }
    let pages = rewriter.memory.ok_or(ModuleError::Missing)?.initial;
    let mut written = wasm_encoder::Module::new();
    rewriter
        .parse_core_module(&mut written, Parser::new(0), module)
        .map_err(|error| ModuleError::Written(error.to_string()))?;
    if calls == Calls::Table {
        match rewriter.functions.len() {
            0 => return Err(ModuleError::Missing),
            count if count as u64 > MAX_FUNCTIONS => return Err(ModuleError::Functions { count }),
            _ => {}
        }
    }
    let names = rewriter.functions.into_iter().map(|(name, _)| name);
    Ok((written, pages, names.collect()))
}

fn first_module(component: &[u8]) -> Result<&[u8], ModuleError> {
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::ModuleSection {
            unchecked_range, ..
        } = payload?
        {
            return component.get(unchecked_range).ok_or(ModuleError::Missing);
        }
    }
    Err(ModuleError::Missing)
}

/// Who grows the memory of a module.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Growth {
    /// The module itself.
    Own,
    /// A function of the embedder, in place of `memory.grow`.
    Embedder,
}

/// How a module's functions are found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calls {
    /// Each is an export.
    Exports,
    /// They are in a table.
    Table,
}

/// Copies a module, and moves its memory from the memory section to the imports.
struct Rewriter {
    memory: Option<wasmparser::MemoryType>,
    growth: Growth,
    /// The type of the function that grows the memory.
    grow_type: u32,
    calls: Calls,
    /// The number of the table of functions.
    table: u32,
    /// The functions that the module exports.
    functions: Vec<(String, u32)>,
    /// The functions that lose their bodies, among those that the module defines.
    unused: HashSet<u32>,
    /// The function whose body is next.
    next: u32,
}

impl Rewriter {
    /// Writes the imports of this module's own.
    fn import(&self, imports: &mut ImportSection) {
        if self.growth == Growth::Embedder {
            imports.import(GROW.0, GROW.1, EntityType::Function(self.grow_type));
        }
        if let Some(memory) = self.memory {
            let memory = MemoryType {
                minimum: memory.initial,
                maximum: None,
                memory64: memory.memory64,
                shared: memory.shared,
                page_size_log2: memory.page_size_log2,
            };
            imports.import(MEMORY.0, MEMORY.1, EntityType::Memory(memory));
        }
    }
}

impl Reencode for Rewriter {
    type Error = std::convert::Infallible;

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Result<(), wasm_encoder::reencode::Error<Self::Error>> {
        utils::parse_type_section(self, types, section)?;
        if self.growth == Growth::Embedder {
            self.grow_type = types.len();
            types.ty().function([ValType::I32], [ValType::I32]);
        }
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), wasm_encoder::reencode::Error<Self::Error>> {
        self.import(imports);
        utils::parse_import_section(self, imports, section)
    }

    /// A module may have no imports.
    fn intersperse_section_hook(
        &mut self,
        module: &mut wasm_encoder::Module,
        after: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Result<(), wasm_encoder::reencode::Error<Self::Error>> {
        if after == Some(SectionId::Type) && before != Some(SectionId::Import) {
            let mut imports = ImportSection::new();
            self.import(&mut imports);
            module.section(&imports);
        }
        Ok(())
    }

    /// The function that grows the memory comes first.
    fn function_index(
        &mut self,
        function: u32,
    ) -> Result<u32, wasm_encoder::reencode::Error<Self::Error>> {
        Ok(function + u32::from(self.growth == Growth::Embedder))
    }

    fn instruction<'a>(
        &mut self,
        operator: Operator<'a>,
    ) -> Result<Instruction<'a>, wasm_encoder::reencode::Error<Self::Error>> {
        match (self.growth, &operator) {
            (Growth::Embedder, Operator::MemoryGrow { .. }) => Ok(Instruction::Call(0)),
            _ => utils::instruction(self, operator),
        }
    }

    fn parse_table_section(
        &mut self,
        tables: &mut TableSection,
        section: wasmparser::TableSectionReader<'_>,
    ) -> Result<(), wasm_encoder::reencode::Error<Self::Error>> {
        utils::parse_table_section(self, tables, section)?;
        // Its size is known when the exports have been read, which come later: an engine exports fewer.
        self.table = tables.len();
        if self.calls == Calls::Table {
            tables.table(TableType {
                element_type: RefType::FUNCREF,
                table64: false,
                minimum: MAX_FUNCTIONS,
                maximum: Some(MAX_FUNCTIONS),
                shared: false,
            });
        }
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Result<(), wasm_encoder::reencode::Error<Self::Error>> {
        if self.calls == Calls::Exports {
            for export in section {
                let export = export?;
                if !is_unused(export.name) {
                    self.parse_export(exports, export)?;
                }
            }
            return Ok(());
        }
        for export in section {
            let export = export?;
            if export.kind == wasmparser::ExternalKind::Func && !is_unused(export.name) {
                self.functions.push((export.name.to_owned(), export.index));
            }
        }
        exports.export(FUNCTIONS, ExportKind::Table, self.table);
        Ok(())
    }

    fn parse_element_section(
        &mut self,
        elements: &mut ElementSection,
        section: wasmparser::ElementSectionReader<'_>,
    ) -> Result<(), wasm_encoder::reencode::Error<Self::Error>> {
        utils::parse_element_section(self, elements, section)?;
        if self.calls == Calls::Table {
            let functions: Vec<_> = self.functions.iter().map(|(_, index)| *index).collect();
            elements.active(
                Some(self.table),
                &ConstExpr::i32_const(0),
                Elements::Functions(functions.into()),
            );
        }
        Ok(())
    }

    fn parse_memory_section(
        &mut self,
        _: &mut MemorySection,
        _: wasmparser::MemorySectionReader<'_>,
    ) -> Result<(), wasm_encoder::reencode::Error<Self::Error>> {
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: wasmparser::FunctionBody<'_>,
    ) -> Result<(), wasm_encoder::reencode::Error<Self::Error>> {
        let index = self.next;
        self.next += 1;
        if !self.unused.contains(&index) {
            return utils::parse_function_body(self, code, body);
        }
        let mut function = Function::new([]);
        function.instructions().unreachable().end();
        code.function(&function);
        Ok(())
    }

    // Names are of no use to users, and a seventh of the module.
    fn parse_custom_section(
        &mut self,
        _: &mut wasm_encoder::Module,
        _: wasmparser::CustomSectionReader<'_>,
    ) -> Result<(), wasm_encoder::reencode::Error<Self::Error>> {
        Ok(())
    }
}
