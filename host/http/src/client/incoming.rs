//! Bodies from the network that a script reads.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, PoisonError};

use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, Notify};

use jsvm::{Bytes, HostError, RequestInfo};
use jsvm_protocol::http::MAX_READ_BYTES;

/// A source of a body.
pub trait Chunks: Send {
    /// Returns the next bytes, or `None` at the end. No bytes are lost if the future is dropped.
    fn chunk(&mut self) -> BoxFuture<'_, Result<Option<bytes::Bytes>, HostError>>;
}

/// The open bodies by their numbers.
pub struct IncomingBodies {
    table: std::sync::Mutex<BodyTable>,
}

struct BodyTable {
    bodies: HashMap<u64, Arc<IncomingBody>>,
    last: u64,
}

struct IncomingBody {
    state: Mutex<BodyState>,
    /// Ends a pending read.
    cancelled: Notify,
}

struct BodyState {
    chunks: Box<dyn Chunks>,
    /// Bytes that were received, but not read yet.
    rest: Vec<u8>,
    failure: Option<HostError>,
}

impl Default for IncomingBodies {
    fn default() -> Self {
        // A restored VM may have numbers of bodies of another process, which must not alias new
        // ones. So numbers start at a random one, below half of the safe integers of JavaScript.
        let random = RandomState::new().build_hasher().finish();
        IncomingBodies {
            table: std::sync::Mutex::new(BodyTable {
                bodies: HashMap::new(),
                last: random >> 12,
            }),
        }
    }
}

impl IncomingBodies {
    fn table(&self) -> std::sync::MutexGuard<'_, BodyTable> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a body with the bytes that were received already.
    pub fn open(&self, chunks: Box<dyn Chunks>, rest: Vec<u8>, failure: Option<HostError>) -> u64 {
        let body = IncomingBody {
            state: Mutex::new(BodyState {
                chunks,
                rest,
                failure,
            }),
            cancelled: Notify::new(),
        };
        let mut table = self.table();
        table.last += 1;
        let id = table.last;
        table.bodies.insert(id, Arc::new(body));
        id
    }

    /// Returns the next bytes, or `None` at the end.
    pub async fn read(&self, request: &RequestInfo, id: u64) -> Result<Option<Bytes>, HostError> {
        let body = self.table().bodies.get(&id).cloned();
        // The bytes of a repeated read are lost, and so is a body of another process.
        let Some(body) = body.filter(|_| !request.repeated) else {
            self.cancel(id);
            return Err(request.lost());
        };
        let read = tokio::select! {
            read = body.next() => read,
            () = body.cancelled.notified() => Ok(None),
        };
        if !matches!(read, Ok(Some(_))) {
            self.cancel(id);
        }
        read
    }

    /// Removes a body.
    pub fn cancel(&self, id: u64) {
        let body = self.table().bodies.remove(&id);
        if let Some(body) = body {
            body.cancelled.notify_one();
        }
    }
}

impl IncomingBody {
    async fn next(&self) -> Result<Option<Bytes>, HostError> {
        let mut state = self.state.lock().await;
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
        let more = state.rest.split_off(MAX_READ_BYTES.min(state.rest.len()));
        Ok(Some(Bytes(std::mem::replace(&mut state.rest, more))))
    }
}
