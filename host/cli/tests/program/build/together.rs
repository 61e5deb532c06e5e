//! Files that serve many requests in one instance, at a time or in turn.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::MapErr;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use tokio::sync::OnceCell;
use wasmtime_wasi_http::Error;

use crate::make::built;
use crate::run::{Answer, Server};

/// Requests come one after the other, also on a busy machine.
const PAUSE: Duration = Duration::from_millis(100);

type Whole = MapErr<Full<Bytes>, fn(Infallible) -> Error>;

/// `together.js`, compiled once.
async fn server() -> &'static Server {
    static SERVER: OnceCell<Server> = OnceCell::const_new();
    let make = async || Server::new(&built("together.js", &["--kind", "service"]).file);
    SERVER.get_or_init(make).await
}

pub(super) fn request(path: &str, body: impl Into<Bytes>) -> Request<Whole> {
    let never: fn(Infallible) -> Error = |never| match never {};
    let body = Full::new(body.into()).map_err(never);
    Request::post(format!("http://localhost{path}"))
        .body(body)
        .unwrap()
}

async fn answers(paths: &[&str]) -> Vec<Answer> {
    let requests = paths.iter().map(|path| request(path, "")).collect();
    let answers = server().await.serve_all(requests, PAUSE).await;
    assert_eq!(answers[0].call, Ok(()), "{}", answers[0].stderr);
    answers
}

/// The bodies of answers, with their status if it is not 200.
pub(super) fn bodies(answers: &[Answer]) -> Vec<String> {
    let body = |answer: &Answer| match answer.status {
        200 => answer.text().to_owned(),
        status => format!("{status} {}", answer.text()),
    };
    answers.iter().map(body).collect()
}

async fn check(paths: &[&str], expected: &[&str]) {
    let answers = answers(paths).await;
    assert_eq!(bodies(&answers), expected, "{}", answers[0].stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn they_share_the_heap() {
    check(&["/count", "/count", "/count"], &["1", "2", "3"]).await;
    // Another instance.
    check(&["/count"], &["1"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_wasi_0_2_serve_in_turn() {
    let server = Server::new(&built("together.js", &["--kind", "http"]).file);
    // What one leaves behind goes on in the next.
    let paths = [
        "/count",
        "/later?ms=50",
        "/throw",
        "/sleep?ms=300",
        "/count",
        "/echo",
    ];
    let requests = paths.iter().map(|path| request(path, "sent")).collect();
    let answers = server.serve_all(requests, PAUSE).await;
    assert_eq!(answers[0].call, Ok(()), "{}", answers[0].stderr);
    let failed = "500 Internal Server Error";
    assert_eq!(
        bodies(&answers),
        ["1", "at once", failed, "103", "104", "sent"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn they_wait_for_each_other() {
    check(
        &["/meet", "/meet", "/meet"],
        &["1 of 3", "2 of 3", "3 of 3"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn timers_run_in_their_order() {
    let paths = ["/sleep?ms=2000", "/sleep?ms=10", "/sleep?ms=900"];
    check(&paths, &["3", "1", "2"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_writes_what_another_reads() {
    let paths = ["/feed", "/feed", "/say?a", "/count", "/say?b", "/say?end"];
    let all = "a\nb\nend\n";
    check(&paths, &[all, all, "said", "1", "said", "said"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_fails_and_others_go_on() {
    let answers = answers(&["/sleep?ms=500", "/throw", "/never", "/count"]).await;
    let failed = "500 Internal Server Error";
    assert_eq!(bodies(&answers), ["2", failed, failed, "1"]);
    let stderr = &answers[0].stderr;
    assert!(stderr.contains("Error: on purpose"), "{stderr}");
    assert!(stderr.contains("never responds"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_do_not_mix() {
    let sizes = [3_000_000, 1_000_000, 2_000_000];
    let body = |(byte, size): (usize, usize)| vec![byte as u8; size];
    let sent: Vec<_> = sizes.into_iter().enumerate().map(body).collect();
    let requests = sent.iter().map(|body| request("/echo", body.clone()));
    let answers = server().await.serve_all(requests.collect(), Duration::ZERO);
    for (answer, sent) in answers.await.iter().zip(&sent) {
        assert!(answer.body == *sent, "{}", answer.body.len());
        assert!(answer.is_whole);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_aborts_what_another_asks() {
    check(&["/ask", "/stop"], &["AbortError", "stopped"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn client_that_leaves_keeps_nobody() {
    let requests = ["/endless", "/feed", "/sleep?ms=300", "/say?a"].map(|path| request(path, ""));
    let begun = server().await.begin_all(requests.into(), PAUSE);
    let mut begun = begun.into_iter();
    let mut next = async || begun.next().unwrap().await;
    let mut first = next().await;
    // Two bodies are not taken to their ends, which is heard of by who writes.
    drop(first.response.take());
    drop(next().await);
    assert_eq!(next().await.finish().await.text(), "1");
    assert_eq!(next().await.finish().await.text(), "said");
    let first = tokio::time::timeout(Duration::from_secs(20), first.finish()).await;
    assert_eq!(first.expect("the instance never ends").call, Ok(()));
}

/// The memory of an instance never shrinks, so what requests leave must be used again: 500 of them leave
/// 100 MB.
#[tokio::test(flavor = "multi_thread")]
async fn memory_is_used_again() {
    let requests = (0..500).map(|_| request("/echo", vec![b'x'; 100_000]));
    let pause = Duration::from_millis(4);
    let answers = server().await.serve_all(requests.collect(), pause).await;
    assert!(answers.iter().all(|answer| answer.body.len() == 100_000));
    let bytes = answers[0].memory.bytes();
    // On a busy machine some of them wait for each other.
    assert!(bytes < 80 << 20, "{bytes}");
}
