use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

const LARGE: u64 = 1 << 30;

/// A folder in memory where there is one: the tests write thousands of times.
fn folder() -> TempDir {
    TempDir::new_in("/dev/shm")
        .or_else(|_| TempDir::new())
        .unwrap()
}

/// A storage with a hundred keys in two stores, and values of some pages.
fn sample(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("sample.db");
    let stores = Stores::open(&path, LARGE).unwrap();
    for index in 0..50 {
        let key = format!("key {index}");
        stores.set(None, &key, key.as_bytes()).unwrap();
        stores.set(Some("other"), &key, &[7; 300]).unwrap();
    }
    stores.set(None, "large", &[9; 20_000]).unwrap();
    stores.increment(None, "number", 5).unwrap();
    drop(stores);
    path
}

/// Does all there is with a storage. The results do not matter.
fn use_all(stores: &Stores) {
    for store in [None, Some("other"), Some("new")] {
        let listed = stores.list(store, None);
        for key in listed.map(|(keys, _)| keys).unwrap_or_default() {
            let _ = stores.get(store, &key);
        }
        let _ = stores.set(store, "key 7", &[1; 5000]);
        let _ = stores.increment(store, "number", 1);
        let _ = stores.delete(store, "large");
    }
}

#[test]
fn damaged_files_are_errors() {
    let folder = folder();
    let whole = std::fs::read(sample(&folder)).unwrap();
    let damaged = folder.path().join("damaged.db");
    let open = |bytes: &[u8], stores: &dyn Fn(&Stores)| {
        for end in ["-wal", "-journal"] {
            let _ = std::fs::remove_file(format!("{}{end}", damaged.display()));
        }
        std::fs::write(&damaged, bytes).unwrap();
        Stores::open(&damaged, LARGE).inspect(stores).map(drop)
    };
    open(&whole, &|stores| {
        assert_eq!(stores.get(None, "number").unwrap().unwrap(), b"5");
    })
    .unwrap();
    // An empty file is an empty storage, as that of `mktemp`.
    open(b"", &use_all).unwrap();
    for length in (1..200).chain((200..whole.len()).step_by(997)) {
        match open(&whole[..length], &use_all) {
            Err(StoreError::NotStorage | StoreError::Damaged) => {}
            result => panic!("{length}: {result:?}"),
        }
    }
    let mut refused = 0;
    // All of the first page's head, and some of the rest.
    for place in (0..200).chain((200..whole.len()).step_by(211)) {
        for flip in [0x01, 0xff] {
            let mut bytes = whole.clone();
            bytes[place] ^= flip;
            refused += usize::from(open(&bytes, &use_all).is_err());
        }
    }
    assert!(refused > 50, "{refused}");
    // Whole pages that are lost.
    for page in whole.chunks(4096).enumerate().map(|(index, _)| index) {
        let mut bytes = whole.clone();
        bytes[page * 4096..][..4096].fill(0);
        let _ = open(&bytes, &use_all);
    }
}

#[test]
fn files_of_others_are_refused() {
    let folder = folder();
    let path = folder.path().join("other.db");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE theirs (a)").unwrap();
    drop(other);
    let before = std::fs::read(&path).unwrap();
    let opened = Stores::open(&path, LARGE).map(drop);
    assert!(matches!(opened, Err(StoreError::NotStorage)));
    let newer = sample(&folder);
    let connection = Connection::open(&newer).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    drop(connection);
    let opened = Stores::open(&newer, LARGE).map(drop);
    assert!(matches!(opened, Err(StoreError::Version)));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn one_process_has_a_file() {
    let folder = folder();
    let path = sample(&folder);
    let first = Stores::open(&path, LARGE).unwrap();
    let second = Stores::open(&path, LARGE).map(drop);
    assert!(matches!(second, Err(StoreError::InUse)));
    drop(first);
    Stores::open(&path, LARGE).unwrap();
    let nowhere = Stores::open(&folder.path().join("none/a.db"), LARGE).map(drop);
    assert!(matches!(nowhere, Err(StoreError::CannotOpen)));
}

#[test]
fn a_full_storage_can_be_used() {
    let folder = folder();
    let in_file = Stores::open(&folder.path().join("small.db"), 1 << 20).unwrap();
    for stores in [in_file, Stores::in_memory(1 << 20)] {
        let full = (0..200).find_map(|index| {
            let set = stores.set(None, &format!("key {index:03}"), &[1; 10_000]);
            set.err().map(|error| (index, error))
        });
        let (count, error) = full.expect("it gets full");
        assert!(matches!(error, StoreError::Full), "{error}");
        assert!(count > 50, "{count}");
        assert_eq!(stores.list(None, None).unwrap().0.len(), count);
        assert_eq!(stores.get(None, "key 000").unwrap().unwrap().len(), 10_000);
        stores.delete(None, "key 000").unwrap();
        stores.set(None, "again", &[1; 9_000]).unwrap();
    }
}

#[test]
fn pages_of_keys_follow_each_other() {
    let stores = Stores::in_memory(LARGE);
    for index in 0..2500 {
        stores.set(Some("a"), &format!("{index:04}"), b"").unwrap();
    }
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let (keys, next) = stores.list(Some("a"), after.as_deref()).unwrap();
        all.extend(keys);
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(all.len(), 2500);
    assert!(all.is_sorted());
    let (keys, next) = stores.list(Some("a"), Some("1499")).unwrap();
    assert_eq!((keys.len(), next), (1000, None));
}
