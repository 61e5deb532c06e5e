//! The content of a response.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};

use crate::client::outgoing::Pieces;

/// The content of a response.
pub enum Content {
    Whole(Option<Bytes>),
    /// The rest of a body whose last bytes are handed over.
    Empty,
    Pieces(Pieces),
    /// The body of a responder.
    Responder(ResponseBody),
}

/// The body of a response of a [`Responder`](super::Responder).
///
/// ```
/// use jsvm_http::ResponseBody;
/// let response = hyper::Response::new(ResponseBody::from("hello"));
/// # let _ = response;
/// ```
pub struct ResponseBody(UnsyncBoxBody<Bytes, BodyFailure>);

type BodyFailure = Box<dyn Error + Send + Sync>;

impl ResponseBody {
    /// Creates a body from any other.
    pub fn new<B>(body: B) -> Self
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyFailure>,
    {
        ResponseBody(body.map_err(Into::into).boxed_unsync())
    }
}

impl From<&'static str> for ResponseBody {
    fn from(text: &'static str) -> Self {
        Bytes::from(text).into()
    }
}

impl From<Bytes> for ResponseBody {
    fn from(bytes: Bytes) -> Self {
        ResponseBody::new(Full::new(bytes))
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BodyFailure;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyFailure>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl std::fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResponseBody").finish_non_exhaustive()
    }
}
