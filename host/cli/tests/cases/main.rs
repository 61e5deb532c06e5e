//! Tests of the program `jsvm` that are made of files: scripts of commands with the expected output, the
//! commands of the documentation, and the programs of `examples/http`. `BLESS=1` writes outputs anew.
#![allow(missing_docs, clippy::unwrap_used)]

mod cli;
mod docs;
mod examples;
#[allow(dead_code, reason = "other tests use all of it")]
#[path = "../program/make.rs"]
mod make;
#[allow(dead_code, reason = "other tests use all of it")]
#[path = "../program/run.rs"]
mod run;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    // The client of the examples is made without one; it is there once for a process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut trials = cli::trials();
    trials.extend(docs::trials());
    trials.extend(examples::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
