//! The licences of everything that is compiled into the artefact: crates, the engine, its C library
//! and npm packages. The result is the same on every machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use cargo_metadata::{DependencyKind, Metadata, Package};

use crate::engine;
use crate::node;
use crate::parts;
use crate::toolchain::Toolchain;

/// The C library in `rquickjs-sys`, which comes without the texts of its licences.
const LIBC: &str = include_str!("licences/libc.md");

/// Names of files with licences begin with one of these.
const FILES: [&str; 5] = ["copying", "copyright", "licence", "license", "notice"];

/// The licence of the engine, in the folder of `rquickjs-sys`.
const ENGINE_LICENCE: &str = "quickjs/LICENSE";

/// Packages without a text of their licence, with another package that has the text.
const SAME_TEXT_AS: [(&str, &str); 3] = [
    ("wit-bindgen-rt", "wit-bindgen"),
    ("crc-catalog", "crc"),
    // Of the same authors; newer versions have these very texts.
    ("wasmparser", "wit-bindgen"),
];

/// The licence MIT without its line of copyright.
const MIT: &str = include_str!("licences/mit.txt");

/// Packages that may be used under the licence MIT and that come without its text, by the beginning of their names, with
/// the copyright in their repositories.
const COPYRIGHTS: [(&str, &str); 5] = [
    (
        "oxc-browserslist",
        "Copyright (c) 2021-present Pig Fang\nCopyright (c) 2024-present Boshen",
    ),
    (
        "oxc",
        "Copyright (c) 2024-present VoidZero Inc. & Contributors\nCopyright (c) 2023 Boshen",
    ),
    ("base64-simd", "Copyright (c) 2022 Nugine"),
    ("vsimd", "Copyright (c) 2022 Nugine"),
    ("wasmi", "Copyright (c) 2018-2023 Parity Technologies"),
];

/// Why the licences cannot be listed.
#[derive(Debug, thiserror::Error)]
pub enum LicencesError {
    /// Cargo does not know the packages.
    #[error(transparent)]
    Metadata(#[from] engine::EngineError),
    /// Node.js is missing.
    #[error(transparent)]
    Node(#[from] node::NodeError),
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A package has no licence.
    #[error(
        "{package} names no licence, or has no text of it. Name a package with the same text in \
         SAME_TEXT_AS or its copyright in COPYRIGHTS in build/src/licences.rs, or use another package"
    )]
    NoLicence {
        /// Name and version.
        package: String,
    },
}

/// One thing that is part of the artefact.
struct Entry {
    /// Kind, name and version: `crate slab 0.4.12`.
    name: String,
    /// Its licence, as an SPDX expression.
    licence: String,
    /// Texts of it.
    texts: BTreeSet<String>,
}

/// Packages by their names and versions.
type Packages = BTreeMap<(String, String), Package>;

/// The packages from elsewhere that are linked into the default members of workspaces.
fn packages(
    toolchain: &Toolchain,
    root: &Path,
    workspaces: &[&str],
) -> Result<Packages, LicencesError> {
    let mut packages = Packages::new();
    for folder in workspaces {
        let metadata = engine::metadata(toolchain, &root.join(folder))?;
        for package in linked(&metadata) {
            // The packages of this repository have the licence of this crate.
            if package.source.is_some() {
                let key = (package.name.to_string(), package.version.to_string());
                packages.insert(key, package.clone());
            }
        }
    }
    Ok(packages)
}

/// Lists everything in the transpiler with its licences, as Markdown.
///
/// # Errors
///
/// See [`LicencesError`].
pub fn collect_transpiler(toolchain: &Toolchain, root: &Path) -> Result<String, LicencesError> {
    let packages = packages(toolchain, root, &["transpiler"])?;
    let mut entries = vec![standard_library(root)?];
    for package in packages.values() {
        entries.push(crate_entry(package, &packages)?);
    }
    Ok(render(&entries, "The file `transpiler.wasm` contains"))
}

/// Lists everything in the codec of snapshots with its licences, as Markdown.
///
/// # Errors
///
/// See [`LicencesError`].
pub fn collect_snapshot_codec(toolchain: &Toolchain, root: &Path) -> Result<String, LicencesError> {
    let packages = packages(toolchain, root, &["npm/snapshot"])?;
    let mut entries = vec![standard_library(root)?];
    for package in packages.values() {
        entries.push(crate_entry(package, &packages)?);
    }
    Ok(render(&entries, "The file `snapshot.wasm` contains"))
}

/// Lists everything in the VM with its licences, as Markdown.
///
/// # Errors
///
/// See [`LicencesError`].
pub fn collect(toolchain: &Toolchain, root: &Path) -> Result<String, LicencesError> {
    let packages = packages(toolchain, root, &["guest", "components"])?;
    let mut entries = vec![standard_library(root)?];
    for package in packages.values() {
        if package.name == engine::PACKAGE {
            entries.extend(engine_entries(package)?);
        } else {
            entries.push(crate_entry(package, &packages)?);
        }
    }
    for (package, _) in parts::PACKAGES {
        entries.push(npm_entry(
            &root.join("guest/web/node_modules").join(package),
        )?);
    }
    // Of Node.js, its own JavaScript: the libraries that it bundles are not among the modules.
    let mut node = npm_entry(&node::package(&root.join("guest"))?)?;
    node.texts = node.texts.iter().map(|text| own_part(text)).collect();
    entries.push(node);
    let files = "The files `js-vm.wasm`, `js-vm.image`, `node.zst` and `templates.zst` contain";
    Ok(render(&entries, files))
}

/// The packages whose code is linked into the default members of a workspace.
pub(crate) fn linked(metadata: &Metadata) -> Vec<&Package> {
    let mut found = BTreeSet::new();
    let mut open: Vec<_> = metadata.workspace_default_members.iter().collect();
    while let Some(id) = open.pop() {
        let package = &metadata[id];
        let is_macro = package.targets.iter().any(|target| target.is_proc_macro());
        if is_macro || !found.insert(id) {
            continue;
        }
        let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        let node = nodes.filter(|node| node.id == *id);
        open.extend(node.flat_map(|node| &node.deps).filter_map(|dependency| {
            let mut kinds = dependency.dep_kinds.iter();
            let is_normal = kinds.any(|kind| kind.kind == DependencyKind::Normal);
            is_normal.then_some(&dependency.pkg)
        }));
    }
    found.into_iter().map(|id| &metadata[id]).collect()
}

/// The standard library of Rust. It may be used under either licence: the text of one is here.
fn standard_library(root: &Path) -> Result<Entry, LicencesError> {
    Ok(Entry {
        name: "Rust standard library, copyright The Rust Project Developers".to_owned(),
        licence: "MIT OR Apache-2.0".to_owned(),
        texts: BTreeSet::from([read(&root.join("LICENSE-APACHE"))?]),
    })
}

fn crate_entry(package: &Package, packages: &Packages) -> Result<Entry, LicencesError> {
    let name = format!("{} {}", package.name, package.version);
    let other = SAME_TEXT_AS.iter().find(|(name, _)| package.name == *name);
    let source = match other {
        Some((_, other)) => packages.values().find(|package| package.name == *other),
        None => Some(package),
    };
    let mut texts = match source {
        Some(package) => texts(folder(package))?,
        None => BTreeSet::new(),
    };
    let copyright = COPYRIGHTS.iter().find(|(start, _)| name.starts_with(start));
    if let Some((_, copyright)) = copyright
        && texts.is_empty()
        && matches!(package.license.as_deref(), Some("MIT" | "MIT/Apache-2.0"))
    {
        texts.insert(format!("MIT License\n\n{copyright}\n\n{}", MIT.trim()));
    }
    match &package.license {
        Some(licence) if !texts.is_empty() => Ok(Entry {
            name: format!("crate {name}"),
            // The form with a slash is older than expressions.
            licence: licence.replace('/', " OR "),
            texts,
        }),
        _ => Err(LicencesError::NoLicence { package: name }),
    }
}

/// The crate that brings the engine, the engine and its C library.
fn engine_entries(package: &Package) -> Result<[Entry; 3], LicencesError> {
    let folder = folder(package);
    let name = format!("{} {}", package.name, package.version);
    let engine = read(&folder.join(ENGINE_LICENCE))?;
    // Its manifest names the licence, and no file has the text.
    let authors = package.authors.iter();
    let authors: Vec<_> = authors.map(|author| without_address(author)).collect();
    let own = match engine.split_once("Permission is hereby granted") {
        Some((_, permission)) => format!(
            "The MIT License (MIT)\n\nCopyright (c) {}\n\nPermission is hereby granted{permission}",
            authors.join(", ")
        ),
        None => return Err(LicencesError::NoLicence { package: name }),
    };
    let entry = |name: String, licence: &str, text: String| Entry {
        name,
        licence: licence.to_owned(),
        texts: BTreeSet::from([text]),
    };
    let licence = package.license.clone().unwrap_or_default();
    Ok([
        entry(format!("QuickJS-NG, in {name}"), "MIT", engine),
        entry(
            format!("wasi-libc, in {name}"),
            "(Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT) AND MIT AND BSD-2-Clause",
            LIBC.trim().to_owned(),
        ),
        entry(format!("crate {name}"), &licence, own),
    ])
}

/// The name in `name <address>`.
fn without_address(author: &str) -> &str {
    author.split_once(" <").map_or(author, |(name, _)| name)
}

fn npm_entry(folder: &Path) -> Result<Entry, LicencesError> {
    let manifest = read(&folder.join("package.json"))?;
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap_or_default();
    let text = |name: &str| manifest[name].as_str().unwrap_or_default().to_owned();
    let name = format!("npm package {} {}", text("name"), text("version"));
    let texts = texts(folder)?;
    if texts.is_empty() || text("license").is_empty() {
        return Err(LicencesError::NoLicence { package: name });
    }
    Ok(Entry {
        name,
        licence: text("license"),
        texts,
    })
}

/// The text of Node.js's licence without those of libraries.
fn own_part(text: &str) -> String {
    const LIBRARIES: &str = "The externally maintained libraries";
    text.split(LIBRARIES)
        .next()
        .unwrap_or(text)
        .trim()
        .to_owned()
}

fn folder(package: &Package) -> &Path {
    let manifest = package.manifest_path.as_std_path();
    manifest.parent().unwrap_or(manifest)
}

/// The texts of licences in a folder.
fn texts(folder: &Path) -> Result<BTreeSet<String>, LicencesError> {
    let failed = |source| LicencesError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut texts = BTreeSet::new();
    for entry in folder.read_dir().map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_lowercase();
        if path.is_file() && FILES.iter().any(|start| name.starts_with(start)) {
            texts.insert(read(&path)?);
        }
    }
    Ok(texts)
}

/// Reads a text without differences in line ends and blanks.
fn read(path: &Path) -> Result<String, LicencesError> {
    let text = fs::read_to_string(path).map_err(|source| LicencesError::Read {
        path: path.to_owned(),
        source,
    })?;
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    Ok(lines.join("\n").trim_matches('\n').to_owned())
}

fn render(entries: &[Entry], files: &str) -> String {
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in entries {
        for text in &entry.texts {
            users.entry(text).or_default().push(&entry.name);
        }
    }
    // In the order of the entries.
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for text in entries.iter().flat_map(|entry| &entry.texts) {
        let next = numbers.len() + 1;
        numbers.entry(text).or_insert(next);
    }
    let mut out = format!(
        "# Third-party licences\n\n\
         Written by `./just component`. {files}\ncode of the following projects. The numbers name \
         the texts below.\n\n\
         | project | licence | texts |\n|---|---|---|\n"
    );
    for entry in entries {
        let texts: Vec<_> = entry.texts.iter().map(|text| numbers[&**text]).collect();
        let texts: BTreeSet<_> = texts.into_iter().collect();
        let texts: Vec<_> = texts.iter().map(usize::to_string).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "| {} | {} | {} |",
            entry.name,
            entry.licence,
            texts.join(", ")
        );
    }
    let by_number: BTreeMap<_, _> = numbers
        .iter()
        .map(|(text, number)| (number, text))
        .collect();
    for (number, text) in by_number {
        let _ = write!(
            out,
            "\n## {number}\n\nFor: {}\n\n````text\n{text}\n````\n",
            users[*text].join("; ")
        );
    }
    out
}

#[cfg(test)]
mod tests;
