//! Runs the program and watches it.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The interval at which the memory of the process is read.
const POLL: Duration = Duration::from_millis(2);

/// Bytes of output that are kept.
const KEPT: u64 = 64 << 10;

/// How many ticks the system counts in a second of processor time. Linux has always said 100.
const TICKS: u64 = 100;

/// The limits of a run, beyond which the process is killed.
#[derive(Clone, Copy, Debug)]
pub struct KillLimits {
    /// The time in which the process has the processor for itself. On a busy machine, it gets more.
    pub time: Duration,
    pub memory: u64,
}

/// How much longer than a limit a process may take that has not computed for so long.
pub const WAITING: u32 = 3;

/// How a process ended.
#[derive(Debug)]
pub struct Ended {
    /// `None` if it was killed here.
    pub status: Option<ExitStatus>,
    pub elapsed: Duration,
    /// The processor time.
    pub computed: Duration,
    /// The most memory that it had, in bytes.
    pub peak: u64,
    pub stdout: String,
    pub stderr: String,
}

/// A process with pipes that never fill.
pub struct Running {
    pub child: Child,
    started: Instant,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
}

/// Starts a program in a folder.
pub fn start(program: &Path, folder: &Path, args: &[String]) -> std::io::Result<Running> {
    let mut child = Command::new(program)
        .args(args)
        .current_dir(folder)
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let stdout = keep(child.stdout.take());
    let stderr = keep(child.stderr.take());
    Ok(Running {
        child,
        started: Instant::now(),
        stdout,
        stderr,
    })
}

/// Reads a stream to its end, and keeps its beginning.
fn keep(stream: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    thread::spawn(move || {
        let Some(mut stream) = stream else {
            return String::new();
        };
        let mut kept = Vec::new();
        let _ = (&mut stream).take(KEPT).read_to_end(&mut kept);
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
        String::from_utf8_lossy(&kept).into_owned()
    })
}

/// Returns the most memory that a process has had, in bytes.
pub fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kibibytes << 10)
}

/// Returns the processor time of a process, without that of its children.
fn processor_time(process: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name of the program is in parentheses, and can contain anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    let ticks = ticks()? + ticks()?;
    Some(Duration::from_millis(ticks * 1000 / TICKS))
}

impl Running {
    /// Waits for the end, which comes by force beyond the limits.
    pub fn wait(mut self, limits: KillLimits) -> std::io::Result<Ended> {
        let mut most = 0;
        let mut computed = Duration::ZERO;
        let status = loop {
            most = peak(self.child.id()).unwrap_or(0).max(most);
            computed = processor_time(self.child.id())
                .unwrap_or(computed)
                .max(computed);
            if let Some(status) = self.child.try_wait()? {
                break Some(status);
            }
            let elapsed = self.started.elapsed();
            let is_late = elapsed > limits.time
                && (computed > limits.time || elapsed > WAITING * limits.time);
            if is_late || most > limits.memory {
                self.child.kill()?;
                self.child.wait()?;
                break None;
            }
            thread::sleep(POLL);
        };
        let elapsed = self.started.elapsed();
        Ok(Ended {
            status,
            elapsed,
            computed,
            peak: most,
            stdout: self.stdout.join().unwrap_or_default(),
            stderr: self.stderr.join().unwrap_or_default(),
        })
    }
}
