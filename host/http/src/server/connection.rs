//! Serves one connection.
//!
//! This is not `hyper_util::server::conn::auto`, which waits without a time limit for the bytes
//! that tell the version of HTTP.

use std::convert::Infallible;
use std::io::Cursor;
use std::pin::pin;
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::service::Service;

/// The first bytes of a client that speaks HTTP/2 without TLS (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The maximum number of concurrent HTTP/2 streams of a client.
const STREAMS: u32 = 128;

/// Becomes true when the server stops.
pub type Stopping = watch::Receiver<bool>;

/// Serves a connection until it ends. Errors of the connection concern only the client, so they are
/// not reported.
pub async fn serve(stream: TcpStream, tls: Option<TlsAcceptor>, service: Service, stop: Stopping) {
    let patience = service.pool.config.settings.header_timeout;
    // Small pieces of a streamed body must be sent at once.
    let _ = stream.set_nodelay(true);
    match tls {
        None => {
            let mut stream = stream;
            let Ok(Ok((first, is_h2))) = timeout(patience, read_version(&mut stream)).await else {
                return;
            };
            let (read, write) = stream.into_split();
            let stream = tokio::io::join(Cursor::new(first).chain(read), write);
            speak(stream, is_h2, service, stop).await;
        }
        Some(tls) => {
            let Ok(Ok(stream)) = timeout(patience, tls.accept(stream)).await else {
                return;
            };
            let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            speak(stream, is_h2, service, stop).await;
        }
    }
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

async fn speak<S>(stream: S, is_h2: bool, service: Service, mut stop: Stopping)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let settings = service.pool.config.settings.clone();
    let answer = service_fn(move |request| {
        let service = service.clone();
        async move { Ok::<_, Infallible>(service.answer(request).await) }
    });
    let io = TokioIo::new(stream);
    if is_h2 {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(settings.max_header).unwrap_or(u32::MAX))
            .max_concurrent_streams(STREAMS)
            .keep_alive_interval(Some(Duration::from_secs(20)));
        let mut connection = pin!(builder.serve_connection(io, answer));
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = stop.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    } else {
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(settings.header_timeout)
            .max_buf_size(settings.max_header);
        let mut connection = pin!(builder.serve_connection(io, answer));
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = stop.wait_for(|stop| *stop) => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }
}
