//! Standard output and standard error.
//!
//! To a terminal every line goes at once, and so do the first few to anything else. After that
//! lines are gathered, for a system call each would be most of what `console.log` costs, but
//! never for long: what a program printed before it went on computing is seen. Whatever goes to
//! standard error goes after all that was printed before it.

use std::io::{self, IsTerminal, Write};
use std::sync::{LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

use super::usage::reason;

/// How many lines go at once: a program that prints few needs no thread that looks after them.
const DIRECT: u32 = 16;

/// How much is gathered before it is written.
const FULL: usize = 64 << 10;

/// How long a line waits for others.
const PATIENCE: Duration = Duration::from_millis(20);

struct Gathered {
    lines: Vec<u8>,
    /// How many lines still go at once.
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

/// What prints lines while something else has the terminal.
type Printer = Box<dyn FnMut(String) + Send>;

static PRINTER: Mutex<Option<Printer>> = Mutex::new(None);

/// From now on lines go to `printer`, or again to where they belong.
pub fn divert(printer: Option<Printer>) -> Option<Printer> {
    let mut diverted = PRINTER.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::replace(&mut *diverted, printer)
}

/// Prints by what lines are diverted to, if they are.
fn print_diverted(bytes: &[u8], end: &str) -> bool {
    let mut diverted = PRINTER.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(print) = &mut *diverted else {
        return false;
    };
    print(String::from_utf8_lossy(bytes).into_owned() + end);
    true
}

/// Makes the terminal what it was, if a line editor has it: the process is about to end.
pub fn restore_terminal() {
    if divert(None).is_some() {
        // What the editor changed only the editor knows, which is in the middle of reading.
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

/// Prints a line to standard error, after everything that was printed before.
pub fn print_error(text: &str) {
    if print_diverted(text.as_bytes(), "\n") {
        return;
    }
    flush();
    let mut line = Vec::with_capacity(text.len() + 1);
    line.extend_from_slice(text.as_bytes());
    line.push(b'\n');
    // In one call, so that lines of several processes do not mix. Nobody is left to be told if
    // it fails.
    let _ = io::stderr().lock().write_all(&line);
}

/// Prints bytes as they are to standard output.
pub fn print_bytes(bytes: &[u8]) {
    if print_diverted(bytes, "") {
        return;
    }
    let mut out = gathered();
    out.lines.extend_from_slice(bytes);
    out.write();
}

/// Prints bytes as they are to standard error, after everything that was printed before.
pub fn print_error_bytes(bytes: &[u8]) {
    if print_diverted(bytes, "") {
        return;
    }
    flush();
    let _ = io::stderr().lock().write_all(bytes);
}

/// Writes what was gathered.
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
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(&self.lines).and_then(|()| stdout.flush());
        self.lines.clear();
        if let Err(error) = written {
            stop(&error);
        }
    }
}

/// Ends the process: nobody reads what the program prints, as when it is piped to `head`, or it
/// has no place to go.
fn stop(error: &io::Error) -> ! {
    if error.kind() != io::ErrorKind::BrokenPipe {
        let reason = reason(error);
        let _ = writeln!(io::stderr(), "jsvm: cannot write to stdout: {reason}");
    }
    std::process::exit(1)
}

/// The thread that writes lines which waited long enough.
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
            // Without it lines wait until there are enough of them, or the program ends.
            Err(_) => thread::current(),
        }
    })
}
