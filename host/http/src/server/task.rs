//! A request on its way to a VM or a responder.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::exchange::{Exchange, ServerResponse};
use super::upload::Upload;

/// A request that has a slot.
pub struct Job {
    pub task: Task,
    pub slot: OwnedSemaphorePermit,
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
    pub is_too_large: Arc<AtomicBool>,
    /// Receives the exchange to notify if the client disconnects.
    pub exchange: oneshot::Sender<Arc<Exchange>>,
}
