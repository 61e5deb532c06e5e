//! The patches of QuickJS-NG: unified diffs in `guest/engine/patches`, with a mail-style header.
//!
//! `git apply` and `patch -p1` accept them in the folder of QuickJS-NG's sources. Here a hunk must
//! also be unambiguous: its old lines must occur exactly once in the file. A hunk of a new version
//! of the engine can then never land in another function that looks alike.

use std::path::{Path, PathBuf};
use std::{fs, io};

use diffy::patch_set::{FileOperation, ParseOptions, PatchKind, PatchSet};
use diffy::{Line, Patch};

use super::{EngineError, io_error};

/// Begins the line that says when a patch can be removed.
const UNTIL: &str = "Until: ";

/// Ends the header.
const END_OF_HEADER: &str = "\n---\n";

/// A patch file.
#[derive(Debug)]
pub struct PatchFile {
    /// Where it is.
    pub path: PathBuf,
    /// The first line of its header, without `Subject: `.
    pub subject: String,
    /// Why the engine is patched.
    pub reason: String,
    /// What upstream has to do before the patch can be removed.
    pub until: String,
    /// The diff.
    diff: String,
}

impl PatchFile {
    /// Reads the header and the diff.
    fn parse(path: PathBuf, text: &str) -> Result<Self, EngineError> {
        let failed = |reason: &str| EngineError::Patch {
            path: path.clone(),
            reason: reason.to_owned(),
        };
        let (header, diff) = text
            .split_once(END_OF_HEADER)
            .ok_or_else(|| failed("a line `---` between the header and the diff is missing"))?;
        let (subject, body) = header
            .strip_prefix("Subject: ")
            .and_then(|header| header.split_once("\n\n"))
            .ok_or_else(|| failed("it must begin with `Subject: ` and an empty line"))?;
        let (reason, until) = body
            .split_once(&format!("\n\n{UNTIL}"))
            .ok_or_else(|| failed("after its reason, a paragraph `Until: ` is missing"))?;
        Ok(Self {
            subject: subject.to_owned(),
            reason: reason.to_owned(),
            until: until.to_owned(),
            diff: diff.to_owned(),
            path,
        })
    }

    /// Calls `apply` with each file that the patch changes and the changes of it.
    pub fn for_each_file(
        &self,
        mut apply: impl FnMut(&str, &Patch<'_, str>) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let failed = |reason: String| EngineError::Patch {
            path: self.path.clone(),
            reason,
        };
        for file in PatchSet::parse(&self.diff, ParseOptions::gitdiff()) {
            let file = file.map_err(|error| failed(error.to_string()))?;
            let operation = file.operation().strip_prefix(1);
            let FileOperation::Modify { original, modified } = operation else {
                return Err(failed("it adds, removes or renames a file".into()));
            };
            if original != modified {
                return Err(failed(format!("it renames {original}")));
            }
            let PatchKind::Text(patch) = file.patch() else {
                return Err(failed(format!("it changes {original} as a binary file")));
            };
            apply(&original, patch)?;
        }
        Ok(())
    }
}

/// The patches in a folder, in the order of their names.
///
/// # Errors
///
/// If one cannot be read, or is not in the form of a patch.
pub fn read(folder: &Path) -> Result<Vec<PatchFile>, EngineError> {
    let entries: io::Result<Vec<_>> = fs::read_dir(folder).and_then(Iterator::collect);
    let entries = entries.map_err(io_error("read", folder))?;
    let mut paths: Vec<_> = entries.iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "patch"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).map_err(io_error("read", &path))?;
        PatchFile::parse(path, &text)
    };
    paths.into_iter().map(read).collect()
}

/// Why a hunk does not apply.
#[derive(Debug)]
pub struct Misfit {
    /// The number of the hunk in its file, from 1.
    pub hunk: usize,
    /// How often its old lines occur.
    pub found: usize,
}

/// Applies the changes of one file to its text.
pub fn apply(text: &str, patch: &Patch<'_, str>) -> Result<String, Misfit> {
    for (hunk, number) in patch.hunks().iter().zip(1..) {
        let old = hunk.lines().iter().filter_map(|line| match line {
            Line::Context(line) | Line::Delete(line) => Some(*line),
            Line::Insert(_) => None,
        });
        let found = occurrences(text, &old.collect::<String>());
        if found != 1 {
            return Err(Misfit {
                hunk: number,
                found,
            });
        }
    }
    // Two hunks that overlap are the only reason left.
    diffy::apply(text, patch).map_err(|_| Misfit { hunk: 0, found: 0 })
}

/// How often whole lines occur in a text.
fn occurrences(text: &str, lines: &str) -> usize {
    let found = text.match_indices(lines);
    found
        .filter(|(at, _)| *at == 0 || text.as_bytes()[at - 1] == b'\n')
        .count()
}
