//! Creates a start function that writes to the pages of the heap.
//!
//! A request writes to most pages of the heap, because each object contains its reference count.
//! Hosts map the initial memory copy-on-write. Copying a page that was read before costs a TLB
//! shootdown on all processors, which takes longer than anything else in a short request. So the
//! start function writes to each page before it is read, the value that is there already.

use wasm_encoder::{Encode, Function};
use wasmparser::{BinaryReader, CompositeInnerType, FromReader, ImportSectionReader, TypeRef};
use wasmparser::{FunctionSectionReader, TypeSectionReader};

use super::error::StandaloneError;
use super::nested;

/// The size of a page of the host.
const PAGE: usize = 4096;

/// The maximum number of pages to write to. Later pages mostly hold the program, of which a request
/// needs only a part.
const MAX_PAGES: usize = 256;

/// Ids of sections.
const TYPE: u8 = 1;
const IMPORT: u8 = 2;
const FUNCTION: u8 = 3;
const START: u8 = 8;

/// The function to add to a module.
pub struct Touch {
    /// The index of its type, which the module has already.
    pub ty: u32,
    /// The index of the function.
    pub index: u32,
    /// The encoded body.
    pub body: Vec<u8>,
}

impl Touch {
    /// Creates a function that writes to the pages of a memory, which begins at `start`, from the
    /// address `from` on. Returns `None` if the module has a start function, or no type for one.
    pub fn new(
        module: &[u8],
        start: u64,
        memory: &[u8],
        from: usize,
    ) -> Result<Option<Touch>, StandaloneError> {
        let (mut ty, mut index) = (None, 0);
        for section in nested::sections(module)? {
            let (id, content) = section?;
            let reader = BinaryReader::new(content, 0);
            match id {
                TYPE => ty = empty_type(reader)?,
                IMPORT => {
                    for import in ImportSectionReader::new(reader)?.into_imports() {
                        index += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                FUNCTION => index += FunctionSectionReader::new(reader)?.count(),
                START => return Ok(None),
                _ => {}
            }
        }
        let body = body(start as usize, memory, from);
        Ok(ty.map(|ty| Touch { ty, index, body }))
    }
}

/// Finds the type of functions without parameters and results.
fn empty_type(reader: BinaryReader<'_>) -> Result<Option<u32>, StandaloneError> {
    let mut index = 0;
    for group in TypeSectionReader::new(reader)? {
        for ty in group?.into_types() {
            if let CompositeInnerType::Func(ty) = &ty.composite_type.inner
                && ty.params().is_empty()
                && ty.results().is_empty()
            {
                return Ok(Some(index));
            }
            index += 1;
        }
    }
    Ok(None)
}

fn body(start: usize, memory: &[u8], from: usize) -> Vec<u8> {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    let first = from.next_multiple_of(PAGE).max(start);
    for address in (first..start + memory.len()).step_by(PAGE).take(MAX_PAGES) {
        let place = address - start;
        let Some(word) = memory[place..].first_chunk::<4>() else {
            break;
        };
        let page = &memory[place..memory.len().min(place + PAGE)];
        // A page of zeros is free memory, which may never be written to.
        if page.iter().all(|byte| *byte == 0) {
            continue;
        }
        let store = wasm_encoder::MemArg {
            offset: 0,
            align: 2,
            memory_index: 0,
        };
        code.i32_const((address as u32).cast_signed())
            .i32_const(i32::from_le_bytes(*word))
            .i32_store(store);
    }
    code.end();
    let mut body = Vec::new();
    function.encode(&mut body);
    body
}

/// Adds elements to a list in the binary format.
pub fn extended(section: &[u8], count: u32, elements: &[u8]) -> Result<Vec<u8>, StandaloneError> {
    let mut reader = BinaryReader::new(section, 0);
    let present = u32::from_reader(&mut reader)?;
    let mut bytes = Vec::with_capacity(section.len() + elements.len() + 1);
    (present + count).encode(&mut bytes);
    bytes.extend_from_slice(&section[reader.original_position()..]);
    bytes.extend_from_slice(elements);
    Ok(bytes)
}
