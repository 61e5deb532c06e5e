//! A bound on how deeply a text can be nested, found before it is parsed.
//!
//! The parser and all that walks through its trees recurse, on a stack of a fixed size, and a stack
//! that overflows ends the whole process. What is generated is nested like that at times, and this
//! finds it. It does not find all that somebody could think of who wants to end the process: strings
//! and comments are not told from code, since to tell them takes a parser.

/// The most brackets within each other.
const BRACKETS: usize = 3_000;

/// The most words and other characters that follow each other between the same brackets without a
/// `;` or `,`. Nothing recurses more often than once for each.
const TOKENS: u32 = 100_000;

/// Between a pair of brackets.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Since the last `;` or `,`.
    tokens: u32,
    /// Opened by `<` since the last `;`: types nest in these across commas.
    angles: u32,
}

/// Whether a text may be nested so deeply that it is better not parsed.
pub fn is_too_deep(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut outer: Vec<Level> = Vec::new();
    let mut level = Level::default();
    let mut in_word = false;
    for (index, &byte) in bytes.iter().enumerate() {
        let is_word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..);
        let goes_on_word = is_word && in_word;
        in_word = is_word;
        match byte {
            b'(' | b'[' | b'{' => {
                outer.push(level);
                level = Level::default();
            }
            b')' | b']' | b'}' => {
                level = outer.pop().unwrap_or_default();
                level.tokens += 1;
            }
            b',' => level.tokens = 0,
            // `if (a) b; else if (c) d; else …` goes on after it.
            b';' if !goes_on(&bytes[index + 1..]) => level = Level::default(),
            _ => {
                level.tokens += u32::from(!byte.is_ascii_whitespace() && !goes_on_word);
                level.angles += u32::from(byte == b'<');
            }
        }
        if outer.len() > BRACKETS || level.tokens > TOKENS || level.angles > TOKENS / 3 {
            return true;
        }
    }
    false
}

/// Whether an `else` follows.
fn goes_on(rest: &[u8]) -> bool {
    rest.trim_ascii_start().starts_with(b"else")
}

#[cfg(test)]
mod tests {
    use super::is_too_deep;

    #[test]
    fn what_nests_is_counted() {
        let deep = [
            "(",
            "[",
            "!",
            "typeof ",
            "1+",
            "a=>",
            "if(a)b;else ",
            "A<x,",
            "a?b:",
            "<a>",
        ];
        for text in deep {
            assert!(is_too_deep(&text.repeat(200_000)), "{text}");
            assert!(!is_too_deep(&text.repeat(1_000)), "{text}");
        }
    }

    #[test]
    fn what_follows_each_other_is_not() {
        for text in [
            "f(a, [1], { b: 2 });\n",
            "\"(\", \")\",",
            "let a = b < c;",
            "// a\n;",
        ] {
            assert!(!is_too_deep(&text.repeat(200_000)), "{text}");
        }
    }
}
