//! The core modules inside of a component.
//!
//! The host crate includes this very file, since it puts other modules in their place.

use std::borrow::Cow;

use wasm_encoder::{Component, RawSection};
use wasmparser::{BinaryReader, BinaryReaderError};

/// Bytes of the preamble of modules and components.
const PREAMBLE: usize = 8;

/// Number of a section.
const CUSTOM: u8 = 0;
/// Number of a section with a core module.
pub const CORE_MODULE: u8 = 1;
/// Number of a section with a component.
const COMPONENT: u8 = 4;

/// What puts another core module in the place of one.
pub type Replace<'a, E> = dyn FnMut(&[u8]) -> Result<Vec<u8>, E> + 'a;

/// Calls `replace` with each core module in a component, also in those that are nested in it, and
/// puts what it returns in its place. Custom sections of components are left out: they hold names,
/// and nothing that a component needs.
///
/// # Errors
/// If the bytes are no component.
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

/// The numbers and contents of the sections of a component or module.
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
