//! The command line: its commands, and the exit code of the process.

mod access_log;
mod build;
mod builtin;
mod call;
mod completions;
mod component;
mod cpu_time;
mod destination;
mod engine_option;
mod escape;
mod eval;
mod excerpt;
mod exit;
mod flow;
mod hint;
mod inspect;
mod key;
mod launch;
mod link;
mod mcp;
mod modules;
mod new;
mod options;
mod output;
mod permissions;
mod program;
mod progress;
mod reason;
mod repl;
mod report;
mod restore;
mod run;
mod save;
mod serve;
mod services;
mod session;
mod settle;
mod snapshot;
mod snapshot_reader;
mod test;
mod types;
mod usage;
mod value_format;
mod warm;
mod watch;
mod wit;
mod wit_packages;
mod world_call;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use self::exit::Exit;
use self::usage::Usage;

/// Run JavaScript in a WebAssembly sandbox.
#[derive(Parser)]
#[command(
    name = "jsvm",
    version,
    max_term_width = 100,
    after_help = "Examples:\n  \
        jsvm run app.js one two                     Run a program with arguments\n  \
        echo 'console.log(1)' | jsvm run -          Run the output of another command\n  \
        jsvm eval '[1, 2, 3].map(x => x * x)'       Print the value of an expression\n  \
        jsvm run --memory 32MiB --timeout 500ms untrusted.js\n  \
        jsvm test                                   Run the tests below this folder\n  \
        jsvm serve app.js --addr 127.0.0.1:8080     Serve HTTP with its fetch handler\n  \
        jsvm repl                                   Evaluate line by line\n  \
        jsvm snapshot app.js -o app.snap            Freeze a program that waits\n  \
        jsvm restore app.snap --eval 'f()'          Continue from the snapshot\n  \
        jsvm build server.js -o server.wasm         Make a file for wasmtime serve\n\n\
        Each command has its own examples: jsvm run --help"
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Run(run::Run),
    Test(test::Test),
    Serve(serve::Serve),
    Eval(eval::Eval),
    Repl(repl::Repl),
    Snapshot(snapshot::Snapshot),
    Restore(restore::Restore),
    Inspect(inspect::Inspect),
    New(new::New),
    Build(build::Build),
    Component(component::Component),
    Flow(flow::Flow),
    Mcp(mcp::Mcp),
    Types(types::Types),
    Completions(completions::Completions),
    #[command(hide = true)]
    CompileComponent(link::CompileComponent),
}

/// Runs the command of the command line.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage::explain(&error),
    };
    let result = match cli.verb {
        Verb::Run(verb) => verb.run(),
        Verb::Test(verb) => verb.run(),
        Verb::Serve(verb) => verb.run(),
        Verb::Eval(verb) => verb.run(),
        Verb::Repl(verb) => verb.run(),
        Verb::Snapshot(verb) => verb.run(),
        Verb::Restore(verb) => verb.run(),
        Verb::Inspect(verb) => verb.run(),
        Verb::New(verb) => verb.run(),
        Verb::Build(verb) => verb.run(),
        Verb::Component(verb) => verb.run(),
        Verb::Flow(verb) => verb.run(),
        Verb::Mcp(verb) => verb.run(),
        Verb::Types(verb) => verb.run(),
        Verb::Completions(verb) => verb.run(&mut Cli::command()),
        Verb::CompileComponent(verb) => verb.run(),
    };
    permissions::env::print_denied();
    services::close_stores();
    output::flush();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if let Some(Exit(code)) = error.downcast_ref() {
                return ExitCode::from(*code);
            }
            let text = format!("jsvm: {error:#}");
            output::print_error(&escape::lines(&text));
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}
