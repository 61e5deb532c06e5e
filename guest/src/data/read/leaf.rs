//! The most frequent items, by their first byte: most values are short, and a general reader of
//! CBOR looks at each several times.

use super::Reader;
use crate::js::{Atom, JsResult, Value};

const FALSE: u8 = 0xf4;
const TRUE: u8 = 0xf5;
const NULL: u8 = 0xf6;
const UNDEFINED: u8 = 0xf7;
const FLOAT: u8 = 0xfb;

impl Reader<'_> {
    /// Reads a number, a short text or one of the constants, if one comes next; else nothing.
    #[inline]
    pub(super) fn leaf(&mut self) -> JsResult<Option<Value>> {
        let (head, rest) = match self.rest() {
            [head, rest @ ..] => (*head, rest),
            [] => return Ok(None),
        };
        let (value, len) = match (head, rest) {
            (0..=0x17, _) => (Value::number(f64::from(head)), 1),
            (0x18, [a, ..]) => (Value::number(f64::from(*a)), 2),
            (0x19, [a, b, ..]) => (Value::number(u16::from_be_bytes([*a, *b]).into()), 3),
            (0x1a, [a, b, c, d, ..]) => {
                let number = u32::from_be_bytes([*a, *b, *c, *d]);
                (Value::number(number.into()), 5)
            }
            (FLOAT, rest) => match rest.first_chunk() {
                Some(bytes) => (Value::number(f64::from_be_bytes(*bytes)), 9),
                None => return Ok(None),
            },
            (FALSE, _) => (Value::boolean(false), 1),
            (TRUE, _) => (Value::boolean(true), 1),
            (NULL, _) => (Value::NULL, 1),
            (UNDEFINED, _) => (Value::UNDEFINED, 1),
            _ => match short_text(head, rest) {
                Some((text, len)) if text.is_ascii() => (Value::latin1(text)?, len),
                _ => return Ok(None),
            },
        };
        self.item.set_position(self.item.position() + len);
        Ok(Some(value))
    }

    /// Reads a key that was read lately, if it comes next; else nothing.
    #[inline]
    pub(super) fn known_key(&mut self) -> Option<Atom> {
        let [head, rest @ ..] = self.rest() else {
            return None;
        };
        let (text, len) = short_text(*head, rest)?;
        let key = self.keys.known(text)?;
        self.item.set_position(self.item.position() + len);
        Some(key)
    }

    /// What was not read yet.
    #[inline]
    fn rest(&self) -> &[u8] {
        self.item.input().get(self.item.position()..).unwrap_or(&[])
    }
}

/// The bytes of a text whose length is in its first byte or in the next, and the length with these.
#[inline]
fn short_text(head: u8, rest: &[u8]) -> Option<(&[u8], usize)> {
    match (head, rest) {
        (0x60..=0x77, rest) => {
            let len = usize::from(head - 0x60);
            Some((rest.get(..len)?, 1 + len))
        }
        (0x78, [len, rest @ ..]) => {
            let len = usize::from(*len);
            Some((rest.get(..len)?, 2 + len))
        }
        _ => None,
    }
}
