//! Standard input of the process, for `process.stdin` and for descriptor 0 of `node:fs`.
//!
//! A thread reads it, one piece whenever the program waits for input. So input of any size takes the
//! memory of one piece, and a program that ends does not wait for input.

use std::io::{self, Read};
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use jsvm::{Bytes, HostError, RequestInfo, VmBuilder};
use tokio::sync::Notify;

use super::error::system;
use crate::command::output;

/// The maximum number of bytes that are read at once.
const PIECE: usize = 64 << 10;

/// How often a synchronous read looks at the time limit of the program.
const TICK: Duration = Duration::from_millis(50);

/// Adds the requests of `guest/node/lib/internal/jsvm/stdin.js`.
pub fn add_to(builder: VmBuilder) -> VmBuilder {
    let read = async |_: RequestInfo, most: u32| INPUT.read(most as usize).await;
    builder
        .async_handler("jsvm:stdin-read", read)
        // The program does not wait for it.
        .background_handler("jsvm:stdin-read-background", read)
}

/// Reads at most so many bytes, and waits for the first. There are none at the end of the input.
pub fn read_now(most: f64) -> Result<Bytes, HostError> {
    INPUT.read_now(most.clamp(0.0, PIECE as f64) as usize)
}

/// Ends the input for the program, because this process uses it for something else.
pub fn close() {
    let mut state = INPUT.lock();
    state.is_closed = true;
    INPUT.changed.notify_all();
    INPUT.arrived.notify_waiters();
}

static INPUT: LazyLock<StandardInput> = LazyLock::new(StandardInput::default);

#[derive(Default)]
struct StandardInput {
    state: Mutex<InputState>,
    /// For the thread and for synchronous reads.
    changed: Condvar,
    /// For requests.
    arrived: Notify,
}

#[derive(Default)]
struct InputState {
    /// The piece that was read last, and how much of it the program has taken.
    piece: Vec<u8>,
    taken: usize,
    /// Whether the thread reads, or is about to.
    is_reading: bool,
    has_thread: bool,
    /// Whether the program gets no more input.
    is_closed: bool,
    /// Why the last read failed. The program gets the error once.
    error: Option<io::Error>,
    is_at_end: bool,
}

impl StandardInput {
    fn lock(&self) -> MutexGuard<'_, InputState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read(&self, most: usize) -> Result<Bytes, HostError> {
        loop {
            // It is woken by whatever arrives from now on.
            let arrived = self.arrived.notified();
            if let Some(bytes) = self.take(most)? {
                return Ok(bytes);
            }
            arrived.await;
        }
    }

    fn read_now(&self, most: usize) -> Result<Bytes, HostError> {
        loop {
            if let Some(bytes) = self.take(most)? {
                return Ok(bytes);
            }
            let state = self.lock();
            if state.is_reading {
                let waited = self.changed.wait_timeout(state, TICK);
                drop(waited.unwrap_or_else(PoisonError::into_inner));
            }
            output::end_if_late();
        }
    }

    /// Takes what has been read. If there is nothing, the thread reads.
    fn take(&self, most: usize) -> Result<Option<Bytes>, HostError> {
        let mut state = self.lock();
        if state.is_closed {
            return Ok(Some(Bytes::default()));
        }
        let rest = &state.piece[state.taken..];
        if !rest.is_empty() {
            let bytes = rest[..rest.len().min(most)].to_vec();
            state.taken += bytes.len();
            return Ok(Some(Bytes(bytes)));
        }
        if let Some(error) = state.error.take() {
            return Err(system(&error, "read", ""));
        }
        if state.is_at_end {
            return Ok(Some(Bytes::default()));
        }
        state.is_reading = true;
        if !state.has_thread {
            let thread = thread::Builder::new().name("stdin".into());
            let thread = thread.spawn(|| INPUT.run());
            thread.map_err(|error| system(&error, "read", ""))?;
            state.has_thread = true;
        }
        self.changed.notify_all();
        Ok(None)
    }

    /// Reads a piece whenever the program waits for one.
    fn run(&self) {
        let mut piece = vec![0; PIECE];
        loop {
            let mut state = self.lock();
            while !state.is_reading {
                let waited = self.changed.wait(state);
                state = waited.unwrap_or_else(PoisonError::into_inner);
            }
            drop(state);
            let read = loop {
                match io::stdin().lock().read(&mut piece) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    read => break read,
                }
            };
            let mut state = self.lock();
            state.is_reading = false;
            state.taken = 0;
            state.piece.clear();
            match read {
                Ok(0) => state.is_at_end = true,
                Ok(read) => state.piece.extend_from_slice(&piece[..read]),
                Err(error) => state.error = Some(error),
            }
            drop(state);
            self.changed.notify_all();
            self.arrived.notify_waiters();
        }
    }
}
