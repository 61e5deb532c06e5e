//! Writing items.

use super::super::MAX_DEPTH;
use super::super::error::Error;
use super::super::hint::Hint;
use super::super::options::Options;
use super::super::parts::{Parts, Source};
use super::super::splice::{Copied, copy, marks};
use crate::data::text::{self, Packed};
use crate::{Captured, CborWriter, ConversionError, Data, MAX_INLINE_LEN, Token, ViewKind, tags};

/// Writes one value, which may be a primitive that need not be written.
#[derive(Debug)]
pub(crate) struct ValueWriter {
    parts: Parts,
    /// Marks of shared items so far.
    marks: u64,
    /// Whether data was appended whose marks were not counted: that takes time.
    has_uncounted_marks: bool,
    depth: u32,
    /// What the container that comes next is to become.
    pub(crate) hint: Option<Hint>,
    pub(crate) options: Options,
    /// Whether what comes next is the whole value: it is then kept, if it can be, and not written.
    captures: bool,
    /// The value that was kept.
    captured: Option<Captured>,
    /// Whether `Result` on its own is a result: `Ok` is what is in it, and `Err` fails.
    pub(crate) results: bool,
    /// Whether it was an `Err`.
    pub(crate) failed: bool,
}

impl ValueWriter {
    /// A writer that keeps a primitive which is the whole value.
    pub(crate) fn new(options: Options) -> Self {
        ValueWriter {
            options,
            captures: true,
            ..ValueWriter::uncapturing()
        }
    }

    /// A writer that writes everything, primitives that are the whole value included.
    pub(crate) fn uncapturing() -> Self {
        ValueWriter {
            parts: Parts::default(),
            marks: 0,
            has_uncounted_marks: false,
            depth: 0,
            hint: None,
            options: Options::default(),
            captures: false,
            captured: None,
            results: false,
            failed: false,
        }
    }

    /// The value in the form in which it is passed most cheaply.
    pub(crate) fn into_captured(self) -> Captured {
        match self.captured {
            Some(captured) => captured,
            None => Captured::Data(Data::from_parts(self.parts)),
        }
    }

    /// What was written.
    #[cfg(test)]
    pub(crate) fn into_parts(self) -> Parts {
        self.parts
    }

    /// Keeps what is the whole value.
    #[inline]
    pub(crate) fn capture(&mut self, whole: impl FnOnce() -> Captured) -> bool {
        if self.captures {
            self.captured = Some(whole());
        }
        self.captures
    }

    pub(crate) fn position(&self) -> usize {
        self.parts.item.position()
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

    /// Writes `undefined`.
    pub(crate) fn write_undefined(&mut self) {
        if !self.capture(|| Captured::Undefined) {
            self.parts.item.write_undefined();
        }
    }

    /// Writes `null`.
    pub(crate) fn write_null(&mut self) {
        if !self.capture(|| Captured::Null) {
            self.parts.item.write_null();
        }
    }

    /// Writes `true` or `false`.
    pub(crate) fn write_boolean(&mut self, value: bool) {
        if !self.capture(|| Captured::Boolean(value)) {
            self.parts.item.write_boolean(value);
        }
    }

    /// Writes a whole number of a magnitude below 2^53.
    pub(crate) fn write_integer(&mut self, value: i64) {
        if !self.capture(|| Captured::Number(value as f64)) {
            self.parts.item.write_integer(value);
        }
    }

    /// Writes a number.
    pub(crate) fn write_number(&mut self, value: f64) {
        if !self.capture(|| Captured::Number(value)) {
            self.parts.item.write_number(value);
        }
    }

    /// Writes a bigint. A negative one has a magnitude above zero.
    pub(crate) fn write_bigint(&mut self, is_negative: bool, magnitude: u128) {
        let (tag, magnitude) = match is_negative {
            true => (tags::NEGATIVE_BIGINT, magnitude.saturating_sub(1)),
            false => (tags::POSITIVE_BIGINT, magnitude),
        };
        self.write_tag(tag);
        let bytes = magnitude.to_be_bytes();
        let zeros = magnitude.leading_zeros() as usize / 8;
        self.parts.item.write_bytes(&bytes[zeros..]);
    }

    /// Writes a string.
    #[inline]
    pub(crate) fn write_text(&mut self, text: &str) {
        if self.capture(|| Captured::Text(text.to_owned())) {
            return;
        }
        if text.len() <= MAX_INLINE_LEN {
            self.parts.item.write_text(text);
            return;
        }
        let (tag, bytes) = match text::pack(text) {
            Packed::Latin1(bytes) => (tags::LATIN1, bytes),
            Packed::Utf16(bytes) => (tags::UTF16, bytes),
        };
        self.write_tag(tag);
        self.write_chunk(bytes);
    }

    /// Writes an `ArrayBuffer` with a copy of the bytes.
    pub(crate) fn write_buffer(&mut self, bytes: &[u8]) {
        self.captures = false;
        if bytes.len() < MAX_INLINE_LEN {
            self.parts.item.write_bytes(bytes);
        } else {
            self.write_chunk(bytes.to_vec());
        }
    }

    /// Writes a typed array over all of the bytes, which are a whole number of elements. A
    /// `DataView` becomes a `Uint8Array`.
    pub(crate) fn write_view(&mut self, kind: ViewKind, bytes: Vec<u8>) {
        self.write_tagged_bytes(kind.tag().unwrap_or(tags::UINT8_ARRAY), bytes);
    }

    /// Writes an array of numbers as the bytes of 64-bit floats, little-endian.
    pub(crate) fn write_packed_numbers(&mut self, bytes: Vec<u8>) {
        self.write_tagged_bytes(tags::NUMBERS, bytes);
    }

    /// What a tag makes of bytes, which are not copied if they are many.
    fn write_tagged_bytes(&mut self, tag: u64, bytes: Vec<u8>) {
        self.write_tag(tag);
        if bytes.len() < MAX_INLINE_LEN {
            self.parts.item.write_bytes(&bytes);
        } else {
            self.write_chunk(bytes);
        }
    }

    fn write_chunk(&mut self, bytes: Vec<u8>) {
        self.parts.item.write_chunk(self.parts.chunks.len());
        self.parts.chunks.push(bytes);
    }

    /// Writes a value that stays in its VM.
    pub(crate) fn write_token(&mut self, token: Token) {
        self.captures = false;
        self.parts.item.write_opaque(self.parts.numbers.len());
        self.parts.numbers.push(token.number());
        self.parts.tokens.push(token);
    }

    /// Writes a tag of the data form. The tagged item follows.
    pub(crate) fn write_tag(&mut self, tag: u64) {
        self.captures = false;
        self.parts.item.write_tag(tag);
    }

    /// Writes the beginning of an object of a class: `27([class, ...])`. The count includes the
    /// class.
    pub(crate) fn write_class(&mut self, class: &str, count: usize) {
        self.captures = false;
        self.parts.item.write_class(class, count);
    }

    /// Writes the head of an array. As many items follow.
    pub(crate) fn write_array(&mut self, len: usize) {
        self.captures = false;
        self.parts.item.write_array(len);
    }

    /// Writes the head of an object, or of a `Map` after its tag. As many pairs of keys and values
    /// follow.
    pub(crate) fn write_map(&mut self, len: usize) {
        self.captures = false;
        self.parts.item.write_map(len);
    }

    /// Writes the head of an array whose length is not known yet.
    pub(crate) fn open_array(&mut self) {
        self.parts.item.open_array();
    }

    /// Writes the head of a map whose length is not known yet.
    pub(crate) fn open_map(&mut self) {
        self.parts.item.open_map();
    }

    /// Ends what was opened.
    pub(crate) fn close(&mut self) {
        self.parts.item.close();
    }

    /// Replaces the bytes at `start..end` by a head that only turned out later.
    #[cold]
    pub(crate) fn amend(&mut self, start: usize, end: usize, head: impl FnOnce(&mut CborWriter)) {
        let mut writer = CborWriter::new();
        head(&mut writer);
        let item = self.parts.item.bytes_mut();
        item.splice(start..end, writer.into_bytes());
    }

    /// Writes other data, which is moved if nothing that was written before has chunks, tokens or marks.
    pub(crate) fn append(&mut self, data: Data) -> Result<(), ConversionError> {
        self.captures = false;
        let refers = !self.parts.chunks.is_empty()
            || !self.parts.numbers.is_empty()
            || self.marks > 0
            || self.has_uncounted_marks;
        if refers {
            return Ok(self.splice(&data.source()?)?);
        }
        let (form, tokens) = data.into_form_and_tokens()?;
        self.parts.item.append(&form.item);
        self.parts.chunks = form.chunks;
        self.parts.numbers = form.tokens;
        self.parts.tokens = tokens;
        self.has_uncounted_marks = true;
        Ok(())
    }

    /// Writes a copy of other data.
    pub(crate) fn splice(&mut self, source: &Source<'_>) -> Result<(), Error> {
        self.captures = false;
        if self.has_uncounted_marks {
            self.marks = marks(self.parts.item.as_bytes())?.len() as u64;
            self.has_uncounted_marks = false;
        }
        let copied: Copied = copy(source, &mut self.parts, self.marks)?;
        self.marks += copied.marks;
        Ok(())
    }
}
