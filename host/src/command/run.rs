//! `jsvm run`

use std::path::PathBuf;

use clap::Args;

use super::Usage;
use super::launch::launch;
use super::options::{Console, VmOptions};
use super::watch::watch;

/// Run a program: a module or a script
///
/// The program can be JavaScript, TypeScript (.ts, .mts, .cts), either with JSX (.jsx, .tsx), or a
/// folder whose package.json names its "main" file.
///
/// What ends in .mjs or .mts is an ES module, and what ends in .cjs or .cts is CommonJS. Anything else
/// is what "type" in the nearest package.json says, or else a module if it has import or export
/// declarations or an await at the top level. What is no ES module and does not use require,
/// exports, module, __filename or __dirname is a script.
///
/// Modules and packages are found as Node finds them, in the nearest folder at or above the program
/// that has a package.json, a node_modules or a .git, or in the workspace that this is a part of.
/// Nothing outside of it is loaded.
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
    jsvm run app.tsx\n  \
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
