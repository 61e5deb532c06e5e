//! The body of a request, as it passes through the server.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use http_body::{Body, Frame};
use http_body_util::BodyExt;

use crate::client::incoming::Chunks;
use jsvm::HostError;

/// The body of a request, up to a maximum size.
pub struct Upload {
    pub body: hyper::body::Incoming,
    /// The number of bytes that may still come.
    pub left: u64,
    /// Set when more bytes came.
    pub is_too_large: Arc<AtomicBool>,
}

/// The error of a request body that does not reach its end.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// The connection failed.
    #[error("the request body ended early: {0}")]
    Connection(Arc<dyn std::error::Error + Send + Sync>),
    /// The body is larger than the server allows.
    #[error("the request body is larger than the server allows")]
    TooLarge,
}

impl Body for Upload {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(context)) else {
            return Poll::Ready(None);
        };
        let frame = frame.map_err(|error| BodyError::Connection(Arc::new(error)))?;
        let length = frame.data_ref().map_or(0, Bytes::len);
        match self.left.checked_sub(length as u64) {
            Some(left) => self.left = left,
            None => {
                self.is_too_large.store(true, Ordering::Relaxed);
                return Poll::Ready(Some(Err(BodyError::TooLarge)));
            }
        }
        Poll::Ready(Some(Ok(frame)))
    }
}

impl Chunks for Upload {
    fn chunk(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, HostError>> {
        async {
            loop {
                let Some(frame) = self.frame().await else {
                    return Ok(None);
                };
                let frame = frame.map_err(|error| HostError::type_error(error.to_string()))?;
                // The Fetch Standard has no trailers.
                if let Ok(bytes) = frame.into_data() {
                    return Ok(Some(bytes));
                }
            }
        }
        .boxed()
    }
}
