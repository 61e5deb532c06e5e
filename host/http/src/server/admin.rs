//! Serves metrics and the health check.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;

const METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// The number of connections at a time.
const CONNECTIONS: usize = 64;

/// The time for which a connection is open at most.
const LIFETIME: Duration = Duration::from_secs(60);

/// Returns the metrics of a program, in the format of Prometheus.
pub type MetricsText = Arc<dyn Fn() -> String + Send + Sync>;

/// Serves `/metrics` and `/healthz`, for programs that are no servers otherwise, until the future is dropped.
pub async fn serve_admin(listener: TcpListener, metrics: MetricsText) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(permit) = room.clone().acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let metrics = metrics.clone();
        let answer = service_fn(move |request: Request<Incoming>| {
            let answer = answer(&metrics, request.uri().path());
            async { Ok::<_, Infallible>(answer) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), answer);
        tokio::spawn(async move {
            // Who needs longer connects again.
            let _ = timeout(LIFETIME, connection).await;
            drop(permit);
        });
    }
}

fn answer(metrics: &MetricsText, path: &str) -> Response<Full<Bytes>> {
    let (status, text, kind) = match path {
        "/metrics" => (StatusCode::OK, metrics(), METRICS),
        "/healthz" => (
            StatusCode::OK,
            "ok\n".to_owned(),
            HeaderValue::from_static("text/plain"),
        ),
        _ => (
            StatusCode::NOT_FOUND,
            "not found: use /metrics or /healthz\n".to_owned(),
            HeaderValue::from_static("text/plain"),
        ),
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
