//! The response to a request, followed to its end.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::config::ServerConfig;
use super::content::Content;
use super::event::{Access, Event};
use super::exchange::Exchange;
use crate::client::outgoing::BodyAborted;

/// The body of a response, which keeps the record of its request until the end.
pub struct TrackedBody {
    content: Content,
    record: RequestRecord,
    /// The error to return next.
    failure: Option<BodyAborted>,
}

impl TrackedBody {
    pub fn new(content: Content, record: RequestRecord) -> Self {
        let mut body = TrackedBody {
            content,
            record,
            failure: None,
        };
        // An empty body is never polled.
        body.record.access.complete = body.is_end_stream();
        body
    }
}

impl Body for TrackedBody {
    type Data = Bytes;
    type Error = BodyAborted;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyAborted>>> {
        let this = &mut *self;
        if let Some(failure) = this.failure.take() {
            return Poll::Ready(Some(Err(failure)));
        }
        let frame = match &mut this.content {
            Content::Whole(bytes) => bytes.take().map(|bytes| Ok(Frame::data(bytes))),
            Content::Pieces(pieces) => ready!(Pin::new(pieces).poll_frame(context)),
            Content::Responder(body) => {
                let frame = ready!(Pin::new(body).poll_frame(context));
                if let Some(exchange) = &this.record.exchange {
                    exchange.progress();
                }
                frame.map(|frame| frame.map_err(|error| BodyAborted::new(&error)))
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
            // After an error hyper sends nothing, not even buffered frames: let it send them first.
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
            Content::Responder(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Content::Pieces(_) => SizeHint::default(),
            Content::Responder(body) => body.size_hint(),
        }
    }
}

/// Follows a request to its end, and reports it then.
pub struct RequestRecord {
    config: Arc<ServerConfig>,
    started: Instant,
    pub access: Access,
    /// The exchange to notify if the client disconnects.
    pub exchange: Option<Arc<Exchange>>,
}

impl RequestRecord {
    pub fn new(config: Arc<ServerConfig>, access: Access) -> Self {
        config.metrics.in_flight.inc();
        RequestRecord {
            config,
            started: Instant::now(),
            access,
            exchange: None,
        }
    }
}

impl Drop for RequestRecord {
    fn drop(&mut self) {
        self.access.time = self.started.elapsed();
        if !self.access.complete
            && let Some(exchange) = &self.exchange
        {
            exchange.client_disconnected(self.access.request);
        }
        self.config.metrics.in_flight.dec();
        self.config.metrics.count(&self.access);
        self.config.report(&Event::Access(&self.access));
    }
}
