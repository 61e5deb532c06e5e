//! Files with environment variables, in the form that Node.js reads: its `src/node_dotenv.cc` of version 24.

use std::io::ErrorKind;

use crate::command::reason::reason;
use crate::command::usage::Usage;

/// The variables of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnvFile(Vec<(String, String)>);

impl EnvFile {
    /// Reads a file that is named on the command line.
    pub fn read(path: &str) -> Result<Self, Usage> {
        Self::of(path, std::fs::read(path))
    }

    /// As [`read`](Self::read). A file that is not there has no variables.
    pub fn read_if_exists(path: &str) -> Result<Self, Usage> {
        match std::fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            read => Self::of(path, read),
        }
    }

    fn of(path: &str, read: std::io::Result<Vec<u8>>) -> Result<Self, Usage> {
        let bytes = read.map_err(|error| {
            Usage(format!(
                "cannot read the environment file {path}: {}",
                reason(&error)
            ))
        })?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Usage(format!("the environment file {path} is not UTF-8")))?;
        Ok(EnvFile(parse(&text)))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| &**value)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }
}

/// Reads lines `NAME=value`. Values can be in quotes, and then have several lines. What is no such line is left out.
fn parse(text: &str) -> Vec<(String, String)> {
    let text = text.replace("\r\n", "\n");
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let line_end = rest.find('\n').unwrap_or(rest.len());
        let line = &rest[..line_end];
        let (name, after) = match line.split_once('=') {
            Some((name, _)) if !line.starts_with('#') => (name, &rest[name.len() + 1..]),
            _ => {
                rest = rest[line_end..].trim_start();
                continue;
            }
        };
        let name = name.trim();
        let name = name.strip_prefix("export ").unwrap_or(name).trim_start();
        let (value, end) = value(after);
        if !name.is_empty() {
            found.push((name.to_owned(), value));
        }
        rest = after[end..].trim_start();
    }
    found
}

/// Reads a value, and returns where its line ends.
fn value(text: &str) -> (String, usize) {
    let start = text.len() - text.trim_start_matches([' ', '\t']).len();
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |end| from + end);
    if let Some(quote @ ('"' | '\'' | '`')) = text[start..].chars().next()
        && let Some(length) = text[start + 1..].find(quote)
    {
        let inside = &text[start + 1..start + 1 + length];
        let inside = match quote {
            '"' => inside.replace("\\n", "\n"),
            _ => inside.to_owned(),
        };
        return (inside, line_end(start + length + 2));
    }
    let end = line_end(start);
    let line = &text[start..end];
    let line = line.split_once('#').map_or(line, |(value, _)| value);
    (line.trim().to_owned(), end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files, and what `util.parseEnv` of Node.js 24 makes of them.
    const FILES: &[(&str, &[(&str, &str)])] = &[
        ("A=1\nB = two words \n", &[("A", "1"), ("B", "two words")]),
        (
            "# no\n\n  A=1 # why\n#B=2\nC=x#y",
            &[("A", "1"), ("C", "x")],
        ),
        ("export A=1\r\nB=2\r\n", &[("A", "1"), ("B", "2")]),
        (
            "A=\"one\\ntwo\"\nB='one\\ntwo' # no\nC=`x \"y\" 'z'`",
            &[("A", "one\ntwo"), ("B", "one\\ntwo"), ("C", "x \"y\" 'z'")],
        ),
        (
            "A=\"one\n two=2\n\"\nB=3",
            &[("A", "one\n two=2\n"), ("B", "3")],
        ),
        ("A=\nB=\"\"\nC", &[("A", ""), ("B", "")]),
        ("A=1\nA=2\nno name\n=x\nB==y", &[("A", "2"), ("B", "=y")]),
        ("A='open\nB=2", &[("A", "'open"), ("B", "2")]),
        ("A=$B ${C}", &[("A", "$B ${C}")]),
        ("A=ö\u{1f600}", &[("A", "ö\u{1f600}")]),
        ("", &[]),
    ];

    #[test]
    fn files_are_read_as_node_reads_them() {
        for (text, expected) in FILES {
            let file = EnvFile(parse(text));
            let mut names: Vec<_> = file.names().collect();
            names.sort_unstable();
            names.dedup();
            let found: Vec<_> = names
                .into_iter()
                .map(|name| (name, file.get(name).unwrap_or_default()))
                .collect();
            assert_eq!(&found, expected, "{text:?}");
        }
    }
}
