//! Judges how a process ended.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::sync::OnceLock;
use std::time::Duration;

use serde::Deserialize;

use super::child::{Ended, WAITING};

/// The exit code of a panic of the main thread.
const PANIC: i32 = 101;

/// How late the end may be: a second, which is the grace of built-ins (`Limits::grace`), and the
/// time that a busy machine takes to end a process.
pub const LATE: Duration = Duration::from_millis(1400);

/// The longest time between two polls.
static LONGEST_POLL: OnceLock<Duration> = OnceLock::new();

/// Sets the longest time between two polls, once.
pub fn set_longest_poll(time: Duration) {
    let _ = LONGEST_POLL.set(time);
}

/// The longest time between two polls: 50 ms, if nothing else was set.
pub fn longest_poll() -> Duration {
    *LONGEST_POLL.get_or_init(|| Duration::from_millis(50))
}

/// The kinds of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The process died by a signal.
    Signal,
    /// The process panicked.
    Panic,
    /// The process took more than twice its limit, the limit of the sandbox and 128 MiB.
    Memory,
    /// The process ended later than a second after its deadline.
    Late,
    /// The VM did not poll for longer than [`longest_poll`].
    Polls,
    /// A server did not answer a good request.
    Unanswered,
    /// A server ended by itself.
    Ended,
    /// The case could not be run.
    Broken,
}

/// Why a case fails.
#[derive(Clone, Debug)]
pub struct Failure {
    pub kind: FailureKind,
    pub detail: String,
}

impl Failure {
    pub fn new(kind: FailureKind, detail: impl Into<String>) -> Self {
        Failure {
            kind,
            detail: detail.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.detail)
    }
}

/// What a process may take.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    /// Its memory limits together, in bytes.
    pub memory: u64,
    /// The memory limit of the sandbox that converts its sources, in bytes. Nothing copies that memory.
    pub sandbox: u64,
    /// The time until its deadline, from its start.
    pub time: Duration,
}

impl Allowed {
    /// Returns the memory beyond which a case fails.
    pub fn most_memory(&self) -> u64 {
        2 * self.memory + self.sandbox + (128 << 20)
    }
}

/// Returns the failure of a process, if it is one.
pub fn judge(ended: &Ended, allowed: Allowed) -> Option<Failure> {
    let mebibytes = ended.peak >> 20;
    let too_large = ended.peak > allowed.most_memory();
    if let Some(signal) = ended.status.and_then(|status| status.signal()) {
        return Some(Failure::new(
            FailureKind::Signal,
            format!("signal {signal}"),
        ));
    }
    let is_panic = ended.status.and_then(|status| status.code()) == Some(PANIC);
    if is_panic || panicked(&ended.stderr) {
        return Some(Failure::new(FailureKind::Panic, ended.stderr.clone()));
    }
    if too_large {
        let most = allowed.most_memory() >> 20;
        let detail = format!("{mebibytes} MiB, {most} MiB are allowed");
        return Some(Failure::new(FailureKind::Memory, detail));
    }
    let limit = allowed.time + LATE;
    // A process that computed for less was kept waiting by others.
    let is_late =
        ended.elapsed > limit && (ended.computed > limit || ended.elapsed > WAITING * limit);
    if is_late {
        let how = match ended.status {
            Some(_) => "ended",
            None => "killed",
        };
        let detail = format!(
            "{how} after {:.1?}, {:.1?} of them computing; the deadline was {:.1?}",
            ended.elapsed, ended.computed, allowed.time
        );
        return Some(Failure::new(FailureKind::Late, detail));
    }
    None
}

/// Whether a process printed a panic. Scripts print to the same stream.
pub fn panicked(stderr: &str) -> bool {
    stderr
        .lines()
        .any(|line| line.starts_with("thread '") && line.contains("panicked at"))
}
