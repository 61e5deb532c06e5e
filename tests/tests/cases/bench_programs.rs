//! The throughput programs of `bench/programs` compute what is recorded beside them: what is measured
//! is work that is done right. Each runs twice in one VM, since benchmarks run them again and again.

use std::fs;
use std::path::Path;

use jsvm::{Limits, Source, Vm};
use jsvm_tests::{builder, cases};
use libtest_mimic::{Failed, Trial};

pub fn trials() -> Vec<Trial> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bench/programs");
    let programs = cases::files(&folder, "js");
    assert!(!programs.is_empty(), "there are no programs");
    let trials = programs.into_iter().map(|file| {
        let name = file.file_stem().unwrap_or_default().display().to_string();
        Trial::test(format!("bench_programs/{name}"), move || check(&file))
    });
    trials.collect()
}

fn check(file: &Path) -> Result<(), Failed> {
    let vm = builder().limits(Limits::default().time(None)).build()?;
    let expected = fs::read_to_string(file.with_extension("expected"))?;
    let source = fs::read_to_string(file)?;
    vm.eval(Source::script(&source).file_name("program.js"))?;
    for run in ["first", "second"] {
        let checksum = checksum(&vm)?;
        if checksum != expected.trim() {
            let expected = expected.trim();
            return Err(format!("the {run} run gave {checksum} instead of {expected}").into());
        }
    }
    Ok(())
}

/// Runs the program until no job is left.
fn checksum(vm: &Vm) -> Result<String, Failed> {
    let mut result = vm.global()?.get("run")?.call(())?;
    vm.run_jobs()?;
    if result.is_undefined() {
        result = vm.global()?.get("result")?;
    }
    Ok(result.to_text()?)
}
