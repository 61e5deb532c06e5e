//! Golden tests: files in `tests/cases/` with the expected output beside each.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};
use similar::TextDiff;

/// The folder `tests/cases/<name>`.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("cases")
        .join(name)
}

/// The files of a folder and below that have an extension, in order.
///
/// # Panics
/// If the folder cannot be read.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        let entries = match folder.read_dir() {
            Ok(entries) => entries,
            Err(error) => panic!("cannot read the folder {}: {error}", folder.display()),
        };
        for entry in entries {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// One test for each file of a folder: `run` makes the output, which must equal the file
/// beside it with the extension `.out`.
///
/// With the environment variable `BLESS` set to 1 that file is written instead.
///
/// # Panics
/// If there is no case.
pub fn golden(name: &str, extension: &str, run: fn(&Path) -> Result<String, Failed>) -> Vec<Trial> {
    let folder = folder(name);
    let files = files(&folder, extension);
    assert!(
        !files.is_empty(),
        "there are no cases in {}",
        folder.display()
    );
    let trials = files.into_iter().map(|file| {
        let beside = file.strip_prefix(&folder).unwrap_or(&file).display();
        Trial::test(format!("{name}/{beside}"), move || check(&file, run))
    });
    trials.collect()
}

fn check(file: &Path, run: fn(&Path) -> Result<String, Failed>) -> Result<(), Failed> {
    let actual = run(file)?;
    let golden = file.with_extension("out");
    if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
        return Ok(fs::write(golden, actual)?);
    }
    let expected = fs::read_to_string(&golden).map_err(|error| {
        format!(
            "cannot read {}: {error}; BLESS=1 writes it",
            golden.display()
        )
    })?;
    if actual == expected {
        return Ok(());
    }
    Err(format!(
        "the output differs from {} (BLESS=1 writes it anew):\n{}",
        golden.display(),
        diff(&expected, &actual)
    )
    .into())
}

/// What differs, in the unified format.
pub fn diff(expected: &str, actual: &str) -> String {
    TextDiff::from_lines(expected, actual)
        .unified_diff()
        .context_radius(3)
        .header("expected", "actual")
        .to_string()
}
