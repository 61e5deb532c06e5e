//! `jsvm run`

use std::path::PathBuf;

use clap::Args;

use super::Usage;
use super::launch::launch;
use super::options::{Console, VmOptions};
use super::watch::watch;

/// Run a program: a module or a script
///
/// A file that ends in .mjs is a module and one that ends in .cjs is a script. One that ends in
/// .js is what "type" in the nearest package.json says. Any other is a module if it has import or
/// export declarations or an await at the top level.
///
/// Modules can be imported by relative or absolute path from the folder of the nearest
/// package.json, or else from the folder of the program, and below.
///
/// The program ends when nothing is left to do: no timer and no request. An exception or a promise
/// that is rejected and that nothing handles ends it at once.
///
/// It may read no files but its own modules, and no environment variables, unless that is allowed.
///
/// The exit code is what the program says with process.exit or process.exitCode, or else 0, or 1 if
/// it failed, or 2 if it could not be started, or 13 if it awaits at its top level what never comes.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm run app.js one two\n  \
    curl -s https://example.com/app.js | jsvm run - one two\n  \
    jsvm run --memory 32MiB --timeout 500ms untrusted.js\n  \
    jsvm run --allow-read=data --allow-env=HOME,LANG report.js\n  \
    jsvm run --watch app.js\n  \
    jsvm run --seed 1 --clock 2026-01-31T12:00:00Z reproducible.js")]
pub struct Run {
    /// The program, or - to read it from standard input
    file: PathBuf,

    /// Arguments for the program, which finds them in `scriptArgs` after its own name
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,

    /// Run it again whenever it or a module that it loads changes
    #[arg(long)]
    watch: bool,

    #[command(flatten)]
    vm: VmOptions,
}

impl Run {
    pub fn run(self) -> anyhow::Result<()> {
        if self.watch {
            if self.file.as_os_str() == "-" {
                let reason = "--watch: standard input cannot be read again";
                return Err(Usage(reason.into()).into());
            }
            return watch(&self.file);
        }
        let program = launch(&self.file, self.args, |root| {
            self.vm.session(root, Console::Both)
        })?;
        program.run()?;
        program.require_settled()?;
        let ended = program.session.exit();
        // The process ends: its memory need not be given back piece by piece.
        std::mem::forget(program);
        ended
    }
}
