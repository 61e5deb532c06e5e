//! One socket of a program: what it is at present, and what the program wants to know of it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::Stream;
use futures_util::task::AtomicWaker;
use jsvm::Bytes;
use socket2::{SockRef, Socket};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Sleep;

use super::event::{Event, Kind};
use super::number_of;
use super::secured::Secured;
use super::tls::{Context as TlsContext, Options, Session, TlsError};

/// How much is read at a time.
pub const MAX_READ: usize = 64 * 1024;

/// How long a server waits when the system has no room for more connections.
const PAUSE: Duration = Duration::from_millis(100);

/// A socket of a program.
pub struct Entry {
    pub token: u64,
    state: Mutex<State>,
    /// Wakes who waits for events when the program wants other ones.
    changed: AtomicWaker,
}

struct State {
    io: Io,
    /// Whether the program wants what comes.
    reads: bool,
    /// Whether it has bytes that the system did not take.
    writes: bool,
    /// What became of TLS, if the program does not know yet.
    failed: Option<TlsError>,
}

enum Io {
    /// Bound to an address, of which the program asked for this one.
    Bound(Socket, SocketAddr),
    Connecting(TcpStream),
    Connected(TcpStream),
    Secured(Box<Secured>),
    Listening(TcpListener),
    Closed,
}

impl Entry {
    fn new(token: u64, io: Io) -> Entry {
        let state = State {
            io,
            reads: false,
            writes: false,
            failed: None,
        };
        Entry {
            token,
            state: Mutex::new(state),
            changed: AtomicWaker::new(),
        }
    }

    pub fn bound(token: u64, socket: Socket, asked: SocketAddr) -> Entry {
        Entry::new(token, Io::Bound(socket, asked))
    }

    pub fn connecting(token: u64, stream: TcpStream) -> Entry {
        Entry::new(token, Io::Connecting(stream))
    }

    pub fn connected(token: u64, stream: TcpStream) -> Entry {
        Entry::new(token, Io::Connected(stream))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a server of a socket that is bound.
    pub fn listen<E: From<io::Error>>(
        &self,
        start: impl FnOnce(&Socket, SocketAddr) -> Result<std::net::TcpListener, E>,
    ) -> Result<(), E> {
        let mut state = self.state();
        let Io::Bound(socket, asked) = &state.io else {
            return Err(io::Error::from(io::ErrorKind::InvalidInput).into());
        };
        let listener = start(socket, *asked)?;
        state.io = Io::Listening(TcpListener::from_std(listener)?);
        Ok(())
    }

    /// Begins to connect a socket that is bound.
    pub fn connect(
        &self,
        start: impl FnOnce(Socket) -> io::Result<std::net::TcpStream>,
    ) -> io::Result<()> {
        let mut state = self.state();
        match std::mem::replace(&mut state.io, Io::Closed) {
            Io::Bound(socket, _) => {
                state.io = Io::Connecting(TcpStream::from_std(start(socket)?)?);
                Ok(())
            }
            other => {
                state.io = other;
                Err(io::ErrorKind::InvalidInput.into())
            }
        }
    }

    /// Writes what the system takes now, and returns how many bytes that are. If some are left, an
    /// event tells when to go on.
    pub fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.state();
        let written = match &mut state.io {
            Io::Connected(stream) => write(stream, bytes)?,
            Io::Secured(secured) => secured.write(bytes)?,
            _ => return Err(io::ErrorKind::NotConnected.into()),
        };
        state.writes = written < bytes.len();
        if state.writes || matches!(&state.io, Io::Secured(secured) if secured.tls.wants_write()) {
            self.changed.wake();
        }
        Ok(written)
    }

    /// Begins TLS.
    pub fn secure(&self, context: &Arc<TlsContext>, options: Options) -> io::Result<()> {
        let mut state = self.state();
        let stream = match std::mem::replace(&mut state.io, Io::Closed) {
            Io::Connected(stream) => stream,
            other => {
                state.io = other;
                return Err(io::ErrorKind::NotConnected.into());
            }
        };
        match Session::new(context, options) {
            Ok(tls) => {
                state.io = Io::Secured(Box::new(Secured::new(stream, tls)));
            }
            Err(error) => state.failed = Some(error),
        }
        self.changed.wake();
        Ok(())
    }

    /// Goes on with TLS as a server.
    pub fn accept(&self, context: &TlsContext, protocols: &[String]) {
        let mut state = self.state();
        if let Io::Secured(secured) = &mut state.io
            && let Err(error) = secured.tls.choose(context, protocols)
        {
            state.failed = Some(error);
        }
        self.changed.wake();
    }

    pub fn set_reading(&self, reads: bool) {
        self.state().reads = reads;
        if reads {
            self.changed.wake();
        }
    }

    /// Ends what the program sends.
    pub fn shutdown(&self) -> io::Result<()> {
        match &mut self.state().io {
            Io::Connected(stream) => SockRef::from(&*stream).shutdown(std::net::Shutdown::Write),
            Io::Secured(secured) => {
                secured.end();
                self.changed.wake();
                Ok(())
            }
            _ => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Closes it at once. After a reset the other side learns that bytes may be lost.
    pub fn close(&self, resets: bool) {
        let io = std::mem::replace(&mut self.state().io, Io::Closed);
        match io {
            Io::Secured(mut secured) if !resets => {
                secured.tls.close();
                // What does not fit now is lost, as the program wants nothing more.
                let _ = secured.flush();
            }
            Io::Connected(stream) if resets => linger(&stream),
            Io::Secured(secured) => linger(&secured.stream),
            _ => {}
        }
        self.changed.wake();
    }

    /// The addresses of both ends.
    pub fn names(&self) -> io::Result<(SocketAddr, Option<SocketAddr>)> {
        match &self.state().io {
            Io::Bound(socket, _) => Ok((super::socket::local(socket)?, None)),
            Io::Connecting(stream) | Io::Connected(stream) => {
                Ok((stream.local_addr()?, stream.peer_addr().ok()))
            }
            Io::Secured(secured) => Ok((
                secured.stream.local_addr()?,
                secured.stream.peer_addr().ok(),
            )),
            Io::Listening(listener) => Ok((listener.local_addr()?, None)),
            Io::Closed => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    pub fn set_option(&self, name: &str, value: f64) -> io::Result<()> {
        let state = self.state();
        let stream = match &state.io {
            Io::Connecting(stream) | Io::Connected(stream) => stream,
            Io::Secured(secured) => &secured.stream,
            // A socket that is not connected has nothing to set.
            _ => return Ok(()),
        };
        match name {
            "noDelay" => stream.set_nodelay(value != 0.0),
            "keepAlive" => super::socket::set_keep_alive(&SockRef::from(stream), value),
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }
}

/// What happens on the way from the program's wish to an event.
enum Next {
    Event(Kind),
    /// A new connection; the table gives it a number.
    Accepted(TcpStream),
    /// The system has no room for another.
    Full,
    Closed,
}

impl State {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Next> {
        if let Some(error) = self.failed.take() {
            self.reads = false;
            return Poll::Ready(Next::Event(Kind::TlsFailed(error)));
        }
        match &mut self.io {
            Io::Bound(..) => Poll::Pending,
            Io::Closed => Poll::Ready(Next::Closed),
            Io::Connecting(stream) => {
                let ended = ready!(stream.poll_write_ready(cx)).and_then(|()| {
                    match stream.take_error()? {
                        Some(error) => Err(error),
                        None => stream.peer_addr().map(drop),
                    }
                });
                let status = match ended {
                    Ok(()) => 0,
                    Err(error) => number_of(&error),
                };
                if let Io::Connecting(stream) = std::mem::replace(&mut self.io, Io::Closed) {
                    self.io = Io::Connected(stream);
                }
                Poll::Ready(Next::Event(Kind::Connected(status)))
            }
            Io::Listening(listener) => match ready!(listener.poll_accept(cx)) {
                Ok((stream, _)) => Poll::Ready(Next::Accepted(stream)),
                Err(error) if is_of_connection(&error) => {
                    // It went before it was taken; there may be others.
                    cx.waker().wake_by_ref();
                    Poll::Pending
                }
                Err(_) => Poll::Ready(Next::Full),
            },
            Io::Secured(secured) => {
                let (reads, writes) = (&mut self.reads, &mut self.writes);
                secured.poll(reads, writes, cx).map(Next::Event)
            }
            Io::Connected(stream) => {
                if self.writes && stream.poll_write_ready(cx).is_ready() {
                    self.writes = false;
                    return Poll::Ready(Next::Event(Kind::Writable));
                }
                if !self.reads {
                    return Poll::Pending;
                }
                let read = ready!(poll_read(stream, cx));
                Poll::Ready(Next::Event(match read {
                    Ok(bytes) if bytes.is_empty() => {
                        self.reads = false;
                        Kind::End
                    }
                    Ok(bytes) => Kind::Data(Bytes(bytes)),
                    Err(error) => {
                        self.reads = false;
                        Kind::Failed(number_of(&error))
                    }
                }))
            }
        }
    }
}

fn poll_read(stream: &TcpStream, cx: &mut Context<'_>) -> Poll<io::Result<Vec<u8>>> {
    loop {
        ready!(stream.poll_read_ready(cx))?;
        let mut bytes = vec![0; MAX_READ];
        match stream.try_read(&mut bytes) {
            Ok(count) => {
                bytes.truncate(count);
                return Poll::Ready(Ok(bytes));
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Poll::Ready(Err(error)),
        }
    }
}

fn write(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    let mut written = 0;
    while written < bytes.len() {
        match stream.try_write(&bytes[written..]) {
            Ok(count) => written += count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}

/// Closes a connection so that the other side learns of it at once.
fn linger(stream: &TcpStream) {
    // If this fails, it is closed as others are.
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

/// Whether an error of a server is one of the connection that it would have taken.
fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

/// The events of one socket, which end when it is closed.
pub struct Watch {
    entry: Arc<Entry>,
    pause: Option<Pin<Box<Sleep>>>,
}

/// An event, or a connection that has no number yet.
pub enum Happened {
    Event(Event),
    Accepted { server: u64, stream: TcpStream },
}

impl Watch {
    pub fn new(entry: Arc<Entry>) -> Watch {
        Watch { entry, pause: None }
    }
}

impl Stream for Watch {
    type Item = Happened;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Happened>> {
        let watch = &mut *self;
        watch.entry.changed.register(cx.waker());
        loop {
            if let Some(pause) = &mut watch.pause {
                ready!(pause.as_mut().poll(cx));
                watch.pause = None;
            }
            let token = watch.entry.token;
            let next = ready!(watch.entry.state().poll(cx));
            return Poll::Ready(match next {
                Next::Event(kind) => Some(Happened::Event(Event::new(token, kind))),
                Next::Accepted(stream) => Some(Happened::Accepted {
                    server: token,
                    stream,
                }),
                Next::Closed => None,
                Next::Full => {
                    watch.pause = Some(Box::pin(tokio::time::sleep(PAUSE)));
                    continue;
                }
            });
        }
    }
}
