//! Why a server does not run.

use std::io;
use std::sync::Arc;

/// The reason why a [`Server`](super::Server) does not run.
///
/// ```
/// use jsvm_http::ServerError;
/// let error = ServerError::NoHandler;
/// assert!(error.to_string().contains("no handler"));
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The snapshot has no handler.
    #[error(
        "the snapshot has no handler: freeze a program whose module exports `fetch` by default"
    )]
    NoHandler,
    /// A VM could not be restored from the snapshot.
    #[error(transparent)]
    Vm(#[from] jsvm::Error),
    /// The system refused a thread or a socket.
    #[error("cannot serve")]
    Io(#[source] Arc<io::Error>),
}

impl From<io::Error> for ServerError {
    fn from(error: io::Error) -> Self {
        ServerError::Io(Arc::new(error))
    }
}
