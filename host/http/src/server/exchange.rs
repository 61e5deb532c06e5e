//! The state of a request that its connection and the VM share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes as Whole;
use hyper::ext::ReasonPhrase;
use hyper::header::{self, HeaderMap};
use hyper::{Response, StatusCode};
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout_at;

use super::config::ServerConfig;
use super::content::Content;
use super::event::Event;
use super::memory::Reservation;
use super::response::PIECE;
use super::upload::BodyOutcome;
use crate::client::{Client, OpenBodies, header_map};
use jsvm::Bytes;
use jsvm::HostError;
use jsvm::RequestInfo;
use jsvm::VmBuilder;
use jsvm_protocol::http::{DONE, FAILED, RESPOND, WRITE};

/// The time for a handler to end after its client disconnected.
const GRACE: Duration = Duration::from_secs(2);

/// The head of a response and its content.
pub type ServerResponse = Response<Content>;

/// The current request of a VM or a responder.
pub struct Exchange {
    current: Mutex<Current>,
    /// Notified when the deadline or the state of the request has changed.
    pub changed: Notify,
    config: Arc<ServerConfig>,
}

struct Current {
    id: u64,
    /// The sender of the response, until it is sent.
    response: Option<oneshot::Sender<ServerResponse>>,
    is_head_method: bool,
    /// How the body of the request ended.
    outcome: Arc<BodyOutcome>,
    memory: Option<Arc<Reservation>>,
    /// The response is complete, so the request is done when the VM has no work left.
    is_over: bool,
    is_done: bool,
    /// The client has disconnected.
    is_gone: bool,
    deadline: Option<Instant>,
}

/// A request that begins.
pub struct NewExchange {
    pub id: u64,
    pub response: oneshot::Sender<ServerResponse>,
    pub is_head_method: bool,
    pub outcome: Arc<BodyOutcome>,
    pub memory: Option<Arc<Reservation>>,
    /// Receives the exchange to notify if the client disconnects.
    pub exchange: oneshot::Sender<Arc<Exchange>>,
}

/// The head of a response, as the VM sends it.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    status: u16,
    #[serde(default)]
    status_text: String,
    headers: Vec<(String, String)>,
    body: Option<HeadBody>,
    #[serde(default)]
    done: bool,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum HeadBody {
    Number(u64),
    Whole(Bytes),
}

impl Exchange {
    pub fn new(config: Arc<ServerConfig>) -> Arc<Self> {
        Arc::new(Exchange {
            current: Mutex::new(Current {
                id: 0,
                response: None,
                is_head_method: false,
                outcome: Arc::default(),
                memory: None,
                is_over: true,
                is_done: true,
                is_gone: false,
                deadline: None,
            }),
            changed: Notify::new(),
            config,
        })
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins the next request, and sends the exchange to the connection.
    pub fn begin(self: &Arc<Self>, request: NewExchange) {
        *self.current() = Current {
            id: request.id,
            response: Some(request.response),
            is_head_method: request.is_head_method,
            outcome: request.outcome,
            memory: request.memory,
            is_over: false,
            is_done: false,
            is_gone: false,
            deadline: self.config.deadline(),
        };
        if request.exchange.send(self.clone()).is_err() {
            self.client_disconnected(request.id);
        }
    }

    /// The time until which the request must be done or make progress.
    pub fn deadline(&self) -> Option<Instant> {
        self.current().deadline
    }

    pub fn is_done(&self) -> bool {
        self.current().is_done
    }

    /// Whether the request is [done](Self::done) when the VM has no work left.
    pub fn is_over(&self) -> bool {
        self.current().is_over
    }

    /// Whether the client gets a body in pieces that has not ended.
    pub fn is_streaming(&self) -> bool {
        let current = self.current();
        let is_open = !current.is_over && !current.is_done && !current.is_gone;
        is_open && current.response.is_none()
    }

    /// Waits for news of the connection. Returns false if the deadline comes first.
    pub async fn has_changed(&self) -> bool {
        let changed = self.changed.notified();
        match self.deadline() {
            None => {
                changed.await;
                true
            }
            Some(deadline) => timeout_at(deadline.into(), changed).await.is_ok(),
        }
    }

    /// Whether the client has disconnected.
    pub fn is_gone(&self) -> bool {
        self.current().is_gone
    }

    /// Notes progress, which starts a new time limit.
    pub fn progress(&self) {
        let mut current = self.current();
        if !current.is_gone {
            current.deadline = self.config.deadline();
        }
        drop(current);
        self.changed.notify_one();
    }

    /// Notes that the client has disconnected. The next request of the handler is rejected.
    pub fn client_disconnected(&self, id: u64) {
        let mut current = self.current();
        if current.id != id || current.is_done {
            return;
        }
        current.is_gone = true;
        current.response = None;
        let end = Instant::now() + GRACE;
        current.deadline = Some(current.deadline.map_or(end, |deadline| deadline.min(end)));
        drop(current);
        self.changed.notify_one();
    }

    /// Responds with a status if there was no response yet. Returns whether there was none.
    pub fn fail(&self, status: StatusCode) -> bool {
        let mut current = self.current();
        let Some(response) = current.response.take() else {
            return false;
        };
        let status = current.outcome.failure().unwrap_or(status);
        // The client may have disconnected meanwhile.
        drop(response.send(plain(status)));
        true
    }

    /// Reports that the handler failed.
    pub fn report(&self, request: u64, text: &str) {
        // A stack helps nobody if the body of the request is at fault.
        let is_bodys = self.current().outcome.failure().is_some();
        let text = match text.split_once('\n') {
            Some((first, _)) if is_bodys => first,
            _ => text,
        };
        self.config.report(&Event::HandlerFailed { request, text });
    }

    /// Sends the response of a responder. Returns whether the client still waits for it.
    pub fn send(&self, mut response: ServerResponse) -> bool {
        prepare(response.headers_mut());
        if response.status().canonical_reason().is_none() {
            let none = ReasonPhrase::from_static(b"");
            response.extensions_mut().insert(none);
        }
        let sender = self.current().response.take();
        let is_taken = sender.is_some_and(|sender| sender.send(response).is_ok());
        if is_taken {
            self.progress();
        }
        is_taken
    }

    /// Ends the request of a responder.
    pub fn finish(&self) {
        self.current().is_done = true;
    }

    /// Adds the handlers of the requests by which a VM responds.
    pub fn add_to(self: &Arc<Self>, builder: VmBuilder, client: &Client) -> VmBuilder {
        let exchange = || self.clone();
        let bodies = client.bodies();
        builder
            .async_handler(RESPOND, {
                let (exchange, bodies) = (exchange(), bodies.clone());
                move |id: u64, head: Head| {
                    let responded = exchange.respond(id, head, &bodies);
                    async { responded }
                }
            })
            .async_handler(WRITE, {
                let exchange = exchange();
                move |request: RequestInfo, id: u64, Bytes(bytes): Bytes| {
                    let (exchange, bodies) = (exchange.clone(), bodies.clone());
                    async move {
                        // Copies, so that what a slow client has not taken does not keep the rest.
                        for piece in pieces(bytes) {
                            bodies.outgoing.write(&request, id, piece).await?;
                            exchange.progress();
                        }
                        Ok::<_, HostError>(())
                    }
                }
            })
            .async_handler(FAILED, {
                let exchange = exchange();
                move |id: u64, text: String| {
                    exchange.failed(id, &text);
                    async {}
                }
            })
            .async_handler(DONE, {
                let exchange = exchange();
                move |id: u64| {
                    exchange.done(id);
                    async {}
                }
            })
    }

    fn respond(&self, id: u64, head: Head, bodies: &OpenBodies) -> Result<(), HostError> {
        let gone = || HostError::type_error("the client disconnected");
        let mut current = self.current();
        if current.id != id {
            return Err(gone());
        }
        current.is_over = head.done;
        if current.response.is_none() {
            return Err(gone());
        }
        let status = StatusCode::from_u16(head.status)?;
        let mut headers = header_map(head.headers)?;
        prepare(&mut headers);
        let content = match head.body {
            Some(HeadBody::Number(number)) => Content::Pieces(bodies.outgoing.open(number)),
            body => {
                // The length is that of the bytes, not the one in the program's header.
                let bytes = match body {
                    Some(HeadBody::Whole(Bytes(bytes))) => Some(match current.memory.take() {
                        Some(memory) => memory.attach(bytes),
                        None => Whole::from(bytes),
                    }),
                    _ => None,
                };
                if current.is_head_method {
                    if let Some(bytes) = bytes {
                        headers.insert(header::CONTENT_LENGTH, bytes.len().into());
                    }
                    Content::Whole(None)
                } else {
                    headers.remove(header::CONTENT_LENGTH);
                    Content::Whole(bytes)
                }
            }
        };
        let mut response = Response::new(content);
        // Hyper writes the usual phrase if there is none, and `<none>` for an unknown status.
        if !head.status_text.is_empty() || status.canonical_reason().is_none() {
            let reason = ReasonPhrase::try_from(head.status_text.into_bytes());
            let reason = reason.unwrap_or(ReasonPhrase::from_static(b""));
            response.extensions_mut().insert(reason);
        }
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        let sender = current.response.take().ok_or_else(gone)?;
        sender.send(response).map_err(|_| gone())?;
        current.is_done = head.done;
        drop(current);
        if !head.done {
            self.progress();
        }
        Ok(())
    }

    fn failed(&self, id: u64, text: &str) {
        self.report(id, text);
        if self.current().id == id {
            self.fail(StatusCode::INTERNAL_SERVER_ERROR);
        }
    }

    /// Ends the request of a VM. It fails if there was no response.
    pub fn done(&self, id: u64) {
        if self.current().id != id {
            return;
        }
        let is_gone = self.is_gone();
        if self.fail(StatusCode::INTERNAL_SERVER_ERROR) && !is_gone {
            let text = "cannot send the response: its status or a header is not valid in HTTP";
            self.report(id, text);
        }
        self.current().is_done = true;
        self.changed.notify_one();
    }
}

/// Splits a piece of a script into pieces of limited size.
fn pieces(bytes: Vec<u8>) -> Vec<Vec<u8>> {
    match bytes.len() {
        ..=PIECE => vec![bytes],
        _ => bytes.chunks(PIECE).map(<[u8]>::to_vec).collect(),
    }
}

/// Removes headers of the connection, which belong to the server, and an invalid `content-length`.
fn prepare(headers: &mut HeaderMap) {
    for name in [
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        header::TRAILER,
        header::TE,
    ] {
        headers.remove(name);
    }
    for name in ["keep-alive", "proxy-connection"] {
        headers.remove(name);
    }
    let mut lengths = headers.get_all(header::CONTENT_LENGTH).iter();
    let length = lengths.next().and_then(|length| length.to_str().ok());
    // RFC 9110, section 8.6: digits only. `parse` alone would accept `+5`.
    let is_number = length.is_some_and(|length| {
        length.bytes().all(|byte| byte.is_ascii_digit()) && length.parse::<u64>().is_ok()
    });
    if lengths.next().is_some() || !is_number {
        headers.remove(header::CONTENT_LENGTH);
    }
}

/// Creates a response of the server itself.
pub fn plain(status: StatusCode) -> ServerResponse {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut response = Response::new(Content::Whole(Some(format!("{reason}\n").into())));
    *response.status_mut() = status;
    let text = header::HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, text);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_length_that_is_not_only_digits_is_removed() {
        for (length, stays) in [
            ("5", true),
            ("+5", false),
            ("-5", false),
            ("0x5", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_LENGTH, length.parse().unwrap());
            prepare(&mut headers);
            assert_eq!(
                headers.contains_key(header::CONTENT_LENGTH),
                stays,
                "{length:?}"
            );
        }
    }
}
