//! Bodies that a script sends piece by piece.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
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

/// Where the pieces of each body go, by its number.
#[derive(Default)]
pub struct Outgoing {
    bodies: Mutex<HashMap<u64, Sender<Piece>>>,
}

impl Outgoing {
    fn bodies(&self) -> MutexGuard<'_, HashMap<u64, Sender<Piece>>> {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A body whose pieces will come.
    pub fn open(&self, id: u64) -> Pieces {
        // One waits while another is sent: that is all that is kept of it.
        let (sender, receiver) = channel(1);
        self.bodies().insert(id, sender);
        Pieces(receiver)
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
        if sender.send(Ok(bytes)).await.is_err() {
            self.bodies().remove(&id);
            return Err(HostError::type_error("nobody takes the body any more"));
        }
        Ok(())
    }

    /// Ends a body.
    pub async fn end(&self, id: u64, error: Option<String>) {
        let sender = self.bodies().remove(&id);
        if let (Some(sender), Some(error)) = (sender, error) {
            // Where nobody takes it any more, nobody needs to know.
            let _ = sender.send(Err(Aborted(error))).await;
        }
    }
}

/// A body made of pieces.
pub struct Pieces(Receiver<Piece>);

impl Body for Pieces {
    type Data = bytes::Bytes;
    type Error = Aborted;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let piece = self.0.poll_recv(context);
        piece.map(|piece| Some(piece?.map(|bytes| Frame::data(bytes.into()))))
    }
}
