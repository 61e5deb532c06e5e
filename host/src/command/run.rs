//! `jsvm run`

use std::path::PathBuf;

use clap::Args;
use jsvm::PromiseState;

use super::launch::{Launched, launch};
use super::options::{Console, VmOptions};
use super::{Failed, output};

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
/// The exit code is 0, or 1 if the program failed, or 2 if it could not be started.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm run app.js one two\n  \
    jsvm run app.tsx\n  \
    curl -s https://example.com/app.js | jsvm run - one two\n  \
    jsvm run --memory 32MiB --timeout 500ms untrusted.js\n  \
    jsvm run --seed 1 --clock 2026-01-31T12:00:00Z reproducible.js")]
pub struct Run {
    /// The program, or - to read it from standard input
    file: PathBuf,

    /// Arguments for the program, which finds them in `scriptArgs` after its own name
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,

    #[command(flatten)]
    vm: VmOptions,
}

impl Run {
    pub fn run(self) -> anyhow::Result<()> {
        let Launched {
            session,
            value,
            is_module,
        } = launch(&self.file, self.args, |folder| {
            self.vm.session(folder, Console::Both)
        })?;
        if is_module && value.promise_state()? == Some(PromiseState::Pending) {
            output::print_error(
                "jsvm: the program ended while its top-level await was still waiting",
            );
            return Err(Failed.into());
        }
        // The process ends: its memory need not be given back piece by piece.
        std::mem::forget(session);
        Ok(())
    }
}
