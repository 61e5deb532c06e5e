//! A client for `fetch`, which carries out the requests of VMs with `reqwest`.

pub(super) mod incoming;
pub(super) mod outgoing;

use std::error::Error as _;
use std::sync::{Arc, OnceLock};

use futures_util::future::{BoxFuture, FutureExt};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Body, Method};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;

use self::incoming::{Chunks, IncomingBodies};
use self::outgoing::OutgoingBodies;
use jsvm::{Bytes, Data, HostError, RequestInfo, VmBuilder};
use jsvm_protocol::http::{
    CANCEL, END, FETCH, MAX_READ_BYTES, READ, WRITE, header_bytes, header_chars,
};

pub use url::Url;

/// Methods that can be repeated if it is not known whether the request was carried out.
const IDEMPOTENT: [&str; 6] = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"];

/// Carries out the `fetch` requests of one VM.
///
/// The VM requests each hop of a redirect separately, so the filter sees every URL. Bodies are
/// passed on in pieces: a slow side slows the other down.
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
    state: Arc<ClientState>,
}

/// Decides whether a URL can be reached.
pub(super) type UrlFilter = dyn Fn(&Url) -> Result<(), HostError> + Send + Sync;

/// The filter and the open bodies of a client.
pub(super) struct ClientState {
    filter: Arc<UrlFilter>,
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
    pub fn new(filter: impl Fn(&Url) -> Result<(), HostError> + Send + Sync + 'static) -> Self {
        Client::with(Arc::new(filter))
    }

    pub(super) fn with(filter: Arc<UrlFilter>) -> Self {
        Client {
            state: Arc::new(ClientState {
                filter,
                incoming: IncomingBodies::default(),
                outgoing: OutgoingBodies::default(),
            }),
        }
    }

    /// The open bodies.
    #[cfg(feature = "server")]
    pub(super) fn bodies(&self) -> Arc<ClientState> {
        self.state.clone()
    }

    /// Adds the handlers of the VM's requests to a builder.
    #[must_use]
    pub fn add_to(&self, builder: VmBuilder) -> VmBuilder {
        let state = || self.state.clone();
        builder
            .async_handler(FETCH, {
                let state = state();
                // The last argument holds the signal, which only the VM uses.
                move |info: RequestInfo, request: FetchRequest, _signal: Data| {
                    let prepared = state.clone().prepare(&info, request);
                    async move { prepared?.send().await }
                }
            })
            .async_handler(READ, {
                let state = state();
                move |request: RequestInfo, id: u64| {
                    let state = state.clone();
                    async move { state.incoming.read(&request, id).await }
                }
            })
            .async_handler(CANCEL, {
                let state = state();
                move |id: u64| {
                    state.incoming.cancel(id);
                    async {}
                }
            })
            .async_handler(WRITE, {
                let state = state();
                move |request: RequestInfo, id: u64, Bytes(bytes): Bytes| {
                    let state = state.clone();
                    async move { state.outgoing.write(&request, id, bytes).await }
                }
            })
            .async_handler(END, {
                let state = state();
                move |id: u64, error: Option<String>| {
                    let state = state.clone();
                    async move { state.outgoing.end(id, error).await }
                }
            })
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// A request that passed the filter.
struct PreparedRequest {
    client: Arc<ClientState>,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Body>,
}

impl ClientState {
    /// Prepares a request before the script continues, so that an outgoing body is open when the
    /// script writes its first piece.
    fn prepare(
        self: Arc<Self>,
        info: &RequestInfo,
        request: FetchRequest,
    ) -> Result<PreparedRequest, HostError> {
        let is_whole = !matches!(request.body, Some(FetchBody::Number(_)));
        if info.repeated && !(is_whole && IDEMPOTENT.contains(&&*request.method)) {
            return Err(info.lost());
        }
        let url = Url::parse(&request.url);
        let url = url.map_err(|error| HostError::type_error(error.to_string()))?;
        (self.filter)(&url)?;
        let body = match request.body {
            None => None,
            Some(FetchBody::Whole(Bytes(bytes))) => Some(bytes.into()),
            Some(FetchBody::Number(id)) => Some(Body::wrap(self.outgoing.open(id))),
        };
        Ok(PreparedRequest {
            method: Method::from_bytes(request.method.as_bytes())?,
            headers: header_map(request.headers)?,
            client: self,
            url,
            body,
        })
    }
}

impl PreparedRequest {
    async fn send(self) -> Result<FetchResponse, HostError> {
        let request = http_client()?
            .request(self.method.clone(), self.url.clone())
            .headers(self.headers);
        let request = match self.body {
            Some(body) => request.body(body),
            None => request,
        };
        let response = request.send().await;
        let response = response.map_err(|error| failed(&self.url, &error))?;
        let status = response.status();
        let headers = response.headers().iter().map(|(name, value)| {
            let value = header_chars(value.as_bytes()).collect();
            (name.as_str().to_owned(), value)
        });
        Ok(FetchResponse {
            status: status.as_u16(),
            status_text: status.canonical_reason().unwrap_or_default(),
            headers: headers.collect(),
            body: self.client.body(&self.method, response),
        })
    }
}

impl ClientState {
    /// Returns the body: its bytes if all of them were received already, or else its number.
    fn body(&self, method: &Method, mut response: reqwest::Response) -> Option<FetchResponseBody> {
        let has_none = *method == Method::HEAD
            || matches!(response.status().as_u16(), 101 | 204 | 205 | 304)
            || response.content_length() == Some(0);
        if has_none {
            return None;
        }
        let mut first = Vec::new();
        let mut failure = None;
        while first.len() < MAX_READ_BYTES {
            match response.chunk().now_or_never() {
                Some(Ok(Some(bytes))) => first.extend_from_slice(&bytes),
                Some(Ok(None)) => return Some(FetchResponseBody::Whole(Bytes(first))),
                Some(Err(error)) => {
                    failure = Some(failed(response.url(), &error));
                    break;
                }
                None => break,
            }
        }
        let id = self.incoming.open(Box::new(response), first, failure);
        Some(FetchResponseBody::Number(id as f64))
    }
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

/// Returns the innermost cause of an error. The outer ones only say that the request failed.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    let mut text = error.to_string();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}

/// Returns the client of the process, with its connections. Creating it reads the system's
/// certificates, so it is created at its first use.
fn http_client() -> Result<&'static reqwest::Client, HostError> {
    static CLIENT: OnceLock<Result<reqwest::Client, String>> = OnceLock::new();
    let client = CLIENT.get_or_init(|| {
        let tls = tls_config().map_err(|error| error.to_string())?;
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .user_agent(concat!("jsvm/", env!("CARGO_PKG_VERSION")))
            .tls_backend_preconfigured(tls);
        client.build().map_err(|error| innermost(&error))
    });
    client
        .as_ref()
        .map_err(|reason| HostError::new(format!("cannot create the HTTP client: {reason}")))
}

/// Returns TLS settings with the system's certificates and our own cryptography. The default of the
/// process belongs to the embedder, so it is neither used nor set.
fn tls_config() -> Result<ClientConfig, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_cryptography_of_the_process_is_left_alone() {
        http_client().unwrap();
        assert!(rustls::crypto::CryptoProvider::get_default().is_none());
    }
}
