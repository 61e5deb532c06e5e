//! Finds the engine's own tests and says how each is to be run.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use crate::cases;

/// The package that the engine's sources come with.
const PACKAGE: &str = "rquickjs-sys";

/// Fewer files than this cannot be the suite.
const AT_LEAST: usize = 100;

/// The engine's own tests, where cargo keeps the sources of the engine.
#[derive(Debug)]
pub struct Suite {
    /// The folder that they are in.
    pub folder: PathBuf,
    /// Those to run, as paths below the folder, with `/` between the parts.
    pub files: Vec<String>,
}

impl Suite {
    /// Finds the suite of the very engine that the guest is built from.
    ///
    /// # Errors
    /// If it is not there, or is not all there.
    pub fn find() -> Result<Suite, String> {
        let sources = package_folder()?.join("quickjs");
        let folder = sources.join("tests");
        let config = read(&sources.join("tests.conf"))?;
        let excluded = excluded(&config);
        let folder = folder
            .canonicalize()
            .map_err(|error| format!("there is no folder {}: {error}", folder.display()))?;
        let all = cases::files(&folder, "js");
        let files: Vec<String> = all
            .iter()
            .filter_map(|file| {
                Some(
                    file.strip_prefix(&folder)
                        .ok()?
                        .to_str()?
                        .replace('\\', "/"),
                )
            })
            .filter(|file| !excluded.contains(&format!("tests/{file}")))
            .collect();
        if files.len() < AT_LEAST || files.len() + excluded.len() != all.len() {
            return Err(format!(
                "the engine's tests in {} are not complete: {} files, of which {} are to run \
                 and {} are excluded by tests.conf",
                folder.display(),
                all.len(),
                files.len(),
                excluded.len(),
            ));
        }
        Ok(Suite { folder, files })
    }
}

/// The folder of the package in the version that the guest's lock file names.
fn package_folder() -> Result<PathBuf, String> {
    let guest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest/Cargo.toml");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version=1",
            "--locked",
            "--manifest-path",
        ])
        .arg(&guest)
        .args(["--filter-platform", "wasm32-unknown-unknown"])
        .output()
        .map_err(|error| format!("cannot run `cargo metadata`: {error}"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "`cargo metadata` for {} failed: {reason}",
            guest.display()
        ));
    }
    let metadata: Json = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("`cargo metadata` wrote no JSON: {error}"))?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let manifest = packages
        .filter(|package| package["name"] == PACKAGE)
        .find_map(|package| package["manifest_path"].as_str())
        .ok_or_else(|| format!("the guest does not depend on {PACKAGE} any more"))?;
    Ok(Path::new(manifest)
        .parent()
        .unwrap_or(Path::new(""))
        .to_owned())
}

/// The files that the suite's own settings exclude: fixtures of others, and a benchmark.
fn excluded(config: &str) -> BTreeSet<String> {
    let lines = config
        .lines()
        .skip_while(|line| line.trim() != "[exclude]")
        .skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    lines
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

/// How a test is to be run, as its front matter says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// Name of the error that it must throw.
    pub negative: Option<String>,
    /// It is a module.
    pub module: bool,
    /// Only the flag `module` makes it a module.
    pub no_detect_module: bool,
    /// It is to be interrupted.
    pub interrupt: bool,
}

impl Meta {
    /// Reads the front matter of a test.
    ///
    /// # Errors
    /// If it has a part that is not known here.
    pub fn parse(source: &str) -> Result<Meta, String> {
        let mut meta = Meta::default();
        let Some((_, front)) = source.split_once("/*---\n") else {
            return Ok(meta);
        };
        let front = front.split_once("---*/").map_or(front, |(front, _)| front);
        for line in front.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match line.split_once(':').map(|(key, value)| (key, value.trim())) {
                Some(("flags", flags)) => {
                    for flag in flags.trim_matches(['[', ']']).split(',') {
                        match flag.trim() {
                            "module" => meta.module = true,
                            "qjs:no-detect-module" => meta.no_detect_module = true,
                            "qjs:set-interrupt-handler" => meta.interrupt = true,
                            // Here a rejection that nobody handles is always a failure.
                            "qjs:track-promise-rejections" => {}
                            flag => return Err(format!("unknown flag {flag}")),
                        }
                    }
                }
                Some(("type", name)) => meta.negative = Some(name.to_owned()),
                Some(("negative" | "phase", _)) => {}
                // Another C compiler, where the engine lacks atomics.
                Some(("features", "[skip-if-tcc]")) => {}
                _ => return Err(format!("unknown front matter: {line}")),
            }
        }
        Ok(meta)
    }
}

/// The tests that cannot pass, and why: `tests/cases/engine-suite.skip`.
///
/// # Errors
/// If a line has no reason.
pub fn skipped() -> Result<BTreeMap<String, String>, String> {
    let file = cases::folder("engine-suite.skip");
    let lines = read(&file)?;
    let lines = lines
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let entries = lines.map(|line| match line.split_once(": ") {
        Some((name, reason)) => Ok((name.to_owned(), reason.to_owned())),
        None => Err(format!("{}: no reason is given: {line}", file.display())),
    });
    entries.collect()
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file)
        .map_err(|error| format!("cannot read {}: {error}", file.display()))
}
