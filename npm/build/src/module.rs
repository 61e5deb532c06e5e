//! The core modules of the package, with their memory as an import.

use jsvm_component::{EngineParts, SECTION};
use wasm_encoder::reencode::{Reencode, utils};
use wasm_encoder::{CustomSection, EntityType, ImportSection, MemorySection, MemoryType};
use wasmparser::{Parser, Payload};

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
    /// The module cannot be written.
    #[error("the core module cannot be written: {0}")]
    Written(String),
}

/// Under which name the module imports its memory.
const MEMORY: (&str, &str) = ("env", "memory");

/// Takes the first core module out of an engine's component, with its memory as an import.
///
/// A custom section has the component's description of itself, and two more lines: the SHA-256 of the
/// component, which names the engine in snapshots, and the pages of the memory of a fresh VM.
pub(crate) fn engine(component: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let parts = EngineParts::read(component)?;
    let (mut module, pages) = with_imported_memory(first_module(component)?)?;
    let digits = parts.fingerprint.map(|byte| format!("{byte:02x}")).concat();
    let text = format!("{}component {digits}\npages {pages}\n", parts.description);
    module.section(&CustomSection {
        name: SECTION.into(),
        data: text.as_bytes().into(),
    });
    Ok(module.finish())
}

/// A core module with its memory as an import, and a custom section with the pages that it needs.
pub(crate) fn codec(module: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let (mut module, pages) = with_imported_memory(module)?;
    module.section(&CustomSection {
        name: SECTION.into(),
        data: format!("pages {pages}\n").as_bytes().into(),
    });
    Ok(module.finish())
}

/// Makes the memory of a module an import, so that the embedder chooses how far it may grow. Returns the
/// pages that it has at first, too.
fn with_imported_memory(module: &[u8]) -> Result<(wasm_encoder::Module, u64), ModuleError> {
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
    let pages = rewriter.memory.ok_or(ModuleError::Missing)?.initial;
    let mut written = wasm_encoder::Module::new();
    rewriter
        .parse_core_module(&mut written, Parser::new(0), module)
        .map_err(|error| ModuleError::Written(error.to_string()))?;
    Ok((written, pages))
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
