//! The sources of an artefact, and their digest.
//!
//! `build/stale.sh` computes the same digest without compiling anything, and a test compares both.
//! The algorithm:
//!
//! 1. List all files in and below [`Inputs::roots`], relative to the checkout, with `/`. Skip [`EXCLUDED`], a root that
//!    does not exist, names that begin with a dot, folders called `target` and `node_modules`, and
//!    files called `tests.rs`. Follow symbolic links. Sort by bytes.
//! 2. Write a line for each, as `sha256sum` does: the SHA-256 in hexadecimal, two blanks, the path.
//! 3. Add a line for `Cargo.lock` with the SHA-256 of one line `name version` for each package of
//!    [`Inputs::tools`] in it, in the order of the lock file. Other packages do not change the artefact.
//! 4. The digest is the SHA-256 of these lines.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest, Sha256};

/// What an artefact is made of. `build/stale.sh` has the same lists.
#[derive(Clone, Copy, Debug)]
pub struct Inputs {
    /// Files and folders with sources.
    pub roots: &'static [&'static str],
    /// Packages of the workspace's lock file that write parts of the artefact.
    pub tools: &'static [&'static str],
}

/// The inputs of the VM.
pub const VM: Inputs = Inputs {
    roots: &[
        "build/src",
        "components/Cargo.lock",
        "components/Cargo.toml",
        "components/cli-driver",
        "components/config-spin",
        "components/config-wasmtime",
        "components/console",
        "components/data",
        "components/driver",
        "components/heap",
        "components/host",
        "components/http-driver",
        "components/keyvalue-spin",
        "components/keyvalue-wasmtime",
        "components/link.rs",
        "components/no-host",
        "components/service-driver",
        "components/stubs",
        "components/wit",
        "guest",
        "host/component/src/image.rs",
        "host/component/src/references.rs",
        "host/component/src/section.rs",
        "host/abi/Cargo.toml",
        "host/abi/src",
        "host/data/Cargo.toml",
        "host/data/src",
        "host/protocol/Cargo.toml",
        "host/protocol/src",
        "host/standalone/src/nested.rs",
        "wit",
    ],
    tools: &[
        "diffy",
        "wac-graph",
        "wac-types",
        "wasm-encoder",
        "wasmparser",
        "wasmtime-wizer",
        "wit-component",
        "zstd-sys",
    ],
};

/// The inputs of the transpiler.
pub const TRANSPILER: Inputs = Inputs {
    roots: &[
        "build/src/compile.rs",
        "build/src/component.rs",
        "build/src/licences",
        "build/src/licences.rs",
        "build/src/toolchain.rs",
        "build/src/transpiler.rs",
        "build/src/wrapper.rs",
        "host/standalone/src/nested.rs",
        "transpiler",
    ],
    tools: &["wasm-encoder", "wasmparser", "wit-component"],
};

/// The inputs of the codec of snapshots.
pub const SNAPSHOT_CODEC: Inputs = Inputs {
    roots: &[
        "build/src/compile.rs",
        "build/src/licences",
        "build/src/licences.rs",
        "build/src/snapshot_codec.rs",
        "build/src/toolchain.rs",
        "build/src/wrapper.rs",
        "host/component/Cargo.toml",
        "host/component/src",
        "host/snapshot/Cargo.toml",
        "host/snapshot/src",
        "host/standalone/src/nested.rs",
        "npm/snapshot/Cargo.lock",
        "npm/snapshot/Cargo.toml",
        "npm/snapshot/src",
        "npm/snapshot/wit",
    ],
    tools: &["wasm-encoder", "wasmparser"],
};

/// Folders in [`Inputs::roots`] that are not compiled into an artefact. `build/stale.sh` has the same list.
pub const EXCLUDED: [&str; 2] = ["host/data/src/data", "host/data/src/serde"];

/// The lock file of the workspace.
const LOCK: &str = "Cargo.lock";

/// A source cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {path}: {source}")]
pub struct SourcesError {
    path: PathBuf,
    source: io::Error,
}

/// The sources as they are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources {
    /// Paths relative to the checkout, with the SHA-256 of each file.
    pub files: BTreeMap<String, String>,
    /// The digest of all.
    pub digest: String,
}

impl Sources {
    /// Reads the sources of a checkout.
    ///
    /// # Errors
    ///
    /// If one of them cannot be read.
    pub fn read(root: &Path, inputs: &Inputs) -> Result<Self, SourcesError> {
        let mut files = BTreeMap::new();
        for name in inputs.roots {
            let path = root.join(name);
            if path.exists() {
                add(&path, name, &mut files)?;
            }
        }
        let mut lines = String::new();
        for (path, hash) in &files {
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "{hash}  {path}");
        }
        let path = root.join(LOCK);
        let lock = fs::read_to_string(&path).map_err(error(&path))?;
        let tools = hash(tools(&lock, inputs.tools).as_bytes());
        let _ = writeln!(lines, "{tools}  {LOCK}");
        files.insert(LOCK.to_owned(), tools);
        Ok(Self {
            files,
            digest: hash(lines.as_bytes()),
        })
    }
}

/// Adds a file, or all files in a folder.
fn add(path: &Path, name: &str, files: &mut BTreeMap<String, String>) -> Result<(), SourcesError> {
    if !path.is_dir() {
        let bytes = fs::read(path).map_err(error(path))?;
        files.insert(name.to_owned(), hash(&bytes));
        return Ok(());
    }
    for entry in path.read_dir().map_err(error(path))? {
        let entry = entry.map_err(error(path))?;
        let own = entry.file_name();
        let own = own.to_string_lossy();
        let is_dir = entry.path().is_dir();
        let is_output = is_dir && matches!(&*own, "target" | "node_modules");
        let is_test = !is_dir && own == "tests.rs";
        let name = format!("{name}/{own}");
        let is_excluded = EXCLUDED.contains(&&*name);
        if !own.starts_with('.') && !is_output && !is_test && !is_excluded {
            add(&entry.path(), &name, files)?;
        }
    }
    Ok(())
}

/// The lines `name version` of some packages in a lock file.
fn tools(lock: &str, packages: &[&str]) -> String {
    let mut found = String::new();
    let mut name = "";
    for line in lock.lines() {
        if let Some(quoted) = line.strip_prefix("name = ") {
            name = quoted.trim_matches('"');
        } else if let Some(quoted) = line.strip_prefix("version = ")
            && packages.contains(&name)
        {
            let version = quoted.trim_matches('"');
            let _ = writeln!(found, "{name} {version}");
        }
    }
    found
}

/// The SHA-256 of bytes, in hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn error(path: &Path) -> impl FnOnce(io::Error) -> SourcesError {
    let path = path.to_owned();
    move |source| SourcesError { path, source }
}

#[cfg(test)]
mod tests;
