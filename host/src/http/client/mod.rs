//! A client for `fetch`: answers the requests of VMs with `reqwest`.

pub(super) mod incoming;
pub(super) mod outgoing;

use std::error::Error as _;
use std::sync::{Arc, OnceLock};

use futures_util::future::{BoxFuture, FutureExt};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Body, Method};

use self::incoming::{Chunks, Incoming};
use self::outgoing::Outgoing;
use super::{CANCEL, END, FETCH, READ, WRITE};
use crate::async_function::RequestInfo;
use crate::builder::VmBuilder;
use crate::data::{Bytes, Data};
use crate::function::HostError;

pub use reqwest::Url;

/// Methods that can be repeated when it is not known whether they were carried out.
const IDEMPOTENT: [&str; 6] = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"];

/// Reaches the network for the `fetch` of one VM.
///
/// Each hop of a redirect is asked for by itself, and so is its permission. Bodies pass through in
/// pieces: what is slow on one side slows the other down.
///
/// A VM that was frozen while it fetched has the requests, and not what was in flight for them. When
/// it goes on with another client, one that can be repeated is: its method is idempotent and its
/// body was whole. Everything else is lost, which scripts are told; see [`RequestInfo::lost`].
///
/// ```
/// use jsvm::{HostError, http};
/// let client = http::Client::new(|url| match url.host_str() {
///     Some("example.com") => Ok(()),
///     _ => Err(HostError::type_error("not there")),
/// });
/// let vm = client.add_to(jsvm::Engine::global()?.vm()).build()?;
/// http::install_fetch(&vm)?;
/// // An `EventLoop` drives it.
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

pub(super) type Permits = dyn Fn(&Url) -> Result<(), HostError> + Send + Sync;

pub(super) struct Inner {
    permits: Arc<Permits>,
    pub(super) incoming: Incoming,
    pub(super) outgoing: Outgoing,
}

#[derive(serde::Deserialize)]
struct Asked {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<AskedBody>,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum AskedBody {
    Number(u64),
    Whole(Bytes),
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status: u16,
    status_text: &'static str,
    headers: Vec<(String, String)>,
    body: Option<AnswerBody>,
}

#[derive(serde::Serialize)]
#[serde(untagged)]
enum AnswerBody {
    Number(f64),
    Whole(Bytes),
}

impl Client {
    /// A client that asks for each URL, before anything is sent, whether it may be reached. An error
    /// is what `fetch` rejects with.
    pub fn new(permits: impl Fn(&Url) -> Result<(), HostError> + Send + Sync + 'static) -> Self {
        Client::with(Arc::new(permits))
    }

    pub(super) fn with(permits: Arc<Permits>) -> Self {
        Client {
            inner: Arc::new(Inner {
                permits,
                incoming: Incoming::default(),
                outgoing: Outgoing::default(),
            }),
        }
    }

    /// The bodies that are under way.
    #[cfg(feature = "http-server")]
    pub(super) fn bodies(&self) -> Arc<Inner> {
        self.inner.clone()
    }

    /// Has it answer the requests of a VM.
    #[must_use]
    pub fn add_to(&self, builder: VmBuilder) -> VmBuilder {
        let inner = || self.inner.clone();
        builder
            .async_handler(FETCH, {
                let inner = inner();
                // The last argument holds the signal, which the VM looks at.
                move |request: RequestInfo, asked: Asked, _signal: Data| {
                    let sent = inner.clone().prepare(&request, asked);
                    async move { sent?.send().await }
                }
            })
            .async_handler(READ, {
                let inner = inner();
                move |request: RequestInfo, id: u64| {
                    let inner = inner.clone();
                    async move { inner.incoming.read(&request, id).await }
                }
            })
            .async_handler(CANCEL, {
                let inner = inner();
                move |id: u64| {
                    inner.incoming.cancel(id);
                    async {}
                }
            })
            .async_handler(WRITE, {
                let inner = inner();
                move |request: RequestInfo, id: u64, Bytes(bytes): Bytes| {
                    let inner = inner.clone();
                    async move { inner.outgoing.write(&request, id, bytes).await }
                }
            })
            .async_handler(END, {
                let inner = inner();
                move |id: u64, error: Option<String>| {
                    let inner = inner.clone();
                    async move { inner.outgoing.end(id, error).await }
                }
            })
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// A request that may be sent.
struct Sent {
    client: Arc<Inner>,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Body>,
}

impl Inner {
    /// What is done before the script goes on: a body that comes in pieces has its place from now.
    fn prepare(self: Arc<Self>, request: &RequestInfo, asked: Asked) -> Result<Sent, HostError> {
        let is_whole = !matches!(asked.body, Some(AskedBody::Number(_)));
        if request.repeated && !(is_whole && IDEMPOTENT.contains(&&*asked.method)) {
            return Err(request.lost());
        }
        let url = Url::parse(&asked.url);
        let url = url.map_err(|error| HostError::type_error(error.to_string()))?;
        (self.permits)(&url)?;
        let body = match asked.body {
            None => None,
            Some(AskedBody::Whole(Bytes(bytes))) => Some(bytes.into()),
            Some(AskedBody::Number(id)) => Some(Body::wrap(self.outgoing.open(id))),
        };
        Ok(Sent {
            method: Method::from_bytes(asked.method.as_bytes())?,
            headers: header_map(asked.headers)?,
            client: self,
            url,
            body,
        })
    }
}

impl Sent {
    async fn send(self) -> Result<Answer, HostError> {
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
            let value = value.as_bytes().iter().map(|byte| char::from(*byte));
            (name.as_str().to_owned(), value.collect())
        });
        Ok(Answer {
            status: status.as_u16(),
            status_text: status.canonical_reason().unwrap_or_default(),
            headers: headers.collect(),
            body: self.client.body(&self.method, response),
        })
    }
}

impl Inner {
    /// A body that is there already needs no further request.
    fn body(&self, method: &Method, mut response: reqwest::Response) -> Option<AnswerBody> {
        let has_none = *method == Method::HEAD
            || matches!(response.status().as_u16(), 101 | 204 | 205 | 304)
            || response.content_length() == Some(0);
        if has_none {
            return None;
        }
        let mut first = Vec::new();
        let mut failure = None;
        while first.len() < incoming::PIECE {
            match response.chunk().now_or_never() {
                Some(Ok(Some(bytes))) => first.extend_from_slice(&bytes),
                Some(Ok(None)) => return Some(AnswerBody::Whole(Bytes(first))),
                Some(Err(error)) => {
                    failure = Some(failed(response.url(), &error));
                    break;
                }
                None => break,
            }
        }
        let id = self.incoming.open(Box::new(response), first, failure);
        Some(AnswerBody::Number(id as f64))
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

pub(super) fn header_map(headers: Vec<(String, String)>) -> Result<HeaderMap, HostError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        // A value is a byte per character here, as in the Fetch Standard.
        let bytes = value.chars().map(|c| u8::try_from(c).unwrap_or(b'?'));
        let value = HeaderValue::from_bytes(&bytes.collect::<Vec<_>>())?;
        map.append(HeaderName::from_bytes(name.as_bytes())?, value);
    }
    Ok(map)
}

fn failed(url: &Url, error: &reqwest::Error) -> HostError {
    HostError::type_error(format!("fetch of {url} failed: {}", innermost(error)))
}

/// What an error stems from: the outer ones say that something failed.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    let mut text = error.to_string();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}

/// The client of the process, with its connections. Making it reads the system's certificates, so
/// it is made when it is first needed.
fn http_client() -> Result<&'static reqwest::Client, HostError> {
    static CLIENT: OnceLock<Result<reqwest::Client, String>> = OnceLock::new();
    let client = CLIENT.get_or_init(|| {
        // Somebody else may have chosen one before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .user_agent(concat!("jsvm/", env!("CARGO_PKG_VERSION")));
        client.build().map_err(|error| innermost(&error))
    });
    client
        .as_ref()
        .map_err(|reason| HostError::new(format!("there is no HTTP client: {reason}")))
}
