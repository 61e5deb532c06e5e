//! Strings as data.

use super::super::copied::Chunk;
use super::super::tags;
use super::{CopyResult, Writer};
use crate::js::{LentUnits, Units, Value};

/// Longer strings are chunks: to copy them once more would cost more than another list.
const INLINE: usize = 4096;

impl Writer {
    pub(super) fn string(&mut self, string: &Value) -> CopyResult<()> {
        match string.with_units(|units| self.units(units))? {
            Some(false) => self.long(string),
            _ => Ok(()),
        }
    }

    /// Writes a string, unless it is too long for that.
    pub(super) fn units(&mut self, units: Units<'_>) -> bool {
        match units {
            Units::Latin1(bytes) if bytes.len() > INLINE => return false,
            Units::Latin1(bytes) if bytes.is_ascii() => {
                self.cbor(|item| item.str_len(bytes.len() as u64).map(drop));
                append(self.item.writer_mut(), bytes);
            }
            Units::Latin1(bytes) => {
                let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
                self.cbor(|item| item.str(&text).map(drop));
            }
            Units::Utf16(units) if units.len() > INLINE => return false,
            Units::Utf16(units) => match String::from_utf16(units) {
                Ok(text) => self.cbor(|item| item.str(&text).map(drop)),
                Err(_) => {
                    self.tag(tags::UTF16);
                    self.cbor(|item| item.bytes_len(2 * units.len() as u64).map(drop));
                    let bytes = units.iter().flat_map(|unit| unit.to_le_bytes());
                    self.item.writer_mut().extend(bytes);
                }
            },
        }
        true
    }

    fn long(&mut self, string: &Value) -> CopyResult<()> {
        let (tag, lent) = match string.lend_units()? {
            LentUnits::Latin1(units) => (tags::LATIN1, units),
            LentUnits::Utf16(units) => (tags::UTF16, units.into_bytes()),
        };
        self.charge(lent.len())?;
        self.tag(tag);
        self.chunk(Chunk::Lent(lent));
        Ok(())
    }

    /// Refers to a chunk.
    pub(super) fn chunk(&mut self, chunk: Chunk) {
        let index = self.chunks.len() as u64;
        self.chunks.push(chunk);
        self.tag(tags::CHUNK);
        self.cbor(|item| item.u64(index).map(drop));
    }
}

/// Appends bytes. Most are few, and a copy of a size that is known when this is compiled is a few
/// instructions, where any other is a call out of the module.
fn append(to: &mut Vec<u8>, bytes: &[u8]) {
    const FEW: usize = 64;
    if bytes.len() > FEW {
        to.extend_from_slice(bytes);
        return;
    }
    to.reserve(bytes.len());
    let (eights, rest) = bytes.as_chunks::<8>();
    for eight in eights {
        to.extend_from_slice(eight);
    }
    let (fours, rest) = rest.as_chunks::<4>();
    for four in fours {
        to.extend_from_slice(four);
    }
    for byte in rest {
        to.push(*byte);
    }
}
