//! Outgoing requests of instances.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use hyper::header::{CONTENT_LENGTH, HeaderMap, HeaderValue};
use hyper::{Request, Response};
use jsvm_http::internal::drop_framing;
use jsvm_http::{EgressError, Url};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use super::Shared;

/// The time limit for a response to begin, unless the component sets one.
const PATIENCE: Duration = Duration::from_secs(600);

/// Sends the requests that the permissions allow.
pub struct Outgoing(Arc<Shared>);

impl Outgoing {
    pub fn new(shared: Arc<Shared>) -> Self {
        Outgoing(shared)
    }
}

type Connection = Box<dyn Future<Output = Result<(), Error>> + Send>;
type SendResult = Result<(Response<WasiBody>, Connection), Error>;

impl WasiHttpHooks for Outgoing {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Connection,
    ) -> Box<dyn Future<Output = SendResult> + Send> {
        let shared = self.0.clone();
        Box::new(async move { send(&shared, request, options.unwrap_or_default()).await })
    }
}

async fn send(shared: &Shared, request: Request<WasiBody>, options: RequestOptions) -> SendResult {
    let (head, body) = request.into_parts();
    let url = Url::parse(&head.uri.to_string()).map_err(|_| Error::HttpRequestUriInvalid)?;
    if shared.permissions.net(&url).is_err() {
        return Err(Error::HttpRequestDenied);
    }
    let length = declared_length(&head.headers, &body);
    let mut headers = head.headers;
    drop_framing(&mut headers);
    if let Some(length) = length {
        headers.insert(CONTENT_LENGTH, length);
    }
    let request = shared.client.request(head.method, url).headers(headers);
    let sent = request
        .body(reqwest::Body::wrap(Shareable(Mutex::new(body))))
        .send();
    let patience = options.first_byte_timeout.unwrap_or(PATIENCE);
    let sent = tokio::time::timeout(patience, sent).await;
    let response = sent
        .map_err(|_| Error::ConnectionReadTimeout)?
        .map_err(failed)?;
    let response = Response::<reqwest::Body>::from(response);
    let response = response.map(|body| body.map_err(failed).boxed_unsync());
    // The client drives its connections itself.
    let connection: Connection = Box::new(async { Ok(()) });
    Ok((response, connection))
}

/// Returns the `content-length` of a request, if it says how long the body is and the client would
/// not know. The client then sends as many bytes, or closes the connection.
fn declared_length(headers: &HeaderMap, body: &WasiBody) -> Option<HeaderValue> {
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let (length, None) = (lengths.next()?, lengths.next()) else {
        return None;
    };
    let is_number = length.as_bytes().iter().all(u8::is_ascii_digit);
    // Without a body the client would send the header and nothing else.
    let is_unknown = !body.is_end_stream() && body.size_hint().exact().is_none();
    (is_number && !length.is_empty() && is_unknown).then(|| length.clone())
}

fn failed(error: reqwest::Error) -> Error {
    if is_refused(&error) {
        Error::HttpRequestDenied
    } else if error.is_timeout() {
        Error::ConnectionTimeout
    } else if error.is_connect() {
        Error::ConnectionRefused
    } else {
        internal(error)
    }
}

/// Whether the egress rules refused each address of the host.
fn is_refused(error: &reqwest::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.is::<EgressError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Converts an error that has no name in WASI.
pub fn internal(error: impl std::error::Error) -> Error {
    Error::InternalError(Some(error.to_string()))
}

/// Makes a body `Sync`, as reqwest requires. The lock is never contended.
struct Shareable(Mutex<WasiBody>);

impl Body for Shareable {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let body = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        Pin::new(body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        body.size_hint()
    }
}
