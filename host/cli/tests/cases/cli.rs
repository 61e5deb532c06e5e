//! The program as somebody uses it: the commands of `tests/cases/cli/*.sh`, with all that they
//! print beside them.
//!
//! Each line of a case is a command for the shell, which finds `jsvm` and a fresh copy of
//! `tests/cases/cli/files` with a snapshot of another build, `foreign.snap`, and the components of
//! `tests/cases/link`. The `.out` beside it
//! says after each command what came to stdout, then what came to stderr after `2> `, then the exit
//! code if it is not 0. `BLESS=1 cargo test --test cli` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use jsvm::EngineConfig;
use jsvm_tests::cases;
use jsvm_tests::forge::Forged;
use libtest_mimic::{Failed, Trial};
use tempfile::TempDir;

pub fn trials() -> Vec<Trial> {
    cases::golden("cli", "sh", run)
}

/// The transcript of a case.
fn run(case: &Path) -> Result<String, Failed> {
    let commands = fs::read_to_string(case)?;
    let folder = TempDir::new()?;
    // Its name without symbolic links, as the program prints it.
    let path = folder.path().canonicalize()?;
    copy(&cases::folder("cli").join("files"), &path)?;
    fs::write(path.join("foreign.snap"), foreign_snapshot()?)?;
    for component in cases::files(&cases::folder("link"), "wat") {
        let name = component.with_extension("wasm");
        let name = name.file_name().ok_or("a file has a name")?;
        fs::write(path.join(name), wat::parse_file(&component)?)?;
    }
    let mut transcript = String::new();
    for line in commands.lines() {
        if line.is_empty() || line.starts_with('#') {
            transcript.push_str(line);
            transcript.push('\n');
            continue;
        }
        transcript.push_str(&format!("$ {line}\n"));
        transcript.push_str(&output(line, &path)?);
    }
    Ok(transcript
        .replace(&path.display().to_string(), "[DIR]")
        .replace(env!("CARGO_PKG_VERSION"), "[VERSION]"))
}

/// What a command prints, and its exit code.
fn output(command: &str, folder: &Path) -> Result<String, Failed> {
    let program = Path::new(env!("CARGO_BIN_EXE_jsvm"));
    let programs = program.parent().ok_or("the program is in no folder")?;
    let system = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .env_clear()
        .env("PATH", format!("{}:{system}", programs.display()))
        // Not the folder itself: a home folder is the root of no program below it.
        .env("HOME", folder.join("home"))
        .stdin(Stdio::null())
        .output()?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let mut text = stdout.clone().into_owned();
    if !stdout.is_empty() && !stdout.ends_with('\n') {
        text.push_str("[no line end]\n");
    }
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        text.push_str(format!("2> {line}").trim_end());
        text.push('\n');
    }
    match output.status.code() {
        Some(0) => {}
        Some(code) => text.push_str(&format!("[exit {code}]\n")),
        None => text.push_str("[killed]\n"),
    }
    Ok(text)
}

/// A snapshot of another build of the engine, with what else a forger may put into it.
fn foreign_snapshot() -> Result<Vec<u8>, Failed> {
    let engine = EngineConfig::new().pooling(false).build()?;
    let snapshot = engine.vm().build()?.snapshot()?;
    let mut forged = Forged::new(&snapshot.to_bytes()?);
    forged.header.engine = [0xab; 32];
    forged.header.version = "9.8.7".into();
    forged.header.wall = Duration::from_secs(1 << 40);
    let metadata = &mut forged.header.metadata;
    metadata.insert("\u{1b}[31m".into(), "one\ntwo\u{7}".into());
    metadata.insert("__proto__".into(), "three".into());
    Ok(forged.to_bytes())
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (from, name): (PathBuf, _) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if from.is_dir() {
            copy(&from, &to.join(name))?;
        } else {
            fs::copy(&from, to.join(name))?;
        }
    }
    Ok(())
}
