//! Writing items.

use super::super::MAX_DEPTH;
use super::super::error::Error;
use super::super::form;
use super::super::hint::Hint;
use super::super::options::Options;
use super::super::parts::{Parts, Source};
use super::super::splice::{Copied, copy};
use crate::data::Data;
use crate::data::text::{self, Packed};
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
    /// Whether what comes next is the whole value: it is then kept, if it can be, and not written.
    captures: bool,
    /// The value that was kept.
    captured: Option<Whole>,
    /// Whether `Result` on its own is a result: `Ok` is what is in it, and `Err` fails.
    pub(crate) results: bool,
    /// Whether it was an `Err`.
    pub(crate) failed: bool,
}

/// A whole value that need not be written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Whole {
    Undefined,
    Null,
    Boolean(bool),
    Number(f64),
    Text(String),
    Data(Data),
}

impl Writer {
    pub(crate) fn new(options: Options) -> Self {
        Writer {
            options,
            ..Writer::default()
        }
    }

    /// One that does not write what need not be written, but keeps it.
    pub(crate) fn capturing(options: Options) -> Self {
        Writer {
            captures: true,
            ..Writer::new(options)
        }
    }

    pub(crate) fn finish(self) -> Result<Whole, Parts> {
        self.captured.ok_or(self.parts)
    }

    /// Keeps what is the whole value.
    #[inline]
    pub(crate) fn capture(&mut self, whole: impl FnOnce() -> Whole) -> bool {
        if self.captures {
            self.captured = Some(whole());
        }
        self.captures
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
        self.captures = false;
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
        if self.capture(|| Whole::Undefined) {
            return;
        }
        self.parts.item.push(form::UNDEFINED);
    }

    pub(crate) fn null(&mut self) {
        if self.capture(|| Whole::Null) {
            return;
        }
        self.parts.item.push(form::NULL);
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        if self.capture(|| Whole::Boolean(value)) {
            return;
        }
        self.parts
            .item
            .push(if value { form::TRUE } else { form::FALSE });
    }

    /// A whole number below 2^53.
    pub(crate) fn integer(&mut self, value: i64) {
        if self.capture(|| Whole::Number(value as f64)) {
            return;
        }
        match u64::try_from(value) {
            Ok(value) => self.head(form::UNSIGNED, value),
            Err(_) => self.head(form::BELOW_ZERO, !value as u64),
        }
    }

    /// A number of any kind.
    pub(crate) fn number(&mut self, value: f64) {
        if self.capture(|| Whole::Number(value)) {
            return;
        }
        match form::exact_integer(value) {
            Some(whole) => self.integer(whole),
            None => {
                let mut bytes = [form::FLOAT64; 9];
                bytes[1..].copy_from_slice(&value.to_be_bytes());
                self.parts.item.extend_from_slice(&bytes);
            }
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
        if self.capture(|| Whole::Text(text.to_owned())) {
            return;
        }
        if text.len() <= form::LONG {
            self.string(form::TEXT, text.as_bytes());
            return;
        }
        let (tag, bytes) = match text::pack(text) {
            Packed::Latin1(bytes) => (form::LATIN1, bytes),
            Packed::Utf16(bytes) => (form::UTF16, bytes),
        };
        self.tag(tag);
        self.chunk(bytes);
    }

    /// A byte string.
    pub(crate) fn buffer(&mut self, bytes: &[u8]) {
        self.captures = false;
        if bytes.len() < form::LONG {
            self.string(form::BYTES, bytes);
        } else {
            self.chunk(bytes.to_vec());
        }
    }

    /// An array of numbers, as bytes.
    pub(crate) fn numbers(&mut self, bytes: Vec<u8>) {
        self.tagged_bytes(form::NUMBERS, bytes);
    }

    /// What a tag makes of bytes, which are not copied if they are many.
    pub(crate) fn tagged_bytes(&mut self, tag: u64, bytes: Vec<u8>) {
        self.tag(tag);
        if bytes.len() < form::LONG {
            self.string(form::BYTES, &bytes);
        } else {
            self.chunk(bytes);
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
        self.index(self.parts.numbers.len());
        self.parts.numbers.push(token.number());
        self.parts.tokens.push(token);
    }

    fn index(&mut self, index: usize) {
        self.head(form::UNSIGNED, index as u64);
    }

    pub(crate) fn tag(&mut self, tag: u64) {
        self.captures = false;
        self.head(form::TAG, tag);
    }

    pub(crate) fn array_head(&mut self, len: usize) {
        self.captures = false;
        self.head(form::ARRAY, len as u64);
    }

    pub(crate) fn map_head(&mut self, len: usize) {
        self.captures = false;
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
        self.captures = false;
        let copied: Copied = copy(source, &mut self.parts, self.marks)?;
        self.marks += copied.marks;
        Ok(())
    }
}
