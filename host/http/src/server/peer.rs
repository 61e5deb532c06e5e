//! The state of a connection that its socket, its requests and its supervisor share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;

use super::config::{ServerConfig, Settings};
use super::progress::Progress;

/// The time for requests on the wire to arrive, and for the client to close, when the server wants
/// to close a connection.
const CLOSING: Duration = Duration::from_secs(1);

/// The time without a request after which a connection can end to make room for another one.
const SPARE: Duration = Duration::from_secs(1);

/// The interval of the checks whether the client of a running request has disconnected.
const TICK: Duration = Duration::from_secs(1);

/// A connection. It does not keep the socket open.
pub struct Peer {
    tcp: Weak<TcpStream>,
    state: Mutex<PeerState>,
    header_timeout: Duration,
    idle_timeout: Duration,
    write_timeout: Duration,
    /// The response that an HTTP/1 connection sends. Each HTTP/2 stream has its own.
    pub progress: Arc<Progress>,
}

struct PeerState {
    /// The number of requests whose responses are not complete.
    open: usize,
    has_had_request: bool,
    is_http2: bool,
    /// When the connection began, or when its last request was complete.
    idle_since: Instant,
    /// When the first bytes of the next head came. HTTP/2 connections carry other things too.
    head_since: Option<Instant>,
    closing_since: Option<Instant>,
    /// The socket has failed because the client took nothing.
    has_stalled: bool,
}

/// The reason why the server ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The head of a request did not come in time.
    Header,
    /// No request came for too long.
    Idle,
    /// Another connection needs room, and no request came for a while.
    Room,
    /// The client took nothing of a response for too long.
    Write,
    /// The client disconnected while its request ran.
    Left,
    /// The client did not close a connection that the server wants to close.
    Closing,
}

impl Cut {
    /// The name in metrics.
    pub fn label(self) -> &'static str {
        match self {
            Cut::Header => "header-timeout",
            Cut::Idle => "idle-timeout",
            Cut::Room => "max-connections",
            Cut::Write => "write-timeout",
            Cut::Left => "client-left",
            Cut::Closing => "closing",
        }
    }
}

impl Peer {
    pub fn new(tcp: &Arc<TcpStream>, settings: &Settings) -> Arc<Peer> {
        Arc::new(Peer {
            tcp: Arc::downgrade(tcp),
            state: Mutex::new(PeerState {
                open: 0,
                has_had_request: false,
                is_http2: false,
                idle_since: Instant::now(),
                head_since: None,
                closing_since: None,
                has_stalled: false,
            }),
            header_timeout: settings.header_timeout,
            idle_timeout: settings.idle_timeout,
            write_timeout: settings.write_timeout,
            progress: Arc::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, PeerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a request. It is open until the result is dropped.
    pub fn open_request(self: &Arc<Self>) -> OpenOnPeer {
        let mut state = self.state();
        state.open += 1;
        state.has_had_request = true;
        state.head_since = None;
        OpenOnPeer(self.clone())
    }

    /// Notes that bytes came.
    pub fn bytes_came(&self) {
        let mut state = self.state();
        if state.open == 0 && !state.is_http2 {
            state.head_since.get_or_insert_with(Instant::now);
        }
    }

    pub fn speaks_http2(&self) {
        self.state().is_http2 = true;
    }

    /// Notes that the server wants to close the connection.
    pub fn close(&self) {
        self.state().closing_since.get_or_insert_with(Instant::now);
    }

    pub fn is_closing(&self) -> bool {
        self.state().closing_since.is_some()
    }

    /// Whether the connection can end to make room for another one.
    pub fn is_spare(&self) -> bool {
        let state = self.state();
        state.open == 0
            && state.has_had_request
            && state.closing_since.is_none()
            && state.idle_since.elapsed() >= SPARE
    }

    /// Whether the client has disconnected, which hyper does not see while it has unread bytes.
    pub fn has_left(&self) -> bool {
        let Some(tcp) = self.tcp.upgrade() else {
            return true;
        };
        let ready = tcp.ready(Interest::READABLE).now_or_never();
        match ready {
            Some(Ok(ready)) => ready.is_read_closed(),
            Some(Err(_)) => true,
            None => false,
        }
    }

    /// The time of the next check whether the connection is overdue.
    pub fn next_check(&self) -> Instant {
        let state = self.state();
        if state.open > 0 {
            let tick = Instant::now() + TICK;
            let late = self.progress.deadline(self.write_timeout);
            return late.map_or(tick, |late| late.min(tick));
        }
        self.idle_deadline(&state).0
    }

    /// The reason to end the connection now, if there is one.
    pub fn overdue(&self) -> Option<Cut> {
        let state = self.state();
        let now = Instant::now();
        if state.open > 0 {
            drop(state);
            let late = self.progress.deadline(self.write_timeout);
            if late.is_some_and(|late| late <= now) {
                return Some(Cut::Write);
            }
            return self.has_left().then_some(Cut::Left);
        }
        let (deadline, cut) = self.idle_deadline(&state);
        (deadline <= now).then_some(cut)
    }

    /// The end of a connection without a request, and the reason for it.
    fn idle_deadline(&self, state: &PeerState) -> (Instant, Cut) {
        if let Some(closing) = state.closing_since {
            return (closing.max(state.idle_since) + CLOSING, Cut::Closing);
        }
        if !state.has_had_request {
            return (after(state.idle_since, self.header_timeout), Cut::Header);
        }
        let idle = (after(state.idle_since, self.idle_timeout), Cut::Idle);
        let head = state.head_since;
        let head = head.map(|since| (after(since, self.header_timeout), Cut::Header));
        match head {
            Some(head) if head.0 < idle.0 => head,
            _ => idle,
        }
    }

    /// Notes that the client took nothing for too long.
    pub fn stalled(&self) {
        self.state().has_stalled = true;
        self.reset();
    }

    pub fn has_stalled(&self) -> bool {
        self.state().has_stalled
    }

    /// Makes the system drop what waits to be sent when the socket is closed.
    pub fn reset(&self) {
        if let Some(tcp) = self.tcp.upgrade() {
            // A socket that is closed already needs nothing.
            let _ = tcp.set_zero_linger();
        }
    }
}

/// A time that far away, or a year if the clock cannot represent it.
pub fn after(since: Instant, time: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
    since.checked_add(time).unwrap_or(since + YEAR)
}

/// A request whose response is not complete, until it is dropped.
pub struct OpenOnPeer(Arc<Peer>);

impl Drop for OpenOnPeer {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.open -= 1;
        state.idle_since = Instant::now();
    }
}

/// Counts a connection, until it is dropped.
pub struct OpenConnection {
    config: Arc<ServerConfig>,
    _permit: OwnedSemaphorePermit,
}

impl OpenConnection {
    pub fn new(config: Arc<ServerConfig>, permit: OwnedSemaphorePermit) -> Self {
        config.metrics.connections.inc();
        OpenConnection {
            config,
            _permit: permit,
        }
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.config.metrics.connections.dec();
    }
}
