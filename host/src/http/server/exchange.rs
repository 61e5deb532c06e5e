//! One request between the connection that it came from and the VM that answers it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes as Whole;
use hyper::header::{self, HeaderMap};
use hyper::{Response, StatusCode};
use tokio::sync::{Notify, oneshot};

use super::body::Content;
use super::event::Event;
use super::state::State;
use crate::async_function::RequestInfo;
use crate::builder::VmBuilder;
use crate::data::Bytes;
use crate::function::HostError;
use crate::http::client::{self, header_map};
use crate::http::{Client, DONE, FAILED, RESPOND, WRITE};

/// How long a handler may go on for a client that is gone.
const GRACE: Duration = Duration::from_secs(2);

/// The head of a response, and what it brings.
pub type Answer = Response<Content>;

/// The request that a VM is about.
pub struct Exchange {
    current: Mutex<Current>,
    /// There is something new: whoever drives the VM looks at it.
    pub changed: Notify,
    state: Arc<State>,
}

struct Current {
    id: u64,
    /// Where the response goes; nothing when it was sent.
    head: Option<oneshot::Sender<Answer>>,
    is_head_method: bool,
    is_too_large: Arc<AtomicBool>,
    /// Nothing more comes of it but what the VM makes of a client that is gone.
    is_over: bool,
    is_done: bool,
    is_gone: bool,
    deadline: Option<Instant>,
}

/// A request that begins.
pub struct Begun {
    pub id: u64,
    pub head: oneshot::Sender<Answer>,
    pub is_head_method: bool,
    pub is_too_large: Arc<AtomicBool>,
    /// Where it is told what must know when the client goes.
    pub record: oneshot::Sender<Arc<Exchange>>,
}

/// The head of a response as the VM describes it.
#[derive(serde::Deserialize)]
struct Head {
    status: u16,
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
    pub fn new(state: Arc<State>) -> Arc<Self> {
        Arc::new(Exchange {
            current: Mutex::new(Current {
                id: 0,
                head: None,
                is_head_method: false,
                is_too_large: Arc::default(),
                is_over: true,
                is_done: true,
                is_gone: false,
                deadline: None,
            }),
            changed: Notify::new(),
            state,
        })
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next request of this VM. From now on it is known here when the client goes.
    pub fn begin(self: &Arc<Self>, begun: Begun) {
        *self.current() = Current {
            id: begun.id,
            head: Some(begun.head),
            is_head_method: begun.is_head_method,
            is_too_large: begun.is_too_large,
            is_over: false,
            is_done: false,
            is_gone: false,
            deadline: self.state.deadline(),
        };
        if begun.record.send(self.clone()).is_err() {
            self.client_is_gone(begun.id);
        }
    }

    /// Until when it must be done, or get on.
    pub fn deadline(&self) -> Option<Instant> {
        self.current().deadline
    }

    pub fn is_done(&self) -> bool {
        self.current().is_done
    }

    /// Whether it is [done](Self::done) when the VM has nothing left to do.
    pub fn is_over(&self) -> bool {
        self.current().is_over
    }

    /// Whether nobody waits for it any more.
    pub fn is_gone(&self) -> bool {
        self.current().is_gone
    }

    /// It gets on: its time begins anew.
    pub fn progress(&self) {
        let mut current = self.current();
        if !current.is_gone {
            current.deadline = self.state.deadline();
        }
        drop(current);
        self.changed.notify_one();
    }

    /// Nobody takes the response any more. The handler is told when it next says something.
    pub fn client_is_gone(&self, id: u64) {
        let mut current = self.current();
        if current.id != id || current.is_done {
            return;
        }
        current.is_gone = true;
        current.head = None;
        let end = Instant::now() + GRACE;
        current.deadline = Some(current.deadline.map_or(end, |deadline| deadline.min(end)));
        drop(current);
        self.changed.notify_one();
    }

    /// Answers for the program, if it has not. Returns whether it had not.
    pub fn fail(&self, status: StatusCode) -> bool {
        let mut current = self.current();
        let Some(head) = current.head.take() else {
            return false;
        };
        let status = match current.is_too_large.load(Ordering::Relaxed) {
            true => StatusCode::PAYLOAD_TOO_LARGE,
            false => status,
        };
        // The client may have gone meanwhile.
        drop(head.send(plain(status)));
        true
    }

    /// Hands on what something else than a VM answers. Says whether anybody takes it.
    pub fn answer(&self, mut answer: Answer) -> bool {
        prepare(answer.headers_mut());
        let sender = self.current().head.take();
        let is_taken = sender.is_some_and(|sender| sender.send(answer).is_ok());
        if is_taken {
            self.progress();
        }
        is_taken
    }

    /// Nothing more comes.
    pub fn finish(&self) {
        self.current().is_done = true;
    }

    /// Has it take what a VM says of its requests.
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
                        bodies.outgoing.write(&request, id, bytes).await?;
                        exchange.progress();
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

    fn respond(&self, id: u64, head: Head, bodies: &client::Inner) -> Result<(), HostError> {
        let gone = || HostError::type_error("the client is gone");
        let mut current = self.current();
        if current.id != id {
            return Err(gone());
        }
        current.is_over = head.done;
        if current.head.is_none() {
            return Err(gone());
        }
        let status = StatusCode::from_u16(head.status)?;
        let mut headers = header_map(head.headers)?;
        prepare(&mut headers);
        let content = match head.body {
            Some(HeadBody::Number(number)) => Content::Pieces(bodies.outgoing.open(number)),
            body => {
                // What there is says how long it is, whatever the program says.
                let bytes = match body {
                    Some(HeadBody::Whole(Bytes(bytes))) => Some(Whole::from(bytes)),
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
        let mut answer = Response::new(content);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        let sender = current.head.take().ok_or_else(gone)?;
        sender.send(answer).map_err(|_| gone())?;
        current.is_done = head.done;
        drop(current);
        if !head.done {
            self.progress();
        }
        Ok(())
    }

    fn failed(&self, id: u64, text: &str) {
        self.state.tell(&Event::Failed { request: id, text });
        if self.current().id == id {
            self.fail(StatusCode::INTERNAL_SERVER_ERROR);
        }
    }

    /// Nothing more comes of a request of a VM.
    pub fn done(&self, id: u64) {
        if self.current().id != id {
            return;
        }
        let is_gone = self.is_gone();
        if self.fail(StatusCode::INTERNAL_SERVER_ERROR) && !is_gone {
            let text = "the response cannot be sent: its status or a header is not one of HTTP";
            self.state.tell(&Event::Failed { request: id, text });
        }
        self.current().is_done = true;
        self.changed.notify_one();
    }
}

/// Takes away what is about the connection, which is ours, and a length that is none.
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
    let is_number = length.is_some_and(|length| length.parse::<u64>().is_ok());
    if lengths.next().is_some() || !is_number {
        headers.remove(header::CONTENT_LENGTH);
    }
}

/// A response of the server itself.
pub fn plain(status: StatusCode) -> Answer {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut answer = Response::new(Content::Whole(Some(format!("{reason}\n").into())));
    *answer.status_mut() = status;
    let text = header::HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, text);
    answer
}
