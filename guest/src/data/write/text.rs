//! Strings as data.

use jsvm_data::{CborMajor, MAX_INLINE_LEN, tags};

use super::super::copied::Chunk;
use super::{CopyResult, Writer};
use crate::js::{LentUnits, Units, Value};

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
            Units::Latin1(bytes) if bytes.len() > MAX_INLINE_LEN => return false,
            Units::Latin1(bytes) if bytes.is_ascii() => {
                self.item.write_head(CborMajor::Text, bytes.len() as u64);
                self.item.append(bytes);
            }
            Units::Latin1(bytes) => {
                let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
                self.item.write_text(&text);
            }
            Units::Utf16(units) if units.len() > MAX_INLINE_LEN => return false,
            Units::Utf16(units) => match String::from_utf16(units) {
                Ok(text) => self.item.write_text(&text),
                Err(_) => {
                    self.item.write_tag(tags::UTF16);
                    self.item
                        .write_head(CborMajor::Bytes, 2 * units.len() as u64);
                    let bytes = units.iter().flat_map(|unit| unit.to_le_bytes());
                    self.item.bytes_mut().extend(bytes);
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
        self.item.write_tag(tag);
        self.chunk(Chunk::String(lent));
        Ok(())
    }

    /// Refers to a chunk.
    pub(super) fn chunk(&mut self, chunk: Chunk) {
        self.item.write_chunk(self.chunks.len());
        self.chunks.push(chunk);
    }
}
