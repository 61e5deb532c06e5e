//! The three parts of the data form.

use std::borrow::Cow;
use std::cell::RefCell;

use crate::{CborWriter, Form, Token};

/// Data in the making.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    /// The value: an item of CBOR.
    pub(crate) item: CborWriter,
    /// Long strings and buffers.
    pub(crate) chunks: Vec<Vec<u8>>,
    /// The numbers of what stays in its VM.
    pub(crate) numbers: Vec<u64>,
    /// What keeps that alive, in any order.
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
    /// In place of some chunks, which are empty then: they can be taken, each once.
    pub(crate) large: &'a [RefCell<Vec<u8>>],
    pub(crate) numbers: &'a [u64],
    pub(crate) tokens: &'a [Token],
}

impl<'a> Source<'a> {
    /// A chunk by its index.
    pub(crate) fn chunk(&self, index: usize) -> Option<Cow<'a, [u8]>> {
        let taken = self.large.get(index).map(RefCell::take).unwrap_or_default();
        if !taken.is_empty() {
            return Some(Cow::Owned(taken));
        }
        self.chunks.get(index).map(|chunk| Cow::Borrowed(&**chunk))
    }

    /// A token by its index.
    pub(crate) fn token(&self, index: usize) -> Option<&'a Token> {
        let number = *self.numbers.get(index)?;
        // Nearly always they are in the same order.
        let likely = self.tokens.get(index);
        likely
            .filter(|token| token.number() == number)
            .or_else(|| self.tokens.iter().find(|token| token.number() == number))
    }
}

impl Parts {
    /// The form, and what keeps its tokens alive.
    pub(crate) fn into_form(self) -> (Form, Vec<Token>) {
        let form = Form {
            item: self.item.into_bytes(),
            chunks: self.chunks,
            tokens: self.numbers,
        };
        (form, self.tokens)
    }

    /// All of it.
    pub(crate) fn source(&self) -> Source<'_> {
        Source {
            item: self.item.as_bytes(),
            start: 0,
            chunks: &self.chunks,
            large: &[],
            numbers: &self.numbers,
            tokens: &self.tokens,
        }
    }
}
