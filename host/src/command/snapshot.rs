//! `jsvm snapshot`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::builtin::install;
use super::call::EXPORTS;
use super::frozen::Frozen;
use super::key::KeyOption;
use super::launch::{Launched, launch};
use super::modules;
use super::options::{Console, VmOptions};
use super::output;
use super::save::{NO_SNAPSHOT, SaveOptions};
use super::settle::pending;
use super::target::Target;

/// Run a program until nothing is left to run, and freeze it
///
/// The program is found and run as `jsvm run` does it. When no job is left, the whole VM goes into
/// the snapshot: every value, functions that wait in an await or a yield, promises that nobody has
/// settled yet. `jsvm restore` goes on from there. A program that fails leaves no snapshot, and an
/// older one as it was.
///
/// Names in the snapshot are relative to the folder of the modules (that of the nearest
/// package.json, or else of the program): it is the same wherever the program is, and `jsvm
/// restore` finds modules that are imported later in a folder of its own choice.
///
/// The exit code is 0, or 1 if the program failed or the snapshot could not be written, or 2 if
/// the program could not be started.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm snapshot counter.js -o counter.snap\n  \
    jsvm snapshot --request approve order.js 1815 -o order.snap\n  \
    jsvm snapshot app.mjs -o app.snap --small --meta version=7 -- --verbose\n  \
    jsvm snapshot app.js -o app.delta --since library.snap\n  \
    jsvm snapshot app.js -o - --key-file key | ssh host jsvm restore - --key-file key")]
pub struct Snapshot {
    /// The program, or - to read it from standard input
    file: PathBuf,

    /// Arguments for the program, which finds them in `scriptArgs` after its own name; after -- if
    /// they look like flags
    args: Vec<String>,

    /// Where to write the snapshot, or - for standard output; what the console prints then goes to
    /// standard error
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Give the program a function of this name that returns a promise, which `jsvm restore
    /// --settle` settles; can be repeated
    #[arg(long, value_name = "NAME")]
    request: Vec<String>,

    /// Freeze as soon as there is nothing left to do but to wait, with timers and requests in
    /// flight: `jsvm restore` goes on waiting for them
    #[arg(long)]
    on_pending: bool,

    /// Store only what differs from another snapshot. If that is itself relative to others, name
    /// these before it, oldest first
    #[arg(long, value_name = "SNAPSHOT")]
    since: Vec<PathBuf>,

    #[command(flatten)]
    key: KeyOption,

    #[command(flatten)]
    save: SaveOptions,

    #[command(flatten)]
    vm: VmOptions,
}

impl Snapshot {
    pub fn run(self) -> anyhow::Result<()> {
        let target = Target::new(&self.output)?;
        target.spare(&self.file, "this is the program itself")?;
        for since in &self.since {
            target.spare(since, "the snapshot would be relative to what it replaces")?;
        }
        let key = self.key.key()?;
        let frozen = Frozen {
            key: key.as_ref(),
            memory: self.vm.memory(),
            parents: "--since",
        };
        let since = frozen.read_parents(&self.since)?;
        if let Some((path, snapshot)) = &since {
            frozen.require_this_engine(path, snapshot)?;
        }

        let console = if target.is_stdout() {
            Console::Stderr
        } else {
            Console::Both
        };
        let start = |folder: &Path| {
            let modules = modules::around(folder)?.relative_names();
            let session = self.vm.session_with(modules, console, |builder| {
                let builder = builder.clone();
                let builder = self.request.iter().fold(builder, |b, name| b.request(name));
                let vm = builder.build()?;
                install(&vm)?;
                Ok(vm)
            })?;
            session.forbid_exit(NO_SNAPSHOT);
            Ok(session)
        };
        let program = launch(&self.file, self.args, start)?;
        if self.on_pending {
            program.run_until_waiting()?;
        } else {
            program.run()?;
        }
        let Launched {
            session,
            value,
            is_module,
            ..
        } = program;
        if is_module {
            session.vm().set_root(EXPORTS, &value)?;
        }
        drop(value);
        let since = since.map(|(_, snapshot)| snapshot);
        self.save.save(
            &session,
            &target,
            since.as_ref(),
            &BTreeMap::new(),
            key.as_ref(),
        )?;
        if self.on_pending && session.is_waiting()? {
            output::print_error(&pending(&session)?);
        }
        let ended = session.exit();
        // The process ends: its memory need not be given back piece by piece.
        std::mem::forget(session);
        ended
    }
}
