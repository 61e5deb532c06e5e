//! The body of a request, as it passes through the server.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use hyper::StatusCode;
use tokio::time::{Instant, Sleep, sleep};

use crate::client::incoming::Chunks;
use jsvm::HostError;

/// The number of bytes that must come within the time limit, unless the body ends before.
const PIECE: usize = 64 << 10;

/// The body of a request, up to a maximum size.
pub struct Upload {
    body: hyper::body::Incoming,
    /// The number of bytes that may still come.
    left: u64,
    outcome: Arc<BodyOutcome>,
    wait: Wait,
}

/// The time that a reader has waited for the current piece of a body.
struct Wait {
    limit: Duration,
    /// The bytes of the piece that came.
    bytes: usize,
    /// The time of earlier waits for the same piece.
    waited: Duration,
    /// The start of the current wait, and its end at the latest.
    current: Option<(Instant, Pin<Box<Sleep>>)>,
}

/// How a body ended, if it failed.
#[derive(Debug, Default)]
pub struct BodyOutcome(AtomicU16);

impl BodyOutcome {
    fn fail(&self, status: StatusCode) {
        self.0.store(status.as_u16(), Ordering::Relaxed);
    }

    /// The status for a client whose body failed.
    pub fn failure(&self) -> Option<StatusCode> {
        // The initial 0 is no status.
        StatusCode::from_u16(self.0.load(Ordering::Relaxed)).ok()
    }
}

/// The error of a request body that does not reach its end.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// The connection failed, or the body is malformed.
    #[error("the request body ended early: {0}")]
    Connection(Arc<dyn std::error::Error + Send + Sync>),
    /// The body is larger than the server allows.
    #[error("the request body is larger than the server allows")]
    TooLarge,
    /// The client sends too slowly.
    #[error("the request body came too slowly")]
    TooSlow,
}

impl Upload {
    /// Limits the size of a body, and the time to wait for each piece of it.
    pub fn new(
        body: hyper::body::Incoming,
        max_bytes: u64,
        timeout: Duration,
        outcome: Arc<BodyOutcome>,
    ) -> Self {
        Upload {
            body,
            left: max_bytes,
            outcome,
            wait: Wait {
                limit: timeout,
                bytes: 0,
                waited: Duration::ZERO,
                current: None,
            },
        }
    }

    fn fail(&self, status: StatusCode, error: BodyError) -> Result<Frame<Bytes>, BodyError> {
        self.outcome.fail(status);
        Err(error)
    }
}

impl Wait {
    /// Waits on. It is ready when the time is over.
    fn poll_over(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let left = self.limit.saturating_sub(self.waited);
        let current = &mut self.current;
        let (_, timer) = current.get_or_insert_with(|| (Instant::now(), Box::pin(sleep(left))));
        timer.as_mut().poll(context)
    }

    /// Notes that bytes came.
    fn came(&mut self, bytes: usize) {
        if let Some((since, _)) = self.current.take() {
            self.waited += since.elapsed();
        }
        self.bytes += bytes;
        if self.bytes >= PIECE {
            self.bytes = 0;
            self.waited = Duration::ZERO;
        }
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            ready!(self.wait.poll_over(context));
            let late = self.fail(StatusCode::REQUEST_TIMEOUT, BodyError::TooSlow);
            return Poll::Ready(Some(late));
        };
        let frame = match frame {
            None => return Poll::Ready(None),
            Some(Ok(frame)) => frame,
            Some(Err(error)) => {
                let error = BodyError::Connection(Arc::new(error));
                return Poll::Ready(Some(self.fail(StatusCode::BAD_REQUEST, error)));
            }
        };
        let length = frame.data_ref().map_or(0, Bytes::len);
        self.wait.came(length);
        match self.left.checked_sub(length as u64) {
            Some(left) => self.left = left,
            None => {
                let large = self.fail(StatusCode::PAYLOAD_TOO_LARGE, BodyError::TooLarge);
                return Poll::Ready(Some(large));
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
