//! The body of a response, which must not look complete if its instance was stopped.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::Response;
use jsvm_http::{ResponseBody, ResponseSender};
use wasmtime_wasi_http::Error;
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;

/// Marks an instance as stopped if it is dropped before the call returned. It must be dropped
/// before the store.
pub struct StopGuard {
    is_stopped: Arc<AtomicBool>,
    is_done: bool,
}

impl StopGuard {
    pub fn new(is_stopped: Arc<AtomicBool>) -> Self {
        StopGuard {
            is_stopped,
            is_done: false,
        }
    }

    /// Notes that the call has returned.
    pub fn done(&mut self) {
        self.is_done = true;
    }
}

impl Drop for StopGuard {
    fn drop(&mut self) {
        if !self.is_done {
            self.is_stopped.store(true, Ordering::Release);
        }
    }
}

/// The body that an instance sends. When the store is dropped, the inner body just ends, as if it
/// were complete; this body then fails.
struct InstanceBody {
    body: HyperOutgoingBody,
    is_stopped: Arc<AtomicBool>,
    is_over: bool,
}

impl InstanceBody {
    fn new(body: HyperOutgoingBody, is_stopped: Arc<AtomicBool>) -> Self {
        InstanceBody {
            body,
            is_stopped,
            is_over: false,
        }
    }
}

/// Sends the response of an instance.
pub fn send(
    answer: ResponseSender,
    response: Response<HyperOutgoingBody>,
    is_stopped: Arc<AtomicBool>,
) {
    let response = response.map(|body| InstanceBody::new(body, is_stopped));
    answer.send(response.map(ResponseBody::new));
}

impl Body for InstanceBody {
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
