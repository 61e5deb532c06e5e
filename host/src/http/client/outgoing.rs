//! Bodies that a script sends piece by piece.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use http_body::{Body, Frame};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::async_function::RequestInfo;
use crate::function::HostError;

/// A piece, or why there are no more.
type Piece = Result<Vec<u8>, Aborted>;

/// The script could not go on with a body.
#[derive(Debug, thiserror::Error)]
#[error("the body that is sent broke off: {0}")]
pub struct Aborted(String);

impl Aborted {
    /// Why it breaks off.
    #[cfg(feature = "http-server")]
    pub fn new(reason: &dyn std::fmt::Display) -> Self {
        Aborted(reason.to_string())
    }
}

/// Where the pieces of each body go, by its number.
#[derive(Default)]
pub struct Outgoing {
    bodies: Mutex<HashMap<u64, Open>>,
}

#[derive(Clone)]
struct Open {
    pieces: Sender<Piece>,
    /// Whether the script said that this was all. A VM that is gone says nothing, and its peer
    /// must not take what it got for the whole.
    is_complete: Arc<AtomicBool>,
}

impl Outgoing {
    fn bodies(&self) -> MutexGuard<'_, HashMap<u64, Open>> {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A body whose pieces will come.
    pub fn open(&self, id: u64) -> Pieces {
        // One waits while another is sent: that is all that is kept of it.
        let (sender, receiver) = channel(1);
        let is_complete = Arc::new(AtomicBool::new(false));
        let open = Open {
            pieces: sender,
            is_complete: is_complete.clone(),
        };
        self.bodies().insert(id, open);
        Pieces {
            receiver,
            is_complete,
        }
    }

    /// Takes a piece when there is room for it.
    pub async fn write(
        &self,
        request: &RequestInfo,
        id: u64,
        bytes: Vec<u8>,
    ) -> Result<(), HostError> {
        let sender = self.bodies().get(&id).cloned();
        // Of a piece that was handed out before it is not known whether it was sent.
        let Some(sender) = sender.filter(|_| !request.repeated) else {
            self.bodies().remove(&id);
            return Err(request.lost());
        };
        if sender.pieces.send(Ok(bytes)).await.is_err() {
            self.bodies().remove(&id);
            return Err(HostError::type_error("nobody takes the body any more"));
        }
        Ok(())
    }

    /// Ends a body.
    pub async fn end(&self, id: u64, error: Option<String>) {
        let Some(open) = self.bodies().remove(&id) else {
            return;
        };
        match error {
            None => open.is_complete.store(true, Ordering::Release),
            // Where nobody takes it any more, nobody needs to know.
            Some(error) => drop(open.pieces.send(Err(Aborted(error))).await),
        }
    }
}

/// A body made of pieces.
pub struct Pieces {
    receiver: Receiver<Piece>,
    is_complete: Arc<AtomicBool>,
}

impl Body for Pieces {
    type Data = bytes::Bytes;
    type Error = Aborted;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let piece = self.receiver.poll_recv(context);
        piece.map(|piece| match piece {
            Some(piece) => Some(piece.map(|bytes| Frame::data(bytes.into()))),
            None if self.is_complete.load(Ordering::Acquire) => None,
            None => Some(Err(Aborted("what made it has ended".to_owned()))),
        })
    }
}
