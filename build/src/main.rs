//! Builds, checks and verifies the artefact in `host/component/artefacts`.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use jsvm_build::artefact::{self, FOLDER, Record};
use jsvm_build::sources::Sources;
use jsvm_build::toolchain::Toolchain;
use jsvm_build::verify::{self, Copy};
use jsvm_build::{Options, wrapper};

const USAGE: &str = "\
Builds the artefact in host/component/artefacts: the VM as a component, and what goes with it.

Usage: cargo run -p jsvm-build -- COMMAND

Commands:
  component [--force]  Build the artefact. Without --force, only if its sources have changed.
  stale                Fail if the artefact was not built from the present sources.
  verify               Build it again from a copy of the sources, and fail if a byte differs.
";

/// How many changed files a message names.
const MAX_NAMED: usize = 10;

fn main() -> ExitCode {
    if let Some(code) = wrapper::run() {
        return code;
    }
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let result = fs::canonicalize(&root)
        .map_err(Into::into)
        .and_then(|root| match arguments[..] {
            ["component"] => component(&root, false),
            ["component", "--force"] => component(&root, true),
            ["stale"] => stale(&root),
            ["verify"] => verify(&root),
            ["--help"] => {
                print!("{USAGE}");
                Ok(())
            }
            _ => Err(USAGE.into()),
        });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn component(root: &Path, force: bool) -> Result<()> {
    let sources = Sources::read(root)?;
    // A record that cannot be read is replaced.
    let record = Record::read(root).ok().flatten();
    let reasons = record.map(|record| record.stale(root, &sources));
    if reasons.as_ref().is_some_and(Vec::is_empty) && !force {
        eprintln!("{FOLDER} is up to date.");
        return Ok(());
    }
    if let Some(reasons) = reasons {
        eprint!("{}", named(&reasons));
    }
    let (files, toolchain) = build(root)?;
    if Sources::read(root)? != sources {
        return Err("sources changed during the build: start again".into());
    }
    let changed = artefact::write(root, &files, sources, toolchain)?;
    if changed.is_empty() {
        eprintln!("Built {FOLDER}: all bytes are as before.");
    } else {
        eprintln!("Built {FOLDER}: {} changed.", changed.join(", "));
    }
    Ok(())
}

fn stale(root: &Path) -> Result<()> {
    let sources = Sources::read(root)?;
    let reasons = match Record::read(root)? {
        Some(record) => record.stale(root, &sources),
        None => vec![format!("there is no {FOLDER}/{}", artefact::RECORD)],
    };
    if reasons.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the artefact in {FOLDER} was built from other sources:\n{}\
         Run `./just component` and commit {FOLDER}.",
        named(&reasons)
    )
    .into())
}

fn verify(root: &Path) -> Result<()> {
    stale(root)?;
    let record = Record::read(root)?.ok_or("there is no record")?;
    let copy = Copy::new(root, &Sources::read(root)?)?;
    let (files, toolchain) = build(copy.root())?;
    let differences = verify::differences(root, &files)?;
    let toolchains = verify::toolchain_differences(&record, &toolchain);
    if differences.is_empty() {
        eprintln!("A build in another folder gives the same bytes.");
        return Ok(());
    }
    let mut message = format!(
        "a build in another folder gives other bytes:\n{}",
        named(&differences)
    );
    if toolchains.is_empty() {
        message +=
            "The toolchain is the one that built the artefact: the build is not reproducible.";
    } else {
        message += "The artefact was built with another toolchain, which may be the reason:\n";
        message += &named(&toolchains);
        message += "Verify with the same versions.";
    }
    Err(message.into())
}

type Files = BTreeMap<&'static str, Vec<u8>>;

/// Builds the artefact of a checkout. Returns the files and the versions of the toolchain.
fn build(root: &Path) -> Result<(Files, BTreeMap<String, String>)> {
    let options = Options {
        root,
        target_dir: &root.join("target/component"),
        wrapper: &env::current_exe()?,
    };
    let built = jsvm_build::build(options, &mut |line| eprintln!("{line}"))?;
    let versions = Toolchain::find()?.versions(&root.join("guest"));
    Ok((artefact::files(&built)?, versions))
}

/// Lines for a message, indented.
fn named(lines: &[String]) -> String {
    let shown = lines.iter().take(MAX_NAMED);
    let mut text: String = shown.map(|line| format!("    {line}\n")).collect();
    if lines.len() > MAX_NAMED {
        text += &format!("    and {} more\n", lines.len() - MAX_NAMED);
    }
    text
}
