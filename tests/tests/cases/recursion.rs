//! Endless recursion of every kind is an error that the script can catch: each script of
//! `tests/cases/recursion` with the name of the error beside it.

use std::fs;
use std::path::Path;

use jsvm::Limits;
use jsvm_tests::{assert_usable, builder, cases};
use libtest_mimic::{Failed, Trial};

pub fn trials() -> Vec<Trial> {
    cases::golden("recursion", "js", run)
}

fn run(file: &Path) -> Result<String, Failed> {
    let vm = builder().limits(Limits::default().time(None)).build()?;
    let source = fs::read_to_string(file)?;
    let script = format!("try {{ {source} 'nothing was thrown' }} catch (e) {{ e.name }}");
    let caught = vm.eval(&script)?.to::<String>()?;
    assert_usable(&vm);
    // The text that it compiles is the last frame, or is too deep to be parsed: the size of frames decides.
    let is_either = ["RangeError", "SyntaxError"].contains(&&*caught);
    let caught = match file.file_stem().is_some_and(|stem| stem == "new-function") && is_either {
        true => "RangeError or SyntaxError".to_owned(),
        false => caught,
    };
    Ok(format!("{caught}\n"))
}
