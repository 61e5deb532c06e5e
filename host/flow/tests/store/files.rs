//! Large inputs of turns, which are files by digest.

use std::path::{Path, PathBuf};

use jsvm_flow::{Change, SqliteStore, Status, Store, StoreError};

use super::{begin, end, id, row, state};

/// Inputs that are too large for the file of the store.
fn large(turn: u64) -> Change {
    match begin("a", turn, &[]) {
        Change::Begin {
            runs,
            flow,
            run,
            turn,
            signals,
            ..
        } => Change::Begin {
            inputs: inputs(turn),
            runs,
            flow,
            run,
            turn,
            signals,
        },
        other => other,
    }
}

fn inputs(turn: u64) -> Vec<u8> {
    vec![u8::try_from(turn).unwrap(); 300 << 10]
}

fn files(store: &Path) -> Vec<PathBuf> {
    let mut folder = store.as_os_str().to_owned();
    folder.push("-files");
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Lets the time pass that files stay when they are needed no more.
fn wait(store: &Path) {
    let connection = rusqlite::Connection::open(store).unwrap();
    let sql = "UPDATE dead_files SET since = 0";
    connection.execute(sql, []).unwrap();
}

/// A store with a flow that has two large turns, and a small one.
fn store(path: &Path) -> SqliteStore {
    let mut store = SqliteStore::open(path).unwrap();
    store.own().unwrap();
    store.create(&row("a")).unwrap();
    let running = || end("a", 1, &[], state(Status::Running, None, 20));
    store.commit(&[large(1)]).unwrap();
    store.commit(&[running(), large(2)]).unwrap();
    store.commit(&[begin("a", 3, &[])]).unwrap();
    store
}

#[test]
fn large_inputs_are_files_until_they_are_needed_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let mut store = store(&path);
    assert_eq!(files(&path).len(), 2);
    let size = std::fs::metadata(&path).unwrap().len();
    assert!(size < 256 << 10, "{size} bytes");
    let read = |store: &mut SqliteStore| {
        let flow = store.load(&id("a")).unwrap().unwrap();
        flow.journal.into_iter().map(|entry| entry.inputs).collect()
    };
    let kept: Vec<_> = read(&mut store);
    assert_eq!(kept[..2], [inputs(1), inputs(2)]);
    assert!(kept.len() == 3 && kept[2].len() < 100);
    // The same change twice is one file.
    store.commit(&[large(2)]).unwrap();
    assert_eq!(files(&path).len(), 2);
    wait(&path);
    store.collect(0).unwrap();
    assert_eq!(files(&path).len(), 2);
    // A snapshot replaces the first turn. Its file stays for those that read the journal now.
    let snapshot = Change::Snapshot {
        flow: id("a"),
        run: 1,
        turn: 1,
        bytes: vec![1],
    };
    store.commit(&[snapshot]).unwrap();
    store.collect(0).unwrap();
    assert_eq!(files(&path).len(), 2);
    wait(&path);
    store.collect(0).unwrap();
    assert_eq!(files(&path).len(), 1);
    let kept: Vec<_> = read(&mut store);
    assert_eq!(kept[0], inputs(2));
    // The next worker removes what the last flow had.
    assert!(store.remove(&id("a")).unwrap());
    wait(&path);
    drop(store);
    SqliteStore::open(&path).unwrap().own().unwrap();
    assert!(files(&path).is_empty());
}

#[test]
fn a_file_that_is_missing_or_changed_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let mut store = store(&path);
    let file = files(&path).pop().unwrap();
    let whole = std::fs::read(&file).unwrap();
    let damaged = |store: &mut SqliteStore, what: &str| {
        let error = store.load(&id("a")).unwrap_err();
        assert!(matches!(error, StoreError::Damaged(_)), "{error}");
        assert!(error.to_string().contains(what), "{error}");
    };
    let mut changed = whole.clone();
    changed[1000] ^= 1;
    std::fs::write(&file, changed).unwrap();
    damaged(&mut store, "is not what was written");
    std::fs::remove_file(&file).unwrap();
    damaged(&mut store, "is missing");
    std::fs::write(&file, whole).unwrap();
    assert!(store.load(&id("a")).unwrap().is_some());
}

#[test]
fn files_are_in_copies_of_a_flow_and_of_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let mut store = store(&path);
    let flow = store.load(&id("a")).unwrap().unwrap();
    let copy = folder.path().join("copy.db");
    store.back_up(&copy).unwrap();
    let other = folder.path().join("other.db");
    let mut imported = SqliteStore::open(&other).unwrap();
    assert!(imported.import(&flow, &[]).unwrap());
    drop(imported);
    // They do not need the files of the first store.
    std::fs::remove_dir_all(folder.path().join("flows.db-files")).unwrap();
    for path in [copy, other] {
        assert_eq!(files(&path).len(), 2);
        let mut store = SqliteStore::open(&path).unwrap();
        assert_eq!(store.load(&id("a")).unwrap().unwrap(), flow);
    }
}

#[test]
fn files_of_commits_that_were_not_made_are_removed_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let mut store = store(&path);
    let left = files(&path)[0].with_file_name("ab".repeat(32));
    let part = left.with_extension("part");
    for file in [&left, &part] {
        std::fs::write(file, "x").unwrap();
    }
    store.collect(0).unwrap();
    assert_eq!(
        files(&path).len(),
        4,
        "they may be of a commit that is made now"
    );
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(48 * 3600);
    for file in files(&path) {
        let file = std::fs::File::options().write(true).open(file).unwrap();
        file.set_modified(old).unwrap();
    }
    store.collect(0).unwrap();
    assert_eq!(files(&path).len(), 2);
    assert!(store.load(&id("a")).unwrap().is_some());
}
