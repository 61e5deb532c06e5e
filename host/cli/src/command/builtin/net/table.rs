//! The sockets of a program, by numbers.

use std::collections::HashMap;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{self, Poll};

use futures_util::StreamExt;
use futures_util::stream::SelectAll;
use futures_util::task::AtomicWaker;
use socket2::Socket;
use tokio::net::TcpStream;

use super::entry::{Entry, Happened, Watch};
use super::event::{Event, Kind};
use super::new_token;
use super::socket;
use super::tls::{Context, Options};

/// The maximum number of events that cross together, and about how many bytes.
const MAX_EVENTS: usize = 256;
const MAX_BYTES: usize = 1024 * 1024;

/// The sockets of a program.
#[derive(Default)]
pub struct Sockets {
    entries: Mutex<HashMap<u64, Arc<Entry>>>,
    /// What is polled for events.
    watched: Mutex<SelectAll<Watch>>,
    /// Wakes who waits when there is something else to wait for.
    waiting: AtomicWaker,
    is_ended: AtomicBool,
}

impl Sockets {
    /// Adds a socket that is bound, of which the program asked for an address.
    pub fn add_bound(&self, bound: Socket, asked: SocketAddr) -> io::Result<u64> {
        let token = new_token()?;
        self.insert(Entry::bound(token, bound, asked));
        Ok(token)
    }

    pub fn listen<E: From<io::Error>>(
        &self,
        token: u64,
        start: impl FnOnce(&Socket, SocketAddr) -> Result<std::net::TcpListener, E>,
    ) -> Result<(), E> {
        let entry = self.get(token)?;
        entry.listen(start)?;
        self.watch(entry);
        Ok(())
    }

    /// Begins to connect, with the socket of a number or, if that is 0, a new one. Returns its number.
    pub fn connect(&self, token: u64, address: SocketAddr) -> io::Result<u64> {
        if token == 0 {
            let stream = TcpStream::from_std(socket::connect(None, address)?)?;
            let token = new_token()?;
            let entry = self.insert(Entry::connecting(token, stream));
            self.watch(entry);
            return Ok(token);
        }
        let entry = self.get(token)?;
        entry.connect(|bound| socket::connect(Some(bound), address))?;
        self.watch(entry);
        Ok(token)
    }

    pub fn write(&self, token: u64, bytes: &[u8]) -> io::Result<usize> {
        self.get(token)?.write(bytes)
    }

    /// Begins TLS.
    pub fn secure(&self, token: u64, context: &Arc<Context>, options: Options) -> io::Result<()> {
        self.get(token)?.secure(context, options)
    }

    /// Goes on with TLS as a server, with what the program chose.
    pub fn accept_with(&self, token: u64, context: &Context, protocols: &[String]) {
        if let Ok(entry) = self.get(token) {
            entry.accept(context, protocols);
        }
    }

    pub fn set_reading(&self, token: u64, reads: bool) {
        if let Ok(entry) = self.get(token) {
            entry.set_reading(reads);
        }
    }

    pub fn shutdown(&self, token: u64) -> io::Result<()> {
        self.get(token)?.shutdown()
    }

    pub fn close(&self, token: u64, resets: bool) {
        if let Some(entry) = self.entries().remove(&token) {
            entry.close(resets);
        }
    }

    /// The addresses of both ends of a socket.
    pub fn names(&self, token: u64) -> io::Result<(SocketAddr, Option<SocketAddr>)> {
        self.get(token)?.names()
    }

    pub fn set_option(&self, token: u64, name: &str, value: f64) -> io::Result<()> {
        self.get(token)?.set_option(name, value)
    }

    /// Ends the wait, with the events that there are.
    pub fn end_wait(&self) {
        self.is_ended.store(true, Ordering::Release);
        self.waiting.wake();
    }

    /// Waits until something has happened.
    pub async fn wait(&self) -> Vec<Event> {
        poll_fn(|cx| self.poll_events(cx)).await
    }

    fn poll_events(&self, cx: &mut task::Context<'_>) -> Poll<Vec<Event>> {
        self.waiting.register(cx.waker());
        let (mut events, mut size) = (Vec::new(), 0);
        while events.len() < MAX_EVENTS && size < MAX_BYTES {
            let next = self.watched().poll_next_unpin(cx);
            let event = match next {
                Poll::Ready(Some(Happened::Event(event))) => event,
                Poll::Ready(Some(Happened::Accepted { server, stream })) => {
                    match self.accept(server, stream) {
                        Ok(event) => event,
                        // It has gone already.
                        Err(_) => continue,
                    }
                }
                Poll::Ready(None) | Poll::Pending => break,
            };
            size += event.size();
            events.push(event);
        }
        // The end may have been asked for before this began.
        match self.is_ended.swap(false, Ordering::AcqRel) || !events.is_empty() {
            true => Poll::Ready(events),
            false => Poll::Pending,
        }
    }

    fn accept(&self, server: u64, stream: TcpStream) -> io::Result<Event> {
        let (local, peer) = (stream.local_addr()?, stream.peer_addr()?);
        let token = new_token()?;
        let entry = self.insert(Entry::connected(token, stream));
        self.watch(entry);
        Ok(Event::new(server, Kind::Accepted { token, local, peer }))
    }

    fn insert(&self, entry: Entry) -> Arc<Entry> {
        let entry = Arc::new(entry);
        self.entries().insert(entry.token, entry.clone());
        entry
    }

    fn watch(&self, entry: Arc<Entry>) {
        self.watched().push(Watch::new(entry));
        self.waiting.wake();
    }

    fn get(&self, token: u64) -> io::Result<Arc<Entry>> {
        let entry = self.entries().get(&token).cloned();
        entry.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<u64, Arc<Entry>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watched(&self) -> MutexGuard<'_, SelectAll<Watch>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
