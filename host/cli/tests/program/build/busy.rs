//! Files that stop what computes for too long without a pause.

use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::build::together::{bodies, request};
use crate::make::built;
use crate::run::{Answer, Server, command};

const FAILED: &str = "500 Internal Server Error";
const REASON: &str = "computed for too long without a pause";

/// `together.js` with a limit of 300 ms, compiled once for each kind.
async fn server(kind: &'static str) -> &'static Server {
    static SERVERS: [OnceCell<Server>; 2] = [const { OnceCell::const_new() }; 2];
    let args = ["--kind", kind, "--busy-timeout", "300ms"];
    SERVERS[usize::from(kind == "service")]
        .get_or_init(async || Server::new(&built("together.js", &args).file))
        .await
}

async fn answers(kind: &'static str, paths: &[&str]) -> Vec<Answer> {
    let requests = paths.iter().map(|path| request(path, "")).collect();
    let server = server(kind).await;
    server.serve_all(requests, Duration::from_millis(20)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_answers_500_and_its_other_requests_go_on() {
    for spin in [
        "/spin",
        "/spin-later",
        "/spin-in-timer",
        "/spin-in-jobs",
        "/spin-and-catch",
    ] {
        let answers = answers("service", &["/sleep?ms=800", spin, "/count"]).await;
        let stderr = &answers[0].stderr;
        assert_eq!(answers[0].call, Ok(()), "{spin}: {stderr}");
        assert_eq!(bodies(&answers), ["2", FAILED, "1"], "{spin}: {stderr}");
        assert!(stderr.contains(REASON), "{spin}: {stderr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_that_has_begun_is_cut_off() {
    let answers = answers(
        "service",
        &["/sleep?ms=1200", "/spin-in-stream", "/spin-afterwards"],
    )
    .await;
    let stderr = &answers[0].stderr;
    assert_eq!(answers[0].call, Ok(()), "{stderr}");
    let [sleep, stream, afterwards] = &answers[..] else {
        panic!("three answers");
    };
    assert_eq!((sleep.status, sleep.text()), (200, "1"));
    assert_eq!(
        (stream.text(), stream.is_whole),
        ("first", false),
        "{stderr}"
    );
    assert_eq!((afterwards.text(), afterwards.is_whole), ("at once", true));
    assert_eq!(stderr.matches(REASON).count(), 2, "{stderr}");
}

/// Together they compute for longer than one may.
#[tokio::test(flavor = "multi_thread")]
async fn requests_that_compute_in_turn_are_not_stopped() {
    let answers = answers("service", &["/work"; 8]).await;
    assert_eq!(bodies(&answers), ["worked"; 8], "{}", answers[0].stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_wasi_0_2_answers_500_and_serves_again() {
    let paths = [
        "/spin",
        "/spin-later",
        "/spin-in-timer",
        "/spin-in-jobs",
        "/spin-and-catch",
        "/count",
    ];
    let answers = answers("http", &paths).await;
    let stderr = &answers[0].stderr;
    assert_eq!(answers[0].call, Ok(()), "{stderr}");
    assert_eq!(
        bodies(&answers),
        [FAILED, FAILED, FAILED, FAILED, FAILED, "1"],
        "{stderr}"
    );
    assert_eq!(stderr.matches(REASON).count(), 5, "{stderr}");
    let stream = self::answers("http", &["/spin-in-stream"]).await;
    assert!(!stream[0].is_whole);
}

/// Where it cannot be unwound, its instance traps.
#[tokio::test(flavor = "multi_thread")]
async fn a_built_in_that_never_returns_gives_its_thread_back() {
    for kind in ["http", "service"] {
        let started = Instant::now();
        let answers = answers(kind, &["/spin-in-built-in"]).await;
        let is_stopped = answers[0].call.is_err() || answers[0].status == 500;
        assert!(
            is_stopped,
            "{kind}: {:?} {}",
            answers[0].call, answers[0].status
        );
        assert!(started.elapsed() < Duration::from_secs(10), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_fails() {
    let built = built("command.ts", &["--busy-timeout", "200ms"]);
    let (success, stdout, stderr) = command(&built.file, &["app", "spin"]).await;
    assert!(!success);
    assert_eq!(stdout, "built spin hello\n");
    assert!(stderr.contains(REASON), "{stderr}");
}
