//! A connection with TLS: what the system sends and takes, and what the program does.

use std::io;
use std::task::{Context, Poll, ready};

use jsvm::Bytes;
use socket2::SockRef;
use tokio::net::TcpStream;

use super::entry::MAX_READ;
use super::event::Kind;
use super::number_of;
use super::tls::{Progress, Session};

/// A connection with TLS.
pub struct Secured {
    pub stream: TcpStream,
    pub tls: Session,
    /// Whether the program sends nothing more.
    ends: bool,
}

/// The network, as TLS reads and writes it.
struct Network<'s>(&'s TcpStream);

impl io::Read for Network<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(bytes)
    }
}

impl io::Write for Network<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Secured {
    pub fn new(stream: TcpStream, tls: Session) -> Secured {
        let ends = false;
        Secured { stream, tls, ends }
    }

    /// Ends what the program sends, when all of it is written.
    pub fn end(&mut self) {
        self.tls.close();
        self.ends = true;
    }

    /// As [`Entry::write`](super::entry::Entry::write).
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = 0;
        loop {
            let count = self.tls.put(&bytes[written..]);
            written += count;
            let is_flushed = self.flush()?;
            if written == bytes.len() || count == 0 || !is_flushed {
                return Ok(written);
            }
        }
    }

    /// Writes what is encrypted, as far as the system takes it. Returns whether that is all.
    pub fn flush(&mut self) -> io::Result<bool> {
        while self.tls.wants_write() {
            match self.tls.write_to(&mut Network(&self.stream)) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Waits for what the program wants to know.
    pub fn poll(
        &mut self,
        reads: &mut bool,
        writes: &mut bool,
        cx: &mut Context<'_>,
    ) -> Poll<Kind> {
        loop {
            // Failures to write show when reading.
            while let Ok(false) = self.flush() {
                if self.stream.poll_write_ready(cx).is_pending() {
                    break;
                }
            }
            let is_flushed = !self.tls.wants_write();
            if is_flushed && std::mem::take(&mut self.ends) {
                let _ = SockRef::from(&self.stream).shutdown(std::net::Shutdown::Write);
            }
            if is_flushed && *writes && !self.tls.is_handshaking() {
                *writes = false;
                return Poll::Ready(Kind::Writable);
            }
            if *reads && let Some(bytes) = self.tls.take(MAX_READ) {
                return Poll::Ready(match bytes.is_empty() {
                    true => {
                        *reads = false;
                        Kind::End
                    }
                    false => Kind::Data(Bytes(bytes)),
                });
            }
            if !(self.tls.is_handshaking() || *reads) || !self.tls.wants_read() {
                return Poll::Pending;
            }
            match ready!(self.poll_network(cx)) {
                Ok(Some(kind)) => return Poll::Ready(kind),
                Ok(None) => {}
                Err(error) => {
                    *reads = false;
                    // An alert tells the other side.
                    let _ = self.flush();
                    return Poll::Ready(error);
                }
            }
        }
    }

    /// Reads from the network once.
    fn poll_network(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Kind>, Kind>> {
        let failed = |error: &io::Error| Kind::Failed(number_of(error));
        loop {
            if let Err(error) = ready!(self.stream.poll_read_ready(cx)) {
                return Poll::Ready(Err(failed(&error)));
            }
            let count = match self.tls.read_from(&mut Network(&self.stream)) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                Err(error) => return Poll::Ready(Err(failed(&error))),
            };
            let was_handshaking = self.tls.is_handshaking();
            return Poll::Ready(match self.tls.process() {
                Err(error) => Err(Kind::TlsFailed(error)),
                Ok(Some(Progress::Hello(hello))) => Ok(Some(Kind::Hello(hello))),
                Ok(Some(Progress::Secured(details))) => Ok(Some(Kind::Secured(details))),
                // The end, in the middle of a handshake or after it.
                Ok(None) if count == 0 && was_handshaking => Err(Kind::End),
                Ok(None) => Ok(None),
            });
        }
    }
}
