//! Arguments, and which verb runs.

mod answer;
mod call;
mod completions;
mod component;
mod eval;
mod excerpt;
mod frozen;
mod inspect;
mod key;
mod launch;
mod modules;
mod options;
mod output;
mod program;
mod prompt;
mod repl;
mod report;
mod restore;
mod run;
mod save;
mod session;
mod settle;
mod snapshot;
mod target;
mod usage;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use usage::Usage;

/// Run JavaScript in a sandbox of WebAssembly.
#[derive(Parser)]
#[command(
    name = "jsvm",
    version,
    max_term_width = 100,
    after_help = "Examples:\n  \
        jsvm run app.js one two                     Run a program with arguments\n  \
        echo 'console.log(1)' | jsvm run -          Run what another command writes\n  \
        jsvm eval '[1, 2, 3].map(x => x * x)'       Print the value of an expression\n  \
        jsvm run --memory 32MiB --timeout 500ms untrusted.js\n  \
        jsvm repl                                   Try things out\n  \
        jsvm snapshot app.js -o app.snap            Freeze a program that waits\n  \
        jsvm restore app.snap --eval 'f()'          Go on from there\n\n\
        Each command has its own examples: jsvm run --help"
)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Run(run::Run),
    Eval(eval::Eval),
    Repl(repl::Repl),
    Snapshot(snapshot::Snapshot),
    Restore(restore::Restore),
    Inspect(inspect::Inspect),
    Component(component::Component),
    Completions(completions::Completions),
}

/// The program failed and its error has been printed: exit code 1.
#[derive(Debug, thiserror::Error)]
#[error("the program failed")]
pub struct Failed;

/// Does what the command line says.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage::explain(&error),
    };
    let result = match cli.verb {
        Verb::Run(verb) => verb.run(),
        Verb::Eval(verb) => verb.run(),
        Verb::Repl(verb) => verb.run(),
        Verb::Snapshot(verb) => verb.run(),
        Verb::Restore(verb) => verb.run(),
        Verb::Inspect(verb) => verb.run(),
        Verb::Component(verb) => verb.run(),
        Verb::Completions(verb) => verb.run(),
    };
    output::flush();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<Failed>() => ExitCode::FAILURE,
        Err(error) => {
            output::print_error(&format!("jsvm: {error:#}"));
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}
