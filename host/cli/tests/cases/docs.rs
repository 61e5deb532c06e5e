//! The commands of README.md and the documentation are tests: each block of code that is marked
//! `sh test` runs in a folder of its own with a copy of `examples/`, and what it prints must be the
//! block marked `text` that follows, if one does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use jsvm_tests::cases;
use libtest_mimic::{Failed, Trial};
use tempfile::TempDir;

/// A block of commands.
struct Block {
    /// File and line, for people.
    place: String,
    commands: String,
    expected: Option<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub fn trials() -> Vec<Trial> {
    let mut files = vec![root().join("README.md")];
    files.extend(cases::files(&root().join("docs"), "md"));
    let blocks: Vec<Block> = files.iter().flat_map(|file| blocks(file)).collect();
    assert!(blocks.len() > 10, "only {} blocks are marked", blocks.len());
    blocks
        .into_iter()
        .map(|block| Trial::test(format!("docs/{}", block.place), move || run(&block)))
        .collect()
}

/// The marked blocks of a file.
fn blocks(file: &Path) -> Vec<Block> {
    let text = fs::read_to_string(file).expect("the documentation can be read");
    let name = file
        .strip_prefix(root())
        .unwrap_or(file)
        .display()
        .to_string();
    let mut found: Vec<Block> = Vec::new();
    let mut lines = text.lines().enumerate();
    // Whether the last block has nothing but blank lines behind it.
    let mut is_next = false;
    while let Some((number, line)) = lines.next() {
        let Some(mark) = line.strip_prefix("```") else {
            is_next &= line.is_empty();
            continue;
        };
        let mut content = String::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| *line != "```") {
            content.push_str(line);
            content.push('\n');
        }
        match (mark, found.last_mut()) {
            ("sh test", _) => {
                found.push(Block {
                    place: format!("{name}:{}", number + 1),
                    commands: content,
                    expected: None,
                });
                is_next = true;
            }
            ("text", Some(block)) if is_next => {
                block.expected = Some(content);
                is_next = false;
            }
            _ => is_next = false,
        }
    }
    found
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        match entry.file_type()? {
            kind if kind.is_dir() && entry.file_name() != "target" => copy(&entry.path(), &to)?,
            kind if kind.is_file() => fs::copy(entry.path(), &to).map(drop)?,
            _ => {}
        }
    }
    Ok(())
}

fn run(block: &Block) -> Result<(), Failed> {
    // Those that serve listen at the same port.
    static SERVING: Mutex<()> = Mutex::new(());
    let _serving = block.commands.contains("--addr").then(|| SERVING.lock());
    let folder = TempDir::new()?;
    copy(&root().join("examples"), &folder.path().join("examples"))?;
    let programs = Path::new(env!("CARGO_BIN_EXE_jsvm"))
        .parent()
        .unwrap_or(Path::new("."));
    let path = std::env::var("PATH")?;
    let output = Command::new("bash")
        .args(["-euc", &block.commands])
        .current_dir(folder.path())
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{}\n{printed}{errors}", output.status).into());
    }
    match &block.expected {
        Some(expected) if *expected != printed => {
            Err(format!("{}\n{errors}", cases::diff(expected, &printed)).into())
        }
        _ => Ok(()),
    }
}
