//! Commands that read standard input, for which their file imports `wasi:cli/stdin`.

use std::collections::BTreeSet;

/// Functions of `node:fs` that read the descriptor 0.
const READERS: [&str; 6] = [
    "readFileSync",
    "readSync",
    "readvSync",
    "readFile",
    "read",
    "createReadStream",
];

/// Whether a program with these words in its sources may read standard input: by `process.stdin`, by
/// `/dev/stdin`, or by the number 0.
pub fn is_read_by(words: &BTreeSet<String>) -> bool {
    words.contains("stdin")
        || (words.contains("0") && READERS.iter().any(|reader| words.contains(*reader)))
}

/// Adds what `process.stdin` itself uses of the web platform.
pub fn add_identifiers(found: &mut BTreeSet<String>) {
    for name in ["AbortController", "AbortSignal"] {
        found.insert(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::is_read_by;

    #[test]
    fn only_readers_of_standard_input_import_it() {
        let words =
            |text: &str| -> BTreeSet<String> { text.split(' ').map(str::to_owned).collect() };
        for text in ["process stdin on", "dev stdin", "readFileSync 0 utf8"] {
            assert!(is_read_by(&words(text)), "{text}");
        }
        for text in ["console log 0", "readFileSync data json", "process stdout"] {
            assert!(!is_read_by(&words(text)), "{text}");
        }
    }
}
