//! Serves one connection.
//!
//! This is not `hyper_util::server::conn::auto`, which waits without a time limit for the bytes
//! that tell the version of HTTP. Hyper has no time limits for idle connections of HTTP/2 and for
//! clients that take nothing; [`Peer`] has.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use hyper::rt::Executor;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{sleep_until, timeout};
use tokio_rustls::TlsAcceptor;

use super::config::ServerConfig;
use super::peer::{Cut, Peer};
use super::progress::until_stalled;
use super::service::Service;
use super::socket::Socket;

/// The first bytes of a client that speaks HTTP/2 without TLS (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The maximum number of concurrent HTTP/2 streams of a client.
const STREAMS: u32 = 128;

/// The number of bytes of request bodies that an HTTP/2 client may send before they are read.
const CONNECTION_WINDOW: u32 = 512 << 10;
const STREAM_WINDOW: u32 = 256 << 10;

/// Becomes true when the server stops.
pub type Stopping = watch::Receiver<bool>;

/// Serves a connection until it ends. Errors of the connection concern only the client, so they are
/// not reported.
pub async fn serve(
    mut socket: Socket,
    tls: Option<TlsAcceptor>,
    service: Service,
    mut stop: Stopping,
) {
    let patience = service.pool.config.settings.header_timeout;
    let opened = async {
        match tls {
            None => {
                let (first, is_h2) = read_version(&mut socket).await.ok()?;
                socket.unread(first);
                Some((Stream::Plain(socket), is_h2))
            }
            Some(tls) => {
                let stream = tls.accept(socket).await.ok()?;
                let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                Some((Stream::Tls(Box::new(stream)), is_h2))
            }
        }
    };
    let opened = tokio::select! {
        biased;
        // Nothing is in flight yet.
        _ = stop.wait_for(|stop| *stop) => return,
        opened = timeout(patience, opened) => opened,
    };
    match opened {
        Ok(Some((Stream::Plain(stream), is_h2))) => speak(stream, is_h2, service, stop).await,
        Ok(Some((Stream::Tls(stream), is_h2))) => speak(*stream, is_h2, service, stop).await,
        Ok(None) => {}
        Err(_) => service.pool.config.metrics.count_cut(Cut::Header),
    }
}

enum Stream {
    Plain(Socket),
    Tls(Box<tokio_rustls::server::TlsStream<Socket>>),
}

/// Reads until it is known whether the client speaks HTTP/2. Returns the bytes that were read.
///
/// The preface can arrive in several segments.
async fn read_version(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<(Vec<u8>, bool)> {
    let mut first = Vec::with_capacity(PREFACE.len());
    while first.len() < PREFACE.len() && PREFACE.starts_with(&first) {
        let left = PREFACE.len() - first.len();
        if (&mut *stream)
            .take(left as u64)
            .read_buf(&mut first)
            .await?
            == 0
        {
            break;
        }
    }
    let is_h2 = first == PREFACE;
    Ok((first, is_h2))
}

async fn speak<S>(stream: S, is_h2: bool, service: Service, stop: Stopping)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let config = service.pool.config.clone();
    let settings = &config.settings;
    let peer = service.peer.clone();
    let answer = service_fn(move |request| {
        let service = service.clone();
        async move { Ok::<_, Infallible>(service.answer(request).await) }
    });
    let io = TokioIo::new(stream);
    if is_h2 {
        peer.speaks_http2();
        let mut builder = http2::Builder::new(StreamExecutor(config.clone()));
        builder
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(settings.max_header).unwrap_or(u32::MAX))
            .max_concurrent_streams(STREAMS)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .initial_stream_window_size(STREAM_WINDOW)
            .keep_alive_interval(Some(Duration::from_secs(20)));
        let connection = builder.serve_connection(io, answer);
        supervise(&config, &peer, stop, connection, |connection| {
            connection.graceful_shutdown();
        })
        .await;
    } else {
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            // The supervisor has this time limit.
            .header_read_timeout(None)
            .max_buf_size(settings.max_header);
        let connection = builder.serve_connection(io, answer);
        let supervised = supervise(&config, &peer, stop, connection, |connection| {
            connection.graceful_shutdown();
        });
        peer.progress.clone().observe(supervised).await;
    }
}

/// Drives a connection to its end, which comes early if a time limit is exceeded or the server
/// stops.
async fn supervise<C: Future>(
    config: &ServerConfig,
    peer: &Peer,
    mut stop: Stopping,
    connection: C,
    shut_down: impl Fn(Pin<&mut C>),
) {
    let mut connection = pin!(connection);
    loop {
        let is_closing = peer.is_closing();
        let cut = tokio::select! {
            biased;
            cut = until_overdue(peer, connection.as_mut()) => match cut {
                Some(cut) => cut,
                None if peer.has_stalled() => return config.metrics.count_cut(Cut::Write),
                None => return,
            },
            _ = stop.wait_for(|stop| *stop), if !is_closing => {
                peer.close();
                shut_down(connection.as_mut());
                continue;
            }
            () = config.make_room.notified() => match peer.is_spare() {
                true => Cut::Room,
                false => continue,
            },
        };
        if cut != Cut::Closing {
            config.metrics.count_cut(cut);
        }
        match cut {
            Cut::Idle | Cut::Room => {}
            // What waits to be sent is of no use.
            Cut::Write | Cut::Closing => return peer.reset(),
            Cut::Header | Cut::Left => return,
        }
        peer.close();
        shut_down(connection.as_mut());
    }
}

/// Drives a connection until it ends or exceeds a time limit.
async fn until_overdue<C: Future>(peer: &Peer, mut connection: Pin<&mut C>) -> Option<Cut> {
    let mut timer = pin!(sleep_until(peer.next_check().into()));
    poll_fn(|context| {
        if connection.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        loop {
            let next = peer.next_check().into();
            if next < timer.deadline() {
                timer.as_mut().reset(next);
            }
            ready!(timer.as_mut().poll(context));
            if let Some(cut) = peer.overdue() {
                return Poll::Ready(Some(cut));
            }
            timer.as_mut().reset(peer.next_check().into());
        }
    })
    .await
}

/// Runs the streams of an HTTP/2 connection. A stream whose client takes nothing for too long is
/// dropped, which resets it.
#[derive(Clone)]
struct StreamExecutor(Arc<ServerConfig>);

impl<F> Executor<F> for StreamExecutor
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, stream: F) {
        let config = self.0.clone();
        tokio::spawn(async move {
            let limit = config.settings.write_timeout;
            if until_stalled(limit, stream).await.is_err() {
                config.metrics.count_cut(Cut::Write);
            }
        });
    }
}
