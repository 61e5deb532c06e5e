use std::collections::BTreeMap;
use std::fs;

use super::{RECORD, Record, TRANSPILER, VM, write};
use crate::sources::Sources;

fn sources(files: &[(&str, &str)]) -> Sources {
    let owned = |(name, hash): &(&str, &str)| ((*name).to_owned(), (*hash).to_owned());
    Sources {
        files: files.iter().map(owned).collect(),
        digest: format!("{files:?}"),
    }
}

fn files(wasm: &str) -> BTreeMap<&'static str, Vec<u8>> {
    BTreeMap::from([
        ("js-vm.wasm", wasm.into()),
        ("js-vm.image", b"image".to_vec()),
    ])
}

#[test]
fn files_are_written_when_they_change() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    assert_eq!(Record::read(root, &VM).unwrap(), None);
    let old = sources(&[("a", "1"), ("b", "2"), ("c", "3")]);
    let changed = write(root, &VM, &files("one"), old.clone(), BTreeMap::new()).unwrap();
    assert_eq!(changed, ["js-vm.image", "js-vm.wasm"]);
    let record = Record::read(root, &VM).unwrap().unwrap();
    assert_eq!(record.stale(root, &VM, &old), [""; 0]);

    let new = sources(&[("a", "1"), ("b", "4"), ("d", "5")]);
    assert_eq!(
        record.stale(root, &VM, &new),
        ["b has changed", "d is new", "c was removed"]
    );
    let changed = write(root, &VM, &files("two"), new.clone(), BTreeMap::new()).unwrap();
    assert_eq!(changed, ["js-vm.wasm"]);
    let record = Record::read(root, &VM).unwrap().unwrap();
    assert_eq!(record.stale(root, &VM, &new), [""; 0]);
    // The two files and the record, and nothing unfinished.
    assert_eq!(fs::read_dir(root.join(VM.folder)).unwrap().count(), 3);

    fs::write(root.join(VM.folder).join("js-vm.wasm"), "by hand").unwrap();
    let [reason] = &record.stale(root, &VM, &new)[..] else {
        panic!("one file was changed");
    };
    assert!(reason.ends_with("js-vm.wasm is not the file that was built"));
}

#[test]
fn the_digest_alone_tells_other_sources() {
    let root = tempfile::tempdir().unwrap();
    let old = sources(&[("a", "1")]);
    write(
        root.path(),
        &VM,
        &files("one"),
        old.clone(),
        BTreeMap::new(),
    )
    .unwrap();
    let record = Record::read(root.path(), &VM).unwrap().unwrap();
    let other = Sources {
        digest: "another".to_owned(),
        ..old
    };
    assert_eq!(
        record.stale(root.path(), &VM, &other),
        ["the digest has changed"]
    );
}

#[test]
fn a_damaged_record_is_an_error_with_the_remedy() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join(VM.folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(RECORD), "<<<<<<< ours").unwrap();
    let error = Record::read(root.path(), &VM).unwrap_err().to_string();
    assert!(error.contains("./just component"), "{error}");
}

/// If this fails: `./just component`, and commit the folder.
#[test]
fn the_committed_artefact_was_built_from_the_present_sources() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for artefact in [VM, TRANSPILER] {
        let record = Record::read(&root, &artefact).unwrap().unwrap();
        let sources = Sources::read(&root, &artefact.inputs).unwrap();
        assert_eq!(record.stale(&root, &artefact, &sources), [""; 0]);
    }
}
