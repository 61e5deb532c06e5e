//! A start function that writes to the pages of the heap.
//!
//! A request writes to most pages of the heap, since each object has a count of its references in it. Hosts map the
//! memory that a file begins with, so that a page is copied when it is written to; if it has been read
//! before, every processor that has seen it has to be told, which takes longer than anything else in a short
//! request. So each of them is written to before it is read: what it holds already.

use wasm_encoder::{Encode, Function};
use wasmparser::{BinaryReader, CompositeInnerType, FromReader, ImportSectionReader, TypeRef};
use wasmparser::{FunctionSectionReader, TypeSectionReader};

use super::{StandaloneError, nested};

/// Bytes of a page where memory is mapped.
const PAGE: usize = 4096;

/// What is behind so many pages is mostly the program's, of which a request needs only a part.
const MOST: usize = 256;

/// Numbers of sections.
const TYPE: u8 = 1;
const IMPORT: u8 = 2;
const FUNCTION: u8 = 3;
const START: u8 = 8;

/// The function to add to a module, and where.
pub struct Touch {
    /// Its type, which the module has.
    pub ty: u32,
    /// Its index.
    pub index: u32,
    /// Its body, as the code section has it.
    pub body: Vec<u8>,
}

impl Touch {
    /// What writes to the pages of this memory, which begins at `start`, from the address `from` on. Nothing, if the
    /// module has a start function or no type for another.
    pub fn of(
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

/// The type of functions without parameters and results.
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
    for address in (first..start + memory.len()).step_by(PAGE).take(MOST) {
        let place = address - start;
        let Some(word) = memory[place..].first_chunk::<4>() else {
            break;
        };
        let page = &memory[place..memory.len().min(place + PAGE)];
        // Free memory is written to from its beginning, if at all.
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

/// A list of the binary format with another element at its end.
pub fn extended(section: &[u8], element: &[u8]) -> Result<Vec<u8>, StandaloneError> {
    let mut reader = BinaryReader::new(section, 0);
    let count = u32::from_reader(&mut reader)?;
    let mut bytes = Vec::with_capacity(section.len() + element.len() + 1);
    (count + 1).encode(&mut bytes);
    bytes.extend_from_slice(&section[reader.original_position()..]);
    bytes.extend_from_slice(element);
    Ok(bytes)
}
