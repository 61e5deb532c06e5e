//! The most frequent items, by their first byte: most values are short, and to make a head of them
//! first takes up to 1.8 times as long.

use jsvm_data::{CborMajor, initial};

use super::Reader;
use crate::js::{Atom, JsResult, Value};

impl Reader<'_> {
    /// Reads a number, a short text or one of the constants, if one comes next; else nothing.
    #[inline]
    pub(super) fn leaf(&mut self) -> JsResult<Option<Value>> {
        let (value, rest) = match self.item.rest() {
            [head @ 0..=0x17, rest @ ..] => (Value::number(f64::from(*head)), rest),
            [0x18, a, rest @ ..] => (Value::number(f64::from(*a)), rest),
            [0x19, a, b, rest @ ..] => (Value::number(u16::from_be_bytes([*a, *b]).into()), rest),
            [0x1a, a, b, c, d, rest @ ..] => {
                let number = u32::from_be_bytes([*a, *b, *c, *d]);
                (Value::number(number.into()), rest)
            }
            [initial::FLOAT64, rest @ ..] => match rest.split_first_chunk() {
                Some((bytes, rest)) => (Value::number(f64::from_be_bytes(*bytes)), rest),
                None => return Ok(None),
            },
            [initial::FALSE, rest @ ..] => (Value::boolean(false), rest),
            [initial::TRUE, rest @ ..] => (Value::boolean(true), rest),
            [initial::NULL, rest @ ..] => (Value::NULL, rest),
            [initial::UNDEFINED, rest @ ..] => (Value::UNDEFINED, rest),
            item => match short_text(item) {
                Some((text, rest)) if text.is_ascii() => (Value::latin1(text)?, rest),
                _ => return Ok(None),
            },
        };
        self.item.set_remaining(rest.len());
        Ok(Some(value))
    }

    /// Reads a key that was read lately, if it comes next; else nothing.
    #[inline]
    pub(super) fn known_key(&mut self) -> Option<Atom> {
        let (text, rest) = short_text(self.item.rest())?;
        let key = self.keys.known(text)?;
        self.item.set_remaining(rest.len());
        Some(key)
    }
}

/// The bytes of a text whose length is in its first byte or in the next, and what comes after them.
#[inline]
fn short_text(item: &[u8]) -> Option<(&[u8], &[u8])> {
    const TEXT: u8 = CborMajor::Text.initial();
    const LAST: u8 = TEXT + 23;
    const ONE_BYTE: u8 = TEXT + 24;
    match item {
        [head @ TEXT..=LAST, rest @ ..] => rest.split_at_checked(usize::from(head - TEXT)),
        [ONE_BYTE, len, rest @ ..] => rest.split_at_checked(usize::from(*len)),
        _ => None,
    }
}
