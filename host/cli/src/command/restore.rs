//! `jsvm restore`

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use jsvm::{Error, Value, Vm};
use jsvm_node::Prompt;

use super::call::{Arguments, EXPORTS, Function};
use super::destination::Target;
use super::engine_option::EngineOption;
use super::exit::Exit;
use super::key::KeyOption;
use super::modules;
use super::options::{Console, VmOptions};
use super::output;
use super::progress::Progress;
use super::save::{NO_SNAPSHOT, SaveOptions};
use super::session::Session;
use super::settle::{Settlement, pending, settle, still_pending};
use super::snapshot_reader::SnapshotReader;
use super::value_format::ValueFormat;

/// Continue from a snapshot: settle requests, evaluate code or call a function
///
/// Applies --settle and --reject, runs everything that can run, then does --eval or --call and
/// everything that follows from it. With -o the result is frozen again. The output can be the file
/// that was restored; it is replaced only if everything succeeded.
///
/// Code is read as by `jsvm eval`, and its value is printed. A function is an export of the
/// program's module, or else a global variable; its result is awaited. With -o, a value that is
/// still pending is not printed.
///
/// A snapshot can be restored any number of times, with different random numbers each time unless
/// --resume is given. Limits and permissions are those of this command line, not those of the
/// frozen VM.
///
/// The exit code is 0; 1 if something failed in the VM or the new snapshot could not be written; 2
/// if the snapshot could not be restored; 13 if a top-level await still waits and nothing else was
/// asked for.
#[derive(Args)]
#[command(group = ArgGroup::new("code").args(["eval", "call"]))]
#[command(after_help = "Examples:\n  \
    jsvm restore counter.snap --eval 'next()'\n  \
    jsvm restore counter.snap --call next -o counter.snap\n  \
    jsvm restore shop.snap --call cart.add tea 3 '{ \"gift\": true }'\n  \
    jsvm restore order.snap --settle 1=true -o order.snap\n  \
    jsvm restore old.snap --engine engines/\n  \
    jsvm restore step2.delta --parent base.snap --parent step1.delta -o step3.delta --delta")]
pub struct Restore {
    /// The snapshot, or - to read it from standard input
    file: PathBuf,

    /// Arguments for the function of --call. Each is JSON, or else a string; after -- if they look
    /// like flags
    #[arg(requires = "call", allow_negative_numbers = true)]
    args: Vec<String>,

    /// Evaluate code and print its value
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    eval: Option<String>,

    /// Call a function, or a method as in object.name, and print its result
    #[arg(long, value_name = "NAME")]
    call: Option<String>,

    /// Print the value as JSON. The console then prints to standard error
    #[arg(long, requires = "code")]
    json: bool,

    /// Fulfil a pending request with a value: JSON, or else a string; can be repeated
    #[arg(long, value_name = "ID=VALUE", value_parser = Settlement::parse)]
    settle: Vec<Settlement>,

    /// Reject a pending request with an error; can be repeated
    #[arg(long, value_name = "ID=MESSAGE", value_parser = Settlement::parse)]
    reject: Vec<Settlement>,

    /// Continue with the same random numbers. A program that had a --seed needs it again, unless the
    /// snapshot is sealed
    #[arg(long)]
    resume: bool,

    /// A snapshot that this one is relative to; can be repeated, oldest first
    #[arg(long, value_name = "SNAPSHOT")]
    parent: Vec<PathBuf>,

    /// The folder of modules that are imported from now on
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    modules: PathBuf,

    #[command(flatten)]
    engine: EngineOption,

    #[command(flatten)]
    key: KeyOption,

    /// Where to write a snapshot afterwards, or - for standard output. Everything else then goes to
    /// standard error
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Store only what changed since the snapshot that was restored
    #[arg(long, requires = "output")]
    delta: bool,

    /// Freeze as soon as the program only waits, with timers and requests in flight
    #[arg(long, requires = "output")]
    on_pending: bool,

    #[command(flatten)]
    save: SaveOptions,

    #[command(flatten)]
    vm: VmOptions,
}

impl Restore {
    pub fn run(self) -> anyhow::Result<()> {
        let target = self.target()?;
        let key = self.key.key()?;
        let frozen = SnapshotReader {
            key: key.as_ref(),
            memory: self.vm.memory(),
            parents: "--parent",
        };
        let waiting = Progress::new(format!("restoring {}", self.file.display()));
        let parent = frozen.read_parents(&self.parent)?;
        let (snapshot, _) = frozen.read(&self.file)?;
        let snapshot = frozen.join(&self.file, snapshot, parent.as_ref())?;
        frozen.require_complete(&self.file, &snapshot)?;
        let engine = self.engine.of(&self.file, &snapshot)?;

        let takes_stdout = target.as_ref().is_some_and(Target::is_stdout);
        let console = if self.json || takes_stdout {
            Console::Stderr
        } else {
            Console::Both
        };
        let modules = modules::below(&self.modules)?.relative_names();
        let session = self.vm.session_on(&engine, modules, console, |builder| {
            let vm = if self.resume {
                builder.resume(&snapshot)
            } else {
                builder.restore(&snapshot)
            };
            vm.map_err(|error| match error {
                Error::Snapshot(error) => frozen.explain(&self.file, &error).into(),
                error => error.into(),
            })
        })?;

        if target.is_some() {
            session.forbid_exit(NO_SNAPSHOT);
        }
        drop(waiting);
        let answer = self.go_on(&session, target.is_some())?;
        if let Some(target) = &target {
            let since = self.delta.then_some(&snapshot);
            let metadata = snapshot.metadata();
            self.save
                .save(&session, target, since, metadata, key.as_ref())?;
            if self.on_pending && session.is_waiting()? {
                output::print_error(&pending(&session)?);
            }
        }
        // A reader of this output can rely on the new snapshot.
        match answer {
            Some(text) if takes_stdout => output::print_error(&text),
            Some(text) => output::print(&text),
            None => {}
        }
        let ended = session.exit();
        // The process is about to end: freeing the memory piece by piece would only take time.
        std::mem::forget(session);
        ended
    }

    fn target(&self) -> anyhow::Result<Option<Target>> {
        let Some(output) = &self.output else {
            return Ok(None);
        };
        let target = Target::new(output)?;
        let why = "cannot overwrite a snapshot that the new one is relative to";
        for path in &self.parent {
            target.protect(path, why)?;
        }
        if self.delta {
            target.protect(&self.file, why)?;
        }
        Ok(Some(target))
    }

    /// Applies the options in the VM. Returns the text of the value of `--eval` or `--call`, which
    /// is printed once the VM is frozen again.
    fn go_on(&self, session: &Session, will_freeze: bool) -> anyhow::Result<Option<String>> {
        let blank = session.blank_vm()?;
        let arguments = Arguments::new(&blank)?;
        settle(session.vm(), &self.settle, &self.reject, &arguments)?;
        // The rejection of the module's own promise is reported as its error.
        let module = session.vm().roots().get(EXPORTS)?;
        let module: Vec<&Value> = module.iter().collect();
        let failed = |error| session.failed(&error);
        session.run_until_waiting(&module).map_err(failed)?;
        let mut text = None;
        if let Some((value, awaited)) = self.evaluate(session, &blank, &arguments)? {
            let own: Vec<&Value> = module.iter().copied().chain([&value]).collect();
            session.run_until_waiting(&own).map_err(failed)?;
            let value = match value.is_promise()? {
                true => self.await_value(session, &value, &own, awaited || self.json)?,
                _ => Some(value),
            };
            if let Some(value) = value {
                text = Some(ValueFormat::new(session, self.json)?.text(session, &value)?);
            }
        }
        if !will_freeze && let Some(text) = text.take() {
            output::print(&text);
        }
        if self.on_pending {
            // Writing JSON may have run methods that started new jobs.
            session.run_until_waiting(&module).map_err(failed)?;
        } else {
            session.run(&module).map_err(failed)?;
        }
        let nothing_asked = self.eval.is_none() && self.call.is_none() && !will_freeze;
        if nothing_asked {
            let mut is_unsettled = false;
            for promise in &module {
                is_unsettled |= promise.is_pending()?;
            }
            let waits = still_pending(session)?;
            match (&waits, is_unsettled) {
                (Some(requests), _) => output::print_error(&format!(
                    "Warning: the program still waits for {requests}. Settle with --settle ID=VALUE"
                )),
                (None, true) => {
                    output::print_error("Warning: unsettled top-level await in the program");
                }
                (None, false) => {}
            }
            if is_unsettled {
                return Err(Exit::UNSETTLED.into());
            }
        }
        Ok(text)
    }

    /// Waits for a value. With `--on-pending` a pending value is left to the next restore.
    fn await_value(
        &self,
        session: &Session,
        value: &Value,
        own: &[&Value],
        is_needed: bool,
    ) -> anyhow::Result<Option<Value>> {
        let is_pending = value.is_pending()?;
        let settled = if self.on_pending && is_pending {
            Err(Error::Unsettled)
        } else {
            session.settled(value, own)
        };
        match settled {
            Ok(value) => Ok(Some(value)),
            // A promise that code makes and never settles is a value too.
            Err(Error::Unsettled) if !is_needed => Ok(Some(value.clone())),
            Err(Error::Unsettled) if self.output.is_some() => {
                output::print_error("jsvm: the value is not printed: its promise is still pending");
                Ok(None)
            }
            Err(error) => Err(session.failed(&error)),
        }
    }

    /// Evaluates the code or calls the function. Also returns whether the value is awaited.
    fn evaluate(
        &self,
        session: &Session,
        blank: &Vm,
        arguments: &Arguments,
    ) -> anyhow::Result<Option<(Value, bool)>> {
        let (value, awaited) = match (&self.eval, &self.call) {
            (Some(code), _) => {
                let code = Prompt::new(blank)?.read(code);
                (
                    session.eval(code.source(), "<eval>", &code.text),
                    code.is_async,
                )
            }
            (None, Some(name)) => {
                let function = Function::find(session, blank, name)?;
                let args = self.args.iter().map(|text| arguments.read(text));
                let args = args.collect::<Result<_, _>>()?;
                (function.call(session, args), true)
            }
            (None, None) => return Ok(None),
        };
        Ok(Some((
            value.map_err(|error| session.failed(&error))?,
            awaited,
        )))
    }
}
