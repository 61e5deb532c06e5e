//! Encodes the `mappings` of a source map.

use std::cell::OnceCell;
use std::iter::repeat_n;

use oxc::codegen::CodegenReturn;

/// The digits of Base64.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A position in the code and one in the source: line and column, from 0.
struct Mapping {
    code: (u32, u32),
    source: (u32, u32),
}

/// Encodes the mappings between generated code and its source.
///
/// Columns count UTF-8 bytes, as those that the engine reports. (A source map in a file counts
/// UTF-16 units.) Names are left out, because they are not used.
pub fn mappings(generated: &CodegenReturn<'_>, source: &str) -> Option<String> {
    let code = Columns::new(&generated.code);
    let source = Columns::new(source);
    let tokens = generated.map.as_ref()?.get_tokens();
    let tokens = tokens.filter(|token| token.get_source_id().is_some());
    Some(encode(tokens.map(|token| Mapping {
        code: code.bytes(token.get_dst_line(), token.get_dst_col()),
        source: source.bytes(token.get_src_line(), token.get_src_col()),
    })))
}

/// The lines of a text, unless it is all ASCII.
struct Columns<'a>(Option<Vec<Line<'a>>>);

struct Line<'a> {
    text: &'a str,
    /// For each UTF-16 unit, the bytes before its character. Counted once for all mappings of the
    /// line: a line can be the whole file.
    bytes: OnceCell<Vec<u32>>,
}

impl<'a> Columns<'a> {
    fn new(text: &'a str) -> Self {
        let line = |text| Line {
            text,
            bytes: OnceCell::new(),
        };
        Columns((!text.is_ascii()).then(|| text.split('\n').map(line).collect()))
    }

    /// Converts a column from UTF-16 units to bytes.
    fn bytes(&self, line: u32, column: u32) -> (u32, u32) {
        match self.0.as_ref().and_then(|lines| lines.get(line as usize)) {
            Some(found) if !found.text.is_ascii() => (line, found.column(column)),
            _ => (line, column),
        }
    }
}

impl Line<'_> {
    fn column(&self, units: u32) -> u32 {
        let bytes = self.bytes.get_or_init(|| {
            let characters = self.text.char_indices();
            let units = characters.flat_map(|(at, c)| repeat_n(at as u32, c.len_utf16()));
            units.collect()
        });
        let column = bytes.get(units as usize).copied();
        column.unwrap_or(self.text.len() as u32)
    }
}

/// Encodes mappings as ECMA-426 describes: each number relative to the previous one of its kind.
fn encode(mappings: impl Iterator<Item = Mapping>) -> String {
    let mut text = String::new();
    let (mut line, mut column) = (0, 0);
    let mut source = (0, 0);
    let mut is_first = true;
    for mapping in mappings {
        while line < mapping.code.0 {
            text.push(';');
            line += 1;
            column = 0;
            is_first = true;
        }
        if !is_first {
            text.push(',');
        }
        is_first = false;
        vlq(&mut text, difference(mapping.code.1, column));
        // There is only one source.
        vlq(&mut text, 0);
        vlq(&mut text, difference(mapping.source.0, source.0));
        vlq(&mut text, difference(mapping.source.1, source.1));
        column = mapping.code.1;
        source = mapping.source;
    }
    text
}

fn difference(to: u32, from: u32) -> i64 {
    i64::from(to) - i64::from(from)
}

/// Encodes a number in groups of five bits, the least significant first. The lowest bit is the
/// sign.
fn vlq(text: &mut String, number: i64) {
    let mut rest = number.unsigned_abs() << 1 | u64::from(number < 0);
    loop {
        let digit = (rest & 31) as usize;
        rest >>= 5;
        let more = if rest > 0 { 32 } else { 0 };
        text.push(char::from(DIGITS[digit | more]));
        if rest == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Columns, Mapping, encode};

    #[test]
    fn columns_count_bytes() {
        let columns = Columns::new("a\n\u{1f600}é.\nb");
        for (column, bytes) in [(0, 0), (1, 0), (2, 4), (3, 6), (4, 7), (5, 7)] {
            assert_eq!(columns.bytes(1, column), (1, bytes));
        }
        assert_eq!(columns.bytes(2, 1), (2, 1));
        assert_eq!(columns.bytes(9, 3), (9, 3));
    }

    #[test]
    fn long_lines_take_linear_time() {
        // A walk along the line for each mapping would take minutes.
        let line = "é;".repeat(500_000);
        let columns = Columns::new(&line);
        for column in 0..1_000_000 {
            assert_eq!(columns.bytes(0, column).1, column / 2 * 3 + column % 2 * 2);
        }
    }

    #[test]
    fn numbers_are_relative_and_signed() {
        let mappings = [((0, 0), (0, 0)), ((0, 9), (3, 16)), ((2, 4), (1, 2))];
        let mappings = mappings.map(|(code, source)| Mapping { code, source });
        assert_eq!(encode(mappings.into_iter()), "AAAA,SAGgB;;IAFd");
    }
}
