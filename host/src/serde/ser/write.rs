//! Writing items.

use super::super::MAX_DEPTH;
use super::super::error::Error;
use super::super::form;
use super::super::hint::Hint;
use super::super::options::Options;
use super::super::parts::{Parts, Source};
use super::super::splice::{Copied, copy};
use super::super::string::{self, Long};
use crate::release::Token;

/// Data in the making.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    parts: Parts,
    /// Marks of shared items so far.
    marks: u64,
    depth: u32,
    /// What the container that comes next is to become.
    pub(crate) hint: Option<Hint>,
    pub(crate) options: Options,
}

impl Writer {
    pub(crate) fn new(options: Options) -> Self {
        Writer {
            options,
            ..Writer::default()
        }
    }

    pub(crate) fn finish(self) -> Parts {
        self.parts
    }

    #[inline]
    fn head(&mut self, major: u8, argument: u64) {
        form::head(&mut self.parts.item, major, argument);
    }

    pub(crate) fn position(&self) -> usize {
        self.parts.item.len()
    }

    /// What has been written from a position on.
    pub(crate) fn since(&self, position: usize) -> Source<'_> {
        Source {
            start: position,
            ..self.parts.source()
        }
    }

    pub(crate) fn depth(&self) -> u32 {
        self.depth
    }

    /// Goes into a container.
    pub(crate) fn enter(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::new(
                format!("at most {MAX_DEPTH} levels of nesting"),
                "more",
            ));
        }
        Ok(())
    }

    /// Leaves it.
    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(crate) fn undefined(&mut self) {
        self.parts.item.push(form::UNDEFINED);
    }

    pub(crate) fn null(&mut self) {
        self.parts.item.push(form::NULL);
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        self.parts
            .item
            .push(if value { form::TRUE } else { form::FALSE });
    }

    /// A whole number below 2^53.
    pub(crate) fn integer(&mut self, value: i64) {
        match u64::try_from(value) {
            Ok(value) => self.head(form::UNSIGNED, value),
            Err(_) => self.head(form::BELOW_ZERO, !value as u64),
        }
    }

    /// A number of any kind.
    pub(crate) fn number(&mut self, value: f64) {
        let whole = value as i64;
        let exact = whole as f64 == value && whole.unsigned_abs() < form::FIRST_UNSAFE;
        if exact && (whole != 0 || value.is_sign_positive()) {
            self.integer(whole);
        } else {
            let mut bytes = [form::FLOAT64; 9];
            bytes[1..].copy_from_slice(&value.to_be_bytes());
            self.parts.item.extend_from_slice(&bytes);
        }
    }

    pub(crate) fn bigint(&mut self, negative: bool, magnitude: u128) {
        let (tag, magnitude) = match negative {
            true => (form::NEGATIVE, magnitude - 1),
            false => (form::POSITIVE, magnitude),
        };
        self.tag(tag);
        let bytes = magnitude.to_be_bytes();
        let bytes = &bytes[magnitude.leading_zeros() as usize / 8..];
        self.string(form::BYTES, bytes);
    }

    #[inline]
    fn string(&mut self, major: u8, bytes: &[u8]) {
        self.head(major, bytes.len() as u64);
        self.parts.item.extend_from_slice(bytes);
    }

    #[inline]
    pub(crate) fn text(&mut self, text: &str) {
        if text.len() <= form::LONG {
            self.string(form::TEXT, text.as_bytes());
            return;
        }
        let (tag, bytes) = match string::encode(text) {
            Long::Latin1(bytes) => (form::LATIN1, bytes),
            Long::Utf16(bytes) => (form::UTF16, bytes),
        };
        self.tag(tag);
        self.chunk(bytes);
    }

    /// A byte string.
    pub(crate) fn buffer(&mut self, bytes: &[u8]) {
        if bytes.len() < form::LONG {
            self.string(form::BYTES, bytes);
        } else {
            self.chunk(bytes.to_vec());
        }
    }

    fn chunk(&mut self, bytes: Vec<u8>) {
        self.tag(form::CHUNK);
        self.index(self.parts.chunks.len());
        self.parts.chunks.push(bytes);
    }

    /// A value that stays in its VM.
    pub(crate) fn opaque(&mut self, token: Token) {
        self.tag(form::OPAQUE);
        self.index(self.parts.tokens.len());
        self.parts.tokens.push(token);
    }

    fn index(&mut self, index: usize) {
        self.head(form::UNSIGNED, index as u64);
    }

    pub(crate) fn tag(&mut self, tag: u64) {
        self.head(form::TAG, tag);
    }

    pub(crate) fn array_head(&mut self, len: usize) {
        self.head(form::ARRAY, len as u64);
    }

    pub(crate) fn map_head(&mut self, len: usize) {
        self.head(form::PAIRS, len as u64);
    }

    /// The head of an array whose length nobody knows yet.
    pub(crate) fn open_array(&mut self) {
        self.parts.item.push(form::OPEN_ARRAY);
    }

    /// The head of a map whose length nobody knows yet.
    pub(crate) fn open_map(&mut self) {
        self.parts.item.push(form::OPEN_MAP);
    }

    /// Ends what was opened.
    pub(crate) fn close(&mut self) {
        self.parts.item.push(form::BREAK);
    }

    /// Replaces the bytes at `start..end` by a head that only turned out later.
    #[cold]
    pub(crate) fn amend(&mut self, start: usize, end: usize, head: impl FnOnce(&mut Writer)) {
        let mut writer = Writer::default();
        head(&mut writer);
        self.parts.item.splice(start..end, writer.parts.item);
    }

    /// A copy of other data.
    pub(crate) fn splice(&mut self, source: &Source<'_>) -> Result<(), Error> {
        let copied: Copied = copy(source, &mut self.parts, self.marks)?;
        self.marks += copied.marks;
        Ok(())
    }
}
