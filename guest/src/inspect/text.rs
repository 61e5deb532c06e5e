//! Text: quoting, escaping and measuring it.

use std::fmt::Write;

use crate::js::Text;

/// Length in UTF-16 code units, which is how JavaScript measures.
pub fn units(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.chars().map(char::len_utf16).sum()
    }
}

/// How many columns it takes on a terminal.
pub fn width(text: &str) -> usize {
    let printable = |byte: &u8| (0x20..0x7f).contains(byte);
    if text.as_bytes().iter().all(printable) {
        return text.len();
    }
    text.chars().map(char_width).sum()
}

fn char_width(char: char) -> usize {
    match u32::from(char) {
        // Control characters, combining marks, joiners and variation selectors.
        0..=0x1f
        | 0x7f..=0x9f
        | 0x300..=0x36f
        | 0x200b..=0x200f
        | 0x20d0..=0x20ff
        | 0xfe00..=0xfe0f
        | 0xfe20..=0xfe2f
        | 0xe0100..=0xe01ef => 0,
        // East Asian wide and full-width, and emoji.
        0x1100..=0x115f
        | 0x2329..=0x232a
        | 0x2e80..=0x303e
        | 0x3040..=0x3247
        | 0x3250..=0x4dbf
        | 0x4e00..=0xa4c6
        | 0xa960..=0xa97c
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe10..=0xfe19
        | 0xfe30..=0xfe6b
        | 0xff01..=0xff60
        | 0xffe0..=0xffe6
        | 0x1b000..=0x1b001
        | 0x1f200..=0x1f251
        | 0x1f300..=0x1f64f
        | 0x1f680..=0x1f6ff
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// A string in quotes: single ones, or others if that saves escapes.
pub fn quote(text: &Text) -> String {
    let has = |wanted: &str| match text {
        Text::Utf8(text) => text.contains(wanted),
        Text::Utf16(units) => {
            let wanted: Vec<u16> = wanted.encode_utf16().collect();
            units.windows(wanted.len()).any(|window| window == wanted)
        }
    };
    let quote = if !has("'") {
        '\''
    } else if !has("\"") {
        '"'
    } else if !has("`") && !has("${") {
        '`'
    } else {
        '\''
    };
    let mut quoted = String::with_capacity(16);
    quoted.push(quote);
    escape_into(&mut quoted, text, quote == '\'');
    quoted.push(quote);
    quoted
}

/// A name with what would disturb a terminal escaped.
pub fn escape(text: &Text) -> String {
    let mut escaped = String::new();
    escape_into(&mut escaped, text, true);
    escaped
}

fn escape_into(to: &mut String, text: &Text, single_quotes: bool) {
    match text {
        Text::Utf8(text) => text.chars().for_each(|char| push(to, char, single_quotes)),
        Text::Utf16(units) => {
            for char in char::decode_utf16(units.iter().copied()) {
                match char {
                    Ok(char) => push(to, char, single_quotes),
                    Err(lone) => {
                        let _ = write!(to, "\\u{:x}", lone.unpaired_surrogate());
                    }
                }
            }
        }
    }
}

fn push(to: &mut String, char: char, single_quotes: bool) {
    match char {
        '\'' if single_quotes => to.push_str("\\'"),
        '\\' => to.push_str("\\\\"),
        '\u{8}' => to.push_str("\\b"),
        '\t' => to.push_str("\\t"),
        '\n' => to.push_str("\\n"),
        '\u{c}' => to.push_str("\\f"),
        '\r' => to.push_str("\\r"),
        '\0'..='\x1f' | '\x7f'..='\u{9f}' => {
            let _ = write!(to, "\\x{:02X}", u32::from(char));
        }
        char => to.push(char),
    }
}

/// Splits text after each line end, which stays with its line.
pub fn lines(text: &Text) -> Vec<Text> {
    match text {
        Text::Utf8(text) => text
            .split_inclusive('\n')
            .map(|line| Text::Utf8(line.to_owned()))
            .collect(),
        Text::Utf16(units) => units
            .split_inclusive(|unit| *unit == u16::from(b'\n'))
            .map(|line| Text::Utf16(line.to_vec()))
            .collect(),
    }
}

/// Whether a property name can stand without quotes.
pub fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// `1 item`, `2 items`
pub fn counted(count: usize, noun: &str) -> String {
    let ending = if count > 1 { "s" } else { "" };
    format!("{count} {noun}{ending}")
}

/// Puts spaces after each line end.
pub fn indented(text: &str, spaces: usize) -> String {
    if spaces == 0 || !text.contains('\n') {
        return text.to_owned();
    }
    text.replace('\n', &format!("\n{:spaces$}", ""))
}
