//! A client for `fetch`, which carries out the requests of VMs with `reqwest`.

mod coding;
pub(super) mod connect;
pub(super) mod framing;
pub(super) mod incoming;
pub(super) mod outgoing;
mod whole;

use std::error::Error as _;
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Body, Method};

use self::coding::DecodedBody;
use self::framing::drop_framing;
use self::incoming::{Chunks, IncomingBodies};
use self::outgoing::OutgoingBodies;
use super::egress::{EgressError, EgressRules};
use jsvm::{Bytes, Data, HostError, RequestInfo, VmBuilder};
use jsvm_protocol::http::{
    CANCEL, END, FETCH, MAX_READ_BYTES, READ, WRITE, header_bytes, header_chars,
};

pub use url::Url;
pub use whole::WholeRequest;

/// Methods that can be repeated if it is not known whether the request was carried out.
const IDEMPOTENT: [&str; 6] = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"];

/// Methods that are not requests for a resource: a tunnel, and echoes of headers.
const FORBIDDEN: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];

/// Carries out the `fetch` requests of one VM.
///
/// The VM requests each hop of a redirect separately, so the filter sees every URL. Bodies are
/// passed on in pieces: a slow side slows the other down.
///
/// Connections are made to public addresses only, unless [`egress`](Self::egress) sets other
/// rules. Proxies that environment variables name are not used: a proxy would choose the address.
///
/// Headers of the connection that a script sets are dropped, since they would frame the request
/// otherwise than it is sent: `host`, `content-length`, `transfer-encoding`, `connection` with the
/// headers that it names, `keep-alive`, `proxy-connection`, `te`, `trailer`, `upgrade`,
/// `http2-settings` and `expect`.
///
/// A snapshot stores pending requests, but not their data in flight. When a restored VM continues
/// with another client, a request is repeated if its method is idempotent and its body was
/// complete. Any other request is rejected; see [`RequestInfo::lost`].
///
/// ```
/// use jsvm::HostError;
/// use jsvm_http as http;
/// let client = http::Client::new(|url| match url.host_str() {
///     Some("example.com") => Ok(()),
///     _ => Err(HostError::type_error("this host is not allowed")),
/// });
/// let vm = client.add_to(jsvm::Engine::global()?.vm()).build()?;
/// http::install_fetch(&vm)?;
/// // An `EventLoop` runs the VM and its requests.
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone)]
pub struct Client {
    filter: Arc<UrlFilter>,
    rules: EgressRules,
    bodies: Arc<OpenBodies>,
}

/// Decides whether a URL can be reached.
pub(super) type UrlFilter = dyn Fn(&Url) -> Result<(), HostError> + Send + Sync;

/// The open bodies of a client.
#[derive(Default)]
pub(super) struct OpenBodies {
    pub(super) incoming: IncomingBodies,
    pub(super) outgoing: OutgoingBodies,
}

/// A request as the VM sends it.
#[derive(serde::Deserialize)]
struct FetchRequest {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<FetchBody>,
    /// Missing in requests of VMs that decode nothing.
    #[serde(default)]
    decode: bool,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum FetchBody {
    Number(u64),
    Whole(Bytes),
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct FetchResponse {
    status: u16,
    status_text: &'static str,
    headers: Vec<(String, String)>,
    body: Option<FetchResponseBody>,
    decoded: bool,
}

#[derive(serde::Serialize)]
#[serde(untagged)]
enum FetchResponseBody {
    Number(f64),
    Whole(Bytes),
}

impl Client {
    /// Creates a client with a filter, which is called for each URL before the request is sent.
    /// `fetch` rejects with the error that the filter returns.
    ///
    /// What the filter accepts must also be allowed by the [rules](Self::egress).
    pub fn new(filter: impl Fn(&Url) -> Result<(), HostError> + Send + Sync + 'static) -> Self {
        Client::with(Arc::new(filter), EgressRules::default())
    }

    pub(super) fn with(filter: Arc<UrlFilter>, rules: EgressRules) -> Self {
        Client {
            filter,
            rules,
            bodies: Arc::default(),
        }
    }

    /// Sets the rules about hosts and addresses, [`EgressRules::default`] by default. Clients with
    /// clones of the same rules share a pool of connections.
    #[must_use]
    pub fn egress(mut self, rules: EgressRules) -> Self {
        self.rules = rules;
        self
    }

    /// The open bodies.
    #[cfg(feature = "server")]
    pub(super) fn bodies(&self) -> Arc<OpenBodies> {
        self.bodies.clone()
    }

    /// Adds the handlers of the VM's requests to a builder.
    #[must_use]
    pub fn add_to(&self, builder: VmBuilder) -> VmBuilder {
        let bodies = || self.bodies.clone();
        builder
            .async_handler(FETCH, {
                let client = self.clone();
                // The last argument holds the signal, which only the VM uses.
                move |info: RequestInfo, request: FetchRequest, _signal: Data| {
                    let prepared = client.prepare_once(&info, request);
                    async move { prepared?.send().await }
                }
            })
            .async_handler(READ, {
                let bodies = bodies();
                move |request: RequestInfo, id: u64| {
                    let bodies = bodies.clone();
                    async move { bodies.incoming.read(&request, id).await }
                }
            })
            .async_handler(CANCEL, {
                let bodies = bodies();
                move |id: u64| {
                    bodies.incoming.cancel(id);
                    async {}
                }
            })
            .async_handler(WRITE, {
                let bodies = bodies();
                move |request: RequestInfo, id: u64, Bytes(bytes): Bytes| {
                    let bodies = bodies.clone();
                    async move { bodies.outgoing.write(&request, id, bytes).await }
                }
            })
            .async_handler(END, {
                let bodies = bodies();
                move |id: u64, error: Option<String>| {
                    let bodies = bodies.clone();
                    async move { bodies.outgoing.end(id, error).await }
                }
            })
    }

    /// Prepares a request before the script continues, so that an outgoing body is open when the
    /// script writes its first piece. One that must not be repeated is refused if it was sent before.
    fn prepare_once(
        &self,
        info: &RequestInfo,
        request: FetchRequest,
    ) -> Result<PreparedRequest, HostError> {
        let is_whole = !matches!(request.body, Some(FetchBody::Number(_)));
        if info.repeated && !(is_whole && IDEMPOTENT.contains(&&*request.method)) {
            return Err(info.lost());
        }
        self.prepare(request)
    }

    fn prepare(&self, request: FetchRequest) -> Result<PreparedRequest, HostError> {
        let url = Url::parse(&request.url);
        let url = url.map_err(|error| HostError::type_error(error.to_string()))?;
        (self.filter)(&url)?;
        let allowed = self.rules.check_url(&url);
        allowed.map_err(|error| self.rules.exception(&error))?;
        // The VM refuses these as well, but the request comes from its memory.
        let method = Method::from_bytes(request.method.as_bytes())?;
        let is_forbidden = |name: &&str| method.as_str().eq_ignore_ascii_case(name);
        if FORBIDDEN.iter().any(is_forbidden) {
            let message = format!("'{method}' is not a method that fetch can send");
            return Err(HostError::type_error(message));
        }
        let mut headers = header_map(request.headers)?;
        drop_framing(&mut headers);
        if request.decode {
            let accepted = HeaderValue::from_static(coding::ACCEPTED);
            headers.entry(ACCEPT_ENCODING).or_insert(accepted);
        }
        let body = match request.body {
            None => None,
            Some(FetchBody::Whole(Bytes(bytes))) => Some(bytes.into()),
            Some(FetchBody::Number(id)) => Some(Body::wrap(self.bodies.outgoing.open(id))),
        };
        Ok(PreparedRequest {
            client: self.clone(),
            method,
            headers,
            url,
            body,
            decode: request.decode,
        })
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut client = f.debug_struct("Client");
        client.field("rules", &self.rules).finish_non_exhaustive()
    }
}

/// A request that passed the filter.
struct PreparedRequest {
    client: Client,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Body>,
    /// Whether content codings are removed from the response.
    decode: bool,
}

impl PreparedRequest {
    async fn send(self) -> Result<FetchResponse, HostError> {
        let bodies = self.client.bodies.clone();
        let (head, body) = self.exchange().await?;
        let body = body.map(|body| bodies.body(body));
        Ok(FetchResponse { body, ..head })
    }

    /// Sends the request, and returns the head of the response and the source of its body.
    async fn exchange(self) -> Result<(FetchResponse, Option<Box<dyn Chunks>>), HostError> {
        let rules = &self.client.rules;
        let request = connect::client(rules)?
            .request(self.method.clone(), self.url.clone())
            .headers(self.headers);
        let request = match self.body {
            Some(body) => request.body(body),
            None => request,
        };
        let response = request.send().await;
        let response = response.map_err(|error| match refused(&error) {
            Some(refused) => rules.exception(refused),
            None => failed(&self.url, &error),
        })?;
        let status = response.status();
        let headers = response.headers().iter().map(|(name, value)| {
            let value = header_chars(value.as_bytes()).collect();
            (name.as_str().to_owned(), value)
        });
        let headers = headers.collect();
        let codings = match self.decode {
            true => coding::codings(response.headers()),
            false => Ok(Vec::new()),
        };
        let codings = codings.map_err(|reason| {
            HostError::type_error(format!("fetch of {} failed: {reason}", self.url))
        })?;
        let decoded = !codings.is_empty();
        let has_body = may_have_body(&self.method, &response);
        let body: Option<Box<dyn Chunks>> = match has_body {
            false => None,
            true if decoded => Some(Box::new(DecodedBody::new(response, codings, self.url))),
            true => Some(Box::new(response)),
        };
        let head = FetchResponse {
            status: status.as_u16(),
            status_text: status.canonical_reason().unwrap_or_default(),
            headers,
            body: None,
            decoded,
        };
        Ok((head, body))
    }
}

impl OpenBodies {
    /// Returns the body: its bytes if all of them were received already, or else its number.
    fn body(&self, mut body: Box<dyn Chunks>) -> FetchResponseBody {
        let mut first = Vec::new();
        let mut failure = None;
        while first.len() < MAX_READ_BYTES {
            match body.chunk().now_or_never() {
                Some(Ok(Some(bytes))) => first.extend_from_slice(&bytes),
                Some(Ok(None)) => return FetchResponseBody::Whole(Bytes(first)),
                Some(Err(error)) => {
                    failure = Some(error);
                    break;
                }
                None => break,
            }
        }
        let id = self.incoming.open(body, first, failure);
        FetchResponseBody::Number(id as f64)
    }
}

fn may_have_body(method: &Method, response: &reqwest::Response) -> bool {
    *method != Method::HEAD
        && !matches!(response.status().as_u16(), 101 | 204 | 205 | 304)
        && response.content_length() != Some(0)
}

impl Chunks for reqwest::Response {
    fn chunk(&mut self) -> BoxFuture<'_, Result<Option<bytes::Bytes>, HostError>> {
        async {
            let chunk = reqwest::Response::chunk(self).await;
            chunk.map_err(|error| failed(self.url(), &error))
        }
        .boxed()
    }
}

/// Converts header fields from the VM.
pub(super) fn header_map(headers: Vec<(String, String)>) -> Result<HeaderMap, HostError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let value = HeaderValue::from_bytes(&header_bytes(&value).collect::<Vec<_>>())?;
        map.append(HeaderName::from_bytes(name.as_bytes())?, value);
    }
    Ok(map)
}

fn failed(url: &Url, error: &reqwest::Error) -> HostError {
    HostError::type_error(format!("fetch of {url} failed: {}", innermost(error)))
}

/// Returns the error of the egress rules, if they are why a request failed.
fn refused(error: &reqwest::Error) -> Option<&EgressError> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref() {
            return Some(refused);
        }
        cause = error.source();
    }
    None
}

/// Returns the innermost cause of an error. The outer ones only say that the request failed.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    let mut text = error.to_string();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}
