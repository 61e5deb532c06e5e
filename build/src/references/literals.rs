//! Words in the literals of Rust sources: names that the guest looks for in JavaScript are among them.

use std::collections::HashSet;
use std::path::Path;
use std::{fs, io};

/// Adds the words in the literals of all sources in a folder.
pub fn words(folder: &Path, found: &mut HashSet<String>) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.is_dir() {
            words(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            words_of(&fs::read_to_string(&path)?, found);
        }
    }
    Ok(())
}

/// Adds the words in the literals of a source.
fn words_of(source: &str, found: &mut HashSet<String>) {
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, after) = rest.split_at(at);
        let literal;
        (literal, rest) = if after.starts_with("//") {
            ("", after.split_once('\n').map_or("", |(_, rest)| rest))
        } else if let Some(text) = after.strip_prefix('"') {
            let quoted = before.trim_end_matches('#');
            match quoted.ends_with('r') {
                true => text.split_once(&*format!("\"{}", &before[quoted.len()..])),
                false => split_at_end(text),
            }
            .unwrap_or((text, ""))
        } else if let Some(rest) = ["'\"'", "'\\\"'", "'\\''", "'/'"]
            .iter()
            .find_map(|literal| after.strip_prefix(literal))
        {
            ("", rest)
        } else {
            ("", &after[1..])
        };
        let is_other = |c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$';
        let words = literal.split(is_other).filter(|word| !word.is_empty());
        found.extend(words.map(str::to_owned));
    }
}

/// Splits a text at the first quote that is not escaped.
fn split_at_end(text: &str) -> Option<(&str, &str)> {
    let mut is_escaped = false;
    let end = text.find(|c| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    })?;
    Some((&text[..end], &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    #[test]
    fn literals_are_told_from_the_rest() {
        let mut found = HashSet::new();
        super::words_of(
            r####"
            // not "this"
            let a = get("one")?.call("two.three \" four")?; let b = '"'; let c = 'x'; fn f<'a>() {}
            let d = r#"{ "five": six }"#; let e = r"seven\"; let g = '\''; h("eight") / "nine".len()
            "####,
            &mut found,
        );
        let mut found: Vec<_> = found.iter().map(|word| &**word).collect();
        found.sort_unstable();
        let expected = [
            "eight", "five", "four", "nine", "one", "seven", "six", "three", "two",
        ];
        assert_eq!(found, expected);
    }
}
