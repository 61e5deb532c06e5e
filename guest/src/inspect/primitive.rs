//! Primitives.

use super::Inspector;
use super::collection::more;
use super::style::Style;
use super::text::{lines, quote};
use crate::js::{JsResult, Tag, Text, Value};
use crate::realm::readers;

/// The most code units that are written of a nested string, a name or a description.
pub const MAX_STRING: usize = 10_000;

/// Strings up to this length are not split into lines.
const MIN_LINE: usize = 16;

impl Inspector {
    /// Writes a value that is no object.
    #[inline(never)]
    pub(super) fn primitive(&mut self, value: &Value) -> String {
        let text = self.try_primitive(value);
        let text = text.unwrap_or_else(|_| self.style("<unreadable>", Style::Special));
        self.charge(text.len());
        text
    }

    fn try_primitive(&mut self, value: &Value) -> JsResult<String> {
        Ok(match value.tag() {
            Tag::Undefined | Tag::Internal => self.style("undefined", Style::Undefined),
            Tag::Null => self.style("null", Style::Null),
            Tag::Boolean => self.style(&value.to_lossy()?, Style::Boolean),
            Tag::Number => self.style(&number_text(value)?, Style::Number),
            Tag::BigInt => self.style(&format!("{}n", value.to_lossy()?), Style::BigInt),
            Tag::Symbol => {
                let text = symbol_text(value)?.into_lossy();
                self.style(&text, Style::Symbol)
            }
            Tag::String => self.string(value)?,
            Tag::Object => String::new(),
        })
    }

    /// A string in quotes, one literal per line if it is long.
    fn string(&self, value: &Value) -> JsResult<String> {
        let len = string_len(value);
        let limit = self.options.max_string;
        let text = start(value, limit)?.to_text()?;
        let rest = if len > limit {
            more(len - limit, "character")
        } else {
            String::new()
        };
        let len = len.min(limit);
        let room = self.options.break_length.map_or(usize::MAX, |limit| {
            limit.saturating_sub(self.indentation + 4)
        });
        if len <= MIN_LINE || len <= room {
            return Ok(self.style(&quote(&text), Style::String) + &rest);
        }
        let quoted: Vec<String> = lines(&text)
            .iter()
            .map(|line| self.style(&quote(line), Style::String))
            .collect();
        let indentation = self.indentation + 2;
        Ok(quoted.join(&format!(" +\n{:indentation$}", "")) + &rest)
    }
}

/// A number as `String` writes it, but with the sign of `-0`.
pub fn number_text(number: &Value) -> JsResult<String> {
    let value = number.as_number().unwrap_or(f64::NAN);
    if value == 0.0 && value.is_sign_negative() {
        return Ok("-0".to_owned());
    }
    number.to_lossy()
}

/// A string, or its first `len` code units if it is longer.
pub fn start(string: &Value, len: usize) -> JsResult<Value> {
    if string_len(string) <= len {
        return Ok(string.clone());
    }
    readers().string_start(string, len)
}

/// Length of a string in code units.
pub fn string_len(string: &Value) -> usize {
    // Of a string primitive this is no property that a script could replace.
    let len = string.get("length").ok().and_then(|len| len.as_number());
    len.unwrap_or(0.0) as usize
}

/// `Symbol(description)`
pub fn symbol_text(symbol: &Value) -> JsResult<Text> {
    let description = readers().symbol_description(symbol)?;
    if description.is_undefined() {
        return Ok(Text::Utf8("Symbol()".to_owned()));
    }
    Ok(match start(&description, MAX_STRING)?.to_text()? {
        Text::Utf8(text) => Text::Utf8(format!("Symbol({text})")),
        Text::Utf16(units) => {
            let before = "Symbol(".encode_utf16();
            Text::Utf16(before.chain(units).chain([u16::from(b')')]).collect())
        }
    })
}
