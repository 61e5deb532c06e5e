//! Standard output and standard error.
//!
//! On a terminal, each line is written at once. In a pipe or a file, the first few lines are
//! written at once and later lines are buffered, because a system call per line would be most of
//! the cost of `console.log`. Buffered lines are written after a short time, so that a program that
//! computes does not hold them back. Standard error is written after everything that was printed
//! before.

mod deadline;

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, SystemTime};

use super::reason::reason;

pub use deadline::{end_if_late, set_deadline};

/// The number of lines that are written at once: a program that prints few needs no flusher thread.
const DIRECT: u32 = 16;

/// The number of buffered bytes that are written without delay.
const FULL: usize = 64 << 10;

/// The longest time that a line stays in the buffer.
const PATIENCE: Duration = Duration::from_millis(20);

struct Gathered {
    lines: Vec<u8>,
    /// The number of lines that are still written at once.
    direct: u32,
    terminal: bool,
}

static STDOUT: LazyLock<Mutex<Gathered>> = LazyLock::new(|| {
    Mutex::new(Gathered {
        lines: Vec::new(),
        direct: DIRECT,
        terminal: io::stdout().is_terminal(),
    })
});

fn gathered() -> MutexGuard<'static, Gathered> {
    STDOUT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A function that prints lines while the line editor owns the terminal.
type Printer = Box<dyn FnMut(String) + Send>;

static PRINTER: Mutex<Option<Printer>> = Mutex::new(None);

/// Sends lines to `printer` from now on, or to their streams again. Returns the former printer.
pub fn divert(printer: Option<Printer>) -> Option<Printer> {
    let mut diverted = PRINTER.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::replace(&mut *diverted, printer)
}

/// Prints with the printer, if there is one.
fn print_diverted(bytes: &[u8], end: &str) -> bool {
    let mut diverted = PRINTER.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(print) = &mut *diverted else {
        return false;
    };
    print(String::from_utf8_lossy(bytes).into_owned() + end);
    true
}

/// Restores the terminal if a line editor owns it, because the process is about to end.
pub fn restore_terminal() {
    if divert(None).is_some() {
        // Only the editor knows its changes, and it is in the middle of reading.
        let _ = std::process::Command::new("stty").arg("sane").status();
    }
}

/// Prints a line to standard output.
pub fn print(text: &str) {
    if print_diverted(text.as_bytes(), "\n") {
        return;
    }
    let mut out = gathered();
    let waiting = !out.lines.is_empty();
    out.lines.reserve(text.len() + 1);
    out.lines.extend_from_slice(text.as_bytes());
    out.lines.push(b'\n');
    if out.terminal || out.direct > 0 || out.lines.len() >= FULL {
        out.direct = out.direct.saturating_sub(1);
        out.write();
    } else if !waiting {
        flusher().unpark();
    }
}

/// Whether standard error has one JSON object on each line.
static IS_JSON: AtomicBool = AtomicBool::new(false);

/// Makes standard error a log in JSON: what is printed to it becomes the `text` of an object.
pub fn set_json() {
    IS_JSON.store(true, Ordering::Relaxed);
}

/// The object of a line or of a chunk that something prints to standard error.
fn as_json(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let now = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
    let text = text.strip_suffix('\n').unwrap_or(&text);
    serde_json::json!({ "time": now, "event": "message", "text": text }).to_string()
}

/// Prints a line to standard error, after everything that was printed before.
pub fn print_error(text: &str) {
    if print_diverted(text.as_bytes(), "\n") {
        return;
    }
    match IS_JSON.load(Ordering::Relaxed) {
        true => print_log(&as_json(text.as_bytes())),
        false => print_log(text),
    }
}

/// Prints a line of the log to standard error.
pub fn print_log(text: &str) {
    flush();
    let mut line = Vec::with_capacity(text.len() + 1);
    line.extend_from_slice(text.as_bytes());
    line.push(b'\n');
    // In one call, so that lines of several processes do not mix. A failure cannot be reported.
    let _ = deadline::write_all(io::stderr(), &line);
}

/// Prints bytes unchanged to standard output.
pub fn print_bytes(bytes: &[u8]) {
    if print_diverted(bytes, "") {
        return;
    }
    let mut out = gathered();
    out.lines.extend_from_slice(bytes);
    out.write();
}

/// Prints bytes unchanged to standard error, after everything that was printed before.
pub fn print_error_bytes(bytes: &[u8]) {
    if print_diverted(bytes, "") {
        return;
    }
    if IS_JSON.load(Ordering::Relaxed) {
        return print_log(&as_json(bytes));
    }
    flush();
    let _ = deadline::write_all(io::stderr(), bytes);
}

/// Writes the buffered lines.
pub fn flush() {
    gathered().write();
}

/// Whether standard output is a terminal.
pub fn is_terminal() -> bool {
    gathered().terminal
}

impl Gathered {
    fn write(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        let written = deadline::write_all(io::stdout(), &self.lines);
        self.lines.clear();
        if let Err(error) = written {
            stop(&error);
        }
    }
}

/// Ends the process because its output cannot be written: the reader of the pipe is gone, as with
/// `head`, or the disk is full.
fn stop(error: &io::Error) -> ! {
    if error.kind() != io::ErrorKind::BrokenPipe {
        let reason = reason(error);
        let _ = writeln!(io::stderr(), "jsvm: cannot write to stdout: {reason}");
    }
    std::process::exit(1)
}

/// The thread that writes buffered lines after a short time.
fn flusher() -> &'static Thread {
    static FLUSHER: OnceLock<Thread> = OnceLock::new();
    FLUSHER.get_or_init(|| {
        let flusher = thread::Builder::new().name("flusher".into()).spawn(|| {
            loop {
                thread::park();
                thread::sleep(PATIENCE);
                flush();
            }
        });
        match flusher {
            Ok(handle) => handle.thread().clone(),
            // Without the thread, lines are written when the buffer is full or the program ends.
            Err(_) => thread::current(),
        }
    })
}
