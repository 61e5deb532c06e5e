//! Bodies that come over the network and wait for a script to read them.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, PoisonError};

use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, Notify};

use crate::async_function::RequestInfo;
use crate::data::Bytes;
use crate::function::HostError;

/// The most bytes that cross at once.
pub const PIECE: usize = 64 << 10;

/// Where a body comes from.
pub trait Chunks: Send {
    /// The next bytes; nothing at the end. Nothing is lost if the future is dropped.
    fn chunk(&mut self) -> BoxFuture<'_, Result<Option<bytes::Bytes>, HostError>>;
}

/// Bodies by their numbers.
pub struct Incoming {
    table: std::sync::Mutex<Table>,
}

struct Table {
    bodies: HashMap<u64, Arc<Arriving>>,
    last: u64,
}

struct Arriving {
    body: Mutex<State>,
    /// Ends a read that waits.
    cancelled: Notify,
}

struct State {
    chunks: Box<dyn Chunks>,
    /// What has come, and was not read.
    rest: Vec<u8>,
    failure: Option<HostError>,
}

impl Default for Incoming {
    fn default() -> Self {
        // A VM that was frozen with bodies of another process must not find others under their
        // numbers. Half of what a number in JavaScript can count is room enough for both.
        let random = RandomState::new().build_hasher().finish();
        Incoming {
            table: std::sync::Mutex::new(Table {
                bodies: HashMap::new(),
                last: random >> 12,
            }),
        }
    }
}

impl Incoming {
    fn table(&self) -> std::sync::MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a body of which some has come.
    pub fn open(&self, chunks: Box<dyn Chunks>, rest: Vec<u8>, failure: Option<HostError>) -> u64 {
        let arriving = Arriving {
            body: Mutex::new(State {
                chunks,
                rest,
                failure,
            }),
            cancelled: Notify::new(),
        };
        let mut table = self.table();
        table.last += 1;
        let id = table.last;
        table.bodies.insert(id, Arc::new(arriving));
        id
    }

    /// The next bytes; nothing at the end.
    pub async fn read(&self, request: &RequestInfo, id: u64) -> Result<Option<Bytes>, HostError> {
        let arriving = self.table().bodies.get(&id).cloned();
        // What was read for a request before is gone, and so is a body of another process.
        let Some(arriving) = arriving.filter(|_| !request.repeated) else {
            self.cancel(id);
            return Err(request.lost());
        };
        let read = tokio::select! {
            read = arriving.next() => read,
            () = arriving.cancelled.notified() => Ok(None),
        };
        if !matches!(read, Ok(Some(_))) {
            self.cancel(id);
        }
        read
    }

    /// Forgets a body.
    pub fn cancel(&self, id: u64) {
        let body = self.table().bodies.remove(&id);
        if let Some(body) = body {
            body.cancelled.notify_one();
        }
    }
}

impl Arriving {
    async fn next(&self) -> Result<Option<Bytes>, HostError> {
        let mut state = self.body.lock().await;
        let state = &mut *state;
        if state.rest.is_empty() {
            if let Some(failure) = state.failure.take() {
                return Err(failure);
            }
            match state.chunks.chunk().await? {
                None => return Ok(None),
                Some(chunk) => state.rest.extend_from_slice(&chunk),
            }
        }
        let more = state.rest.split_off(PIECE.min(state.rest.len()));
        Ok(Some(Bytes(std::mem::replace(&mut state.rest, more))))
    }
}
