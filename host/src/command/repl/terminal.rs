//! The prompt at a terminal.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{
    Cmd, CompletionType, ConditionalEventHandler, Config, Context, Editor, Event, EventContext,
    EventHandler, ExternalPrinter, Helper, Highlighter, Hinter, KeyCode, KeyEvent, Modifiers,
    RepeatCount,
};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::interpreter::{Interpreter, Interrupt, Next};
use crate::command::output;

/// How many inputs are kept for later sessions.
const HISTORY: usize = 2_000;

/// How long the program has to stop for Ctrl-C before it is stopped.
const GRACE: Duration = Duration::from_millis(100);

/// What whoever reads what is typed wants from the interpreter, which is busy with timers
/// meanwhile, in another thread.
enum Ask {
    Evaluate(String, Reply<anyhow::Result<Next>>),
    IsIncomplete(String, Reply<bool>),
    Complete(String, Reply<(usize, Vec<String>)>),
    /// Ctrl-C at the prompt.
    Interrupt(Reply<()>),
}

type Reply<T> = mpsc::SyncSender<T>;

/// Reads and evaluates until the user leaves.
pub fn run(mut interpreter: Interpreter, history: Option<PathBuf>) -> anyhow::Result<()> {
    let interrupt = interpreter.interrupt();
    ctrlc::set_handler({
        let interrupt = interrupt.clone();
        move || interrupt.interrupt()
    })?;
    let (asks, mut asked) = unbounded_channel();
    let assistant = Assistant { asks };
    let mut editor = editor(assistant.clone(), history.or_else(default_history))?;
    // Where there is none, lines of timers go between what is typed.
    let mut printer = editor
        .editor
        .create_external_printer()
        .ok()
        .map(|mut printer| {
            Box::new(move |text| drop(printer.print(text))) as Box<dyn FnMut(String) + Send>
        });
    output::print(&format!(
        "jsvm {}: .help shows what there is, Ctrl-D leaves",
        env!("CARGO_PKG_VERSION")
    ));
    let reader = std::thread::Builder::new()
        .name("reader".into())
        .spawn(move || editor.read(&assistant, &interrupt))?;
    loop {
        output::divert(printer.take());
        let ask = interpreter.until(async || asked.recv().await);
        printer = output::divert(None);
        // Nobody is left to be told if it cannot be sent.
        let _ = match ask? {
            Some(Ask::Evaluate(input, reply)) => reply.send(interpreter.evaluate(&input)).is_ok(),
            Some(Ask::IsIncomplete(input, reply)) => {
                reply.send(interpreter.is_incomplete(&input)).is_ok()
            }
            Some(Ask::Complete(before, reply)) => reply.send(interpreter.complete(&before)).is_ok(),
            Some(Ask::Interrupt(reply)) => reply.send(()).is_ok(),
            None => break,
        };
    }
    reader.join().unwrap_or(Ok(()))
}

/// Reads what is typed.
struct Reader {
    editor: Editor<Assistant, DefaultHistory>,
    history: Option<PathBuf>,
}

fn editor(assistant: Assistant, history: Option<PathBuf>) -> anyhow::Result<Reader> {
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .max_history_size(HISTORY)?
        .build();
    let mut editor = Editor::<Assistant, DefaultHistory>::with_config(config)?;
    let tab = KeyEvent(KeyCode::Tab, Modifiers::NONE);
    editor.bind_sequence(tab, EventHandler::Conditional(Box::new(Indent)));
    editor.set_helper(Some(assistant));
    if let Some(path) = &history {
        if let Some(folder) = path.parent() {
            let _ = std::fs::create_dir_all(folder);
        }
        // There is none yet the first time.
        let _ = editor.load_history(path);
    }
    Ok(Reader { editor, history })
}

impl Reader {
    fn read(mut self, assistant: &Assistant, interrupt: &Interrupt) -> anyhow::Result<()> {
        let mut interrupts = 0;
        loop {
            match self.editor.readline("> ") {
                Ok(input) => {
                    interrupts = 0;
                    remember(&mut self.editor, &input, self.history.as_deref());
                    let next = assistant.ask(|reply| Ask::Evaluate(input, reply));
                    if next.transpose()? != Some(Next::GoOn) {
                        return Ok(());
                    }
                }
                Err(ReadlineError::Interrupted) => {
                    // The first clears the line, and stops a timer that runs. Who goes on wants
                    // out.
                    interrupts += 1;
                    if interrupts > 1 {
                        output::print("(Ctrl-D leaves)");
                    }
                    let (reply, answer) = mpsc::sync_channel(1);
                    let sent = assistant.asks.send(Ask::Interrupt(reply));
                    if sent.is_ok() && answer.recv_timeout(GRACE).is_err() {
                        interrupt.stop_timer();
                    }
                }
                Err(ReadlineError::Eof) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }
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
#[derive(Clone, Helper, Highlighter, Hinter)]
struct Assistant {
    asks: UnboundedSender<Ask>,
}

impl Assistant {
    /// Asks the interpreter. Nothing if it is gone.
    fn ask<T>(&self, ask: impl FnOnce(Reply<T>) -> Ask) -> Option<T> {
        let (reply, answer) = mpsc::sync_channel(1);
        self.asks.send(ask(reply)).ok()?;
        answer.recv().ok()
    }
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let input = context.input().to_owned();
        let is_incomplete = self.ask(|reply| Ask::IsIncomplete(input, reply));
        Ok(if is_incomplete.unwrap_or(false) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
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
        let before = line[..position].to_owned();
        let found = self.ask(|reply| Ask::Complete(before, reply));
        Ok(found.unwrap_or((position, Vec::new())))
    }
}
