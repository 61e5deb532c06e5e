//! What `console` writes: each script of `tests/cases/inspect` with its output beside it.

use std::fs;
use std::path::Path;

use jsvm::{FixedClock, Source};
use jsvm_tests::{Console, builder, cases};
use libtest_mimic::{Failed, Trial};

pub fn trials() -> Vec<Trial> {
    cases::golden("inspect", "js", run)
}

fn run(file: &Path) -> Result<String, Failed> {
    let console = Console::default();
    // Times and random numbers are the same every time.
    let vm = console
        .attach(builder())
        .clock(FixedClock::default())
        .seed(1)
        .build()?;
    let source = fs::read_to_string(file)?;
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or("its name is not Unicode")?;
    let result = vm
        .eval(Source::script(&source).file_name(name))
        .and_then(|_| vm.run_jobs());
    let mut output = String::new();
    for (level, text) in console.take() {
        // Ordinary output as it is, anything else with its level.
        for line in text.split('\n') {
            if level != "log" {
                output += &format!("{level}: ");
            }
            output += line;
            output.push('\n');
        }
    }
    if let Err(error) = result {
        output += &format!("thrown: {error}\n");
    }
    Ok(output)
}
