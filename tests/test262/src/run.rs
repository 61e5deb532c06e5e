//! Runs one test in one mode, in a VM of its own.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use jsvm::{Engine, Error, Limits, Source, Vm};

use crate::metadata::{Metadata, Mode};
use crate::modules::Files;

/// What tests print when they are done.
const COMPLETE: &str = "Test262:AsyncTestComplete";
const FAILURE: &str = "Test262:AsyncTestFailure:";

/// What became of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Pass,
    /// With what happened instead.
    Fail(String),
    /// With the reason.
    CannotRun(&'static str),
}

/// Runs tests of one suite.
pub struct Runner {
    engine: Engine,
    /// The files of the folder `harness`.
    harness: HashMap<String, String>,
}

impl Runner {
    /// # Errors
    /// The folder has no `harness`, or the engine cannot be made.
    pub fn new(suite: &Path) -> Result<Runner> {
        let mut harness = HashMap::new();
        for name in files(&suite.join("harness"))? {
            let text = fs::read_to_string(&name)?;
            let relative = name.strip_prefix(suite.join("harness"))?;
            harness.insert(relative.to_string_lossy().into_owned(), text);
        }
        Ok(Runner {
            engine: Engine::global()?,
            harness,
        })
    }

    /// Runs a test. `path` is that of the file, from which it imports modules.
    pub fn run(&self, path: &Path, text: &str, metadata: &Metadata, mode: Mode) -> Outcome {
        if let Some(reason) = cannot_run(text, metadata) {
            return Outcome::CannotRun(reason);
        }
        match self.try_run(path, text, metadata, mode) {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Fail(format!("{error:#}")),
        }
    }

    fn try_run(&self, path: &Path, text: &str, metadata: &Metadata, mode: Mode) -> Result<Outcome> {
        let printed = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&printed);
        let mut limits = Limits::default();
        limits.memory = 200 << 20;
        limits.time = Some(Duration::from_secs(60));
        let vm = self
            .engine
            .vm()
            .limits(limits)
            .modules(Files {
                folder: path.parent().unwrap_or(Path::new("")).to_owned(),
            })
            .function("print", move |line: String| {
                lines
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(line);
            })
            .build()?;
        vm.eval(include_str!("realm.js"))?;
        let is_async = metadata.has_flag("async");
        if !metadata.has_flag("raw") {
            let done: &[&str] = if is_async {
                &["doneprintHandle.js"]
            } else {
                &[]
            };
            let includes = metadata.includes.iter().map(String::as_str);
            for name in ["assert.js", "sta.js"]
                .iter()
                .chain(done)
                .copied()
                .chain(includes)
            {
                let text = self
                    .harness
                    .get(name)
                    .with_context(|| format!("the suite has no harness/{name}"))?;
                vm.eval(Source::script(text).file_name(name))
                    .with_context(|| format!("harness/{name}"))?;
            }
        }
        let outcome = evaluate(&vm, path, text, mode);
        if let Some(expected) = &metadata.negative {
            return Ok(match outcome {
                Ok(()) => Outcome::Fail(format!("nothing was thrown, instead of {expected}")),
                Err(error) => match constructor(&error) {
                    Some(found) if found == *expected => Outcome::Pass,
                    _ => Outcome::Fail(format!("{error}, instead of {expected}")),
                },
            });
        }
        if let Err(error) = outcome {
            return Ok(Outcome::Fail(error.to_string()));
        }
        if !is_async {
            return Ok(Outcome::Pass);
        }
        let lines = printed.lock().unwrap_or_else(PoisonError::into_inner);
        let failure = lines.iter().find_map(|line| line.strip_prefix(FAILURE));
        Ok(match failure {
            Some(failure) => Outcome::Fail(failure.to_owned()),
            None if lines.iter().any(|line| line == COMPLETE) => Outcome::Pass,
            None => Outcome::Fail("$DONE was not called".to_owned()),
        })
    }
}

/// Evaluates a test, and runs its jobs.
fn evaluate(vm: &Vm, path: &Path, text: &str, mode: Mode) -> Result<(), Error> {
    let name = path.to_string_lossy();
    if mode == Mode::Module {
        let promise = vm.eval(Source::module(text).file_name(&name))?;
        vm.run_jobs()?;
        promise.promise_value()?;
    } else {
        // A directive must be the first statement. It stands in the first line, so that numbers of lines are right.
        let strict;
        let text = match mode {
            Mode::Strict => {
                strict = format!("\"use strict\";{text}");
                &strict
            }
            _ => text,
        };
        vm.eval(Source::script(text).file_name(&name))?;
        vm.run_jobs()?;
    }
    Ok(())
}

/// The name of the constructor of what was thrown.
fn constructor(error: &Error) -> Option<String> {
    let thrown = &error.exception()?.value;
    thrown.get("constructor").ok()?.get("name").ok()?.to().ok()
}

/// Why a test cannot run in a VM that has one realm and one thread.
fn cannot_run(text: &str, metadata: &Metadata) -> Option<&'static str> {
    let needs = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if metadata.has_feature("IsHTMLDDA") {
        Some("needs `document.all`")
    } else if metadata.has_feature("cross-realm") || needs(&["createRealm"]) {
        Some("needs a second realm")
    } else if needs(&["$262.agent"])
        || metadata
            .includes
            .iter()
            .any(|name| name == "atomicsHelper.js")
    {
        Some("needs a second thread")
    } else if metadata.has_flag("CanBlockIsTrue") {
        Some("needs a thread that may block")
    } else if metadata.has_feature("host-gc-required") || needs(&["$262.gc"]) {
        Some("needs a collection of garbage in the middle of a script")
    } else if needs(&["$262.AbstractModuleSource"]) {
        Some("needs the constructor of sources of modules")
    } else {
        None
    }
}

/// The files with JavaScript of a folder and its folders, sorted.
///
/// # Errors
/// The folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "js") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
