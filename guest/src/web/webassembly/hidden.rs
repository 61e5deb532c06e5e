//! Exports by names that no script can see.

use wasmparser::{BinaryReader, BinaryReaderError};

use super::outline::{Outline, Role};

const EXPORT_SECTION: u8 = 7;
const START_SECTION: u8 = 8;
const TAG_SECTION: u8 = 13;

/// Names for what is hidden, which the module does not export.
pub fn names(outline: &Outline) -> Vec<String> {
    let mut prefix = "\0".to_owned();
    while outline
        .exports
        .iter()
        .any(|export| export.name.starts_with(&prefix))
    {
        prefix.push('\0');
    }
    let numbers = 0..outline.hidden.len();
    numbers.map(|number| format!("{prefix}{number}")).collect()
}

/// A module without its start section, and with more exports.
pub fn with_exports(
    bytes: &[u8],
    hidden: &[(Role, u8, u32)],
    names: &[String],
) -> Result<Vec<u8>, BinaryReaderError> {
    let mut changed = bytes[..8].to_vec();
    let mut reader = BinaryReader::new(&bytes[8..], 8);
    let mut count = 0;
    let mut old: &[u8] = &[];
    let mut added = false;
    // Sections behind the exports, the custom ones apart, which may be anywhere.
    let is_behind = |id: u8| id > START_SECTION && id != TAG_SECTION;
    let exports = |old: &[u8], count: u32| {
        let mut section = Vec::new();
        write_u32(&mut section, count + hidden.len() as u32);
        section.extend_from_slice(old);
        for ((_, kind, index), name) in hidden.iter().zip(names) {
            write_u32(&mut section, name.len() as u32);
            section.extend_from_slice(name.as_bytes());
            section.push(*kind);
            write_u32(&mut section, *index);
        }
        section
    };
    while !reader.eof() {
        let id = reader.read_u8()?;
        let size = reader.read_var_u32()? as usize;
        let content = reader.read_bytes(size)?;
        if id == EXPORT_SECTION {
            let mut inner = BinaryReader::new(content, 0);
            count = inner.read_var_u32()?;
            let rest = inner.bytes_remaining();
            old = &content[content.len() - rest..];
        }
        if !added && (matches!(id, EXPORT_SECTION | START_SECTION) || is_behind(id)) {
            write_section(&mut changed, EXPORT_SECTION, &exports(old, count));
            added = true;
        }
        if !matches!(id, EXPORT_SECTION | START_SECTION) {
            write_section(&mut changed, id, content);
        }
    }
    if !added {
        write_section(&mut changed, EXPORT_SECTION, &exports(old, count));
    }
    Ok(changed)
}

fn write_section(to: &mut Vec<u8>, id: u8, content: &[u8]) {
    to.push(id);
    write_u32(to, content.len() as u32);
    to.extend_from_slice(content);
}

/// LEB128.
fn write_u32(to: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}
