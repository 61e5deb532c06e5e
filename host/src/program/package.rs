//! What the nearest `package.json` says about the files of its package.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::Value as Json;

use super::error::ProgramError;
use super::language::Goal;

/// The property `type` of packages, by their folders.
#[derive(Debug, Default)]
pub struct Packages {
    known: Mutex<HashMap<PathBuf, Option<Goal>>>,
}

impl Packages {
    /// What `.js` files in a folder are; unknown if nothing says so.
    pub fn goal(&self, folder: &Path) -> Result<Goal, ProgramError> {
        for folder in folder.ancestors() {
            // What is installed there belongs to no package above.
            if folder.ends_with("node_modules") {
                break;
            }
            if let Some(goal) = self.look(folder)? {
                return Ok(goal);
            }
        }
        Ok(Goal::Unknown)
    }

    /// What the `package.json` in this very folder says, if it is there.
    fn look(&self, folder: &Path) -> Result<Option<Goal>, ProgramError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(goal) = known.get(folder) {
            return Ok(*goal);
        }
        let path = folder.join("package.json");
        let goal = match std::fs::read_to_string(&path) {
            Ok(text) => Some(read(&text).map_err(|error| ProgramError::Configuration {
                path,
                reason: format!("not valid JSON: {error}"),
            })?),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            // It is there, and no business of a program whether it can be read.
            Err(_) => Some(Goal::Unknown),
        };
        known.insert(folder.to_owned(), goal);
        Ok(goal)
    }
}

fn read(text: &str) -> serde_json::Result<Goal> {
    let package: Json = serde_json::from_str(text.trim_start_matches('\u{feff}'))?;
    Ok(match package.get("type").and_then(Json::as_str) {
        Some("module") => Goal::Es,
        Some("commonjs") => Goal::CommonJs,
        _ => Goal::Unknown,
    })
}
