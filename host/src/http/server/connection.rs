//! One connection, from its first byte to its last.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::service::Service;

/// What a client begins with that speaks HTTP/2 without asking.
const PREFACE: &[u8] = b"PRI * HTTP/2";

/// How many streams of HTTP/2 one client may have at a time.
const STREAMS: u32 = 128;

/// Becomes true when the server is to end.
pub type Stopping = watch::Receiver<bool>;

/// Serves a connection until it ends. What goes wrong with it is nobody's business but the client's.
pub async fn serve(stream: TcpStream, tls: Option<TlsAcceptor>, service: Service, stop: Stopping) {
    let patience = service.state.settings.header_timeout;
    // Small pieces of a streamed body are to go at once.
    let _ = stream.set_nodelay(true);
    match tls {
        None => {
            let Ok(Ok(is_h2)) = timeout(patience, speaks_h2(&stream)).await else {
                return;
            };
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

async fn speaks_h2(stream: &TcpStream) -> std::io::Result<bool> {
    let mut first = [0; PREFACE.len()];
    let length = stream.peek(&mut first).await?;
    Ok(first[..length] == *PREFACE)
}

async fn speak<S>(stream: S, is_h2: bool, service: Service, mut stop: Stopping)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let settings = service.state.settings.clone();
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
