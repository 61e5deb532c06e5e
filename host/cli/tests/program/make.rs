//! Makes files with `jsvm build`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Where the programs of these tests are.
pub fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/build")
}

/// `jsvm build`
pub fn jsvm_build(program: &Path, output: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .arg("build")
        .arg(program)
        .arg("-o")
        .arg(output)
        .args(args)
        .output()
        .unwrap()
}

/// A built file, which is there as long as its folder is.
pub struct Built {
    pub file: PathBuf,
    pub stdout: String,
    _folder: TempDir,
}

/// Builds one of the programs of these tests.
pub fn built(program: &str, args: &[&str]) -> Built {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("app.wasm");
    let output = jsvm_build(&cases().join(program), &file, args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    Built {
        file,
        stdout: String::from_utf8(output.stdout).unwrap(),
        _folder: folder,
    }
}

/// What is said about a program that cannot be built.
pub fn refused(source: &str, args: &[&str]) -> String {
    let folder = TempDir::new().unwrap();
    let program = folder.path().join("app.js");
    std::fs::write(&program, source).unwrap();
    let output = jsvm_build(&program, &folder.path().join("app.wasm"), args);
    assert!(!output.status.success(), "it was built: {source}");
    assert!(!folder.path().join("app.wasm").exists());
    String::from_utf8(output.stderr).unwrap()
}
