//! Tests of lock files.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use tempfile::TempDir;
use wit_parser::Resolve;

use jsvm_world::{WorldError, WorldSource};

const LOCK: &str = "version = 1\n\n[[packages]]\nname = \"acme:store\"\nregistry = \"acme.dev\"\n";

/// A locked version of the package `acme:store`.
fn locked(requirement: &str, version: &str, digest: &str) -> String {
    format!(
        "\n[[packages.versions]]\nrequirement = \"{requirement}\"\nversion = \"{version}\"\n\
         digest = \"sha256:{digest}\"\n"
    )
}

fn store(version: &str) -> String {
    let function = version.replace('.', "-");
    format!("package acme:store@{version};\ninterface kv {{ v{function}: func(); }}")
}

/// A folder with a world that uses `acme:store/kv`, with packages in `deps` and a lock file.
fn folder(used: &str, deps: &[&str], lock: Option<&str>) -> TempDir {
    let folder = TempDir::new().unwrap();
    let wit = folder.path().join("wit");
    fs::create_dir_all(wit.join("deps")).unwrap();
    let world = format!("package acme:app;\nworld app {{ import acme:store/kv{used}; }}");
    fs::write(wit.join("world.wit"), world).unwrap();
    for version in deps {
        let path = wit.join(format!("deps/acme-store-{version}"));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("package.wit"), store(version)).unwrap();
    }
    if let Some(lock) = lock {
        fs::write(folder.path().join("wkg.lock"), lock).unwrap();
    }
    folder
}

fn read(folder: &TempDir) -> Result<WorldSource, WorldError> {
    WorldSource::read(&folder.path().join("wit"), None)
}

fn names(folder: &TempDir) -> Vec<String> {
    let modules = read(folder).unwrap().modules().unwrap();
    modules.into_iter().flatten().collect()
}

/// The message of the error, without the folder.
fn refused(folder: &TempDir) -> String {
    let message = read(folder).unwrap_err().to_string();
    message.replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn packages_of_the_lock_file_are_used() {
    let lock = format!("{LOCK}{}", locked("=1.0.0", "1.0.0", "0"));
    let folder = folder("@1.0.0", &["1.0.0", "1.1.0"], Some(&lock));
    assert_eq!(names(&folder), ["acme:store/kv@1.0.0", "acme:store/kv"]);
}

#[test]
fn the_lock_file_chooses_the_version_of_a_name_without_one() {
    for (requirement, version) in [("*", "1.0.0"), ("*", "1.1.0"), ("^1", "1.1.0")] {
        let lock = format!("{LOCK}{}", locked(requirement, version, "0"));
        let folder = folder("", &["1.0.0", "1.1.0"], Some(&lock));
        let expected = [format!("acme:store/kv@{version}"), "acme:store/kv".into()];
        assert_eq!(names(&folder), expected);
    }
    // Among several versions, it is the one that was locked for such a name.
    let two = locked("=1.0.0", "1.0.0", "0") + &locked("*", "1.1.0", "0");
    let folder = folder("", &["1.0.0", "1.1.0"], Some(&format!("{LOCK}{two}")));
    assert_eq!(names(&folder)[0], "acme:store/kv@1.1.0");
}

#[test]
fn packages_that_the_lock_file_does_not_know_are_as_without_it() {
    let other = LOCK.replace("acme:store", "acme:other") + &locked("*", "1.0.0", "0");
    for lock in [None, Some("version = 1\n"), Some(&*other)] {
        let folder = folder("@1.0.0", &["1.0.0"], lock);
        assert_eq!(names(&folder)[0], "acme:store/kv@1.0.0", "{lock:?}");
    }
    let without = folder("", &["1.0.0", "1.1.0"], None);
    assert!(refused(&without).contains("package 'acme:store' not found"));
}

#[test]
fn other_versions_are_refused() {
    let lock = format!("{LOCK}{}", locked("=1.0.0", "1.0.0", "0"));
    assert_eq!(
        refused(&folder("@1.1.0", &["1.1.0"], Some(&lock))),
        "the WIT uses acme:store@1.1.0, but wkg.lock has acme:store@1.0.0. Run `wkg fetch`, which fetches the \
         packages that the WIT uses"
    );
    assert_eq!(
        refused(&folder("@1.0.0", &["1.1.0"], Some(&lock))),
        "wkg.lock has acme:store@1.0.0, but wit/deps has acme:store@1.1.0. Run `wkg fetch`, which fetches the \
         versions of the lock file"
    );
    let any = format!("{LOCK}{}", locked("*", "1.0.0", "0"));
    let message = refused(&folder("", &[], Some(&any)));
    assert!(message.contains("but wit/deps has none"), "{message}");
}

#[test]
fn lock_files_that_cannot_be_read_are_refused() {
    for (lock, reason) in [
        ("version = 2", "its format is 2, and only 1 is known"),
        ("version = ", "string values must be quoted"),
        ("", "missing field `version`"),
        (
            "version = 1\n[[packages]]\nname = \"a:b\"\n[[packages.versions]]\nrequirement = \"*\"\n\
             version = \"x\"\ndigest = \"\"",
            "unexpected character 'x' while parsing major version number",
        ),
    ] {
        let message = refused(&folder("@1.0.0", &["1.0.0"], Some(lock)));
        assert!(message.starts_with("cannot read wkg.lock: "), "{message}");
        assert!(message.contains(reason), "{message}");
    }
}

/// Writes a package in the binary format and returns its digest.
fn write_binary(path: &Path, version: &str) -> String {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("store.wit", &store(version)).unwrap();
    let bytes = wit_component::encode(&resolve, package).unwrap();
    fs::write(path, &bytes).unwrap();
    let digest = Sha256::digest(&bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn files_in_the_binary_format_must_have_the_locked_digest() {
    for used in ["@1.0.0", ""] {
        let folder = folder(used, &[], None);
        let file = folder.path().join("wit/deps/acme-store-1.0.0.wasm");
        let digest = write_binary(&file, "1.0.0");
        let requirement = match used {
            "" => "*",
            _ => "=1.0.0",
        };
        let write = |digest: &str| {
            let lock = format!("{LOCK}{}", locked(requirement, "1.0.0", digest));
            fs::write(folder.path().join("wkg.lock"), lock).unwrap();
        };
        write(&digest);
        assert_eq!(names(&folder)[0], "acme:store/kv@1.0.0");
        write("00");
        let message = refused(&folder);
        assert!(
            message.starts_with(
                "wit/deps/acme-store-1.0.0.wasm is not the file of acme:store@1.0.0 that wkg.lock has: its digest is \
                 sha256:"
            ),
            "{message}"
        );
        assert!(
            message.contains("not sha256:00. Run `wkg fetch`"),
            "{message}"
        );
    }
}
