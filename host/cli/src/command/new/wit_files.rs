//! Copies WIT into a project.

use std::fs;
use std::path::Path;

use anyhow::{anyhow, bail};

use crate::command::reason::reason;

/// Folders in folders: `deps` has a folder for each package.
const MAX_DEPTH: u32 = 8;

/// Copies a file, or a folder with its folder `deps`.
pub fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    if from.is_dir() {
        return copy_folder(from, to, MAX_DEPTH);
    }
    let name = from
        .file_name()
        .ok_or_else(|| anyhow!("cannot copy {}: it has no file name", from.display()))?;
    create(to)?;
    copy_file(from, &to.join(name))
}

fn copy_folder(from: &Path, to: &Path, depth: u32) -> anyhow::Result<()> {
    if depth == 0 {
        bail!(
            "cannot copy {}: too many folders in folders",
            from.display()
        );
    }
    let cannot = |error| anyhow!("cannot read {}: {}", from.display(), reason(&error));
    create(to)?;
    for entry in fs::read_dir(from).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        // Links are followed: `deps` often has links to packages elsewhere.
        if from.is_dir() {
            copy_folder(&from, &to, depth - 1)?;
        } else if is_wit(&from) {
            copy_file(&from, &to)?;
        }
    }
    Ok(())
}

/// Whether a file is WIT, a package in its binary form, or a list of packages.
fn is_wit(file: &Path) -> bool {
    file.extension().is_some_and(|it| {
        ["wit", "wasm", "wat", "toml", "lock"]
            .iter()
            .any(|wit| it == *wit)
    })
}

fn create(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)
        .map_err(|error| anyhow!("cannot create {}: {}", folder.display(), reason(&error)))
}

fn copy_file(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::copy(from, to).map(drop).map_err(|error| {
        let (from, to) = (from.display(), to.display());
        anyhow!("cannot copy {from} to {to}: {}", reason(&error))
    })
}
