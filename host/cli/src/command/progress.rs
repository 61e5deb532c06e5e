//! Shows on a terminal that something takes long. In a pipe it shows nothing.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// The time before anything is shown.
const PATIENCE: Duration = Duration::from_millis(500);

static IS_SHOWN: AtomicBool = AtomicBool::new(false);

const PERIOD: Duration = Duration::from_millis(100);

const FRAMES: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// An activity that is shown until this is dropped.
pub struct Progress(Option<(Sender<()>, JoinHandle<()>)>);

impl Progress {
    /// Starts an activity, which is shown after half a second.
    pub fn new(what: impl Into<String>) -> Progress {
        // Only the outermost activity is shown.
        if !io::stderr().is_terminal() || IS_SHOWN.swap(true, Ordering::SeqCst) {
            return Progress(None);
        }
        let what = what.into();
        let (ended, end) = channel();
        let shown = std::thread::Builder::new()
            .name("progress".into())
            .spawn(move || {
                let mut pause = PATIENCE;
                let mut frames = FRAMES.iter().cycle();
                let mut is_shown = false;
                while let Err(RecvTimeoutError::Timeout) = end.recv_timeout(pause) {
                    let frame = frames.next().unwrap_or(&' ');
                    let _ = write!(io::stderr(), "\r{frame} {what}\u{1b}[K");
                    is_shown = true;
                    pause = PERIOD;
                }
                if is_shown {
                    let _ = write!(io::stderr(), "\r\u{1b}[K");
                }
            });
        // If no thread can be started, nothing is shown.
        Progress(shown.ok().map(|thread| (ended, thread)))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((ended, thread)) = self.0.take() {
            drop(ended);
            // The line must be gone before anything else is printed.
            let _ = thread.join();
            IS_SHOWN.store(false, Ordering::SeqCst);
        }
    }
}
