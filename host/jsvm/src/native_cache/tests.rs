use std::fs;
use std::path::{Path, PathBuf};

use jsvm_snapshot::EngineId;
use wasmtime::{Config, OptLevel};

use super::{Entry, NativeCache, NativeCacheError};

fn engine(level: OptLevel) -> wasmtime::Engine {
    wasmtime::Engine::new(Config::new().cranelift_opt_level(level)).unwrap()
}

fn entry() -> Entry {
    Entry::new(&engine(OptLevel::Speed), EngineId::new([1; 32]))
}

/// The only entry of a folder.
fn file(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut files = files.filter(|file| file.extension().is_some_and(|end| end == "native"));
    files.next().unwrap()
}

#[test]
fn entry_is_found_again_by_another_process_of_the_user() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a").join("b");
    let cache = NativeCache::open(&path).unwrap();
    assert!(cache.load(&entry()).unwrap().is_none());
    cache.store(&entry(), b"old").unwrap();
    cache.store(&entry(), b"native code").unwrap();
    let again = NativeCache::open(&path).unwrap();
    assert_eq!(again.load(&entry()).unwrap().unwrap(), b"native code");
    // Nothing unfinished is left.
    assert_eq!(fs::read_dir(&path).unwrap().count(), 2);
}

#[test]
fn entries_are_those_of_an_engine_and_of_settings() {
    let folder = tempfile::tempdir().unwrap();
    let cache = NativeCache::open(folder.path().join("c")).unwrap();
    cache.store(&entry(), b"native code").unwrap();
    let other = Entry::new(&engine(OptLevel::Speed), EngineId::new([2; 32]));
    assert!(cache.load(&other).unwrap().is_none());
    let other = Entry::new(&engine(OptLevel::None), EngineId::new([1; 32]));
    assert!(cache.load(&other).unwrap().is_none());
    // Nor is it believed under another name.
    let path = file(cache.path());
    fs::rename(&path, cache.path().join(other.name())).unwrap();
    let error = cache.load(&other).unwrap_err();
    assert!(matches!(error, NativeCacheError::NotAuthentic { .. }));
}

#[test]
fn damaged_entry_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cache = NativeCache::open(folder.path().join("c")).unwrap();
    cache.store(&entry(), b"native code").unwrap();
    let path = file(cache.path());
    let whole = fs::read(&path).unwrap();
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let error = cache.load(&entry()).unwrap_err();
        assert!(
            matches!(error, NativeCacheError::NotAuthentic { .. }),
            "{error}"
        );
    };
    for index in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[index] ^= 1;
        refused(&damaged);
        refused(&whole[..index]);
    }
    refused(&[&whole[..], b"x"].concat());
    // Written by a cache with another key.
    let other = NativeCache::open(folder.path().join("d")).unwrap();
    other.store(&entry(), b"other code").unwrap();
    refused(&fs::read(file(other.path())).unwrap());
}

#[cfg(unix)]
#[test]
fn folder_and_key_are_the_users_own() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c");
    let cache = NativeCache::open(&path).unwrap();
    cache.store(&entry(), b"native code").unwrap();
    let key = path.join("key");
    for (changed, wrong, right) in [
        (&path, 0o770, 0o700),
        (&path, 0o707, 0o755),
        (&key, 0o640, 0o600),
    ] {
        set(changed, wrong).unwrap();
        let error = NativeCache::open(&path).unwrap_err();
        assert!(
            matches!(&error, NativeCacheError::Insecure { path, .. } if path == changed),
            "{error}"
        );
        set(changed, right).unwrap();
        NativeCache::open(&path).unwrap();
    }
    // A link may lead to what another user controls.
    let elsewhere = folder.path().join("elsewhere");
    for file in [file(&path), key] {
        fs::rename(&file, &elsewhere).unwrap();
        symlink(&elsewhere, &file).unwrap();
        let loaded = NativeCache::open(&path).and_then(|cache| cache.load(&entry()));
        assert!(
            matches!(loaded, Err(NativeCacheError::Io { .. })),
            "{loaded:?}"
        );
        fs::remove_file(&file).unwrap();
        fs::rename(&elsewhere, &file).unwrap();
    }
    assert!(
        NativeCache::open(&path)
            .unwrap()
            .load(&entry())
            .unwrap()
            .is_some()
    );
}

/// Only root can give files away.
#[cfg(target_os = "linux")]
#[test]
fn what_belongs_to_another_user_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c");
    NativeCache::open(&path).unwrap();
    for changed in [path.join("key"), path.clone()] {
        if std::os::unix::fs::chown(&changed, Some(12_345), None).is_err() {
            return;
        }
        let error = NativeCache::open(&path).unwrap_err();
        assert!(
            matches!(&error, NativeCacheError::Insecure { path, .. } if *path == changed),
            "{error}"
        );
        std::os::unix::fs::chown(&changed, Some(0), None).unwrap();
    }
}
