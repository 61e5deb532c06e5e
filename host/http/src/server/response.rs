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
use super::peer::{OpenOnPeer, Peer};
use super::progress::Progress;
use crate::client::outgoing::BodyAborted;

/// The largest piece that hyper gets at a time. A client has the
/// [write timeout](super::Server::write_timeout) to take it.
pub const PIECE: usize = 64 << 10;

/// The largest piece of an HTTP/2 stream, which fits into a frame. A client that opens its window by
/// a byte makes hyper keep a piece until the connection ends, for each of its streams.
const STREAM_PIECE: usize = 16 << 10;

/// The body of a response, which keeps the record of its request until the end.
pub struct TrackedBody {
    content: Content,
    /// Bytes that hyper did not get yet.
    rest: Bytes,
    /// The number of bytes that the `content-length` of the program still promises.
    promised: Option<u64>,
    record: RequestRecord,
    is_http2: bool,
    progress: Arc<Progress>,
    /// The error to return next.
    failure: Option<BodyAborted>,
}

impl TrackedBody {
    /// Creates the body of a response. `promised` is its `content-length`, if the program set it.
    pub fn new(
        content: Content,
        promised: Option<u64>,
        is_http2: bool,
        record: RequestRecord,
    ) -> Self {
        let (content, rest) = match content {
            Content::Whole(bytes) => (Content::Empty, bytes.unwrap_or_default()),
            content => (content, Bytes::new()),
        };
        let mut body = TrackedBody {
            content,
            rest,
            promised,
            record,
            is_http2,
            progress: Progress::current(),
            failure: None,
        };
        // An empty body is never polled.
        body.record.access.complete = body.is_end_stream();
        body
    }

    /// Polls for a frame of any size.
    fn poll_content(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyAborted>>> {
        match &mut self.content {
            Content::Whole(_) | Content::Empty => Poll::Ready(None),
            Content::Pieces(pieces) => Pin::new(pieces).poll_frame(context),
            Content::Responder(body) => {
                let frame = ready!(Pin::new(body).poll_frame(context));
                if let Some(exchange) = &self.record.exchange {
                    exchange.progress();
                }
                Poll::Ready(frame.map(|frame| frame.map_err(|error| BodyAborted::new(&error))))
            }
        }
    }

    /// Hands over the next piece of the rest.
    fn next_piece(&mut self) -> Frame<Bytes> {
        let most = if self.is_http2 { STREAM_PIECE } else { PIECE };
        let mut piece = self.rest.split_to(most.min(self.rest.len()));
        if self.is_http2 {
            // A part of a large response would keep all of it.
            piece = Bytes::copy_from_slice(&piece);
        }
        self.record.access.bytes += piece.len() as u64;
        // Hyper asks for no more then.
        let has_promised = self.promised == Some(0) && self.rest.is_empty();
        self.record.access.complete = self.is_end_stream() || has_promised;
        self.progress.piece_waits();
        Frame::data(piece)
    }

    /// Takes bytes of the program, as many as it promised.
    fn accept(&mut self, mut bytes: Bytes) {
        if let Some(promised) = &mut self.promised {
            let length = bytes.len() as u64;
            if length > *promised {
                self.record
                    .report("the body is longer than its content-length");
                // It is shorter than `bytes`, so it fits.
                bytes.truncate(usize::try_from(*promised).unwrap_or(usize::MAX));
                self.content = Content::Empty;
            }
            *promised = promised.saturating_sub(length);
        }
        self.rest = bytes;
    }

    /// Ends the body.
    fn end(&mut self) -> Result<(), BodyAborted> {
        if self.promised.is_some_and(|promised| promised > 0) {
            let text = "the body is shorter than its content-length";
            self.record.report(text);
            return Err(BodyAborted::new(&text));
        }
        self.record.access.complete = true;
        Ok(())
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
        this.progress.piece_taken();
        if let Some(failure) = this.failure.take() {
            return Poll::Ready(Some(Err(failure)));
        }
        while this.rest.is_empty() {
            let failure = match ready!(this.poll_content(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => {
                        this.accept(bytes);
                        continue;
                    }
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                Some(Err(failure)) => failure,
                None => match this.end() {
                    Ok(()) => return Poll::Ready(None),
                    Err(failure) => failure,
                },
            };
            // After an error hyper sends nothing, not even buffered frames: let it send them first.
            this.failure = Some(failure);
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Ok(this.next_piece())))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
            && match &self.content {
                Content::Whole(_) | Content::Empty => true,
                Content::Pieces(_) => false,
                Content::Responder(body) => {
                    body.is_end_stream() && self.promised.is_none_or(|promised| promised == 0)
                }
            }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(_) | Content::Empty => SizeHint::with_exact(self.rest.len() as u64),
            Content::Pieces(_) => SizeHint::default(),
            Content::Responder(_) if !self.rest.is_empty() => SizeHint::default(),
            Content::Responder(body) => body.size_hint(),
        }
    }
}

impl Drop for TrackedBody {
    fn drop(&mut self) {
        // The next response of the connection uses the same record.
        self.progress.piece_taken();
    }
}

/// Follows a request to its end, and reports it then.
pub struct RequestRecord {
    config: Arc<ServerConfig>,
    started: Instant,
    pub access: Access,
    /// The exchange to notify if the client disconnects.
    pub exchange: Option<Arc<Exchange>>,
    _open: OpenOnPeer,
}

impl RequestRecord {
    pub fn new(config: Arc<ServerConfig>, peer: &Arc<Peer>, access: Access) -> Self {
        config.metrics.in_flight.inc();
        RequestRecord {
            config,
            started: Instant::now(),
            access,
            exchange: None,
            _open: peer.open_request(),
        }
    }

    /// Reports that the handler failed.
    fn report(&self, text: &str) {
        let request = self.access.request;
        self.config.report(&Event::HandlerFailed { request, text });
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
