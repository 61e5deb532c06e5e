//! The artefacts, which are committed and published: files in a folder of a crate each.
//!
//! | file | contents |
//! |---|---|
//! | `js-vm.wasm` | the component of the VM |
//! | `js-vm.image` | the memory of a fresh VM |
//! | `templates.zst` | the templates of built files: postcard, then zstd |
//! | `references.zst` | what the functions of the VM need of each other: postcard, then zstd |
//! | `node.zst` | the modules of Node.js as bytecode: postcard, then zstd |
//! | `size-engine.zst` | the component of the VM compiled for size, and its references: postcard, then zstd |
//! | `constants.rs` | constants of the VM's crate |
//! | `transpiler.wasm` | the component of the transpiler |
//! | `snapshot.wasm` | the core module of the codec of snapshots |
//! | `THIRD-PARTY.md` | the licences of everything inside |
//! | `sources.json` | [`Record`]: the hashes of sources and files, the versions of the toolchain |

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{fs, io, process};

use serde::{Deserialize, Serialize};

use crate::sources::{self, Inputs, Sources, SourcesError, hash};
use crate::{Built, Engine, describe, snapshot_codec, transpiler};

/// An artefact of this repository.
#[derive(Clone, Copy, Debug)]
pub struct Artefact {
    /// The folder of its files, in the checkout.
    pub folder: &'static str,
    /// What it is made of.
    pub inputs: Inputs,
}

/// The VM.
pub const VM: Artefact = Artefact {
    folder: "host/component/artefacts",
    inputs: sources::VM,
};

/// The transpiler.
pub const TRANSPILER: Artefact = Artefact {
    folder: "host/transpiler/artefacts",
    inputs: sources::TRANSPILER,
};

/// The codec of snapshots, a part of the npm package.
pub const SNAPSHOT_CODEC: Artefact = Artefact {
    folder: "npm/snapshot/artefacts",
    inputs: sources::SNAPSHOT_CODEC,
};

/// The name of the record.
pub const RECORD: &str = "sources.json";

/// Of the levels of zstd, the one after which templates hardly get smaller.
const LEVEL: i32 = 19;

/// Why files of the artefact cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ArtefactError {
    /// A source cannot be read.
    #[error(transparent)]
    Sources(#[from] SourcesError),
    /// A file cannot be read or written.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// The failed action.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The record has another form.
    #[error("cannot read {path}: {source}. Run `./just component`")]
    Record {
        /// The record.
        path: PathBuf,
        /// The error at a line of it.
        source: serde_json::Error,
    },
    /// What built files are made of cannot be encoded.
    #[error("cannot encode the templates and references of built files: {reason}")]
    Templates {
        /// The encoder's error.
        reason: String,
    },
}

/// How the artefact was built.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub struct Record {
    /// [`Sources::digest`].
    pub digest: String,
    /// The versions of compilers.
    pub toolchain: BTreeMap<String, String>,
    /// The other files with their SHA-256.
    pub artefacts: BTreeMap<String, String>,
    /// [`Sources::files`].
    pub sources: BTreeMap<String, String>,
}

impl Record {
    /// Reads the record of a checkout; `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`ArtefactError::Io`], [`ArtefactError::Record`]
    pub fn read(root: &Path, artefact: &Artefact) -> Result<Option<Self>, ArtefactError> {
        let path = root.join(artefact.folder).join(RECORD);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(io_error("read", &path)(source)),
        };
        match serde_json::from_str(&text) {
            Ok(record) => Ok(Some(record)),
            Err(source) => Err(ArtefactError::Record { path, source }),
        }
    }

    /// The differences between the sources of the artefact and these sources, a line for each file. Empty
    /// if there are none.
    pub fn stale(&self, root: &Path, artefact: &Artefact, sources: &Sources) -> Vec<String> {
        let folder = artefact.folder;
        let mut reasons = Vec::new();
        for (path, hash) in &sources.files {
            match self.sources.get(path) {
                None => reasons.push(format!("{path} is new")),
                Some(old) if old != hash => reasons.push(format!("{path} has changed")),
                Some(_) => {}
            }
        }
        for path in self.sources.keys() {
            if !sources.files.contains_key(path) {
                reasons.push(format!("{path} was removed"));
            }
        }
        if reasons.is_empty() && self.digest != sources.digest {
            reasons.push("the digest has changed".to_owned());
        }
        for (name, recorded) in &self.artefacts {
            let path = root.join(folder).join(name);
            if !fs::read(path).is_ok_and(|bytes| hash(&bytes) == *recorded) {
                reasons.push(format!("{folder}/{name} is not the file that was built"));
            }
        }
        reasons
    }
}

/// The files of the transpiler but the record: names and contents.
pub fn files_of_transpiler(built: &transpiler::Built) -> BTreeMap<&'static str, Vec<u8>> {
    BTreeMap::from([
        ("transpiler.wasm", built.component.clone()),
        ("THIRD-PARTY.md", built.licences.clone().into()),
    ])
}

/// The files of the codec of snapshots but the record: names and contents.
pub fn files_of_snapshot_codec(built: &snapshot_codec::Built) -> BTreeMap<&'static str, Vec<u8>> {
    BTreeMap::from([
        ("snapshot.wasm", built.module.clone()),
        ("THIRD-PARTY.md", built.licences.clone().into()),
    ])
}

/// The files of the VM but the record: names and contents.
///
/// # Errors
///
/// [`ArtefactError::Templates`]
pub fn files(built: &Built) -> Result<BTreeMap<&'static str, Vec<u8>>, ArtefactError> {
    let failed = |reason: String| ArtefactError::Templates { reason };
    let templates: Vec<(&str, &[u8])> = built
        .templates
        .0
        .iter()
        .map(|(name, template)| (&**name, &**template))
        .collect();
    let templates = postcard::to_allocvec(&templates).map_err(|error| failed(error.to_string()))?;
    let references = postcard::to_allocvec(&built.speed.references)
        .map_err(|error| failed(error.to_string()))?;
    let size = (&*built.size.component, &built.size.references);
    let size = postcard::to_allocvec(&size).map_err(|error| failed(error.to_string()))?;
    let node = postcard::to_allocvec(&built.node).map_err(|error| failed(error.to_string()))?;
    let compressed = |bytes: &[u8]| {
        zstd::bulk::compress(bytes, LEVEL).map_err(|error| failed(error.to_string()))
    };
    Ok(BTreeMap::from([
        ("js-vm.wasm", built.speed.component.clone()),
        ("js-vm.image", built.speed.image.bytes.clone()),
        ("templates.zst", compressed(&templates)?),
        ("references.zst", compressed(&references)?),
        ("size-engine.zst", compressed(&size)?),
        ("node.zst", compressed(&node)?),
        (
            "constants.rs",
            constants(
                built,
                templates.len(),
                references.len(),
                size.len(),
                node.len(),
            )
            .into(),
        ),
        ("THIRD-PARTY.md", built.licences.clone().into()),
    ]))
}

/// The constants of the crate, as Rust.
fn constants(
    built: &Built,
    templates: usize,
    references: usize,
    size: usize,
    node: usize,
) -> String {
    let mut text = "// Written by `./just component`.\n".to_owned();
    let Engine {
        image, description, ..
    } = &built.speed;
    for (name, value) in [
        ("BASE_IMAGE_SIZE: u64", image.size),
        ("BASE_IMAGE_START: u64", image.start),
        ("CONSTANT_BYTES: u64", description.constants),
        ("POLL_COUNTERS: usize", description.poll_counters),
        ("REQUESTS: u16", description.requests.into()),
        ("NODE_SIZE: usize", node as u64),
        ("REFERENCES_SIZE: usize", references as u64),
        ("SIZE_ENGINE_SIZE: usize", size as u64),
        ("TEMPLATES_SIZE: usize", templates as u64),
    ] {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "pub const {name} = {value};");
    }
    for (name, value) in [
        ("VERSION", &description.version),
        ("WIT_VERSION", &built.wit),
    ] {
        let _ = writeln!(text, "pub const {name}: &str = {value:?};");
    }
    for (name, engine) in [
        ("FINGERPRINT", &built.speed),
        ("SIZE_FINGERPRINT", &built.size),
    ] {
        let _ = writeln!(text, "pub const {name}: [u8; 32] = [");
        for bytes in describe::fingerprint(&engine.component).chunks(8) {
            let bytes: Vec<_> = bytes.iter().map(|byte| format!("{byte:#04x}")).collect();
            let _ = writeln!(text, "    {},", bytes.join(", "));
        }
        text += "];\n";
    }
    text
}

/// Writes the files and the record of a checkout. Leaves alone files that would not change, so that
/// nothing that includes them is compiled again. Returns the names of those that changed.
///
/// Each file is replaced by another at once. The record comes last: if this is interrupted, the
/// record does not fit the files, and the next build starts again.
///
/// # Errors
///
/// [`ArtefactError::Io`]
pub fn write(
    root: &Path,
    artefact: &Artefact,
    files: &BTreeMap<&'static str, Vec<u8>>,
    sources: Sources,
    toolchain: BTreeMap<String, String>,
) -> Result<Vec<&'static str>, ArtefactError> {
    let folder = root.join(artefact.folder);
    fs::create_dir_all(&folder).map_err(io_error("make", &folder))?;
    let mut changed = Vec::new();
    for (name, bytes) in files {
        let path = folder.join(name);
        if fs::read(&path).is_ok_and(|old| old == *bytes) {
            continue;
        }
        replace(&path, bytes)?;
        changed.push(*name);
    }
    let hashes = files.iter();
    let record = Record {
        digest: sources.digest,
        toolchain,
        artefacts: hashes
            .map(|(name, bytes)| ((*name).to_owned(), hash(bytes)))
            .collect(),
        sources: sources.files,
    };
    let path = folder.join(RECORD);
    let text = serde_json::to_string_pretty(&record)
        .map_err(|source| io_error("write", &path)(source.into()))?;
    replace(&path, (text + "\n").as_bytes())?;
    Ok(changed)
}

/// Writes a file under another name, and then gives it its own.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), ArtefactError> {
    let unfinished = path.with_extension(format!("unfinished-{}", process::id()));
    fs::write(&unfinished, bytes).map_err(io_error("write", &unfinished))?;
    fs::rename(&unfinished, path).map_err(io_error("replace", path))
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ArtefactError {
    let path = path.to_owned();
    move |source| ArtefactError::Io {
        action,
        path,
        source,
    }
}

#[cfg(test)]
mod tests;
