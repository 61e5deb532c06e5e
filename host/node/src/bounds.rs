//! Bounds of paths and files, so that a hostile program cannot make the resolver take all memory.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// The maximum length of a specifier or path in bytes: that of a path on Linux.
pub const MAX_PATH: usize = 4_096;

/// The maximum size of a source file in bytes.
pub const MAX_SOURCE: u64 = 64 << 20;

/// The maximum size of a `package.json` or `tsconfig.json` in bytes.
pub const MAX_CONFIGURATION: u64 = 4 << 20;

/// The maximum number of nested brackets in a `package.json` or `tsconfig.json`.
const MAX_DEPTH: usize = 128;

/// The maximum number of `*` in the target of a pattern: each is replaced by a part of a specifier.
const MAX_STARS: usize = 4;

/// The fields of a `package.json` that contain paths.
const PATH_FIELDS: [&str; 5] = ["main", "browser", "exports", "imports", "name"];

/// Reads a regular file of limited size. Reading a FIFO or a device may never end.
///
/// # Errors
/// Those of the system, [`ErrorKind::InvalidInput`] if it is not a regular file, and
/// [`ErrorKind::FileTooLarge`].
pub fn read_file(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    // Opening a FIFO waits for its writer, so it is looked at before.
    require_regular(&std::fs::metadata(path)?)?;
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    require_regular(&metadata)?;
    let mut bytes = Vec::new();
    if metadata.len() <= max {
        bytes.reserve_exact(metadata.len() as usize);
        // Some files, such as those in `/proc`, are longer than they say.
        file.take(max + 1).read_to_end(&mut bytes)?;
    }
    if metadata.len() > max || bytes.len() as u64 > max {
        let reason = format!("it is larger than {} MiB", max >> 20);
        return Err(io::Error::new(ErrorKind::FileTooLarge, reason));
    }
    Ok(bytes)
}

fn require_regular(metadata: &std::fs::Metadata) -> io::Result<()> {
    if metadata.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        let reason = "it is not a regular file";
        return Err(io::Error::new(ErrorKind::InvalidInput, reason));
    }
    Ok(())
}

/// The reason why a `package.json` or `tsconfig.json` is not given to the resolver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    #[error("it has a path longer than {MAX_PATH} bytes")]
    Path,
    #[error("it has a path with more than {MAX_STARS} `*`")]
    Stars,
    #[error("its brackets are nested more than {MAX_DEPTH} deep")]
    Depth,
}

/// Checks the paths and the depth of a `package.json`. Leaves other errors to its parser.
pub fn check_package(json: &[u8]) -> Result<(), Excess> {
    let measures = measure(json, Comments::None)?;
    // Other fields may be long: old versions of npm store the whole README.
    if measures.longest <= MAX_PATH && measures.stars <= MAX_STARS {
        return Ok(());
    }
    let package: serde_json::Value = serde_json::from_slice(json).unwrap_or_default();
    let fields = PATH_FIELDS.into_iter().filter_map(|name| package.get(name));
    fields.into_iter().try_for_each(check_paths)
}

/// Checks the strings and the depth of a `tsconfig.json`.
pub fn check_tsconfig(json: &[u8]) -> Result<(), Excess> {
    match measure(json, Comments::Allowed)? {
        measures if measures.longest > MAX_PATH => Err(Excess::Path),
        _ => Ok(()),
    }
}

/// Checks all strings and keys of a value, whose depth is known to be bounded.
fn check_paths(value: &serde_json::Value) -> Result<(), Excess> {
    match value {
        serde_json::Value::String(path) => check_path(path),
        serde_json::Value::Array(values) => values.iter().try_for_each(check_paths),
        serde_json::Value::Object(entries) => entries.iter().try_for_each(|(key, value)| {
            check_path(key)?;
            check_paths(value)
        }),
        _ => Ok(()),
    }
}

fn check_path(path: &str) -> Result<(), Excess> {
    if path.len() > MAX_PATH {
        return Err(Excess::Path);
    }
    if path.matches('*').count() > MAX_STARS {
        return Err(Excess::Stars);
    }
    Ok(())
}

/// Whether a JSON text may have comments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comments {
    None,
    Allowed,
}

/// Measures of the strings of a JSON text.
#[derive(Default)]
struct StringMeasures {
    /// The length of the longest string, escapes not decoded.
    longest: usize,
    /// The most `*` in a string.
    stars: usize,
}

/// Measures the strings of a JSON text, and checks how deep it is nested. Never recurses.
fn measure(json: &[u8], comments: Comments) -> Result<StringMeasures, Excess> {
    let mut measures = StringMeasures::default();
    let mut depth = 0_usize;
    let mut rest = json;
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            b'"' => {
                let length = string_length(rest);
                let (string, after) = rest.split_at(length);
                measures.longest = measures.longest.max(length);
                let stars = string.iter().filter(|&&byte| byte == b'*').count();
                measures.stars = measures.stars.max(stars);
                rest = after.strip_prefix(b"\"").unwrap_or(after);
            }
            b'/' if comments == Comments::Allowed => {
                let length = match rest.first() {
                    Some(b'/') => rest.iter().position(|&byte| byte == b'\n'),
                    Some(b'*') => rest.windows(2).skip(1).position(|two| two == b"*/"),
                    _ => Some(0),
                };
                rest = &rest[length.unwrap_or(rest.len())..];
            }
            b'[' | b'{' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Excess::Depth);
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(measures)
}

/// Returns the length of a string whose opening quote was read.
fn string_length(text: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = text.iter().position(|&byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    end.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::{Excess, check_package, check_tsconfig};

    fn package(text: &str) -> Result<(), Excess> {
        check_package(text.as_bytes())
    }

    #[test]
    fn only_paths_of_packages_are_bounded() {
        let long = "a/".repeat(3_000);
        assert_eq!(package(&format!("{{\"readme\": \"{long}\"}}")), Ok(()));
        for field in [
            "\"main\": P",
            "\"exports\": { \".\": [P] }",
            "\"imports\": { \"#a\": P }",
        ] {
            let text = format!("{{{}}}", field.replace('P', &format!("\"{long}\"")));
            assert_eq!(package(&text), Err(Excess::Path), "{field}");
        }
        let stars = "{ \"exports\": { \"./*\": \"./*/*/*/*/*\" } }";
        assert_eq!(package(stars), Err(Excess::Stars));
        assert_eq!(package("{ \"files\": [\"*/*/*/*/*\"] }"), Ok(()));
        assert_eq!(package("{ \"main\": \"\\\"/*/[[\" }"), Ok(()));
    }

    #[test]
    fn depth_is_bounded_outside_strings_and_comments() {
        let deep = "[".repeat(200);
        assert_eq!(package(&deep), Err(Excess::Depth));
        assert_eq!(package(&format!("\"{deep}\"")), Ok(()));
        for comment in [format!("// \" {deep}\n1"), format!("/*/ \" {deep}*/ 1")] {
            assert_eq!(check_tsconfig(comment.as_bytes()), Ok(()), "{comment}");
            let after = format!("{comment}{deep}");
            assert_eq!(check_tsconfig(after.as_bytes()), Err(Excess::Depth));
        }
        let long = format!("{{ \"extends\": \"./{}\" }}", "a/".repeat(3_000));
        assert_eq!(check_tsconfig(long.as_bytes()), Err(Excess::Path));
    }
}
