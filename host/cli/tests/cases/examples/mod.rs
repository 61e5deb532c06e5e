//! The programs of `examples/http`, by `jsvm serve` and as built files. What they are asked, and what they
//! answer, is in `tests/cases/examples`.
//!
//! `./just test-servers` runs those that are ignored here: built files under servers of others.

mod ask;
mod case;
mod host;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jsvm_tests::cases;
use libtest_mimic::{Failed, Trial};

use self::case::Case;
use self::host::Kind;

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![Trial::test(
        "examples/every example has a case",
        every_example_has_a_case,
    )];
    for file in cases::files(&cases::folder("examples"), "json") {
        let name = stem(&file);
        for kind in Kind::ALL {
            for is_service in [false, true] {
                if is_service && !kind.takes_services() {
                    continue;
                }
                let (file, name) = (file.clone(), name.clone());
                let wasi = if is_service { ", WASI 0.3" } else { "" };
                let title = format!("examples/{}{wasi}: {name}", kind.title());
                let trial = Trial::test(title, move || run(kind, is_service, &name, &file));
                trials.push(trial.with_ignored_flag(kind.is_of_others()));
            }
        }
    }
    trials
}

/// Where the examples are.
fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/http")
}

fn stem(file: &Path) -> String {
    file.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn every_example_has_a_case() -> Result<(), Failed> {
    let files = cases::files(&cases::folder("examples"), "json");
    let tested: BTreeSet<_> = files.iter().map(|file| stem(file)).collect();
    let mut found = BTreeSet::new();
    for entry in examples().read_dir()? {
        let path = entry?.path();
        if path.join("spin.toml").is_file() {
            found.insert(stem(&path));
        }
    }
    match found == tested {
        true => Ok(()),
        false => Err(format!("there are {found:?}, and cases for {tested:?}").into()),
    }
}

/// Has a program answer what its case asks.
fn run(kind: Kind, is_service: bool, name: &str, file: &Path) -> Result<(), Failed> {
    if !examples().join("node_modules").is_dir() {
        return Err("the packages are not installed: ./setup.sh packages".into());
    }
    let case: Case = serde_json::from_slice(&std::fs::read(file)?)?;
    if !case.runs_on(kind) {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let done = runtime.block_on(async {
        let host = Arc::new(host::start(kind, is_service, name, &case).await?);
        let requests = case.requests.iter();
        for asked in requests.filter(|asked| asked.is_for(kind, is_service)) {
            let answered = ask::ask(&host, asked).await;
            answered.map_err(|why| format!("{} {}: {why}", asked.method, asked.path))?;
        }
        Ok(())
    });
    runtime.shutdown_background();
    done
}
