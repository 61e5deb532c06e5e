//! The network: what is behind `fetch`.

use std::error::Error as _;
use std::sync::{Arc, OnceLock};

use jsvm::{Bytes, Data, HostError, RequestInfo};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode, Url};

use crate::command::permissions::Permissions;

/// A body must fit into a VM several times.
const LARGEST: usize = 32 << 20;

/// As many as the Fetch Standard allows.
const REDIRECTS: usize = 20;

/// Methods that can be repeated when it is not known whether they were carried out.
const IDEMPOTENT: [&str; 6] = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"];

type Headers = Vec<(String, String)>;

/// Status, its text, the URL in the end, whether that is another, headers, body.
type Answer = (u16, String, String, bool, Headers, Bytes);

/// Answers the requests of `fetch.js`.
pub async fn fetch(
    permissions: Arc<Permissions>,
    request: RequestInfo,
    (url, method, headers, body, redirect): (String, String, Headers, Option<Bytes>, String),
) -> Result<Answer, HostError> {
    if request.repeated && !IDEMPOTENT.contains(&&*method) {
        return Err(request.lost());
    }
    let url = Url::parse(&url).map_err(|error| HostError::type_error(error.to_string()))?;
    let sent = Sent {
        method: Method::from_bytes(method.as_bytes())?,
        headers: header_map(headers)?,
        body: body.map(|Bytes(bytes)| bytes),
        url,
    };
    sent.follow(&permissions, &redirect).await
}

/// The last argument holds the signal, which the VM looks at.
pub type Ignored = Data;

fn header_map(headers: Headers) -> Result<HeaderMap, HostError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        // A value is a byte per character here, as in the Fetch Standard.
        let bytes = value.chars().map(|c| u8::try_from(c).unwrap_or(b'?'));
        let value = HeaderValue::from_bytes(&bytes.collect::<Vec<_>>())?;
        map.append(HeaderName::from_bytes(name.as_bytes())?, value);
    }
    Ok(map)
}

/// What is sent, at first or after a redirect.
struct Sent {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

impl Sent {
    async fn follow(
        mut self,
        permissions: &Permissions,
        redirect: &str,
    ) -> Result<Answer, HostError> {
        for count in 0..=REDIRECTS {
            permissions.net(&self.url)?;
            let response = self.send().await?;
            let location = response.headers().get(header::LOCATION);
            let (true, Some(location)) = (is_redirect(response.status()), location) else {
                return answer(response, count > 0).await;
            };
            match redirect {
                "manual" => return answer(response, count > 0).await,
                "error" => return Err(failed(&self.url, "it redirects")),
                _ => {}
            }
            let location = String::from_utf8_lossy(location.as_bytes()).into_owned();
            let target = self.url.join(&location);
            let target = target.map_err(|_| failed(&self.url, "it redirects to no URL"))?;
            self.redirect(response.status(), target);
        }
        Err(failed(&self.url, "it redirects too often"))
    }

    async fn send(&self) -> Result<reqwest::Response, HostError> {
        let mut request = client()?
            .request(self.method.clone(), self.url.clone())
            .headers(self.headers.clone());
        if let Some(body) = &self.body {
            request = request.body(body.clone());
        }
        let response = request.send().await;
        response.map_err(|error| failed(&self.url, &innermost(&error)))
    }

    /// As "HTTP-redirect fetch" of the Fetch Standard.
    fn redirect(&mut self, status: StatusCode, target: Url) {
        let becomes_get = match status.as_u16() {
            301 | 302 => self.method == Method::POST,
            303 => self.method != Method::GET && self.method != Method::HEAD,
            _ => false,
        };
        if becomes_get {
            self.method = Method::GET;
            self.body = None;
            for name in [
                header::CONTENT_ENCODING,
                header::CONTENT_LANGUAGE,
                header::CONTENT_LOCATION,
                header::CONTENT_TYPE,
                header::CONTENT_LENGTH,
            ] {
                self.headers.remove(name);
            }
        }
        if target.origin() != self.url.origin() {
            for name in [header::AUTHORIZATION, header::COOKIE, header::HOST] {
                self.headers.remove(name);
            }
        }
        self.url = target;
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

async fn answer(mut response: reqwest::Response, redirected: bool) -> Result<Answer, HostError> {
    let (status, url) = (response.status(), response.url().clone());
    let headers = response.headers().iter().map(|(name, value)| {
        let value = value.as_bytes().iter().map(|byte| char::from(*byte));
        (name.as_str().to_owned(), value.collect())
    });
    let headers = headers.collect();
    let mut body = Vec::new();
    let read = |error: reqwest::Error| failed(&url, &innermost(&error));
    while let Some(chunk) = response.chunk().await.map_err(read)? {
        if body.len() + chunk.len() > LARGEST {
            let reason = format!("its body is larger than {} MiB", LARGEST >> 20);
            return Err(failed(&url, &reason));
        }
        body.extend_from_slice(&chunk);
    }
    let text = status.canonical_reason().unwrap_or_default().to_owned();
    let url = url.to_string();
    Ok((status.as_u16(), text, url, redirected, headers, Bytes(body)))
}

fn failed(url: &Url, reason: &str) -> HostError {
    HostError::type_error(format!("fetch of {url} failed: {reason}"))
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
fn client() -> Result<&'static Client, HostError> {
    static CLIENT: OnceLock<Result<Client, String>> = OnceLock::new();
    let client = CLIENT.get_or_init(|| {
        // Somebody else may have chosen one before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(Policy::none())
            .user_agent(concat!("jsvm/", env!("CARGO_PKG_VERSION")));
        client.build().map_err(|error| innermost(&error))
    });
    client
        .as_ref()
        .map_err(|reason| HostError::new(format!("there is no HTTP client: {reason}")))
}
