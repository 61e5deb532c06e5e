//! `jsvm snapshot`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::builtin::install;
use super::call::EXPORTS;
use super::destination::Target;
use super::key::KeyOption;
use super::launch::{Launched, launch};
use super::modules::ModuleOptions;
use super::options::{Console, VmOptions};
use super::output;
use super::save::{NO_SNAPSHOT, SaveOptions};
use super::settle::pending;
use super::snapshot_reader::SnapshotReader;

/// Run a program until nothing is left to run, and freeze it into a file
///
/// The program is found and run as by `jsvm run`. When no job is left, the snapshot stores the
/// whole VM: every value, functions suspended in an await or a yield, pending promises. `jsvm
/// restore` continues from there. If the program fails, no snapshot is written, and an existing
/// file is kept.
///
/// File names in the snapshot are relative to the folder of the modules: that of the nearest
/// package.json, or else of the program. So a snapshot does not depend on where the program was.
/// `jsvm restore --modules` sets the folder of modules that are imported later.
///
/// The exit code is 0; 1 if the program failed or the snapshot could not be written; 2 if the
/// program could not be started.
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

    /// Arguments for the program, in `scriptArgs` after its own name; after -- if they look like
    /// flags
    args: Vec<String>,

    /// Where to write the snapshot, or - for standard output. The console then prints to standard
    /// error
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Give the program a function of this name. It returns a promise that `jsvm restore --settle`
    /// settles; can be repeated
    #[arg(long, value_name = "NAME")]
    request: Vec<String>,

    /// Freeze as soon as the program only waits, with timers and requests in flight. `jsvm restore`
    /// continues to wait for them
    #[arg(long)]
    on_pending: bool,

    /// Store only the difference to another snapshot. If that snapshot is a delta, name its parents
    /// before it, oldest first
    #[arg(long, value_name = "SNAPSHOT")]
    since: Vec<PathBuf>,

    #[command(flatten)]
    key: KeyOption,

    #[command(flatten)]
    save: SaveOptions,

    #[command(flatten)]
    modules: ModuleOptions,

    #[command(flatten)]
    vm: VmOptions,
}

impl Snapshot {
    pub fn run(self) -> anyhow::Result<()> {
        let target = Target::new(&self.output)?;
        target.protect(&self.file, "cannot overwrite the program itself")?;
        for since in &self.since {
            target.protect(since, "cannot overwrite the snapshot that --since names")?;
        }
        let key = self.key.key()?;
        let frozen = SnapshotReader {
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
            let modules = self.modules.of(folder)?.relative_names();
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
            session.vm().roots().set(EXPORTS, &value)?;
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
        // The process is about to end: freeing the memory piece by piece would only take time.
        std::mem::forget(session);
        ended
    }
}
