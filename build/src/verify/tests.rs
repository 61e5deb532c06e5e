use std::collections::BTreeMap;
use std::fs;

use super::{Copy, differences, toolchain_differences};
use crate::artefact::{Record, VM};
use crate::sources::Sources;

fn versions(versions: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(name, version): &(&str, &str)| ((*name).to_owned(), (*version).to_owned());
    versions.iter().map(owned).collect()
}

#[test]
fn other_compilers_are_named_with_both_versions() {
    let record = Record {
        digest: String::new(),
        toolchain: versions(&[("rustc", "1.95.0"), ("clang", "22"), ("package", "1")]),
        artefacts: BTreeMap::new(),
        sources: BTreeMap::new(),
    };
    let present = versions(&[("rustc", "1.96.0"), ("clang", "22"), ("new", "3")]);
    assert_eq!(
        toolchain_differences(&record, &present),
        [
            "package: built with 1, this machine has none",
            "rustc: built with 1.95.0, this machine has 1.96.0",
            "new: built with none, this machine has 3",
        ]
    );
    assert_eq!(toolchain_differences(&record, &record.toolchain), [""; 0]);
}

#[test]
fn a_file_that_differs_is_named() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join(VM.folder);
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in [("a", "same"), ("b", "other"), ("c", "short")] {
        fs::write(folder.join(name), text).unwrap();
    }
    let again = |files: [(&'static str, &str); 3]| {
        let files = files.map(|(name, text)| (name, text.into()));
        differences(root.path(), &VM, &BTreeMap::from(files))
    };
    assert_eq!(
        again([("a", "same"), ("b", "otter"), ("c", "shorter")]).unwrap(),
        [
            "b differs from byte 2 on: 5 bytes are committed, 5 were built",
            "c differs from byte 5 on: 5 bytes are committed, 7 were built",
        ]
    );
    let error = again([("a", "same"), ("b", "other"), ("d", "missing")]).unwrap_err();
    assert!(error.to_string().contains("cannot read"), "{error}");
}

#[test]
fn a_copy_has_the_sources_and_is_removed() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let sources = Sources::read(&root, &VM.inputs).unwrap();
    let npm = root.join("guest/web/node_modules");
    if !npm.exists() {
        eprintln!("skipped: the guest's npm packages are not installed");
        return;
    }
    let copy = Copy::new(&root, &sources).unwrap();
    let folder = copy.root().to_owned();
    assert_eq!(Sources::read(&folder, &VM.inputs).unwrap(), sources);
    drop(copy);
    assert!(!folder.exists());
}
