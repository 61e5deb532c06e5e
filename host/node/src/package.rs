//! Reads the kind of `.js` files from the nearest `package.json`.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::Value as Json;

use super::bounds::{self, MAX_CONFIGURATION};
use super::error::ProgramError;
use super::language::Goal;

/// The property `type` of packages, by their folders.
#[derive(Debug, Default)]
pub struct Packages {
    known: Mutex<HashMap<PathBuf, Option<Goal>>>,
}

/// The kind of `.js` files in a folder.
#[derive(Clone, Debug)]
pub struct PackageGoal {
    pub goal: Goal,
    /// The `package.json` that decides, if there is one.
    pub file: Option<PathBuf>,
}

impl From<Goal> for PackageGoal {
    fn from(goal: Goal) -> Self {
        PackageGoal { goal, file: None }
    }
}

impl Packages {
    /// Returns the kind of `.js` files in a folder; unknown if no `package.json` sets it.
    pub fn goal(&self, folder: &Path) -> Result<PackageGoal, ProgramError> {
        for folder in folder.ancestors() {
            // An installed package does not belong to a package above.
            if folder.ends_with("node_modules") {
                break;
            }
            if let Some(goal) = self.look(folder)? {
                return Ok(PackageGoal {
                    goal,
                    file: Some(folder.join("package.json")),
                });
            }
        }
        Ok(Goal::Unknown.into())
    }

    /// Reads the `package.json` in a folder, if it exists.
    fn look(&self, folder: &Path) -> Result<Option<Goal>, ProgramError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(goal) = known.get(folder) {
            return Ok(*goal);
        }
        let path = folder.join("package.json");
        let goal = match bounds::read_file(&path, MAX_CONFIGURATION) {
            Ok(text) => Some(read(&text).map_err(|error| ProgramError::Configuration {
                path,
                reason: format!("not valid JSON: {error}"),
            })?),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            // An unreadable file is treated like one without `type`.
            Err(_) => Some(Goal::Unknown),
        };
        known.insert(folder.to_owned(), goal);
        Ok(goal)
    }
}

fn read(text: &[u8]) -> serde_json::Result<Goal> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let package: Json = serde_json::from_slice(text)?;
    Ok(match package.get("type").and_then(Json::as_str) {
        Some("module") => Goal::Es,
        Some("commonjs") => Goal::CommonJs,
        _ => Goal::Unknown,
    })
}
