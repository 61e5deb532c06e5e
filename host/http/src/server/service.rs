//! Answers the requests of a connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body::Body;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::uri::Authority;
use hyper::{Method, Request, Response, StatusCode, Version};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::event::Access;
use super::exchange::{Exchange, ServerResponse, plain};
use super::peer::Peer;
use super::pool::Pool;
use super::response::{RequestRecord, TrackedBody};
use super::task::{Job, Task};
use super::upload::{BodyOutcome, Upload};
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
    pub peer: Arc<Peer>,
}

/// A request that waits for its response. It is dropped early if the client disconnects.
struct OpenRequest {
    record: Option<RequestRecord>,
    is_http2: bool,
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
            record: Some(RequestRecord::new(
                self.pool.config.clone(),
                &self.peer,
                access,
            )),
            is_http2: request.version() == Version::HTTP_2,
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
            return Err(closing(plain(StatusCode::BAD_REQUEST)));
        };
        // RFC 9112, section 6.1: hyper takes off the last coding only, and checks that it is this.
        if let Some(coding) = single(request.headers(), header::TRANSFER_ENCODING)
            && !coding.is_some_and(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"))
        {
            return Err(closing(plain(StatusCode::NOT_IMPLEMENTED)));
        }
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
            self.pool.config.metrics.refused.inc();
            let mut response = plain(StatusCode::SERVICE_UNAVAILABLE);
            let later = HeaderValue::from_static("1");
            response.headers_mut().insert(header::RETRY_AFTER, later);
            return Err(response);
        };
        let headers = fields(request.headers());
        let method = request.method().to_string();
        let outcome = Arc::new(BodyOutcome::default());
        let body = request.into_body();
        let patience = self.pool.config.settings.body_timeout;
        let body =
            (!body.is_end_stream()).then(|| Upload::new(body, max_body, patience, outcome.clone()));
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
            outcome,
            exchange,
            peer: self.peer.clone(),
        };
        Ok((Job { task, slot }, responded, begun))
    }

    /// The absolute URL of a request, or `None` if the request has no valid one.
    fn url(&self, request: &Request<Incoming>) -> Option<String> {
        let uri = request.uri();
        if !matches!(uri.scheme_str(), None | Some("http" | "https")) {
            return None;
        }
        let host = match single(request.headers(), header::HOST) {
            // RFC 9112, section 3.2: two fields are an error.
            Some(host) => Some(Authority::try_from(host?.as_bytes()).ok()?),
            None => None,
        };
        let version = request.version();
        let authority = match (uri.authority(), host) {
            // RFC 9113, section 8.3.1: the field must agree.
            (Some(authority), Some(host)) if version == Version::HTTP_2 => {
                Some(host).filter(|host| host == authority)?
            }
            // RFC 9112, section 3.2.2: the field is ignored, but must be there.
            (Some(authority), Some(_)) => authority.clone(),
            (Some(authority), None) if version != Version::HTTP_11 => authority.clone(),
            (None, Some(host)) => host,
            (None, None) if version == Version::HTTP_10 => {
                Authority::try_from(self.local.to_string()).ok()?
            }
            (_, None) => return None,
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
        let has_body = record.access.method != "HEAD"
            && !matches!(
                parts.status,
                StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
            );
        let promised = parts.headers.get(header::CONTENT_LENGTH);
        let promised = promised
            .filter(|_| has_body)
            .and_then(|length| length.to_str().ok()?.parse().ok());
        let body = TrackedBody::new(content, promised, self.is_http2, record);
        Response::from_parts(parts, body)
    }
}

/// The fields of a request, as a program gets them.
fn fields(headers: &HeaderMap) -> Vec<(String, String)> {
    let of_connection = [
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ];
    let mut fields: Vec<(String, String)> = Vec::with_capacity(headers.len());
    // All values of a name come together.
    for (name, value) in headers {
        if of_connection.contains(name) || name == "keep-alive" {
            continue;
        }
        let value: String = header_chars(value.as_bytes()).collect();
        match fields.last_mut() {
            // RFC 9113, section 8.2.3. A program would join the values by commas.
            Some((last, cookies)) if name == header::COOKIE && last == "cookie" => {
                cookies.push_str("; ");
                cookies.push_str(&value);
            }
            _ => fields.push((name.as_str().to_owned(), value)),
        }
    }
    fields
}

/// The value of a field that may be there once: `None` if there is none, and `Some(None)` if there
/// are several.
fn single(headers: &HeaderMap, name: HeaderName) -> Option<Option<&HeaderValue>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(values.next().is_none().then_some(first))
}

/// Closes the connection after a response, because the rest of the request is not read.
fn closing(mut response: ServerResponse) -> ServerResponse {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}
