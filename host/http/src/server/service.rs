//! Answers the requests of a connection.

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
use tokio::sync::oneshot;

use super::event::Access;
use super::exchange::{Exchange, ServerResponse, plain};
use super::pool::Pool;
use super::response::{RequestRecord, TrackedBody};
use super::task::{Job, Task};
use super::upload::Upload;
use crate::client::Url;
use jsvm_protocol::http::header_chars;

/// Answers the requests of one connection.
#[derive(Clone)]
pub struct Service {
    pub pool: Arc<Pool>,
    /// The runtime of the VMs.
    pub workers: Handle,
    pub remote: SocketAddr,
    pub local: SocketAddr,
    pub is_tls: bool,
}

/// A request that waits for its response. It is dropped early if the client disconnects.
struct OpenRequest {
    record: Option<RequestRecord>,
    exchange: Option<oneshot::Receiver<Arc<Exchange>>>,
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        if let (Some(record), Some(exchange)) = (&mut self.record, &mut self.exchange) {
            // An exchange that is sent later is refused, which tells the VM the same.
            exchange.close();
            record.exchange = exchange.try_recv().ok();
        }
    }
}

impl Service {
    /// Answers a request.
    pub async fn answer(self, request: Request<Incoming>) -> Response<TrackedBody> {
        let id = self.pool.config.next_request();
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
        let mut pending = OpenRequest {
            record: Some(RequestRecord::new(self.pool.config.clone(), access)),
            exchange: None,
        };
        let response = match self.job(id, request).await {
            Ok((job, response, exchange)) => {
                pending.exchange = Some(exchange);
                self.workers.spawn(self.pool.clone().serve(job));
                let response = response.await;
                response.unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR))
            }
            Err(refused) => refused,
        };
        pending.finish(response)
    }

    /// Prepares a request for a VM, or returns the response to a request that no VM sees.
    async fn job(
        &self,
        id: u64,
        request: Request<Incoming>,
    ) -> Result<
        (
            Job,
            oneshot::Receiver<ServerResponse>,
            oneshot::Receiver<Arc<Exchange>>,
        ),
        ServerResponse,
    > {
        // The Fetch Standard forbids these methods, so no `Request` could represent them.
        if matches!(*request.method(), Method::CONNECT | Method::TRACE) {
            return Err(plain(StatusCode::NOT_IMPLEMENTED));
        }
        let Some(url) = self.url(&request) else {
            return Err(plain(StatusCode::BAD_REQUEST));
        };
        // Hyper limits its buffer, which may be larger than the configured limit.
        let head = request.headers().iter();
        let head: usize = head
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum();
        if head + request.uri().path().len() > self.pool.config.settings.max_header {
            return Err(closing(plain(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)));
        }
        let max_body = self.pool.config.settings.max_body;
        if request.body().size_hint().lower() > max_body {
            return Err(closing(plain(StatusCode::PAYLOAD_TOO_LARGE)));
        }
        let Some(slot) = self.pool.slot().await else {
            let mut response = plain(StatusCode::SERVICE_UNAVAILABLE);
            let later = HeaderValue::from_static("1");
            response.headers_mut().insert(header::RETRY_AFTER, later);
            return Err(response);
        };
        let headers = request.headers().iter().filter_map(|(name, value)| {
            let of_connection = [
                header::CONNECTION,
                header::TRANSFER_ENCODING,
                header::UPGRADE,
            ];
            if of_connection.contains(name) || name == "keep-alive" {
                return None;
            }
            let value = header_chars(value.as_bytes()).collect();
            Some((name.as_str().to_owned(), value))
        });
        let headers = headers.collect();
        let method = request.method().to_string();
        let is_too_large = Arc::new(AtomicBool::new(false));
        let body = request.into_body();
        let body = (!body.is_end_stream()).then(|| Upload {
            body,
            left: max_body,
            is_too_large: is_too_large.clone(),
        });
        let (response, responded) = oneshot::channel();
        let (exchange, begun) = oneshot::channel();
        let task = Task {
            id,
            method,
            url,
            headers,
            body,
            remote: self.remote,
            response,
            is_too_large,
            exchange,
        };
        Ok((Job { task, slot }, responded, begun))
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

impl OpenRequest {
    fn finish(mut self, response: ServerResponse) -> Response<TrackedBody> {
        let (parts, content) = response.into_parts();
        let exchange = self.exchange.as_mut();
        let exchange = exchange.and_then(|exchange| exchange.try_recv().ok());
        // Only this function takes the record.
        let record = self.record.take();
        let Some(mut record) = record else {
            unreachable!("a request is finished once")
        };
        record.exchange = exchange;
        record.access.status = Some(parts.status.as_u16());
        Response::from_parts(parts, TrackedBody::new(content, record))
    }
}

/// Closes the connection after a response, because the rest of the request is not read.
fn closing(mut response: ServerResponse) -> ServerResponse {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}
