//! Answering requests with something else than VMs.

use std::error::Error;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body::{Body, Frame};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::{Request, Response, StatusCode};

use super::body::{BrokenOff, Content, Upload};
use super::event::Event;
use super::exchange::{Begun, Exchange};
use super::service::Job;
use super::state::State;
use crate::http::client::header_map;

/// What answers the requests of a [`Server`](super::Server) that has no VMs.
///
/// ```
/// use jsvm::http::{Asked, Failed, Responder, Server};
/// use futures_util::future::{BoxFuture, FutureExt};
/// use http_body_util::{BodyExt, Empty};
///
/// struct NotFound;
/// impl Responder for NotFound {
///     fn respond(&self, asked: Asked) -> BoxFuture<'static, Result<(), Failed>> {
///         async move {
///             let nothing = Empty::new().map_err(|never| match never {}).boxed_unsync();
///             let mut response = hyper::Response::new(nothing);
///             *response.status_mut() = hyper::StatusCode::NOT_FOUND;
///             asked.answer.send(response);
///             Ok(())
///         }
///         .boxed()
///     }
/// }
/// let server = Server::with_responder(NotFound).max_concurrent(16);
/// # let _ = server;
/// ```
pub trait Responder: Send + Sync + 'static {
    /// Answers a request, and does whatever belongs to it: as long as the future is not ready, the
    /// request counts as one that is being answered. It is dropped when the request has had its
    /// [time](super::Server::timeout).
    fn respond(&self, asked: Asked) -> BoxFuture<'static, Result<(), Failed>>;
}

/// A request that is to be answered.
#[non_exhaustive]
pub struct Asked {
    /// Its number, from 1.
    pub id: u64,
    /// The address of the client.
    pub remote: SocketAddr,
    /// What it says. Its URI is absolute.
    pub request: Request<RequestBody>,
    /// Where the response goes.
    pub answer: Answer,
}

/// Takes the response to a request.
pub struct Answer(Arc<Exchange>);

impl Answer {
    /// Sends the response. Says whether anybody takes it: if not, the client is gone.
    pub fn send(self, response: Response<ResponseBody>) -> bool {
        self.0.answer(response.map(Content::Other))
    }
}

/// The body of a request, up to the size that the server allows.
pub struct RequestBody(Option<Upload>);

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        match &mut self.0 {
            Some(upload) => Pin::new(upload).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }
}

/// The body of a response.
pub type ResponseBody = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// A request could not be answered, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// What the client gets if there was no response.
    pub status: StatusCode,
    /// What the log gets.
    pub text: String,
}

/// Has a responder answer a request.
pub fn serve(
    state: &Arc<State>,
    responder: &Arc<dyn Responder>,
    job: Job,
) -> impl Future<Output = ()> + use<> {
    let (state, responder) = (state.clone(), responder.clone());
    async move {
        let Job { task, slot: _slot } = job;
        let exchange = Exchange::new(state.clone());
        exchange.begin(Begun {
            id: task.id,
            head: task.head,
            is_head_method: task.method == "HEAD",
            is_too_large: task.is_too_large,
            record: task.record,
        });
        let request = request(
            &task.method,
            &task.url,
            task.headers,
            RequestBody(task.body),
        );
        let done = match request {
            Some(request) => {
                let asked = Asked {
                    id: task.id,
                    remote: task.remote,
                    request,
                    answer: Answer(exchange.clone()),
                };
                state.metrics.vms.inc();
                drive(responder.respond(asked), &exchange).await
            }
            None => Err(Failed {
                status: StatusCode::BAD_REQUEST,
                text: "the request cannot be handed on".to_owned(),
            }),
        };
        let failed = match done {
            Err(failed) => {
                exchange.fail(failed.status);
                Some(failed.text)
            }
            Ok(()) if !exchange.is_gone() && exchange.fail(StatusCode::INTERNAL_SERVER_ERROR) => {
                Some("there was no response".to_owned())
            }
            Ok(()) => None,
        };
        if let Some(text) = failed
            && !exchange.is_gone()
        {
            state.tell(&Event::Failed {
                request: task.id,
                text: &text,
            });
        }
        exchange.finish();
    }
}

/// Goes on until all is done, or too late.
async fn drive(
    mut work: BoxFuture<'static, Result<(), Failed>>,
    exchange: &Exchange,
) -> Result<(), Failed> {
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
            // The deadline is another.
            () = exchange.changed.notified() => {}
            () = late => {
                if exchange.deadline().is_some_and(|deadline| deadline <= Instant::now()) {
                    return Err(Failed {
                        status: StatusCode::GATEWAY_TIMEOUT,
                        text: "the handler took longer than the server allows".to_owned(),
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
