//! The file of `--keyvalue` when things go wrong.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::served::Served;

const PROGRAM: &str = "keyvalue.js";

fn served(file: &Path) -> Served {
    Served::program(PROGRAM, &["--keyvalue", file.to_str().unwrap()])
}

#[test]
fn a_full_disk_is_survived() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("app.db");
    let server = served(&file);
    assert_eq!(server.get("/count").body, "1");
    // The system refuses larger files from now on, as a full disk would.
    let limit = |bytes: &str| {
        let id = server.child.id().to_string();
        let set = Command::new("prlimit").args(["--pid", &id, bytes]).status();
        assert!(set.unwrap().success());
    };
    limit("--fsize=1048576:unlimited");
    let refused = (0..100)
        .map(|_| server.get("/grow"))
        .find(|answer| answer.status != 200);
    let refused = refused.expect("there is no room");
    assert!(
        refused.body.contains("key-value storage"),
        "{}",
        refused.body
    );
    // What is there can be read.
    assert_eq!(server.get("/read").body, "1");
    limit("--fsize=unlimited:unlimited");
    for number in 2..4 {
        assert_eq!(server.get("/count").body, number.to_string());
        assert_eq!(server.get("/grow").status, 200);
    }
    server.signal("-KILL");
    drop(server);
    assert_eq!(served(&file).get("/count").body, "4");
}

#[test]
fn a_damaged_file_is_refused() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("app.db");
    let mut server = served(&file);
    for _ in 0..5 {
        assert_eq!(server.get("/grow").status, 200);
    }
    server.signal("-TERM");
    server.child.wait().unwrap();
    // After an orderly end the file has all of it.
    assert!(!folder.path().join("app.db-wal").exists());
    let whole = std::fs::read(&file).unwrap();
    let mut damages: Vec<Vec<u8>> = [16, 4096, 20_000, whole.len() - 1]
        .map(|length| whole[..length].to_vec())
        .into();
    for place in [3, 17, 4096] {
        let mut bytes = whole.clone();
        bytes[place] ^= 0xff;
        damages.push(bytes);
    }
    for bytes in damages {
        std::fs::write(&file, bytes).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_jsvm"))
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/serve"))
            .args(["serve", PROGRAM, "--addr", "127.0.0.1:0", "--keyvalue"])
            .arg(&file)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains("damaged") && text.contains("away"), "{text}");
    }
}

#[test]
fn a_full_storage_is_told() {
    let server = Served::program(PROGRAM, &["--keyvalue-size", "1MiB"]);
    let full = (0..100)
        .map(|_| server.get("/grow"))
        .find(|answer| answer.status != 200);
    assert!(full.unwrap().body.contains("--keyvalue-size"));
    assert_eq!(server.get("/read").body, "undefined");
}
