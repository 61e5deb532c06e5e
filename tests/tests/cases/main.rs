//! Tests made of files in `tests/cases`: an input and the expected output beside it. `BLESS=1` writes the
//! outputs anew.
//!
//! The name of a test is that of its folder and file. They are one program, since each would link the
//! whole runtime.
#![allow(missing_docs, clippy::unwrap_used)]

/// Tests by their names.
macro_rules! trials {
    ($($name:ident),* $(,)?) => {
        vec![$(Trial::test(concat!("link/", stringify!($name)), || {
            $name();
            Ok(())
        })),*]
    };
}

mod bench_programs;
mod declare;
mod engine_suite;
mod inspect;
mod link;
mod packages;
mod program;
mod recursion;
mod resume;
mod survival;
mod web;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    if let Some(code) = survival::part() {
        return code;
    }
    let suite = match engine_suite::trials() {
        Ok(suite) => suite,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let trials: Vec<Trial> = [
        bench_programs::trials(),
        declare::trials(),
        suite,
        inspect::trials(),
        link::trials(),
        packages::trials(),
        program::trials(),
        recursion::trials(),
        resume::trials(),
        survival::trials(),
        web::trials(),
    ]
    .into_iter()
    .flatten()
    .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
