//! `jsvm serve` with clients that speak HTTP/2. The programs are in `serve/`.

#[allow(dead_code, reason = "other tests use all of it")]
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::served::{PATIENCE, Served};

type Body = BoxBody<Bytes, std::convert::Infallible>;

/// A connection of HTTP/2.
struct Client(SendRequest<Body>);

impl Client {
    async fn new(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Client {
        let stream = TokioIo::new(stream);
        let shaken = handshake(TokioExecutor::new(), stream).await;
        let (sender, connection) = shaken.expect("HTTP/2");
        tokio::spawn(connection);
        Client(sender)
    }

    async fn to(served: &Served) -> Client {
        Client::new(TcpStream::connect(served.address).await.unwrap()).await
    }

    async fn send(&self, method: Method, path: &str, body: Body) -> Response<Incoming> {
        let mut sender = self.0.clone();
        let request = Request::builder()
            .method(method)
            .uri(format!("http://test{path}"))
            .header("x-test", "2")
            .body(body)
            .unwrap();
        let response = tokio::time::timeout(PATIENCE, sender.send_request(request)).await;
        response.expect("it takes too long").expect("a response")
    }

    async fn get(&self, path: &str) -> Response<Incoming> {
        self.send(Method::GET, path, Empty::new().boxed()).await
    }

    /// The status and the whole body.
    async fn text(&self, path: &str) -> (u16, String) {
        text(self.get(path).await).await
    }
}

async fn text(response: Response<Incoming>) -> (u16, String) {
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("all of it");
    let text = String::from_utf8(body.to_bytes().to_vec()).expect("text");
    (status, text)
}

fn whole(text: &str) -> Body {
    Full::new(Bytes::copy_from_slice(text.as_bytes())).boxed()
}

/// A connection whose first write goes out in two segments.
struct SplitFirstWrite {
    stream: TcpStream,
    /// How many bytes of the first segment are left.
    left: usize,
    pause: Option<std::pin::Pin<Box<tokio::time::Sleep>>>,
}

impl AsyncRead for SplitFirstWrite {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for SplitFirstWrite {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        bytes: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        let this = &mut *self;
        if this.left > 0 {
            let first = &bytes[..bytes.len().min(this.left)];
            let written = std::pin::Pin::new(&mut this.stream).poll_write(context, first);
            let written = std::task::ready!(written)?;
            this.left -= written;
            this.pause = Some(Box::pin(tokio::time::sleep(Duration::from_millis(200))));
            return std::task::Poll::Ready(Ok(written));
        }
        if let Some(pause) = &mut this.pause {
            std::task::ready!(pause.as_mut().poll(context));
            this.pause = None;
        }
        std::pin::Pin::new(&mut this.stream).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preface_in_two_segments_is_http2() {
    let served = Served::start(&[]);
    for left in [1, 5, 20] {
        let stream = TcpStream::connect(served.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let client = Client::new(SplitFirstWrite {
            stream,
            left,
            pause: None,
        });
        assert_eq!(client.await.text("/").await, (200, "hello".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_requests_share_a_connection() {
    let served = Served::start(&["--busy-timeout", "500ms"]);
    let client = &Client::to(&served).await;
    // Each has its own answer, whatever the others do.
    let asked = (0..30).map(async |index| match index % 3 {
        0 => (client.text("/").await, (200, "hello".to_owned())),
        1 => (
            client.text("/throw").await,
            (500, "Internal Server Error\n".to_owned()),
        ),
        _ => {
            let answer = client.send(Method::POST, "/text", whole(&"x".repeat(index * 1000)));
            (text(answer.await).await, (200, (index * 1000).to_string()))
        }
    });
    let looped = client.text("/loop");
    let (answers, looped) = tokio::join!(join_all(asked), looped);
    for (answer, expected) in answers {
        assert_eq!(answer, expected);
    }
    assert_eq!(looped.0, 504);
    assert_eq!(client.text("/").await.1, "hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn request_arrives() {
    let served = Served::start(&["--allow-env=GREETING"]);
    let client = Client::to(&served).await;
    let answer = client
        .send(Method::PUT, "/request?a=1", whole("sent"))
        .await;
    assert_eq!(answer.version(), hyper::Version::HTTP_2);
    let (status, body) = text(answer).await;
    let json: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &json["method"]), (200, &"PUT".into()));
    assert_eq!(json["url"], "http://test/request?a=1");
    assert_eq!(
        (&json["header"], &json["body"]),
        (&"2".into(), &"sent".into())
    );
    assert_eq!(json["env"]["GREETING"], "good day");
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_are_streamed_both_ways() {
    let served = Served::start(&[]);
    let client = Client::to(&served).await;
    let (sender, receiver) = futures_channel::mpsc::unbounded();
    let pieces = StreamBody::new(receiver);
    let say = |text: &'static str| {
        sender
            .unbounded_send(Ok(Frame::data(Bytes::from(text))))
            .unwrap();
    };
    say("one");
    let answer = client
        .send(Method::POST, "/echo", BodyExt::boxed(pieces))
        .await;
    let mut body = answer.into_body();
    for next in ["two", "three", ""] {
        let frame = tokio::time::timeout(PATIENCE, body.frame()).await;
        let frame = frame.expect("it takes too long").unwrap().unwrap();
        assert!(!frame.into_data().unwrap().is_empty());
        say(next);
    }
    sender.close_channel();
    assert!(body.collect().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn stream_that_breaks_is_reset() {
    let served = Served::start(&[]);
    let client = Client::to(&served).await;
    let mut body = client.get("/breaks").await.into_body();
    let first = body.frame().await.unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "the first half");
    assert!(body.collect().await.is_err(), "it looks whole");
    served.sees("cut off");
    // The others on this connection do not notice.
    assert_eq!(client.text("/").await, (200, "hello".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn client_that_resets_a_stream_aborts_its_request() {
    let served = Served::start(&[]);
    let client = Client::to(&served).await;
    let mut body = client.get("/events").await.into_body();
    assert!(body.frame().await.is_some());
    drop(body);
    served.sees("aborted");
    assert_eq!(client.text("/").await, (200, "hello".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_flight_ends_before_the_server_does() {
    let mut served = Served::start(&[]);
    let client = Client::to(&served).await;
    let answer = client.send(Method::POST, "/echo", {
        let (sender, receiver) = futures_channel::mpsc::unbounded();
        let pieces = ["a", "b"].map(|text| Ok(Frame::data(Bytes::from(text))));
        tokio::spawn(async move {
            for piece in pieces {
                sender.unbounded_send(piece).unwrap();
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        });
        BodyExt::boxed(StreamBody::new(receiver))
    });
    let answer = answer.await;
    served.signal("-TERM");
    assert_eq!(text(answer).await, (200, "ab".to_owned()));
    assert!(served.child.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_agrees_on_it() {
    let served = Served::start(&["--tls-cert", "cert.pem", "--tls-key", "key.pem"]);
    let mut roots = rustls::RootCertStore::empty();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/serve/cert.pem");
    roots
        .add(CertificateDer::from_pem_file(folder).unwrap())
        .unwrap();
    let provider = rustls::crypto::ring::default_provider();
    let mut config = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(served.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = connector.connect(name, stream).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let client = Client::new(stream).await;
    assert_eq!(client.text("/").await, (200, "hello".to_owned()));
}
