//! A request on its way to a VM or a responder.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::exchange::{Exchange, ServerResponse};
use super::peer::Peer;
use super::pool::Slot;
use super::upload::{BodyOutcome, Upload};

/// A request that has a slot.
pub struct Job {
    pub task: Task,
    pub slot: Slot,
}

/// A request to answer.
pub struct Task {
    pub id: u64,
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Upload>,
    pub remote: SocketAddr,
    pub response: oneshot::Sender<ServerResponse>,
    pub outcome: Arc<BodyOutcome>,
    pub peer: Arc<Peer>,
    /// Receives the exchange to notify if the client disconnects.
    pub exchange: oneshot::Sender<Arc<Exchange>>,
}

impl Task {
    /// Whether the client has disconnected.
    pub fn is_abandoned(&self) -> bool {
        self.response.is_closed() || self.peer.has_left()
    }
}
