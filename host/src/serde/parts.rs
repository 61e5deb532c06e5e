//! The three parts of the data form.

use crate::release::Token;

/// Data as it crosses, owned.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    /// The value: an item of CBOR.
    pub(crate) item: Vec<u8>,
    /// Long strings and buffers.
    pub(crate) chunks: Vec<Vec<u8>>,
    /// What stays in its VM.
    pub(crate) tokens: Vec<Token>,
}

/// Data to read: one item of it, which may refer to others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    /// The bytes of all items.
    pub(crate) item: &'a [u8],
    /// Where the item begins.
    pub(crate) start: usize,
    pub(crate) chunks: &'a [Vec<u8>],
    pub(crate) tokens: &'a [Token],
}

impl Parts {
    /// All of it.
    pub(crate) fn source(&self) -> Source<'_> {
        Source {
            item: &self.item,
            start: 0,
            chunks: &self.chunks,
            tokens: &self.tokens,
        }
    }
}
