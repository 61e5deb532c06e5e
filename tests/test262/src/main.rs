//! Runs test262, the conformance tests of ECMAScript, in VMs, and compares what fails with the list of known failures.
//!
//! `INTERPRETING.md` of test262 says how its tests are to be run.

mod expected;
mod metadata;
mod modules;
mod report;
mod run;

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{fs, thread};

use anyhow::{Context, Result, ensure};
use clap::Parser;

use self::expected::Expected;
use self::metadata::{Metadata, Mode};
use self::run::{Outcome, Runner, files};

/// Run test262 in VMs
#[derive(Parser)]
struct Options {
    /// A checkout of test262
    suite: PathBuf,

    /// Only tests whose paths contain one of these texts
    filters: Vec<String>,

    /// The known failures
    #[arg(long, default_value = "tests/conformance/expected/test262.json")]
    expected: PathBuf,

    /// Write the known failures anew
    #[arg(long)]
    bless: bool,

    /// Write a page about the run
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// A test that was run.
pub struct Ran {
    /// The path in the folder `test`.
    pub name: String,
    /// How its source was read.
    pub mode: Mode,
    /// The names of `features.txt` that it uses.
    pub features: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
}

impl Ran {
    /// The test's name among the known failures.
    pub fn id(&self) -> String {
        match self.mode {
            Mode::Strict => format!("{} (strict)", self.name),
            Mode::Sloppy | Mode::Module => self.name.clone(),
        }
    }
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("jsvm-test262: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all tests pass but for known failures.
fn run(options: &Options) -> Result<bool> {
    let suite = options
        .suite
        .canonicalize()
        .with_context(|| format!("cannot find {}", options.suite.display()))?;
    let root = suite.join("test");
    ensure!(
        root.is_dir() && suite.join("harness").is_dir(),
        "{} is no checkout of test262: it lacks `test` or `harness`",
        suite.display()
    );
    let mut expected = Expected::read(&options.expected)?;
    let tests = chosen(&root, &options.filters)?;
    ensure!(!tests.is_empty(), "no test has such a path");
    let ran = run_all(&Runner::new(&suite)?, &root, &tests)?;

    let failures = ran
        .iter()
        .filter(|test| matches!(test.outcome, Outcome::Fail(_)));
    let ids: Vec<(String, &[String])> = failures
        .map(|test| (test.id(), &test.features[..]))
        .collect();
    if options.bless {
        expected.bless(ids.iter().map(|(id, features)| (id.as_str(), *features)));
        expected.write(&options.expected)?;
    }
    if let Some(path) = &options.write {
        let page = report::page(&ran, &expected, &revision(&suite));
        fs::write(path, page).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let (mut passed, mut known, mut unknown) = (0, 0, 0);
    for test in &ran {
        match &test.outcome {
            Outcome::Pass => passed += 1,
            Outcome::Fail(message) => match expected.reason(&test.id(), &test.features) {
                Some(_) => known += 1,
                None => {
                    unknown += 1;
                    println!("{}: {message}", test.id());
                }
            },
            Outcome::CannotRun(_) => {}
        }
    }
    println!("{passed} passed, {known} failed as expected, {unknown} failed");
    Ok(unknown == 0)
}

/// The tests of a suite whose paths contain one of some texts, or all.
fn chosen(root: &Path, filters: &[String]) -> Result<Vec<PathBuf>> {
    let mut tests = files(root)?;
    tests.retain(|path| {
        let name = name_of(path, root);
        // Fixtures are imported by tests.
        !name.contains("_FIXTURE")
            && !name.starts_with("intl402/")
            && (filters.is_empty() || filters.iter().any(|filter| name.contains(filter)))
    });
    Ok(tests)
}

fn name_of(path: &Path, root: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned()
}

/// Runs tests on all processors, in the order of their paths.
fn run_all(runner: &Runner, root: &Path, tests: &[PathBuf]) -> Result<Vec<Ran>> {
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Vec::new());
    let work = || -> Result<()> {
        while let Some(path) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
            let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
            let metadata = Metadata::of(&text).with_context(|| path.display().to_string())?;
            for &mode in metadata.modes() {
                let outcome = runner.run(path, &text, &metadata, mode);
                let test = Ran {
                    name: name_of(path, root),
                    mode,
                    features: metadata.features.clone(),
                    outcome,
                };
                all.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(test);
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let count = thread::available_parallelism().map_or(1, NonZero::get);
        let workers: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| match worker.join() {
                Ok(outcome) => outcome,
                Err(_) => Err(anyhow::anyhow!("a thread panicked")),
            })
    })?;
    let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.sort_by_key(Ran::id);
    Ok(all)
}

/// The commit of a checkout.
fn revision(suite: &Path) -> String {
    let git = Command::new("git")
        .arg("-C")
        .arg(suite)
        .args(["log", "-1", "--format=%h of %cs"])
        .output();
    let text = git
        .ok()
        .filter(|output| output.status.success())
        .map(|output| output.stdout);
    text.map_or("not known".to_owned(), |text| {
        String::from_utf8_lossy(&text).trim().to_owned()
    })
}
