//! The core module of the component, with its memory as an import.

use wasm_encoder::reencode::{Reencode, utils};
use wasm_encoder::{EntityType, ImportSection, MemorySection, MemoryType};
use wasmparser::{Parser, Payload};

/// Why the core module cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModuleError {
    /// The bytes are malformed.
    #[error("the component cannot be read: {0}")]
    Malformed(#[from] wasmparser::BinaryReaderError),
    /// The component has no core module with one memory of its own.
    #[error("the component has no core module with one memory")]
    Missing,
    /// The module cannot be written.
    #[error("the core module cannot be written: {0}")]
    Written(String),
}

/// Under which name the module imports its memory.
const MEMORY: (&str, &str) = ("env", "memory");

/// Takes the first core module out of a component, and makes its memory an import: so the embedder
/// chooses how far it may grow.
pub(crate) fn build(component: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let module = first_module(component)?;
    let mut rewriter = Rewriter { memory: None };
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::MemorySection(section) = payload? {
            let mut memories = section.into_iter();
            rewriter.memory = memories.next().transpose()?;
            if memories.next().is_some() {
                return Err(ModuleError::Missing);
            }
        }
    }
    if rewriter.memory.is_none() {
        return Err(ModuleError::Missing);
    }
    let mut written = wasm_encoder::Module::new();
    rewriter
        .parse_core_module(&mut written, Parser::new(0), module)
        .map_err(|error| ModuleError::Written(error.to_string()))?;
    Ok(written.finish())
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

/// Copies a module, and moves its memory from the memory section to the imports.
struct Rewriter {
    memory: Option<wasmparser::MemoryType>,
}

impl Reencode for Rewriter {
    type Error = std::convert::Infallible;

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), wasm_encoder::reencode::Error<Self::Error>> {
        utils::parse_import_section(self, imports, section)?;
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
        Ok(())
    }

    fn parse_memory_section(
        &mut self,
        _: &mut MemorySection,
        _: wasmparser::MemorySectionReader<'_>,
    ) -> Result<(), wasm_encoder::reencode::Error<Self::Error>> {
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
