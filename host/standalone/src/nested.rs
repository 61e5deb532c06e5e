//! Replaces the core modules inside a component.

use std::borrow::Cow;

use wasm_encoder::{Component, RawSection};
use wasmparser::{BinaryReader, BinaryReaderError};

/// The size of the preamble of modules and components.
const PREAMBLE: usize = 8;

/// The id of a custom section.
const CUSTOM: u8 = 0;
/// The id of a section with a core module.
pub const CORE_MODULE: u8 = 1;
/// The id of a section with a component.
const COMPONENT: u8 = 4;

/// A function that returns the replacement of a core module.
pub type Replace<'a, E> = dyn FnMut(&[u8]) -> Result<Vec<u8>, E> + 'a;

/// Replaces each core module in a component and in its nested components. Custom sections of
/// components are left out: they hold names, which a component does not need.
///
/// # Errors
/// If the bytes are not a component.
pub fn replace_modules<E: From<BinaryReaderError>>(
    component: &[u8],
    replace: &mut Replace<'_, E>,
) -> Result<Vec<u8>, E> {
    let mut replaced = Component::new();
    for section in sections(component)? {
        let (id, content) = section?;
        let data = match id {
            CUSTOM => continue,
            CORE_MODULE => Cow::Owned(replace(content)?),
            COMPONENT => Cow::Owned(replace_modules(content, replace)?),
            _ => Cow::Borrowed(content),
        };
        replaced.section(&RawSection { id, data: &data });
    }
    Ok(replaced.finish())
}

/// Returns the ids and contents of the sections of a component or module.
pub fn sections(
    binary: &[u8],
) -> Result<impl Iterator<Item = Result<(u8, &[u8]), BinaryReaderError>>, BinaryReaderError> {
    let mut reader = BinaryReader::new(binary, 0);
    reader.read_bytes(PREAMBLE)?;
    let mut read = move || {
        let id = reader.read_u8()?;
        let len = reader.read_var_u32()?;
        Ok((id, reader.read_bytes(len as usize)?, reader.eof()))
    };
    let mut is_over = binary.len() == PREAMBLE;
    Ok(std::iter::from_fn(move || {
        if is_over {
            return None;
        }
        Some(match read() {
            Ok((id, content, is_last)) => {
                is_over = is_last;
                Ok((id, content))
            }
            Err(error) => {
                is_over = true;
                Err(error)
            }
        })
    }))
}
