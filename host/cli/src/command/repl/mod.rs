//! `jsvm repl`

mod complete;
mod interpreter;
mod terminal;

use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use clap::Args;
use jsvm::Snapshot;

use super::builtin::reserve_process;
use super::key::KeyOption;
use super::modules::ModuleOptions;
use super::options::VmOptions;
use super::output;
use super::reason::reason;
use super::snapshot_reader::SnapshotReader;
use super::usage::Usage;
use interpreter::{Interpreter, Next};

/// Read, evaluate and print line by line
///
/// Incomplete input continues on the next line. Tab completes names. The arrow keys and Ctrl-R find
/// earlier input, also from earlier sessions. `_` is the last value that was not undefined. Ctrl-C
/// stops the running code, Ctrl-D leaves.
///
/// await works at the top level. Modules are imported from the current folder, by import
/// declarations as well as by import(). Timers fire while the prompt waits.
///
/// Piped input is evaluated as if it were typed. The time limit applies to each input.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm repl\n  \
    jsvm repl --memory 64MiB --timeout 5s\n  \
    jsvm repl --restore app.snap\n  \
    jsvm repl < session.txt")]
pub struct Repl {
    /// Where to keep the history [default: jsvm_history in the user's state folder]
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,

    /// Start with the VM of a snapshot. .clear starts with it again
    #[arg(long, value_name = "SNAPSHOT")]
    restore: Option<PathBuf>,

    #[command(flatten)]
    key: KeyOption,

    #[command(flatten)]
    modules: ModuleOptions,

    #[command(flatten)]
    vm: VmOptions,
}

impl Repl {
    pub fn run(self) -> anyhow::Result<()> {
        let snapshot = match &self.restore {
            Some(path) => Some(self.snapshot(path)?),
            None => None,
        };
        // The prompt reads standard input, and Ctrl-C stops what it evaluates.
        reserve_process();
        let interpreter = Interpreter::new(self.vm, self.modules, snapshot)?;
        if std::io::stdin().is_terminal() {
            terminal::run(interpreter, self.history)
        } else {
            run_piped(interpreter)
        }
    }
}

impl Repl {
    /// Reads the snapshot to start with.
    fn snapshot(&self, path: &Path) -> anyhow::Result<Snapshot> {
        let key = self.key.key()?;
        let frozen = SnapshotReader {
            key: key.as_ref(),
            memory: self.vm.memory(),
            parents: "--restore",
        };
        let (snapshot, _) = frozen.read(path)?;
        frozen.require_complete(path, &snapshot)?;
        frozen.require_this_engine(path, &snapshot)?;
        Ok(snapshot)
    }
}

/// Evaluates input from a pipe or a file.
fn run_piped(mut interpreter: Interpreter) -> anyhow::Result<()> {
    let mut input = String::new();
    let mut stdin = std::io::stdin().lock();
    for number in 1.. {
        // The process at the other end may wait for the answer before it writes more input.
        output::flush();
        let read = stdin
            .read_line(&mut input)
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::InvalidData => Usage(format!(
                    "cannot read standard input: line {number} is not valid UTF-8"
                )),
                _ => Usage(format!("cannot read standard input: {}", reason(&error))),
            })?;
        let at_end = read == 0;
        if !at_end && interpreter.is_incomplete(&input) {
            continue;
        }
        if interpreter.evaluate(&std::mem::take(&mut input))? == Next::Leave {
            return Ok(());
        }
        if at_end {
            break;
        }
    }
    interpreter.finish();
    Ok(())
}
