//! From a request of hyper's to its response.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use http_body::Body;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::http::uri::Authority;
use hyper::{Method, Request, Response, StatusCode, Version};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::body::{Record, Sent, Upload};
use super::event::Access;
use super::exchange::{Answer, Exchange, plain};
use super::state::{Program, State};
use super::{responder, worker};
use crate::http::Url;

/// A request with the right to have a VM.
pub struct Job {
    pub task: Task,
    pub slot: OwnedSemaphorePermit,
}

/// A request on its way to a VM.
pub struct Task {
    pub id: u64,
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Upload>,
    pub remote: SocketAddr,
    pub head: oneshot::Sender<Answer>,
    pub is_too_large: Arc<AtomicBool>,
    /// Where it is told what must know when the client goes.
    pub record: oneshot::Sender<Arc<Exchange>>,
}

/// Answers requests of one connection.
#[derive(Clone)]
pub struct Service {
    pub state: Arc<State>,
    /// Where VMs run.
    pub workers: Handle,
    pub remote: SocketAddr,
    pub local: SocketAddr,
    pub is_tls: bool,
}

/// A service whose client is gone drops this.
struct Waiting {
    record: Option<Record>,
    exchange: Option<oneshot::Receiver<Arc<Exchange>>>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let (Some(record), Some(exchange)) = (&mut self.record, &mut self.exchange) {
            // What comes later is refused, which tells the VM the same.
            exchange.close();
            record.exchange = exchange.try_recv().ok();
        }
    }
}

impl Service {
    pub async fn answer(self, request: Request<Incoming>) -> Response<Sent> {
        let id = self.state.next();
        let path = request.uri().path_and_query();
        let access = Access {
            request: id,
            method: request.method().to_string(),
            path: path.map_or_else(|| "*".to_owned(), ToString::to_string),
            remote: self.remote,
            status: None,
            bytes: 0,
            complete: false,
            time: Duration::ZERO,
        };
        let mut waiting = Waiting {
            record: Some(Record::new(self.state.clone(), access)),
            exchange: None,
        };
        let answer = match self.job(id, request).await {
            Ok((job, head, exchange)) => {
                waiting.exchange = Some(exchange);
                match &self.state.program {
                    Program::Vms { .. } => self.workers.spawn(worker::serve(&self.state, job)),
                    Program::Other(responder) => {
                        self.workers
                            .spawn(responder::serve(&self.state, responder, job))
                    }
                };
                let answer = head.await;
                answer.unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR))
            }
            Err(refused) => refused,
        };
        waiting.finish(answer)
    }

    /// What a VM is to do, or the answer to a request that no VM sees.
    async fn job(
        &self,
        id: u64,
        request: Request<Incoming>,
    ) -> Result<
        (
            Job,
            oneshot::Receiver<Answer>,
            oneshot::Receiver<Arc<Exchange>>,
        ),
        Answer,
    > {
        // Scripts cannot make requests with these methods either.
        if matches!(*request.method(), Method::CONNECT | Method::TRACE) {
            return Err(plain(StatusCode::NOT_IMPLEMENTED));
        }
        let Some(url) = self.url(&request) else {
            return Err(plain(StatusCode::BAD_REQUEST));
        };
        // Hyper bounds what it keeps of a head, and that is more than what was asked for.
        let head = request.headers().iter();
        let head: usize = head
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum();
        if head + request.uri().path().len() > self.state.settings.max_header {
            return Err(closing(plain(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)));
        }
        let most = self.state.settings.max_body;
        if request.body().size_hint().lower() > most {
            return Err(closing(plain(StatusCode::PAYLOAD_TOO_LARGE)));
        }
        let Some(slot) = self.state.slot().await else {
            let mut answer = plain(StatusCode::SERVICE_UNAVAILABLE);
            let later = HeaderValue::from_static("1");
            answer.headers_mut().insert(header::RETRY_AFTER, later);
            return Err(answer);
        };
        let headers = request.headers().iter().filter_map(|(name, value)| {
            let is_ours = [
                header::CONNECTION,
                header::TRANSFER_ENCODING,
                header::UPGRADE,
            ];
            if is_ours.contains(name) || name == "keep-alive" {
                return None;
            }
            let value = value.as_bytes().iter().map(|byte| char::from(*byte));
            Some((name.as_str().to_owned(), value.collect()))
        });
        let headers = headers.collect();
        let method = request.method().to_string();
        let is_too_large = Arc::new(AtomicBool::new(false));
        let body = request.into_body();
        let body = (!body.is_end_stream()).then(|| Upload {
            body,
            left: most,
            is_too_large: is_too_large.clone(),
        });
        let (head, answered) = oneshot::channel();
        let (record, exchange) = oneshot::channel();
        let task = Task {
            id,
            method,
            url,
            headers,
            body,
            remote: self.remote,
            head,
            is_too_large,
            record,
        };
        Ok((Job { task, slot }, answered, exchange))
    }

    /// The absolute URL of a request.
    fn url(&self, request: &Request<Incoming>) -> Option<String> {
        let uri = request.uri();
        let host = request.headers().get(header::HOST);
        let authority = match (uri.authority(), host) {
            (Some(authority), _) => authority.clone(),
            (None, Some(host)) => Authority::try_from(host.as_bytes()).ok()?,
            (None, None) if request.version() == Version::HTTP_10 => {
                Authority::try_from(self.local.to_string()).ok()?
            }
            (None, None) => return None,
        };
        if authority.as_str().contains('@') {
            return None;
        }
        let scheme = if self.is_tls { "https" } else { "http" };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let slash = if path.starts_with('/') { "" } else { "/" };
        let url = format!("{scheme}://{authority}{slash}{path}");
        Url::parse(&url).ok().map(String::from)
    }
}

impl Waiting {
    fn finish(mut self, answer: Answer) -> Response<Sent> {
        let (parts, content) = answer.into_parts();
        let exchange = self.exchange.as_mut();
        let exchange = exchange.and_then(|exchange| exchange.try_recv().ok());
        // It is there until now.
        let record = self.record.take();
        let Some(mut record) = record else {
            unreachable!("a request is finished once")
        };
        record.exchange = exchange;
        record.access.status = Some(parts.status.as_u16());
        Response::from_parts(parts, Sent::new(content, record))
    }
}

/// The rest of the request is not read.
fn closing(mut answer: Answer) -> Answer {
    let close = HeaderValue::from_static("close");
    answer.headers_mut().insert(header::CONNECTION, close);
    answer
}
