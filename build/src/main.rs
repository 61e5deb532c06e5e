//! Builds, checks and verifies the artefacts: those of the VM, the transpiler and the codec of snapshots.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use jsvm_build::artefact::{self, Artefact, Record};
use jsvm_build::sources::Sources;
use jsvm_build::toolchain::Toolchain;
use jsvm_build::verify::{self, Copy};
use jsvm_build::{Options, package, snapshot_codec, transpiler, wrapper};

const USAGE: &str = "\
Builds the artefacts in host/component/artefacts, host/transpiler/artefacts and
npm/snapshot/artefacts: the VM and the transpiler as components, the codec of snapshots as a module,
and what goes with them.

Usage: cargo run -p jsvm-build -- COMMAND [vm|transpiler|snapshot]

       cargo run -p jsvm-build -- wit FILE

Commands:
  component [--force]  Build the artefacts. Without --force, only those whose sources have changed.
  stale                Fail if an artefact was not built from the present sources.
  wit FILE             Write the WIT package with its documentation, as registries take it.
  verify               Build them again from a copy of the sources, and fail if a byte differs.
";

/// Those that are built.
const ARTEFACTS: [Artefact; 3] = [artefact::VM, artefact::TRANSPILER, artefact::SNAPSHOT_CODEC];

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
        .and_then(|root| run(&root, &arguments));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(root: &Path, arguments: &[&str]) -> Result<()> {
    if let ["wit", file] = arguments {
        let package = package::wit_package(&root.join("wit"))?;
        return fs::write(file, package)
            .map_err(|error| format!("cannot write {file}: {error}").into());
    }
    let (options, names): (Vec<&str>, Vec<&str>) = arguments
        .iter()
        .partition(|argument| argument.starts_with("--"));
    let (command, artefacts) = match names[..] {
        [command] => (command, &ARTEFACTS[..]),
        [command, "vm"] => (command, &ARTEFACTS[..1]),
        [command, "transpiler"] => (command, &ARTEFACTS[1..2]),
        [command, "snapshot"] => (command, &ARTEFACTS[2..]),
        [] => ("", &ARTEFACTS[..]),
        _ => return Err(USAGE.into()),
    };
    match (command, &options[..]) {
        ("component", []) => component(root, artefacts, false),
        ("component", ["--force"]) => component(root, artefacts, true),
        ("stale", []) => stale(root, artefacts),
        ("verify", []) => verify(root, artefacts),
        ("", ["--help"]) => {
            print!("{USAGE}");
            Ok(())
        }
        _ => Err(USAGE.into()),
    }
}

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn component(root: &Path, artefacts: &[Artefact], force: bool) -> Result<()> {
    for artefact in artefacts {
        let folder = artefact.folder;
        let sources = Sources::read(root, &artefact.inputs)?;
        // A record that cannot be read is replaced.
        let record = Record::read(root, artefact).ok().flatten();
        let reasons = record.map(|record| record.stale(root, artefact, &sources));
        if reasons.as_ref().is_some_and(Vec::is_empty) && !force {
            eprintln!("{folder} is up to date.");
            continue;
        }
        if let Some(reasons) = reasons {
            eprint!("{}", named(&reasons));
        }
        let (files, toolchain) = build(root, artefact)?;
        if Sources::read(root, &artefact.inputs)? != sources {
            return Err("sources changed during the build: start again".into());
        }
        let changed = artefact::write(root, artefact, &files, sources, toolchain)?;
        if changed.is_empty() {
            eprintln!("Built {folder}: all bytes are as before.");
        } else {
            eprintln!("Built {folder}: {} changed.", changed.join(", "));
        }
    }
    Ok(())
}

fn stale(root: &Path, artefacts: &[Artefact]) -> Result<()> {
    for artefact in artefacts {
        let folder = artefact.folder;
        let sources = Sources::read(root, &artefact.inputs)?;
        let reasons = match Record::read(root, artefact)? {
            Some(record) => record.stale(root, artefact, &sources),
            None => vec![format!("there is no {folder}/{}", artefact::RECORD)],
        };
        if !reasons.is_empty() {
            return Err(format!(
                "the artefact in {folder} was built from other sources:\n{}\
                 Run `./just component` and commit {folder}.",
                named(&reasons)
            )
            .into());
        }
    }
    Ok(())
}

fn verify(root: &Path, artefacts: &[Artefact]) -> Result<()> {
    stale(root, artefacts)?;
    for artefact in artefacts {
        verify_one(root, artefact)?;
    }
    Ok(())
}

fn verify_one(root: &Path, artefact: &Artefact) -> Result<()> {
    let record = Record::read(root, artefact)?.ok_or("there is no record")?;
    let copy = Copy::new(root, &Sources::read(root, &artefact.inputs)?)?;
    let (files, toolchain) = build(copy.root(), artefact)?;
    let differences = verify::differences(root, artefact, &files)?;
    let toolchains = verify::toolchain_differences(&record, &toolchain);
    let folder = artefact.folder;
    if differences.is_empty() {
        eprintln!("A build of {folder} in another folder gives the same bytes.");
        return Ok(());
    }
    let mut message = format!(
        "a build of {folder} in another folder gives other bytes:\n{}",
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

/// Builds an artefact of a checkout. Returns the files and the versions of the toolchain.
fn build(root: &Path, artefact: &Artefact) -> Result<(Files, BTreeMap<String, String>)> {
    let options = Options {
        root,
        target_dir: &root.join("target/component"),
        wrapper: &env::current_exe()?,
    };
    let progress = &mut |line: &str| eprintln!("{line}");
    let files = if artefact.folder == artefact::TRANSPILER.folder {
        artefact::files_of_transpiler(&transpiler::build(options, progress)?)
    } else if artefact.folder == artefact::SNAPSHOT_CODEC.folder {
        artefact::files_of_snapshot_codec(&snapshot_codec::build(options, progress)?)
    } else {
        artefact::files(&jsvm_build::build(options, progress)?)?
    };
    let versions = Toolchain::find()?.versions(&root.join("guest"));
    Ok((files, versions))
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
