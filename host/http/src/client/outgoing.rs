//! Bodies that a script writes in pieces.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use http_body::{Body, Frame};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use jsvm::{HostError, RequestInfo};

/// A piece, or the error that ends the body.
type Piece = Result<Vec<u8>, BodyAborted>;

/// The error of a body whose sender ended early.
#[derive(Debug, thiserror::Error)]
#[error("the outgoing body ended early: {0}")]
pub struct BodyAborted(String);

impl BodyAborted {
    /// Creates the error with a reason.
    #[cfg(feature = "server")]
    pub fn new(reason: &dyn std::fmt::Display) -> Self {
        BodyAborted(reason.to_string())
    }
}

/// The open bodies by their numbers.
#[derive(Default)]
pub struct OutgoingBodies {
    bodies: Mutex<HashMap<u64, OutgoingBody>>,
}

#[derive(Clone)]
struct OutgoingBody {
    pieces: Sender<Piece>,
    /// Whether the script ended the body. If the VM is lost, it did not, and the peer must not take
    /// the body for complete.
    is_complete: Arc<AtomicBool>,
}

impl OutgoingBodies {
    fn bodies(&self) -> MutexGuard<'_, HashMap<u64, OutgoingBody>> {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a body whose pieces follow.
    pub fn open(&self, id: u64) -> Pieces {
        // One piece waits while another is sent. No more is buffered.
        let (sender, receiver) = channel(1);
        let is_complete = Arc::new(AtomicBool::new(false));
        let open = OutgoingBody {
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
            return Err(HostError::type_error("the receiver of the body is gone"));
        }
        Ok(())
    }

    /// Ends a body, completely or with an error.
    pub async fn end(&self, id: u64, error: Option<String>) {
        let Some(open) = self.bodies().remove(&id) else {
            return;
        };
        match error {
            None => open.is_complete.store(true, Ordering::Release),
            // If the receiver is gone, the error is not needed.
            Some(error) => drop(open.pieces.send(Err(BodyAborted(error))).await),
        }
    }
}

/// The receiving side of a body, which yields its pieces.
pub struct Pieces {
    receiver: Receiver<Piece>,
    is_complete: Arc<AtomicBool>,
}

impl Body for Pieces {
    type Data = bytes::Bytes;
    type Error = BodyAborted;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let piece = self.receiver.poll_recv(context);
        piece.map(|piece| match piece {
            Some(piece) => Some(piece.map(|bytes| Frame::data(bytes.into()))),
            None if self.is_complete.load(Ordering::Acquire) => None,
            None => Some(Err(BodyAborted(
                "the sender of the body is gone".to_owned(),
            ))),
        })
    }
}
