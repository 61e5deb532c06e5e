//! `jsvm eval`

use std::path::Path;

use clap::Args;
use jsvm::Error;
use jsvm_node::Prompt;

use super::modules::ModuleOptions;
use super::options::{Console, VmOptions};
use super::output;
use super::value_format::ValueFormat;

/// Evaluate code and print its value
///
/// The code is read as the prompt of `jsvm repl` reads it: it can use await and import
/// declarations, and an object literal needs no parentheses. The value is that of the last
/// statement, and a promise is awaited. Modules are imported from the current folder.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm eval '[1, 2, 3].map(x => x * x)'\n  \
    jsvm eval --json '{ now: new Date(0) }'\n  \
    jsvm eval \"(await import('./module.js')).default\"\n  \
    jsvm eval -- '-1'")]
pub struct Eval {
    /// Print the value as JSON. The console then prints to standard error
    #[arg(long)]
    json: bool,

    /// The code
    #[arg(allow_hyphen_values = true)]
    code: String,

    #[command(flatten)]
    modules: ModuleOptions,

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
        let session = self.vm.session(self.modules.of(Path::new("."))?, console)?;
        let prompt = Prompt::new(session.vm())?;
        let answer = ValueFormat::new(&session, self.json)?;

        let code = prompt.read(&self.code);
        let value = session.eval(code.source(), "<eval>", &code.text);
        let mut value = value.map_err(|error| session.failed(&error))?;
        let failed = |error| session.failed(&error);
        value = match session.settled(&value, &[]) {
            // A promise that code makes and never settles is a value too. JSON cannot represent it.
            Err(Error::Unsettled) if !code.is_async && !self.json => value,
            settled => settled.map_err(failed)?,
        };
        // Jobs that the code started run before its value is printed.
        session.run_until_waiting(&[]).map_err(failed)?;
        output::print(&answer.text(&session, &value)?);
        session.run(&[]).map_err(failed)?;
        let ended = session.exit();
        // The process is about to end: freeing the memory piece by piece would only take time.
        std::mem::forget(session);
        ended
    }
}
