//! The socket of a connection, which limits the time for which a client takes nothing.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use super::peer::Peer;

/// The number of bytes that the system accepts before they can be sent. With more, a slow client
/// seems to take nothing for a long time, and each connection needs more memory.
#[cfg(any(target_os = "android", target_os = "linux"))]
const UNSENT: u32 = 128 << 10;

/// A TCP connection.
pub struct Socket {
    tcp: Arc<TcpStream>,
    peer: Arc<Peer>,
    /// Bytes that are read once more.
    again: Bytes,
    write_timeout: Duration,
    /// The time limit for the client to take bytes.
    timer: Pin<Box<Sleep>>,
    is_waiting: bool,
}

impl Socket {
    pub fn new(tcp: Arc<TcpStream>, peer: Arc<Peer>, write_timeout: Duration) -> Socket {
        // Small pieces of a streamed body must be sent at once. Both only tune.
        let _ = tcp.set_nodelay(true);
        #[cfg(any(target_os = "android", target_os = "linux"))]
        let _ = socket2::SockRef::from(&*tcp).set_tcp_notsent_lowat(UNSENT);
        Socket {
            tcp,
            peer,
            again: Bytes::new(),
            write_timeout,
            timer: Box::pin(sleep(Duration::ZERO)),
            is_waiting: false,
        }
    }

    /// Makes these bytes the next to be read.
    pub fn unread(&mut self, bytes: Vec<u8>) {
        self.again = bytes.into();
    }

    fn poll_send(
        &mut self,
        context: &mut Context<'_>,
        send: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        while let Poll::Ready(ready) = self.tcp.poll_write_ready(context) {
            ready?;
            match send(&self.tcp) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                sent => {
                    self.is_waiting = false;
                    return Poll::Ready(sent);
                }
            }
        }
        if !self.is_waiting {
            self.is_waiting = true;
            let now = Instant::now();
            let deadline = now.checked_add(self.write_timeout);
            // A limit beyond the range of the clock is none.
            self.timer.as_mut().reset(deadline.unwrap_or(now + YEAR));
        }
        ready!(self.timer.as_mut().poll(context));
        self.peer.stalled();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.again.is_empty() {
            let length = self.again.len().min(buffer.remaining());
            buffer.put_slice(&self.again[..length]);
            self.again.advance(length);
            return Poll::Ready(Ok(()));
        }
        loop {
            ready!(self.tcp.poll_read_ready(context))?;
            match self.tcp.try_read_buf(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(0) => return Poll::Ready(Ok(())),
                Ok(_) => {
                    self.peer.bytes_came();
                    return Poll::Ready(Ok(()));
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_send(context, |tcp| tcp.try_write(bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_send(context, |tcp| tcp.try_write_vectored(bytes))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // The system sends what it accepted.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = socket2::SockRef::from(&*self.tcp).shutdown(std::net::Shutdown::Write);
        Poll::Ready(match done {
            // The client was first.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
            done => done,
        })
    }
}
