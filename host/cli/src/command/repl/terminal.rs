//! The prompt at a terminal.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{
    Cmd, CompletionType, ConditionalEventHandler, Config, Context, Editor, Event, EventContext,
    EventHandler, ExternalPrinter, Helper, Highlighter, Hinter, KeyCode, KeyEvent, Modifiers,
    RepeatCount, Validator,
};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::interpreter::{Interpreter, Interrupt, Next};
use crate::command::output;

/// The number of inputs that the history keeps.
const HISTORY: usize = 2_000;

/// The time after Ctrl-C until a timer's code is stopped.
const GRACE: Duration = Duration::from_millis(100);

/// Requests from the line editor to the interpreter, which runs timers on another thread meanwhile.
enum EditorRequest {
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
    let (sender, mut requests) = unbounded_channel();
    let assistant = Assistant { requests: sender };
    let mut editor = editor(assistant.clone(), history.or_else(default_history))?;
    // If there is no printer, lines of timers mix with the input.
    let mut printer = editor
        .editor
        .create_external_printer()
        .ok()
        .map(|mut printer| {
            Box::new(move |text| drop(printer.print(text))) as Box<dyn FnMut(String) + Send>
        });
    output::print(&format!(
        "jsvm {}: .help shows the commands, Ctrl-D leaves",
        env!("CARGO_PKG_VERSION")
    ));
    let reader = std::thread::Builder::new()
        .name("reader".into())
        .spawn(move || editor.read(&assistant, &interrupt))?;
    loop {
        output::divert(printer.take());
        let request = interpreter.until(async || requests.recv().await);
        printer = output::divert(None);
        // If the reply cannot be sent, the editor is gone.
        let _ = match request? {
            Some(EditorRequest::Evaluate(input, reply)) => {
                reply.send(interpreter.evaluate(&input)).is_ok()
            }
            Some(EditorRequest::IsIncomplete(input, reply)) => {
                reply.send(interpreter.is_incomplete(&input)).is_ok()
            }
            Some(EditorRequest::Complete(before, reply)) => {
                reply.send(interpreter.complete(&before)).is_ok()
            }
            Some(EditorRequest::Interrupt(reply)) => reply.send(()).is_ok(),
            None => break,
        };
    }
    reader.join().unwrap_or(Ok(()))
}

/// Reads input from the terminal.
struct LineReader {
    editor: Editor<Assistant, DefaultHistory>,
    history: Option<PathBuf>,
}

fn editor(assistant: Assistant, history: Option<PathBuf>) -> anyhow::Result<LineReader> {
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
        // The file does not exist before the first session.
        let _ = editor.load_history(path);
    }
    Ok(LineReader { editor, history })
}

impl LineReader {
    fn read(mut self, assistant: &Assistant, interrupt: &Interrupt) -> anyhow::Result<()> {
        let mut interrupts = 0;
        loop {
            match self.input(assistant) {
                Ok(input) => {
                    interrupts = 0;
                    remember(&mut self.editor, &input, self.history.as_deref());
                    let next = assistant.request(|reply| EditorRequest::Evaluate(input, reply));
                    if next.transpose()? != Some(Next::GoOn) {
                        return Ok(());
                    }
                }
                Err(ReadlineError::Interrupted) => {
                    // The first Ctrl-C clears the line and stops a timer that runs. With the
                    // second, the user wants to leave.
                    interrupts += 1;
                    if interrupts > 1 {
                        output::print("(Ctrl-D leaves)");
                    }
                    let (reply, answer) = mpsc::sync_channel(1);
                    let sent = assistant.requests.send(EditorRequest::Interrupt(reply));
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

impl LineReader {
    /// Reads lines until the input is complete.
    fn input(&mut self, assistant: &Assistant) -> rustyline::Result<String> {
        let mut input = self.editor.readline("> ")?;
        while assistant.is_incomplete(&input) {
            let line = self.editor.readline("... ")?;
            input.push('\n');
            input.push_str(&line);
        }
        Ok(input)
    }
}

fn default_history() -> Option<PathBuf> {
    let folder = |variable| std::env::var_os(variable).filter(|value| !value.is_empty());
    let state = folder("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.or_else(|| Some(Path::new(&folder("HOME")?).join(".local/state")))?;
    Some(state.join("jsvm_history"))
}

/// Adds an input to the history, and at once to its file, because a session may end at any time.
fn remember(editor: &mut Editor<Assistant, DefaultHistory>, input: &str, history: Option<&Path>) {
    let added = editor.add_history_entry(input.trim_end()).unwrap_or(false);
    if let Some(path) = history
        && added
    {
        // If the file cannot be written, this session still has the input.
        let _ = editor.append_history(path);
    }
}

/// Inserts a tab instead of completing where the line is empty, as in pasted text.
struct Indent;

impl ConditionalEventHandler for Indent {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let before = &context.line()[..context.pos()];
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.trim().is_empty().then_some(Cmd::SelfInsert(1, '\t'))
    }
}

/// Checks with the interpreter whether input is complete, and completes names.
#[derive(Clone, Helper, Highlighter, Hinter, Validator)]
struct Assistant {
    requests: UnboundedSender<EditorRequest>,
}

impl Assistant {
    /// Sends a request to the interpreter and waits for the reply. Returns `None` if it is gone.
    fn request<T>(&self, request: impl FnOnce(Reply<T>) -> EditorRequest) -> Option<T> {
        let (reply, answer) = mpsc::sync_channel(1);
        self.requests.send(request(reply)).ok()?;
        answer.recv().ok()
    }

    fn is_incomplete(&self, input: &str) -> bool {
        let input = input.to_owned();
        self.request(|reply| EditorRequest::IsIncomplete(input, reply))
            .unwrap_or(false)
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
        let found = self.request(|reply| EditorRequest::Complete(before, reply));
        Ok(found.unwrap_or((position, Vec::new())))
    }
}
