//! The interpreter of the prompt: a VM that is replaced when it is lost.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use jsvm::{Error, InspectOptions, InterruptHandle, Snapshot, Value, VmBuilder};
use jsvm_node::Prompt;

use super::complete::NameCompleter;
use crate::command::modules::ModuleOptions;
use crate::command::options::{Console, VmOptions};
use crate::command::session::Session;
use crate::command::{output, report};

const HELP: &str = "\
.clear   Start again with a new VM
.exit    Leave, as Ctrl-D does
.help    Show this help
Ctrl-C   Stop the running code, or clear the input
Tab      Complete a name
_        The last value that was not undefined";

/// A VM that evaluates inputs, and is replaced when it is lost.
pub struct Interpreter {
    options: VmOptions,
    modules: ModuleOptions,
    /// The VM to start with, if not a fresh one.
    snapshot: Option<Snapshot>,
    vm: LiveVm,
    /// The number of inputs so far. Each input has its number in its name, so that an error in a
    /// function points into the input that defined it.
    inputs: u32,
    interrupt: Interrupt,
}

/// The current VM, and the prompt and the completion that belong to it.
struct LiveVm {
    session: Session,
    prompt: Prompt,
    names: NameCompleter,
}

/// What to do after an input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Read the next input.
    GoOn,
    /// Leave the prompt.
    Leave,
}

/// Stops the code that the interpreter runs.
#[derive(Clone, Default)]
pub struct Interrupt {
    running: Arc<AtomicBool>,
    vm: Arc<Mutex<Option<StopHandles>>>,
}

/// The handles that stop a running VM, and a waiting one.
type StopHandles = (InterruptHandle, Arc<Notify>);

impl Interrupt {
    /// Stops the current input, if one runs.
    pub fn interrupt(&self) {
        if self.running.load(Ordering::SeqCst) {
            self.stop();
        }
    }

    fn stop(&self) {
        if let Some((vm, wait)) = &*self.vm.lock().unwrap_or_else(PoisonError::into_inner) {
            vm.interrupt();
            wait.notify_one();
        }
    }

    /// Stops the code of a timer, which runs while the prompt waits for input.
    pub fn stop_timer(&self) {
        self.stop();
    }
}

impl LiveVm {
    fn new(
        options: &VmOptions,
        modules: &ModuleOptions,
        snapshot: Option<&Snapshot>,
        interrupt: &Interrupt,
    ) -> anyhow::Result<LiveVm> {
        let modules = modules.of(Path::new("."))?;
        let session = match snapshot {
            Some(snapshot) => {
                // As in the snapshot, names of modules do not depend on the folder.
                let modules = modules.relative_names();
                let restore = |builder: &VmBuilder| Ok(builder.restore(snapshot)?);
                options.session_with(modules, Console::Both, restore)?
            }
            None => options.session(modules, Console::Both)?,
        };
        let session = session.at_prompt();
        // A restored program may have replaced what shows whether code parses.
        let prompt = Prompt::new(&match snapshot {
            Some(_) => session.blank_vm()?,
            None => session.vm().clone(),
        })?;
        let names = NameCompleter::new(session.vm())?;
        let handle = (session.vm().interrupt_handle(), session.stop());
        *interrupt.vm.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle);
        Ok(LiveVm {
            session,
            prompt,
            names,
        })
    }
}

impl Interpreter {
    /// Creates an interpreter with a new VM.
    pub fn new(
        options: VmOptions,
        modules: ModuleOptions,
        snapshot: Option<Snapshot>,
    ) -> anyhow::Result<Interpreter> {
        let interrupt = Interrupt::default();
        let vm = LiveVm::new(&options, &modules, snapshot.as_ref(), &interrupt)?;
        Ok(Interpreter {
            options,
            modules,
            snapshot,
            vm,
            inputs: 0,
            interrupt,
        })
    }

    /// The handle that stops the interpreter from another thread.
    pub fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// Runs timers and requests until a future is ready. Their errors are printed.
    pub fn until<T>(&mut self, mut happens: impl AsyncFnMut() -> T) -> anyhow::Result<T> {
        loop {
            match self.vm.session.until(happens()) {
                Ok(happened) => return Ok(happened),
                Err(error) => self.report(&error)?,
            }
        }
    }

    /// Starts again.
    fn replace_vm(&mut self) -> anyhow::Result<()> {
        let snapshot = self.snapshot.as_ref();
        self.vm = LiveVm::new(&self.options, &self.modules, snapshot, &self.interrupt)?;
        Ok(())
    }

    /// Prints an error. A lost VM is replaced.
    fn report(&mut self, error: &Error) -> anyhow::Result<()> {
        self.vm.session.failed(error);
        if let Error::Gone(_) = error {
            output::print_error("jsvm: the VM is lost, and a new one was started");
            self.replace_vm()?;
        }
        Ok(())
    }

    /// Runs until no job, timer or request is left. Errors are printed.
    pub fn finish(&self) {
        let session = &self.vm.session;
        if let Err(error) = reporting(session, || session.run(&[]), || Ok(true)) {
            session.failed(&error);
        }
    }

    /// Whether input continues on the next line.
    pub fn is_incomplete(&self, input: &str) -> bool {
        self.vm.prompt.is_incomplete(input)
    }

    /// Returns where the word at the end of `before` starts, and its possible completions.
    pub fn complete(&self, before: &str) -> (usize, Vec<String>) {
        let names = self.vm.session.briefly(|_| self.vm.names.complete(before));
        names.unwrap_or((before.len(), Vec::new()))
    }

    /// Evaluates an input and prints its value or its error.
    pub fn evaluate(&mut self, input: &str) -> anyhow::Result<Next> {
        match input.trim() {
            "" => return Ok(Next::GoOn),
            ".exit" => return Ok(Next::Leave),
            ".help" => {
                output::print(HELP);
                return Ok(Next::GoOn);
            }
            ".clear" => {
                self.replace_vm()?;
                return Ok(Next::GoOn);
            }
            _ => {}
        }
        self.inputs += 1;
        self.interrupt.running.store(true, Ordering::SeqCst);
        let result = self.vm.evaluate(input, &format!("<repl {}>", self.inputs));
        self.interrupt.running.store(false, Ordering::SeqCst);
        // An interrupt that came too late must not stop the next input.
        let _ = self.vm.session.vm().global();
        if let Err(error) = result {
            self.report(&error)?;
            if let Error::Interrupted(_) = error {
                self.vm.session.discard_jobs();
            }
        }
        Ok(Next::GoOn)
    }
}

impl LiveVm {
    fn evaluate(&mut self, input: &str, name: &str) -> Result<(), Error> {
        let LiveVm {
            session,
            prompt,
            names,
        } = self;
        session.restart_clock();
        let code = prompt.read(input.trim_end()).with_variables();
        let mut value = session.eval(code.source(), name, &code.text)?;
        names.learn(input);
        if code.is_async {
            let awaited = value;
            // An exception of a timer does not end the wait.
            let is_pending = || awaited.is_pending();
            value = match reporting(session, || session.settled(&awaited, &[]), is_pending) {
                Err(Error::Unsettled) => {
                    output::print_error(
                        "jsvm: the awaited value never settles: no job, timer or request is left",
                    );
                    return Ok(());
                }
                settled => settled?,
            };
        }
        reporting(session, || session.run_until_waiting(&[]), || Ok(true))?;
        self.show(value)
    }

    fn show(&self, value: Value) -> Result<(), Error> {
        let colors = report::colors(&std::io::stdout());
        output::print(&value.inspect(InspectOptions::default().colors(colors))?);
        if !value.is_undefined() {
            // This fails if the program froze its global object.
            let _ = self.session.enter(|vm| vm.global()?.set("_", value));
        }
        Ok(())
    }
}

/// Reports exceptions and rejections and continues while there is something to run: they end a
/// program, but not a prompt.
fn reporting<T>(
    session: &Session,
    mut run: impl FnMut() -> Result<T, Error>,
    goes_on: impl Fn() -> Result<bool, Error>,
) -> Result<T, Error> {
    loop {
        match run() {
            Err(error @ Error::Rejection(_)) => drop(session.failed(&error)),
            Err(error @ Error::Exception(_)) if goes_on()? => drop(session.failed(&error)),
            result => return result,
        }
    }
}
