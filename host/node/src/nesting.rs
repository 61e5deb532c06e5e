//! Estimates how deeply a text is nested, before it is parsed.
//!
//! The parser and the visitors of its trees recurse on a stack of fixed size, and a stack overflow
//! ends the whole process. This check finds generated code that is nested too deeply. It does not
//! find every hostile file: it does not distinguish strings and comments from code, which takes a
//! parser.

/// The maximum depth of nested brackets.
const MAX_BRACKETS: usize = 3_000;

/// The maximum number of words and other characters between the same brackets without a `;` or `,`.
/// The parser recurses at most once for each.
const MAX_TOKENS: u32 = 100_000;

/// The state between a pair of brackets.
#[derive(Clone, Copy, Default)]
struct NestingLevel {
    /// Tokens since the last `;` or `,`.
    tokens: u32,
    /// Brackets opened by `<` since the last `;`: types nest in these across commas.
    angles: u32,
}

/// Whether a text may be nested too deeply to be parsed.
pub fn is_too_deep(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut outer: Vec<NestingLevel> = Vec::new();
    let mut level = NestingLevel::default();
    let mut in_word = false;
    for (index, &byte) in bytes.iter().enumerate() {
        let is_word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..);
        let goes_on_word = is_word && in_word;
        in_word = is_word;
        match byte {
            b'(' | b'[' | b'{' => {
                outer.push(level);
                level = NestingLevel::default();
            }
            b')' | b']' | b'}' => {
                level = outer.pop().unwrap_or_default();
                level.tokens += 1;
            }
            b',' => level.tokens = 0,
            // `if (a) b; else if (c) d; else …` continues after it.
            b';' if !goes_on(&bytes[index + 1..]) => level = NestingLevel::default(),
            _ => {
                level.tokens += u32::from(!byte.is_ascii_whitespace() && !goes_on_word);
                level.angles += u32::from(byte == b'<');
            }
        }
        if outer.len() > MAX_BRACKETS || level.tokens > MAX_TOKENS || level.angles > MAX_TOKENS / 3
        {
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
