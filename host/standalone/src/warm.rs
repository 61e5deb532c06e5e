//! Replaces the memory of a module.

use std::borrow::Cow;
use std::collections::HashMap;

use wasm_encoder::{
    ConstExpr, DataSection, Encode, MemorySection, MemoryType, Module, RawSection, StartSection,
};
use wasmparser::{BinaryReader, MemorySectionReader};

use super::error::StandaloneError;
use super::nested;
use super::shed::Shed;
use super::stretches::stretches;
use super::touch::{Touch, extended};

/// The size of a page of linear memory.
const PAGE: u64 = 65536;

/// The shortest gap of zeros that is worth another segment.
const MIN_GAP: usize = 12;

/// The maximum number of segments: engines refuse more.
const MAX_SEGMENTS: usize = 50_000;

/// Ids of sections.
const CUSTOM: u8 = 0;
const FUNCTION: u8 = 3;
const MEMORY: u8 = 5;
const EXPORT: u8 = 7;
const ELEMENT: u8 = 9;
const CODE: u8 = 10;
const DATA: u8 = 11;
const DATA_COUNT: u8 = 12;

/// How to write the module of a VM again.
pub struct Warm<'a> {
    /// The address of the memory.
    pub start: u64,
    /// The memory from there on.
    pub memory: &'a [u8],
    /// If set, a start function writes to the pages from this address on.
    pub touched: Option<usize>,
    /// What to leave out, if anything.
    pub shed: Option<Shed<'a>>,
}

/// Returns the module of a VM with another memory, without function names.
pub fn warmed(module: &[u8], warm: &Warm<'_>) -> Result<Vec<u8>, StandaloneError> {
    let Warm { start, memory, .. } = *warm;
    let touch = match warm.touched {
        Some(from) => Touch::new(module, start, memory, from)?,
        None => None,
    };
    let mut added = Vec::new();
    if let Some(touch) = &touch {
        added.push((touch.ty, touch.body.clone()));
    }
    let shed = warm.shed.as_ref();
    let stubs = match shed {
        Some(shed) => shed.stubs(added.len() as u32, &mut added),
        None => HashMap::new(),
    };
    let mut is_started = false;
    let mut gap = MIN_GAP;
    let mut segments = stretches(memory, gap);
    while segments.len() > MAX_SEGMENTS {
        gap *= 2;
        segments = stretches(memory, gap);
    }
    let mut warmed = Module::new();
    for section in nested::sections(module)? {
        let (id, content) = section?;
        let mut bytes = Vec::new();
        if let Some(touch) = &touch
            && !is_started
            && matches!(id, ELEMENT | DATA_COUNT | CODE)
        {
            let function_index = touch.index;
            warmed.section(&StartSection { function_index });
            is_started = true;
        }
        let data = match id {
            CUSTOM => continue,
            FUNCTION => {
                for (ty, _) in &added {
                    ty.encode(&mut bytes);
                }
                Cow::Owned(extended(content, added.len() as u32, &bytes)?)
            }
            EXPORT if let Some(shed) = shed => Cow::Owned(shed.exports(content)?),
            ELEMENT if let Some(shed) = shed => Cow::Owned(shed.elements(&stubs)?),
            CODE => {
                let content = match shed {
                    Some(shed) => Cow::Owned(shed.code(content)?),
                    None => Cow::Borrowed(content),
                };
                let bodies: Vec<u8> = added.iter().flat_map(|(_, body)| body.clone()).collect();
                Cow::Owned(extended(&content, added.len() as u32, &bodies)?)
            }
            MEMORY => {
                let size = start + memory.len() as u64;
                memories(content, size.div_ceil(PAGE))?.encode(&mut bytes);
                without_length(&bytes)?
            }
            DATA_COUNT => {
                (segments.len() as u32).encode(&mut bytes);
                Cow::Borrowed(&bytes[..])
            }
            DATA => {
                let mut data = DataSection::new();
                for segment in &segments {
                    // An address is unsigned, but its constant is encoded as signed.
                    let address = (start as usize + segment.start) as u32;
                    let address = ConstExpr::i32_const(address.cast_signed());
                    data.active(0, &address, memory[segment.clone()].iter().copied());
                }
                data.encode(&mut bytes);
                without_length(&bytes)?
            }
            _ => Cow::Borrowed(content),
        };
        warmed.section(&RawSection { id, data: &data });
    }
    Ok(warmed.finish())
}

/// Returns the memories of the module, with at least this many pages.
fn memories(section: &[u8], pages: u64) -> Result<MemorySection, StandaloneError> {
    let mut memories = MemorySection::new();
    for memory in MemorySectionReader::new(BinaryReader::new(section, 0))? {
        let memory = memory?;
        memories.memory(MemoryType {
            minimum: memory.initial.max(pages),
            maximum: memory.maximum,
            memory64: memory.memory64,
            shared: memory.shared,
            page_size_log2: memory.page_size_log2,
        });
    }
    Ok(memories)
}

/// Returns an encoded section without its length.
pub fn without_length(bytes: &[u8]) -> Result<Cow<'_, [u8]>, StandaloneError> {
    let mut reader = BinaryReader::new(bytes, 0);
    let len = reader.read_var_u32()?;
    Ok(Cow::Borrowed(reader.read_bytes(len as usize)?))
}
