//! Data that nobody needs afterwards: large buffers and strings in it are not copied once more.

use std::cell::RefCell;

use serde::de::DeserializeOwned;

use super::parts::Source;
use crate::{CborReader, ConversionError, Data, tags};

/// Chunks of as many bytes are taken: the memory of a copy would be new to the process, and touching
/// it costs more than copying.
const LARGE: usize = 64 << 10;

/// Data as a value.
pub(crate) fn from_data<T: DeserializeOwned>(data: Data) -> Result<T, ConversionError> {
    let is_large = |chunk: &Vec<u8>| chunk.len() >= LARGE;
    let source = data.source()?;
    if !source.chunks.iter().any(is_large) || !uses_once(source.item, source.chunks.len()) {
        return super::from_source(source);
    }
    let (mut form, tokens) = data.into_form_and_tokens()?;
    let large = form.chunks.iter_mut().map(|chunk| match is_large(chunk) {
        true => RefCell::new(std::mem::take(chunk)),
        false => RefCell::default(),
    });
    let large: Vec<_> = large.collect();
    super::from_source(Source {
        item: &form.item,
        start: 0,
        chunks: &form.chunks,
        large: &large,
        numbers: &form.tokens,
        tokens: &tokens,
    })
}

/// Whether no chunk can be read twice.
fn uses_once(item: &[u8], chunks: usize) -> bool {
    let mut used = vec![false; chunks];
    let mut reader = CborReader::new(item);
    loop {
        match reader.next_tag() {
            Ok(None) => return true,
            Ok(Some(tags::REFERENCE)) | Err(_) => return false,
            Ok(Some(tags::CHUNK)) => {
                let slot = reader
                    .read_index()
                    .ok()
                    .and_then(|index| used.get_mut(index));
                if slot.is_none_or(|used| std::mem::replace(used, true)) {
                    return false;
                }
            }
            Ok(Some(_)) => {}
        }
    }
}
