//! Writing items.

use std::convert::Infallible;

use minicbor::Encoder;
use minicbor::data::Tag;

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

/// Writing into memory cannot fail.
fn done<T>(result: Result<T, minicbor::encode::Error<Infallible>>) {
    debug_assert!(result.is_ok(), "a vector takes what is written");
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
    fn encoder(&mut self) -> Encoder<&mut Vec<u8>> {
        Encoder::new(&mut self.parts.item)
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
        done(self.encoder().undefined().map(|_| ()));
    }

    pub(crate) fn null(&mut self) {
        done(self.encoder().null().map(|_| ()));
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        done(self.encoder().bool(value).map(|_| ()));
    }

    /// A whole number below 2^53.
    pub(crate) fn integer(&mut self, value: i64) {
        done(self.encoder().i64(value).map(|_| ()));
    }

    /// A number of any kind.
    pub(crate) fn number(&mut self, value: f64) {
        let whole = value as i64;
        let exact = whole as f64 == value && whole.unsigned_abs() < form::FIRST_UNSAFE;
        if exact && (whole != 0 || value.is_sign_positive()) {
            self.integer(whole);
        } else {
            done(self.encoder().f64(value).map(|_| ()));
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
        done(self.encoder().bytes(bytes).map(|_| ()));
    }

    pub(crate) fn text(&mut self, text: &str) {
        if text.len() <= form::LONG {
            done(self.encoder().str(text).map(|_| ()));
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
            done(self.encoder().bytes(bytes).map(|_| ()));
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
        done(self.encoder().u64(index as u64).map(|_| ()));
    }

    pub(crate) fn tag(&mut self, tag: u64) {
        done(self.encoder().tag(Tag::new(tag)).map(|_| ()));
    }

    pub(crate) fn array_head(&mut self, len: usize) {
        done(self.encoder().array(len as u64).map(|_| ()));
    }

    pub(crate) fn map_head(&mut self, len: usize) {
        done(self.encoder().map(len as u64).map(|_| ()));
    }

    /// The head of an array whose length nobody knows yet.
    pub(crate) fn open_array(&mut self) {
        done(self.encoder().begin_array().map(|_| ()));
    }

    /// The head of a map whose length nobody knows yet.
    pub(crate) fn open_map(&mut self) {
        done(self.encoder().begin_map().map(|_| ()));
    }

    /// Ends what was opened.
    pub(crate) fn close(&mut self) {
        done(self.encoder().end().map(|_| ()));
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
