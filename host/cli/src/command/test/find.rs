//! Finds files with tests, by the rules of Node.js.

use std::fs;
use std::path::{Path, PathBuf};

use super::cannot_test;
use crate::command::reason::reason;
use crate::command::usage::Usage;

/// The extensions of programs.
const EXTENSIONS: [&str; 8] = ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"];

/// Returns the files that are named, and those with tests in the folders that are named: in the
/// current folder if there are none.
pub fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>, Usage> {
    let current = [PathBuf::from(".")];
    let named = if named.is_empty() { &current } else { named };
    let mut found = Vec::new();
    for path in named {
        if path.is_dir() {
            let mut below = Vec::new();
            let is_test = path.file_name().is_some_and(|name| name == "test");
            search(path, is_test, &mut below)?;
            // In the order of the whole texts, as in Node.js.
            below.sort_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
            found.extend(below);
        } else if path.exists() {
            found.push(path.clone());
        } else {
            return Err(cannot_test(path, "no such file"));
        }
    }
    Ok(found)
}

/// Adds the tests below a folder. All programs in a folder named `test`, or below one, are tests.
fn search(folder: &Path, is_test: bool, found: &mut Vec<PathBuf>) -> Result<(), Usage> {
    let failed = |error| cannot_test(folder, &reason(&error));
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        let name = entry.file_name();
        // A name that is not Unicode is none of a test.
        let Some(name) = name.to_str() else {
            continue;
        };
        let path = match folder == Path::new(".") {
            true => PathBuf::from(name),
            false => folder.join(name),
        };
        if kind.is_dir() {
            if name != "node_modules" && !name.starts_with('.') {
                search(&path, is_test || name == "test", found)?;
            }
        } else if is_named_as_test(name, is_test) && !kind.is_symlink() {
            found.push(path);
        }
    }
    Ok(())
}

/// Whether a file is a test by its name.
fn is_named_as_test(name: &str, is_in_test: bool) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return false;
    };
    if !EXTENSIONS.contains(&extension) || stem.ends_with(".d") {
        return false;
    }
    let ends = [".test", "-test", "_test"];
    is_in_test
        || stem == "test"
        || stem.starts_with("test-")
        || ends.iter().any(|end| stem.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::is_named_as_test;

    #[test]
    fn tests_are_found_by_name() {
        for name in [
            "a.test.js",
            "a-test.mts",
            "a_test.tsx",
            "test-a.cjs",
            "test.ts",
        ] {
            assert!(is_named_as_test(name, false), "{name}");
        }
        for name in [
            "a.js",
            "tests.js",
            "atest.js",
            "a.test.d.ts",
            "a.test.json",
            "test",
        ] {
            assert!(!is_named_as_test(name, false), "{name}");
        }
        assert!(is_named_as_test("a.js", true));
        assert!(!is_named_as_test("a.txt", true));
    }
}
