//! `jsvm eval`

use std::path::Path;

use clap::Args;
use jsvm::{InspectOptions, PromiseState, Value};

use super::options::{Console, VmOptions};
use super::prompt::Prompt;
use super::session::Session;
use super::{Failed, output, report};

/// Evaluate code and print its value
///
/// The code is read as the prompt of `jsvm repl` reads it: it can use await, and an object needs
/// no parentheses. The value is that of the last statement. Modules in the current folder can be
/// imported with import().
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm eval '[1, 2, 3].map(x => x * x)'\n  \
    jsvm eval --json '{ now: new Date(0) }'\n  \
    jsvm eval \"(await import('./module.js')).default\"\n  \
    jsvm eval -- '-1'")]
pub struct Eval {
    /// Print the value as JSON; what the console prints then goes to standard error
    #[arg(long)]
    json: bool,

    /// The code
    #[arg(allow_hyphen_values = true)]
    code: String,

    #[command(flatten)]
    vm: VmOptions,
}

impl Eval {
    pub fn run(self) -> anyhow::Result<()> {
        let console = if self.json {
            Console::Stderr
        } else {
            Console::Both
        };
        let session = self.vm.session(Path::new("."), console)?;
        let prompt = Prompt::new(session.vm())?;
        // Taken before the code can replace it.
        let stringify = session.vm().global()?.get("JSON")?.get("stringify")?;

        let code = prompt.read(&self.code);
        let value = code.evaluate(&session, "<eval>");
        let mut value = value.map_err(|error| session.failed(&error))?;
        if !session
            .finish(code.is_async.then_some(&value))
            .map_err(|error| session.failed(&error))?
        {
            return Err(Failed.into());
        }
        // A promise has no form as JSON.
        if code.is_async || self.json {
            value = settled(value)?;
        }
        if self.json {
            print_json(&session, &stringify, &value)?;
        } else {
            let colors = report::colors(&std::io::stdout());
            output::print(&value.inspect(InspectOptions {
                colors,
                ..Default::default()
            })?);
        }
        // The process ends: its memory need not be given back piece by piece.
        std::mem::forget(session);
        Ok(())
    }
}

/// What a promise was fulfilled with; any other value as it is.
fn settled(value: Value) -> anyhow::Result<Value> {
    match value.promise_state()? {
        None => Ok(value),
        // One that was rejected was reported already, unless a handler had it.
        Some(PromiseState::Fulfilled | PromiseState::Rejected) => Ok(value.promise_result()?),
        Some(PromiseState::Pending) => {
            output::print_error("jsvm: the program ended while its value was still awaited");
            Err(Failed.into())
        }
    }
}

fn print_json(session: &Session, stringify: &Value, value: &Value) -> anyhow::Result<()> {
    let json = session.enter(|_| stringify.call((value,)));
    let json = json.map_err(|error| session.failed(&error))?;
    if json.is_undefined() {
        output::print_error(
            "jsvm: the value has no form as JSON: it is undefined, a function or a symbol",
        );
        return Err(Failed.into());
    }
    output::print(&json.to_text()?);
    Ok(())
}
