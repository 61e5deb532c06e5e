//! The body of a response, which must not look whole when its instance was stopped.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::Response;
use jsvm::http::Answer;
use wasmtime_wasi_http::Error;
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;

/// Says of an instance, when it goes, whether it was stopped. To be dropped before its store.
pub struct Running {
    is_stopped: Arc<AtomicBool>,
    is_done: bool,
}

impl Running {
    pub fn new(is_stopped: Arc<AtomicBool>) -> Self {
        Running {
            is_stopped,
            is_done: false,
        }
    }

    /// The call has returned.
    pub fn done(&mut self) {
        self.is_done = true;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.is_done {
            self.is_stopped.store(true, Ordering::Release);
        }
    }
}

/// What an instance sends. Where nobody has finished it, it ends with its store, as if it were whole.
struct Sent {
    body: HyperOutgoingBody,
    is_stopped: Arc<AtomicBool>,
    is_over: bool,
}

impl Sent {
    fn new(body: HyperOutgoingBody, is_stopped: Arc<AtomicBool>) -> Self {
        Sent {
            body,
            is_stopped,
            is_over: false,
        }
    }
}

/// Sends the response of an instance.
pub fn send(answer: Answer, response: Response<HyperOutgoingBody>, is_stopped: Arc<AtomicBool>) {
    let response = response.map(|body| Sent::new(body, is_stopped));
    answer.send(response.map(|body| body.map_err(Into::into).boxed_unsync()));
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_some() {
            return Poll::Ready(frame);
        }
        self.is_over = true;
        Poll::Ready(match self.is_stopped.load(Ordering::Acquire) {
            true => Some(Err(Error::HttpResponseIncomplete)),
            false => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
