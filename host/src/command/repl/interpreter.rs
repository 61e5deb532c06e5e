//! What the prompt talks to.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use jsvm::{Error, InspectOptions, InterruptHandle, PromiseState, Value};

use super::complete::Names;
use crate::command::options::{Console, VmOptions};
use crate::command::prompt::Prompt;
use crate::command::session::Session;
use crate::command::{output, report};

const HELP: &str = "\
.clear   Start again with a new VM
.exit    Leave (as Ctrl-D does)
.help    Show this
Ctrl-C   Stop what runs, or forget what is typed
Tab      Complete a name
_        The last value but undefined";

/// A VM to talk to, which is replaced when it is gone.
pub struct Interpreter {
    options: VmOptions,
    vm: Live,
    /// How many inputs there were: the number is in the name of each, so that an error in a
    /// function points into the input that defined it.
    inputs: u32,
    interrupt: Interrupt,
}

struct Live {
    session: Session,
    prompt: Prompt,
    names: Names,
}

/// What to do after an input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Ask for another.
    GoOn,
    /// The user wants to leave.
    Leave,
}

/// Stops what the interpreter runs.
#[derive(Clone, Default)]
pub struct Interrupt {
    running: Arc<AtomicBool>,
    vm: Arc<Mutex<Option<Stop>>>,
}

/// What stops a VM that runs, and one that waits.
type Stop = (InterruptHandle, Arc<Notify>);

impl Interrupt {
    /// Stops it if something runs.
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

    /// Stops what a timer runs while nothing was typed.
    pub fn stop_timer(&self) {
        self.stop();
    }
}

impl Live {
    fn new(options: &VmOptions, interrupt: &Interrupt) -> anyhow::Result<Live> {
        let session = options.session(Path::new("."), Console::Both)?.at_prompt();
        let prompt = Prompt::new(session.vm())?;
        let names = Names::new(session.vm())?;
        let handle = (session.vm().interrupt_handle(), session.stop());
        *interrupt.vm.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle);
        Ok(Live {
            session,
            prompt,
            names,
        })
    }
}

impl Interpreter {
    /// An interpreter with a new VM.
    pub fn new(options: VmOptions) -> anyhow::Result<Interpreter> {
        let interrupt = Interrupt::default();
        let vm = Live::new(&options, &interrupt)?;
        Ok(Interpreter {
            options,
            vm,
            inputs: 0,
            interrupt,
        })
    }

    /// What stops it, from another thread.
    pub fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// Lets timers fire and requests end until something happens. Whatever goes wrong in them is
    /// printed.
    pub fn until<T>(&mut self, mut happens: impl AsyncFnMut() -> T) -> anyhow::Result<T> {
        loop {
            match self.vm.session.until(happens()) {
                Ok(happened) => return Ok(happened),
                Err(error) => self.report(&error)?,
            }
        }
    }

    /// Prints what went wrong. A VM that is gone is replaced.
    fn report(&mut self, error: &Error) -> anyhow::Result<()> {
        self.vm.session.failed(error);
        if let Error::Gone(_) = error {
            output::print_error("jsvm: this was the end of the VM; here is a new one");
            self.vm = Live::new(&self.options, &self.interrupt)?;
        }
        Ok(())
    }

    /// Runs until nothing is left to do: timers too, and what was asked for. Whatever goes wrong
    /// in it is printed.
    pub fn finish(&self) {
        let session = &self.vm.session;
        if let Err(error) = reporting(session, || session.run(&[]), || Ok(true)) {
            session.failed(&error);
        }
    }

    /// Whether input goes on in the next line.
    pub fn is_incomplete(&self, input: &str) -> bool {
        self.vm.prompt.is_incomplete(input)
    }

    /// Where the word before the end of `before` starts, and the words it can become.
    pub fn complete(&self, before: &str) -> (usize, Vec<String>) {
        let names = self.vm.session.briefly(|_| self.vm.names.complete(before));
        names.unwrap_or((before.len(), Vec::new()))
    }

    /// Evaluates an input and prints its value. Whatever goes wrong in it is printed too.
    pub fn evaluate(&mut self, input: &str) -> anyhow::Result<Next> {
        match input.trim() {
            "" => return Ok(Next::GoOn),
            ".exit" => return Ok(Next::Leave),
            ".help" => {
                output::print(HELP);
                return Ok(Next::GoOn);
            }
            ".clear" => {
                self.vm = Live::new(&self.options, &self.interrupt)?;
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
        }
        Ok(Next::GoOn)
    }
}

impl Live {
    fn evaluate(&mut self, input: &str, name: &str) -> Result<(), Error> {
        let Live {
            session,
            prompt,
            names,
        } = self;
        session.restart_clock();
        let code = prompt.read(input.trim_end());
        let mut value = code.evaluate(session, name)?;
        names.learn(input);
        if code.is_async {
            let awaited = value;
            // What a timer throws is not what is awaited.
            let is_pending = || Ok(awaited.promise_state()? == Some(PromiseState::Pending));
            value = match reporting(session, || session.settled(&awaited, &[]), is_pending) {
                Err(Error::Unsettled) => {
                    output::print_error("jsvm: nothing is left to run that could end the await");
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
        output::print(&value.inspect(InspectOptions {
            colors,
            ..Default::default()
        })?);
        if !value.is_undefined() {
            // A program that froze its global object goes without.
            let _ = self.session.enter(|vm| vm.global()?.set("_", value));
        }
        Ok(())
    }
}

/// Reports what was thrown or rejected and goes on, as long as there is something to go on with:
/// it ends a program, but not a session.
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
