//! Answers requests with a responder of the embedder.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http_body::{Body, Frame};
use hyper::{Request, Response, StatusCode};

use super::config::ServerConfig;
use super::content::{Content, ResponseBody};
use super::exchange::{Exchange, NewExchange};
use super::task::Job;
use super::upload::{BodyError, Upload};
use crate::client::header_map;

/// Answers the requests of a [`Server`](super::Server) in place of VMs. It is meant to be
/// implemented.
///
/// ```
/// use jsvm_http::{PendingRequest, Responder, ResponderFuture, ResponseBody, Server};
///
/// struct NotFound;
/// impl Responder for NotFound {
///     fn respond(&self, pending: PendingRequest) -> ResponderFuture {
///         Box::pin(async move {
///             let mut response = hyper::Response::new(ResponseBody::from("not found"));
///             *response.status_mut() = hyper::StatusCode::NOT_FOUND;
///             pending.answer.send(response);
///             Ok(())
///         })
///     }
/// }
/// let server = Server::with_responder(NotFound).max_concurrent(16);
/// # let _ = server;
/// ```
pub trait Responder: Send + Sync + 'static {
    /// Answers a request and does all work that belongs to it. The request occupies a slot until
    /// the future is ready. The server drops the future when the request exceeds its [time
    /// limit](super::Server::timeout).
    fn respond(&self, pending: PendingRequest) -> ResponderFuture;
}

/// The future of [`Responder::respond`].
///
/// ```
/// use jsvm_http::{ResponderError, ResponderFuture};
/// let refused: ResponderFuture = Box::pin(async {
///     Err(ResponderError::new(hyper::StatusCode::FORBIDDEN, "not today"))
/// });
/// # drop(refused);
/// ```
pub type ResponderFuture =
    Pin<Box<dyn Future<Output = Result<(), ResponderError>> + Send + 'static>>;

/// A request that a [`Responder`] has to answer.
///
/// ```
/// use jsvm_http::{PendingRequest, ResponderError, ResponseBody};
///
/// async fn respond(pending: PendingRequest) -> Result<(), ResponderError> {
///     if pending.request.uri().path() != "/" {
///         return Err(ResponderError::new(hyper::StatusCode::NOT_FOUND, "there is only /"));
///     }
///     pending.answer.send(hyper::Response::new(ResponseBody::from("hello")));
///     Ok(())
/// }
/// ```
#[non_exhaustive]
pub struct PendingRequest {
    /// The number of the request, from 1.
    pub id: u64,
    /// The address of the client.
    pub remote: SocketAddr,
    /// The request. Its URI is absolute.
    pub request: Request<RequestBody>,
    /// Sends the response.
    pub answer: ResponseSender,
}

/// Sends the response to a [`PendingRequest`].
///
/// ```
/// use jsvm_http::{PendingRequest, ResponderError, ResponseBody};
///
/// async fn respond(pending: PendingRequest) -> Result<(), ResponderError> {
///     if pending.request.uri().path() != "/" {
///         return Err(ResponderError::new(hyper::StatusCode::NOT_FOUND, "there is only /"));
///     }
///     pending.answer.send(hyper::Response::new(ResponseBody::from("hello")));
///     Ok(())
/// }
/// ```
pub struct ResponseSender(Arc<Exchange>);

impl ResponseSender {
    /// Sends the response. Returns whether the client is still connected.
    pub fn send(self, response: Response<ResponseBody>) -> bool {
        self.0.send(response.map(Content::Responder))
    }
}

/// The body of a request, up to the server's [maximum size](super::Server::max_body).
///
/// ```
/// use http_body_util::BodyExt;
/// use jsvm_http::{PendingRequest, ResponderError, ResponseBody};
///
/// /// Sends a body back.
/// async fn echo(pending: PendingRequest) -> Result<(), ResponderError> {
///     let body = pending.request.into_body().collect().await;
///     let bytes = body.map_err(|error| {
///         ResponderError::new(hyper::StatusCode::BAD_REQUEST, error.to_string())
///     })?;
///     pending.answer.send(hyper::Response::new(ResponseBody::from(bytes.to_bytes())));
///     Ok(())
/// }
/// ```
pub struct RequestBody(Option<Upload>);

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.0 {
            Some(upload) => Pin::new(upload).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }
}

/// The error of a responder that could not answer a request completely.
///
/// ```
/// use jsvm_http::{PendingRequest, ResponderError, ResponseBody};
///
/// async fn respond(pending: PendingRequest) -> Result<(), ResponderError> {
///     if pending.request.uri().path() != "/" {
///         return Err(ResponderError::new(hyper::StatusCode::NOT_FOUND, "there is only /"));
///     }
///     pending.answer.send(hyper::Response::new(ResponseBody::from("hello")));
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponderError {
    /// The status for the client, if there was no response yet.
    pub status: StatusCode,
    /// The message for the log.
    pub text: String,
}

impl ResponderError {
    /// Creates an error.
    pub fn new(status: StatusCode, text: impl Into<String>) -> Self {
        ResponderError {
            status,
            text: text.into(),
        }
    }
}

/// Answers a request with a responder.
pub async fn serve(config: &Arc<ServerConfig>, responder: &Arc<dyn Responder>, job: Job) {
    let Job { task, slot } = job;
    let exchange = Exchange::new(config.clone());
    exchange.begin(NewExchange {
        id: task.id,
        response: task.response,
        is_head_method: task.method == "HEAD",
        outcome: task.outcome,
        memory: slot.memory.clone(),
        exchange: task.exchange,
    });
    let request = request(
        &task.method,
        &task.url,
        task.headers,
        RequestBody(task.body),
    );
    let done = match request {
        Some(request) => {
            let pending = PendingRequest {
                id: task.id,
                remote: task.remote,
                request,
                answer: ResponseSender(exchange.clone()),
            };
            config.metrics.vms.inc();
            drive(responder.respond(pending), &exchange).await
        }
        None => Err(ResponderError {
            status: StatusCode::BAD_REQUEST,
            text: "cannot pass the request on: its method, URL or a header is not valid".to_owned(),
        }),
    };
    let failure = match done {
        Err(error) => {
            exchange.fail(error.status);
            Some(error.text)
        }
        Ok(()) if !exchange.is_gone() && exchange.fail(StatusCode::INTERNAL_SERVER_ERROR) => {
            Some("the handler ended without a response".to_owned())
        }
        Ok(()) => None,
    };
    if let Some(text) = failure
        && !exchange.is_gone()
    {
        exchange.report(task.id, &text);
    }
    exchange.finish();
    drop(slot);
}

/// Polls the work until it is done or its time is over.
async fn drive(mut work: ResponderFuture, exchange: &Exchange) -> Result<(), ResponderError> {
    loop {
        let deadline = exchange.deadline();
        let late = async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            done = &mut work => return done,
            // The deadline has changed.
            () = exchange.changed.notified() => {}
            () = late => {
                if exchange.deadline().is_some_and(|deadline| deadline <= Instant::now()) {
                    return Err(ResponderError {
                        status: StatusCode::GATEWAY_TIMEOUT,
                        text: "the handler exceeded the time limit".to_owned(),
                    });
                }
            }
        }
    }
}

fn request(
    method: &str,
    url: &str,
    headers: Vec<(String, String)>,
    body: RequestBody,
) -> Option<Request<RequestBody>> {
    let mut request = Request::builder().method(method).uri(url).body(body).ok()?;
    *request.headers_mut() = header_map(headers).ok()?;
    Some(request)
}
