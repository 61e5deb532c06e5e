//! Arguments, and which verb runs.

mod completions;
mod component;
mod eval;
mod options;
mod repl;
mod report;
mod run;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Run JavaScript in a sandbox of WebAssembly.
#[derive(Parser)]
#[command(
    name = "jsvm",
    version,
    max_term_width = 100,
    after_help = "Examples:\n  \
        jsvm run app.js one two        run a program with arguments\n  \
        echo 'console.log(1)' | jsvm run -\n  \
        jsvm eval '[1, 2, 3].map(x => x * x)'\n  \
        jsvm eval --json '({ now: new Date(0) })'\n  \
        jsvm run --memory 32MiB --timeout 500ms untrusted.js\n  \
        jsvm repl"
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
    Component(component::Component),
    Completions(completions::Completions),
}

/// The command was used wrongly: exit code 2.
#[derive(Debug)]
pub struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// The program failed and its error has been printed: exit code 1.
#[derive(Debug)]
pub struct Failed;

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the program failed")
    }
}

impl std::error::Error for Failed {}

impl Cli {
    /// Runs the verb.
    pub fn run(self) -> ExitCode {
        let result = match self.verb {
            Verb::Run(verb) => verb.run(),
            Verb::Eval(verb) => verb.run(),
            Verb::Repl(verb) => verb.run(),
            Verb::Component(verb) => verb.run(),
            Verb::Completions(verb) => verb.run(),
        };
        // What was printed must be out before the process ends.
        let flushed = std::io::stdout().flush();
        match result {
            Ok(()) if flushed.is_ok() => ExitCode::SUCCESS,
            Ok(()) => ExitCode::FAILURE,
            Err(error) if error.is::<Failed>() => ExitCode::FAILURE,
            Err(error) => {
                eprintln!("jsvm: {error:#}");
                ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
            }
        }
    }
}
