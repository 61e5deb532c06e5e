//! The prompt at a terminal.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{
    Cmd, CompletionType, ConditionalEventHandler, Config, Context, Editor, Event, EventContext,
    EventHandler, Helper, Highlighter, Hinter, KeyCode, KeyEvent, Modifiers, RepeatCount,
};

use super::interpreter::{Interpreter, Next};
use crate::command::output;

/// How many inputs are kept for later sessions.
const HISTORY: usize = 2_000;

/// Reads and evaluates until the user leaves.
pub fn run(interpreter: Interpreter, history: Option<PathBuf>) -> anyhow::Result<()> {
    let interrupt = interpreter.interrupt();
    ctrlc::set_handler(move || interrupt.interrupt())?;
    let interpreter = Rc::new(RefCell::new(interpreter));
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .max_history_size(HISTORY)?
        .build();
    let mut editor = Editor::<Assistant, DefaultHistory>::with_config(config)?;
    let tab = KeyEvent(KeyCode::Tab, Modifiers::NONE);
    editor.bind_sequence(tab, EventHandler::Conditional(Box::new(Indent)));
    editor.set_helper(Some(Assistant {
        interpreter: interpreter.clone(),
    }));
    let history = history.or_else(default_history);
    if let Some(path) = &history {
        if let Some(folder) = path.parent() {
            let _ = std::fs::create_dir_all(folder);
        }
        // There is none yet the first time.
        let _ = editor.load_history(path);
    }

    output::print(&format!(
        "jsvm {}: .help shows what there is, Ctrl-D leaves",
        env!("CARGO_PKG_VERSION")
    ));
    let mut interrupts = 0;
    loop {
        match editor.readline("> ") {
            Ok(input) => {
                interrupts = 0;
                remember(&mut editor, &input, history.as_deref());
                if interpreter.borrow_mut().evaluate(&input)? == Next::Leave {
                    break;
                }
            }
            Err(ReadlineError::Interrupted) => {
                // The first clears the line. Who goes on wants out.
                interrupts += 1;
                if interrupts > 1 {
                    output::print("(Ctrl-D leaves)");
                }
            }
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn default_history() -> Option<PathBuf> {
    let folder = |variable| std::env::var_os(variable).filter(|value| !value.is_empty());
    let state = folder("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.or_else(|| Some(Path::new(&folder("HOME")?).join(".local/state")))?;
    Some(state.join("jsvm_history"))
}

/// Adds an input to the history, at once in the file too: a session may end in any way.
fn remember(editor: &mut Editor<Assistant, DefaultHistory>, input: &str, history: Option<&Path>) {
    let added = editor.add_history_entry(input.trim_end()).unwrap_or(false);
    if let Some(path) = history
        && added
    {
        // Where it cannot be written, this session still has it.
        let _ = editor.append_history(path);
    }
}

/// Tab where nothing stands before it in its line is a tab, as in text that is pasted.
struct Indent;

impl ConditionalEventHandler for Indent {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let before = &context.line()[..context.pos()];
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.trim().is_empty().then_some(Cmd::SelfInsert(1, '\t'))
    }
}

/// Knows when input is complete, and completes names.
#[derive(Helper, Highlighter, Hinter)]
struct Assistant {
    interpreter: Rc<RefCell<Interpreter>>,
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(
            if self.interpreter.borrow().is_incomplete(context.input()) {
                ValidationResult::Incomplete
            } else {
                ValidationResult::Valid(None)
            },
        )
    }
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.interpreter.borrow().complete(&line[..position]))
    }
}
