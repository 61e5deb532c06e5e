//! `jsvm repl`

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::Args;
use jsvm::{Error, InspectOptions, KeyFilter, OwnKey, Source, Value, Vm};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{Context, Editor, Helper, Highlighter, Hinter, Validator};

use super::options::VmOptions;
use super::report::{self, Sources};

const NAME: &str = "<repl>";

/// Read, evaluate and print line by line
///
/// Input that is not complete goes on in the next line. Tab completes names; `_` is the last
/// value. Ctrl-C stops what runs, Ctrl-D ends.
#[derive(Args)]
pub struct Repl {
    #[command(flatten)]
    vm: VmOptions,

    /// Where to keep the history [default: jsvm_history in the user's state folder]
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
}

impl Repl {
    pub fn run(self) -> anyhow::Result<()> {
        let vm = self.vm.builder()?.build()?;
        let interrupt = vm.interrupt_handle();
        ctrlc::set_handler(move || interrupt.interrupt())?;
        let mut editor = Editor::<Names, DefaultHistory>::new()?;
        editor.set_helper(Some(Names { vm: vm.clone() }));
        let history = self.history.or_else(default_history);
        if let Some(path) = &history {
            // None yet, the first time.
            let _ = editor.load_history(path);
        }
        if std::io::stdin().is_terminal() {
            println!("jsvm {} - Ctrl-D to leave", env!("CARGO_PKG_VERSION"));
        }
        let mut input = String::new();
        loop {
            match editor.readline(if input.is_empty() { "> " } else { "... " }) {
                Ok(line) => {
                    input.push_str(&line);
                    input.push('\n');
                    if evaluate(&vm, &input)? {
                        let _ = editor.add_history_entry(input.trim_end());
                        input.clear();
                    }
                }
                Err(ReadlineError::Interrupted) => input.clear(),
                Err(ReadlineError::Eof) => break,
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(path) = history {
            if let Some(folder) = path.parent() {
                let _ = std::fs::create_dir_all(folder);
            }
            // Not worth failing for.
            let _ = editor.save_history(&path);
        }
        Ok(())
    }
}

fn default_history() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).or_else(|| {
        std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"))
    })?;
    Some(state.join("jsvm_history"))
}

/// Evaluates input and prints its value. Returns `false` if the input is not complete.
fn evaluate(vm: &Vm, input: &str) -> anyhow::Result<bool> {
    if input.trim().is_empty() {
        return Ok(true);
    }
    let sources = Sources { name: NAME, text: input };
    // `{ a: 1 }` is an object at a prompt, not a block.
    let object = format!("({})", input.trim());
    let source = if input.trim_start().starts_with('{') && compiles(vm, &object) {
        &object
    } else {
        input
    };
    match vm.eval(Source::script(source).file_name(NAME)) {
        Ok(value) => {
            let colors = report::colors(&std::io::stdout());
            println!("{}", value.inspect(InspectOptions { colors, ..Default::default() })?);
            vm.global()?.set("_", value)?;
        }
        Err(error) if is_incomplete(&error, input) => return Ok(false),
        Err(error @ Error::Gone(_)) => return Err(error.into()),
        Err(error) => {
            report::failure(&error, &sources);
        }
    }
    match report::finish(vm, &sources) {
        Err(error) if error.is::<Error>() => Err(error),
        _ => Ok(true),
    }
}

/// Whether source parses as a script. Nothing of it runs.
fn compiles(vm: &Vm, source: &str) -> bool {
    let function = vm.global().and_then(|global| global.get("Function"));
    function.is_ok_and(|function| function.call((format!("return {source}"),)).is_ok())
}

/// Whether the parser wanted more where the input ended. Source that does not parse has not run.
fn is_incomplete(error: &Error, input: &str) -> bool {
    let Some(exception) = error.exception() else { return false };
    if exception.name != "SyntaxError" {
        return false;
    }
    let Some(place) = exception.location() else { return false };
    let text = input.trim_end();
    let last = text.lines().last().unwrap_or_default();
    let end = (text.lines().count() as u32, last.chars().count() as u32);
    place.file == NAME && (place.line, place.column) > end
}

/// Completes names of globals and of properties.
#[derive(Helper, Highlighter, Hinter, Validator)]
struct Names {
    vm: Vm,
}

impl Completer for Names {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let before = &line[..position];
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.');
        let start = before.rfind(|c| !is_name(c)).map_or(0, |index| {
            index + before[index..].chars().next().map_or(0, char::len_utf8)
        });
        let (path, prefix) = before[start..].rsplit_once('.').unwrap_or(("", &before[start..]));
        let names = self.names(path, prefix).unwrap_or_default();
        Ok((position - prefix.len(), names))
    }
}

impl Names {
    /// Names that start with `prefix` in the object at `path`.
    fn names(&self, path: &str, prefix: &str) -> Result<Vec<String>, Error> {
        let mut object = self.vm.global()?;
        for name in path.split('.').filter(|name| !name.is_empty()) {
            object = object.get(name)?;
        }
        let prototype_of = self.vm.global()?.get("Object")?.get("getPrototypeOf")?;
        let mut names = Vec::new();
        // Its own properties and those that it inherits.
        while !object.is_null() && !object.is_undefined() {
            for key in object.keys(KeyFilter::STRINGS | KeyFilter::HIDDEN)? {
                if let OwnKey::Text(name) = key
                    && name.starts_with(prefix)
                    && is_identifier(&name)
                {
                    names.push(name);
                }
            }
            object = prototype_of.call((&object,)).unwrap_or(Value::NULL);
        }
        names.sort();
        names.dedup();
        Ok(names)
    }
}

fn is_identifier(name: &str) -> bool {
    let is_start = |c: char| c.is_alphabetic() || c == '_' || c == '$';
    name.chars().next().is_some_and(is_start)
        && name.chars().all(|c| is_start(c) || c.is_numeric())
}
