//! Makes text of programs and clients harmless in logs and on terminals.

use std::borrow::Cow;
use std::fmt::Write;

/// Escapes line feeds and all other characters that a terminal or a viewer of logs could take as
/// commands, so that the text stays on its line.
pub fn one_line(text: &str) -> Cow<'_, str> {
    escape(text, |_| false)
}

/// Escapes characters as [`one_line`] does, apart from line feeds and tabs.
pub fn lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| matches!(c, '\n' | '\t'))
}

/// Whether [`lines`] leaves the text as it is.
pub fn is_harmless(text: &str) -> bool {
    matches!(lines(text), Cow::Borrowed(_))
}

fn escape(text: &str, is_allowed: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_escaped = |c: char| is_command(c) && !is_allowed(c);
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if !is_escaped(c) => escaped.push(c),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            // Writing into a string cannot fail.
            c if c.is_ascii() => drop(write!(escaped, "\\x{:02x}", u32::from(c))),
            c => drop(write!(escaped, "\\u{{{:x}}}", u32::from(c))),
        }
    }
    Cow::Owned(escaped)
}

/// Whether a character controls how the characters around it are shown: C0 and C1 controls, line and
/// paragraph separators, and marks that change the direction of writing.
pub fn is_command(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_escaped() {
        for (text, one, many) in [
            (
                "plain ü 漢 🦀 \\n",
                "plain ü 漢 🦀 \\n",
                "plain ü 漢 🦀 \\n",
            ),
            ("a\nb\tc\r", "a\\nb\\tc\\r", "a\nb\tc\\r"),
            (
                "\u{1b}[2J\u{7f}\0",
                "\\x1b[2J\\x7f\\x00",
                "\\x1b[2J\\x7f\\x00",
            ),
            ("\u{9b}1m", "\\u{9b}1m", "\\u{9b}1m"),
            ("\u{202e}txt", "\\u{202e}txt", "\\u{202e}txt"),
            (
                "\u{2028}\u{2069}",
                "\\u{2028}\\u{2069}",
                "\\u{2028}\\u{2069}",
            ),
        ] {
            assert_eq!(one_line(text), one);
            assert_eq!(lines(text), many);
        }
    }
}
