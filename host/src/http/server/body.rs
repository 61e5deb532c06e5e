//! Bodies of both directions, as they pass through the server.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;

use super::event::{Access, Event};
use super::exchange::Exchange;
use super::responder::ResponseBody;
use super::state::State;
use crate::function::HostError;
use crate::http::client::incoming::Chunks;
use crate::http::client::outgoing::{Aborted, Pieces};

/// The body of a request, up to a size.
pub struct Upload {
    pub body: hyper::body::Incoming,
    /// How many bytes may still come.
    pub left: u64,
    /// Set when more came.
    pub is_too_large: Arc<AtomicBool>,
}

/// The body of a request does not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrokenOff {
    /// The connection fails.
    #[error("the body of the request broke off: {0}")]
    Connection(hyper::Error),
    /// There is more than the server allows.
    #[error("the body of the request is larger than the server allows")]
    TooLarge,
}

impl Body for Upload {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(context)) else {
            return Poll::Ready(None);
        };
        let frame = frame.map_err(BrokenOff::Connection)?;
        let length = frame.data_ref().map_or(0, Bytes::len);
        match self.left.checked_sub(length as u64) {
            Some(left) => self.left = left,
            None => {
                self.is_too_large.store(true, Ordering::Relaxed);
                return Poll::Ready(Some(Err(BrokenOff::TooLarge)));
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
                // Trailers have no place in the Fetch Standard.
                if let Ok(bytes) = frame.into_data() {
                    return Ok(Some(bytes));
                }
            }
        }
        .boxed()
    }
}

/// What a response consists of.
pub enum Content {
    Whole(Option<Bytes>),
    Pieces(Pieces),
    /// Of a [`Responder`](super::responder::Responder).
    Other(ResponseBody),
}

/// The body of a response. When it is over, whatever way, that is told.
pub struct Sent {
    content: Content,
    record: Record,
    /// Why it breaks off.
    failure: Option<Aborted>,
}

impl Sent {
    pub fn new(content: Content, record: Record) -> Self {
        let mut sent = Sent {
            content,
            record,
            failure: None,
        };
        // Nobody asks for the frames of an empty body.
        sent.record.access.complete = sent.is_end_stream();
        sent
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Aborted;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Aborted>>> {
        let this = &mut *self;
        if let Some(failure) = this.failure.take() {
            return Poll::Ready(Some(Err(failure)));
        }
        let frame = match &mut this.content {
            Content::Whole(bytes) => bytes.take().map(|bytes| Ok(Frame::data(bytes))),
            Content::Pieces(pieces) => ready!(Pin::new(pieces).poll_frame(context)),
            Content::Other(body) => {
                let frame = ready!(Pin::new(body).poll_frame(context));
                if let Some(exchange) = &this.record.exchange {
                    exchange.progress();
                }
                frame.map(|frame| frame.map_err(|error| Aborted::new(&error)))
            }
        };
        let access = &mut this.record.access;
        match &frame {
            Some(Ok(frame)) => {
                access.bytes += frame.data_ref().map_or(0, |bytes| bytes.len() as u64);
                access.complete = matches!(this.content, Content::Whole(_));
            }
            Some(Err(_)) => {}
            None => access.complete = true,
        }
        if let Some(Err(failure)) = frame {
            // After an error nothing is sent, and not even what waits to be: that goes now.
            this.failure = Some(failure);
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Whole(bytes) => bytes.as_ref().is_none_or(Bytes::is_empty),
            Content::Pieces(_) => false,
            Content::Other(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Content::Pieces(_) => SizeHint::default(),
            Content::Other(body) => body.size_hint(),
        }
    }
}

/// Follows a request to its end, and tells of it then.
pub struct Record {
    state: Arc<State>,
    started: Instant,
    pub access: Access,
    /// Who is to know if the client goes.
    pub exchange: Option<Arc<Exchange>>,
}

impl Record {
    pub fn new(state: Arc<State>, access: Access) -> Self {
        state.metrics.in_flight.inc();
        Record {
            state,
            started: Instant::now(),
            access,
            exchange: None,
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.access.time = self.started.elapsed();
        if !self.access.complete
            && let Some(exchange) = &self.exchange
        {
            exchange.client_is_gone(self.access.request);
        }
        self.state.metrics.in_flight.dec();
        self.state.metrics.count(&self.access);
        self.state.tell(&Event::Access(&self.access));
    }
}
