//! Finds the root folder of a program.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

/// Entries that mark the root folder of a program.
const MARKS: [&str; 3] = ["package.json", "node_modules", ".git"];

/// Finds the nearest folder with one of the marks, or its workspace. Without one, returns the
/// folder itself.
pub fn find(folder: &Path) -> PathBuf {
    let marked = |folder: &&Path| MARKS.iter().any(|mark| folder.join(mark).exists());
    let Some(nearest) = folder.ancestors().find(marked) else {
        return folder.to_owned();
    };
    // In a workspace, dependencies are installed above the packages, which import each other.
    let workspace = nearest.ancestors().skip(1).find(|above| {
        // A folder in a `node_modules` is an installed package, not a package of a workspace.
        is_workspace(above) && !nearest.strip_prefix(above).is_ok_and(is_installed)
    });
    workspace.unwrap_or(nearest).to_owned()
}

fn is_workspace(folder: &Path) -> bool {
    if folder.join("pnpm-workspace.yaml").is_file() {
        return true;
    }
    let text = std::fs::read_to_string(folder.join("package.json"));
    let package = text
        .ok()
        .and_then(|text| serde_json::from_str::<Json>(&text).ok());
    package.is_some_and(|package| package.get("workspaces").is_some())
}

fn is_installed(below: &Path) -> bool {
    below.iter().any(|part| part == "node_modules")
}
