//! Writes that end with the program's time, even if nobody reads them.
//!
//! A pipe whose reader stops holds up the thread that writes to it, and with it the program and its
//! time limit.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long writes may take beyond the program's time: the error is among them.
const GRACE: Duration = Duration::from_secs(1);

/// The end of the program's time, and the message when it has come.
struct Deadline {
    time: Instant,
    message: String,
}

static DEADLINE: Mutex<Option<Deadline>> = Mutex::new(None);

/// Sets when writes must have ended, or that they need not end. The process then ends with a message
/// and the exit code 1.
pub fn set_deadline(deadline: Option<(Instant, String)>) {
    let deadline = deadline.map(|(time, message)| Deadline { time, message });
    *DEADLINE.lock().unwrap_or_else(PoisonError::into_inner) = deadline;
}

/// Returns how long a write may still take; `None` if there is no limit.
fn remaining() -> Option<Duration> {
    let deadline = DEADLINE.lock().unwrap_or_else(PoisonError::into_inner);
    let end = deadline.as_ref()?.time.checked_add(GRACE)?;
    Some(end.saturating_duration_since(Instant::now()))
}

/// Ends the process if the program's time is over. A thread that waits for input calls it.
pub fn end_if_late() {
    if remaining().is_some_and(|left| left.is_zero()) {
        give_up();
    }
}

/// Writes all bytes, or ends the process if they are not read until the deadline.
#[cfg(unix)]
pub fn write_all(out: impl std::os::fd::AsFd + io::Write, bytes: &[u8]) -> io::Result<()> {
    use rustix::event::PollFlags;

    let mut out = out;
    if remaining().is_none() {
        out.write_all(bytes)?;
        return out.flush();
    }
    let mut rest = bytes;
    while !rest.is_empty() {
        let left = remaining();
        match wait(out.as_fd(), PollFlags::OUT, left)? {
            true => {}
            false if left.is_some_and(|left| left.is_zero()) => give_up(),
            false => continue,
        }
        // A pipe that is ready takes so many bytes at once.
        let piece = &rest[..rest.len().min(PIECE)];
        match rustix::io::write(out.as_fd(), piece) {
            Ok(written) => rest = &rest[written..],
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The number of bytes that a pipe takes without waiting when it is ready: `PIPE_BUF`.
#[cfg(unix)]
const PIECE: usize = if cfg!(target_os = "linux") { 4096 } else { 512 };

/// Waits until a stream is ready. Returns whether it is.
#[cfg(unix)]
fn wait(
    stream: std::os::fd::BorrowedFd<'_>,
    flags: rustix::event::PollFlags,
    time: Option<Duration>,
) -> io::Result<bool> {
    use rustix::event::{PollFd, Timespec, poll};

    // A long wait is repeated by the caller.
    let time = time.unwrap_or(GRACE).min(Duration::from_secs(3600));
    let time = Timespec::try_from(time).map_err(|_| io::ErrorKind::InvalidInput)?;
    match poll(&mut [PollFd::from_borrowed_fd(stream, flags)], Some(&time)) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Ends the process.
#[cfg(unix)]
fn give_up() -> ! {
    let message = {
        let deadline = DEADLINE.lock().unwrap_or_else(PoisonError::into_inner);
        deadline.as_ref().map(|deadline| deadline.message.clone())
    };
    let line = format!("jsvm: {}\n", message.unwrap_or_default());
    let stderr = io::stderr();
    // The reader of standard error may be the one that is gone.
    let flags = rustix::event::PollFlags::OUT;
    if wait(
        std::os::fd::AsFd::as_fd(&stderr),
        flags,
        Some(Duration::ZERO),
    )
    .unwrap_or(false)
    {
        let _ = rustix::io::write(&stderr, line.as_bytes());
    }
    std::process::exit(1)
}

/// Ends the process.
#[cfg(not(unix))]
fn give_up() -> ! {
    std::process::exit(1)
}

/// Writes all bytes.
#[cfg(not(unix))]
pub fn write_all(mut out: impl io::Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(bytes)?;
    out.flush()
}
