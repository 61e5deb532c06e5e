//! `jsvm restore`

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use jsvm::{Error, PromiseState, Value, Vm};

use super::answer::Answer;
use super::call::{Arguments, EXPORTS, Function};
use super::frozen::Frozen;
use super::key::KeyOption;
use super::modules;
use super::options::{Console, VmOptions};
use super::progress::Waiting;
use super::prompt::Prompt;
use super::save::{NO_SNAPSHOT, SaveOptions};
use super::session::Session;
use super::settle::{Outcome, pending, settle};
use super::target::Target;
use super::{Exit, output};

/// Go on from a snapshot: settle what it waits for, evaluate code or call a function in it
///
/// First what --settle and --reject say is done, then whatever can run does, then --eval or --call
/// and all that follows from it. With -o the result is frozen again; that can be the same file,
/// which is replaced when everything went well, and only then.
///
/// Code is read as `jsvm eval` reads it, and the value is printed. A function is found among what
/// the program exports, if it is a module, or else among the global variables; what it returns is
/// awaited. With -o nobody needs to wait: a value that is still awaited is not printed then.
///
/// Each snapshot can be restored any number of times; each time the random numbers are others,
/// unless --resume says that this is the one that goes on. What the VM may use is what is said
/// here, not what it could use before it was frozen.
///
/// The exit code is 0, or 1 if something failed in the VM or the new snapshot could not be
/// written, or 2 if the snapshot could not be restored.
#[derive(Args)]
#[command(group = ArgGroup::new("code").args(["eval", "call"]))]
#[command(after_help = "Examples:\n  \
    jsvm restore counter.snap --eval 'next()'\n  \
    jsvm restore counter.snap --call next -o counter.snap\n  \
    jsvm restore shop.snap --call cart.add tea 3 '{ \"gift\": true }'\n  \
    jsvm restore order.snap --settle 1=true -o order.snap\n  \
    jsvm restore step2.delta --parent base.snap --parent step1.delta -o step3.delta --delta")]
pub struct Restore {
    /// The snapshot, or - to read it from standard input
    file: PathBuf,

    /// Arguments for the function of --call: each is read as JSON if it is that, and else as a
    /// string; after -- if they look like flags
    #[arg(requires = "call", allow_negative_numbers = true)]
    args: Vec<String>,

    /// Evaluate code and print its value
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    eval: Option<String>,

    /// Call a function, or a method as in object.name, and print what it returns
    #[arg(long, value_name = "NAME")]
    call: Option<String>,

    /// Print the value as JSON; what the console prints then goes to standard error
    #[arg(long, requires = "code")]
    json: bool,

    /// Fulfil a request that is pending with a value, read as the arguments of --call are; can be
    /// repeated
    #[arg(long, value_name = "ID=VALUE", value_parser = Outcome::parse)]
    settle: Vec<Outcome>,

    /// Reject a request that is pending with an error; can be repeated
    #[arg(long, value_name = "ID=MESSAGE", value_parser = Outcome::parse)]
    reject: Vec<Outcome>,

    /// Go on with the very same random numbers
    #[arg(long)]
    resume: bool,

    /// A snapshot that this one is relative to; can be repeated, oldest first
    #[arg(long, value_name = "SNAPSHOT")]
    parent: Vec<PathBuf>,

    /// The folder of modules that are imported from now on
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    modules: PathBuf,

    #[command(flatten)]
    key: KeyOption,

    /// Where to write a snapshot afterwards, or - for standard output; what is printed then goes
    /// to standard error
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Store only what changed since the snapshot that was restored
    #[arg(long, requires = "output")]
    delta: bool,

    /// Freeze as soon as there is nothing left to do but to wait, with timers and requests in
    /// flight, rather than when all is done
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
        let frozen = Frozen {
            key: key.as_ref(),
            memory: self.vm.memory(),
            parents: "--parent",
        };
        let waiting = Waiting::new(format!("restoring {}", self.file.display()));
        let parent = frozen.read_parents(&self.parent)?;
        let (snapshot, _) = frozen.read(&self.file)?;
        let snapshot = frozen.join(&self.file, snapshot, parent.as_ref())?;
        frozen.require_complete(&self.file, &snapshot)?;
        frozen.require_this_engine(&self.file, &snapshot)?;

        let takes_stdout = target.as_ref().is_some_and(Target::is_stdout);
        let console = if self.json || takes_stdout {
            Console::Stderr
        } else {
            Console::Both
        };
        let modules = modules::below(&self.modules)?.relative_names();
        let session = self.vm.session_with(modules, console, |builder| {
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
        // Whoever reads it can rely on the new snapshot.
        match answer {
            Some(text) if takes_stdout => output::print_error(&text),
            Some(text) => output::print(&text),
            None => {}
        }
        let ended = session.exit();
        // The process ends: its memory need not be given back piece by piece.
        std::mem::forget(session);
        ended
    }

    fn target(&self) -> anyhow::Result<Option<Target>> {
        let Some(output) = &self.output else {
            return Ok(None);
        };
        let target = Target::new(output)?;
        let why = "this is needed to restore the snapshot that would replace it";
        for path in &self.parent {
            target.spare(path, why)?;
        }
        if self.delta {
            target.spare(&self.file, why)?;
        }
        Ok(Some(target))
    }

    /// Does what is to be done in the VM. Returns the text of the value that was asked for, to be
    /// printed when the VM is frozen again.
    fn go_on(&self, session: &Session, will_freeze: bool) -> anyhow::Result<Option<String>> {
        let blank = session.blank_vm()?;
        let arguments = Arguments::new(&blank)?;
        settle(session.vm(), &self.settle, &self.reject, &arguments)?;
        // A module that failed at last has thrown its error, and not some promise in it.
        let module = session.vm().root(EXPORTS)?;
        let module: Vec<&Value> = module.iter().collect();
        let failed = |error| session.failed(&error);
        session.run_until_waiting(&module).map_err(failed)?;
        let mut text = None;
        if let Some((value, awaited)) = self.evaluate(session, &blank, &arguments)? {
            let own: Vec<&Value> = module.iter().copied().chain([&value]).collect();
            session.run_until_waiting(&own).map_err(failed)?;
            let value = match value.promise_state()? {
                Some(_) if awaited || self.json => self.await_value(session, &value, &own)?,
                _ => Some(value),
            };
            if let Some(value) = value {
                text = Some(Answer::new(session, self.json)?.text(session, &value)?);
            }
        }
        if !will_freeze && let Some(text) = text.take() {
            output::print(&text);
        }
        if self.on_pending {
            // To write JSON runs methods.
            session.run_until_waiting(&module).map_err(failed)?;
        } else {
            session.run(&module).map_err(failed)?;
        }
        let nothing_asked = self.eval.is_none() && self.call.is_none() && !will_freeze;
        if nothing_asked && session.vm().unsettled_requests()?.is_empty() {
            for promise in module {
                if promise.promise_state()? == Some(PromiseState::Pending) {
                    output::print_error("Warning: unsettled top-level await in the program");
                    return Err(Exit::UNSETTLED.into());
                }
            }
        }
        Ok(text)
    }

    /// Waits for a value, unless that can be done by whoever restores the next snapshot.
    fn await_value(
        &self,
        session: &Session,
        value: &Value,
        own: &[&Value],
    ) -> anyhow::Result<Option<Value>> {
        let is_pending = value.promise_state()? == Some(PromiseState::Pending);
        let settled = if self.on_pending && is_pending {
            Err(Error::Unsettled)
        } else {
            session.settled(value, own)
        };
        match settled {
            Ok(value) => Ok(Some(value)),
            Err(Error::Unsettled) if self.output.is_some() => {
                output::print_error("jsvm: the value is still awaited");
                Ok(None)
            }
            Err(error) => Err(session.failed(&error)),
        }
    }

    /// Evaluates the code or calls the function. Returns whether the value is awaited, too.
    fn evaluate(
        &self,
        session: &Session,
        blank: &Vm,
        arguments: &Arguments,
    ) -> anyhow::Result<Option<(Value, bool)>> {
        let (value, awaited) = match (&self.eval, &self.call) {
            (Some(code), _) => {
                let code = Prompt::new(blank)?.read(code);
                (code.evaluate(session, "<eval>"), code.is_async)
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
