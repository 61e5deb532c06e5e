//! `jsvm run`

use std::path::PathBuf;

use clap::Args;
use jsvm::{PromiseState, Source};

use super::options::{Console, VmOptions};
use super::package::Package;
use super::program::Program;
use super::session::Session;
use super::{Failed, output};

/// Run a program: a module or a script
///
/// A file that ends in .mjs is a module and one that ends in .cjs is a script. One that ends in
/// .js is what "type" in the nearest package.json says. Any other is a module if it has import or
/// export declarations or an await at the top level.
///
/// Modules can be imported by relative or absolute path from the folder of the nearest
/// package.json, or else from the folder of the program, and below.
///
/// The exit code is 0, or 1 if the program failed, or 2 if it could not be started.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm run app.js one two\n  \
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
        let program = Program::read(&self.file)?;
        let package = Package::find(&program.folder);
        let root = package.as_ref().map_or(&*program.folder, Package::folder);
        let session = self.vm.session(root, Console::Both)?;
        let is_module = self.is_module(&program, package.as_ref(), &session)?;

        let mut args = vec![program.name.clone()];
        args.extend(self.args);
        session.vm().global()?.set("scriptArgs", args)?;

        let source = if is_module {
            Source::module
        } else {
            Source::script
        };
        let value = session.eval(source(&program.text), &program.name, &program.text);
        let value = value.map_err(|error| session.failed(&error))?;
        if !session
            .finish(is_module.then_some(&value))
            .map_err(|error| session.failed(&error))?
        {
            return Err(Failed.into());
        }
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

    fn is_module(
        &self,
        program: &Program,
        package: Option<&Package>,
        session: &Session,
    ) -> anyhow::Result<bool> {
        let extension = self
            .file
            .extension()
            .and_then(|extension| extension.to_str());
        match (extension, package) {
            (Some("mjs"), _) => return Ok(true),
            (Some("cjs"), _) => return Ok(false),
            (Some("js"), Some(package)) => {
                if let Some(is_module) = package.is_module(session.vm())? {
                    return Ok(is_module);
                }
            }
            _ => {}
        }
        Ok(program.may_be_module() && session.enter(|vm| vm.detect_module(&program.text))?)
    }
}
