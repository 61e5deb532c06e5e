//! Files that serve.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::MapErr;
use http_body_util::{Empty, Full};
use hyper::Request;
use hyper::body::{Body, Frame};
use tokio::sync::OnceCell;
use wasmtime_wasi_http::Error;

use crate::make::{built, cases};
use crate::run::{Answer, Server};

/// What a file is built to be.
type Kind = &'static str;

/// `server.js`, compiled once for each kind.
async fn server(kind: Kind) -> &'static Server {
    static SERVERS: [OnceCell<Server>; 2] = [const { OnceCell::const_new() }; 2];
    let server = &SERVERS[usize::from(kind == "service")];
    let args = ["--env", "API=built in", "--kind", kind];
    server
        .get_or_init(async || Server::new(&built("server.js", &args).file))
        .await
}

/// Tests of what is the same for all kinds.
macro_rules! for_each_kind {
    ($($test:ident)*) => { for_each_kind! { http: $($test)* } for_each_kind! { service: $($test)* } };
    ($kind:ident: $($test:ident)*) => {
        mod $kind {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$test(stringify!($kind)).await;
                }
            )*
        }
    };
}

/// A body of nothing, whose errors are those of others.
type NoBody = MapErr<Empty<Bytes>, fn(Infallible) -> Error>;

fn get(path: &str) -> Request<NoBody> {
    use http_body_util::BodyExt;
    let never: fn(Infallible) -> Error = |never| match never {};
    Request::get(format!("http://localhost{path}"))
        .body(Empty::new().map_err(never))
        .unwrap()
}

async fn answer(kind: Kind, path: &str) -> Answer {
    server(kind).await.serve(get(path)).await
}

async fn post(kind: Kind, path: &str, body: impl Into<Bytes>) -> Answer {
    use http_body_util::BodyExt;
    let body = Full::new(body.into()).map_err(|never: Infallible| -> Error { match never {} });
    let request = Request::post(format!("http://localhost{path}")).header("x-test", "grüße");
    server(kind).await.serve(request.body(body).unwrap()).await
}

fn json(answer: &Answer) -> serde_json::Value {
    serde_json::from_slice(&answer.body).unwrap()
}

for_each_kind! {
    answers
    begins_with_what_the_top_level_left
    randomness_and_time_are_those_of_the_instance
    request_arrives
    bodies_stream_through
    body_that_nobody_reads_is_not_fetched
    timers_run
    console_goes_to_stdout_and_stderr
    work_goes_on_after_the_response
    failures_are_answered_with_500
    body_that_breaks_off_is_no_whole_body
    client_may_leave
    deep_recursion_can_be_caught
    recursion_of_every_kind_can_be_caught
    imports_later_are_in_the_file
    fetches
}

async fn answers(kind: Kind) {
    let hello = answer(kind, "/hello").await;
    assert_eq!(
        (hello.status, hello.text(), hello.is_whole),
        (200, "hello", true),
        "{}",
        hello.stderr
    );
    assert_eq!(hello.headers["content-length"], "5");
    assert_eq!(hello.headers["content-type"], "text/plain;charset=UTF-8");
    assert_eq!(hello.call, Ok(()));
    assert_eq!(answer(kind, "/elsewhere").await.status, 404);

    let status = answer(kind, "/status").await;
    assert_eq!((status.status, status.body.len()), (204, 0));
    let all: Vec<_> = status.headers.get_all("x-a").iter().collect();
    assert_eq!(all.len(), if all[0] == "1, 2" { 1 } else { 2 });
    assert_eq!(status.headers["x-latin"].as_bytes(), b"\xe9");
}

async fn begins_with_what_the_top_level_left(kind: Kind) {
    for _ in 0..2 {
        let state = answer(kind, "/state").await;
        assert_eq!(
            json(&state),
            serde_json::json!({ "started": "READ", "count": 1 })
        );
    }
    let env = json(&answer(kind, "/env").await);
    assert_eq!(env["node"], "production");
    assert_eq!(
        (&env["api"], &env["env"]["API"]),
        (&"built in".into(), &"built in".into())
    );
}

async fn randomness_and_time_are_those_of_the_instance(kind: Kind) {
    let (one, two) = (answer(kind, "/random").await, answer(kind, "/random").await);
    assert_ne!(json(&one)[0], json(&two)[0]);
    assert_ne!(json(&one)[1], json(&two)[1]);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let clock = json(&answer(kind, "/clock").await)["now"].as_f64().unwrap();
    assert!((clock / 1e3 - now.as_secs_f64()).abs() < 60.0);
}

async fn request_arrives(kind: Kind) {
    let request = json(&post(kind, "/request?a=%20b", "the body").await);
    assert_eq!(request["method"], "POST");
    assert_eq!(request["url"], "http://localhost/request?a=%20b");
    assert_eq!(request["header"], "gr\u{c3}\u{bc}\u{c3}\u{9f}e");
    assert_eq!(request["body"], "the body");
}

/// A body of pieces, which counts how many were asked for.
struct Pieces {
    left: usize,
    taken: Arc<AtomicUsize>,
}

const PIECE: usize = 100_000;

impl Body for Pieces {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        self.taken.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![7; PIECE])))))
    }
}

async fn bodies_stream_through(kind: Kind) {
    for (path, byte) in [("/echo", 7), ("/transform", 8)] {
        let body = Pieces {
            left: 50,
            taken: Arc::default(),
        };
        let request = Request::post(format!("http://localhost{path}"))
            .body(body)
            .unwrap();
        let echo = server(kind).await.serve(request).await;
        assert_eq!(
            (echo.status, echo.body.len(), echo.is_whole),
            (200, 50 * PIECE, true),
            "{}",
            echo.stderr
        );
        assert!(echo.body.iter().all(|found| *found == byte));
    }
}

async fn body_that_nobody_reads_is_not_fetched(kind: Kind) {
    let taken = Arc::new(AtomicUsize::new(0));
    let body = Pieces {
        left: 1000,
        taken: taken.clone(),
    };
    let request = Request::post("http://localhost/hello").body(body).unwrap();
    let hello = server(kind).await.serve(request).await;
    assert_eq!(hello.text(), "hello");
    assert!(taken.load(Ordering::Relaxed) < 10);
}

async fn timers_run(kind: Kind) {
    assert_eq!(answer(kind, "/timer").await.text(), "true");
    let interval = answer(kind, "/interval").await;
    assert_eq!(
        interval.text(),
        "tick 1\ntick 2\ntick 3\n",
        "{}",
        interval.stderr
    );
    assert_eq!(interval.headers["content-type"], "text/event-stream");
}

async fn console_goes_to_stdout_and_stderr(kind: Kind) {
    let console = answer(kind, "/console").await;
    assert_eq!(
        (&*console.stdout, &*console.stderr),
        ("to stdout 1\n", "to stderr\n")
    );
}

async fn work_goes_on_after_the_response(kind: Kind) {
    let wait = answer(kind, "/wait").await;
    assert_eq!((wait.text(), &*wait.stdout), ("at once", "afterwards\n"));
}

async fn failures_are_answered_with_500(kind: Kind) {
    for (path, reason) in [
        ("/throw", "RangeError: thrown on purpose"),
        ("/reject", "RangeError: rejected on purpose"),
        ("/nothing", "TypeError"),
        ("/never", "never responds"),
        ("/missing", "./elsewhere.js"),
    ] {
        let failed = answer(kind, path).await;
        assert_eq!(
            (failed.status, failed.text()),
            (500, "Internal Server Error"),
            "{path}"
        );
        assert!(failed.stderr.contains(reason), "{path}: {}", failed.stderr);
        assert_eq!(failed.call, Ok(()));
    }
    let stack = answer(kind, "/throw").await.stderr;
    assert!(stack.contains("server.js:"), "{stack}");
}

async fn body_that_breaks_off_is_no_whole_body(kind: Kind) {
    let half = answer(kind, "/half").await;
    assert_eq!((half.status, half.is_whole), (200, false));
    assert_eq!(half.call, Ok(()));
}

async fn client_may_leave(kind: Kind) {
    for path in ["/large", "/interval"] {
        let mut begun = server(kind).await.begin(get(path)).await;
        drop(begun.response.take());
        let finished = tokio::time::timeout(Duration::from_secs(20), begun.finish());
        let finished = finished.await.expect("the call never ends");
        assert_eq!(finished.call, Ok(()), "{path}: {}", finished.stderr);
    }
}

async fn deep_recursion_can_be_caught(kind: Kind) {
    assert_eq!(answer(kind, "/deep").await.text(), "100 RangeError");
}

/// Every kind of recursion that there is, with the native stack that hosts give.
async fn recursion_of_every_kind_can_be_caught(kind: Kind) {
    let folder = cases().join("../recursion");
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "js") {
            continue;
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let expected = std::fs::read_to_string(path.with_extension("out")).unwrap();
        let is_expected = |caught: &str| match &*name {
            // How deep it gets, and so the size of frames, decides which of two errors is thrown.
            "new-function" => ["RangeError", "SyntaxError"].contains(&caught),
            // So many levels are promised on each stack.
            name if name.ends_with("-ten-thousand") => caught == expected.trim(),
            // On a smaller stack it is too deep earlier.
            _ => caught == expected.trim() || caught == "RangeError",
        };
        let caught = post(kind, "/recursion", std::fs::read(path).unwrap()).await;
        if caught.call.is_err() || !is_expected(caught.text()) {
            wrong.push(format!("{name}: {:?} {}", caught.call, caught.text()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

async fn imports_later_are_in_the_file(kind: Kind) {
    let later = answer(kind, "/later").await;
    assert_eq!(
        (later.text(), &*later.stdout),
        ("imported", "evaluated later\n"),
        "{}",
        later.stderr
    );
}

async fn fetches(kind: Kind) {
    let fetched = answer(kind, "/fetch").await;
    assert_eq!(
        fetched.text(),
        "201 POST http://example.com/path?a=1 sent",
        "{}",
        fetched.stderr
    );
    assert_eq!(answer(kind, "/refused").await.text(), "TypeError");
}

#[tokio::test(flavor = "multi_thread")]
async fn listeners_serve_too() {
    let server = Server::new(&built("listener.cjs", &[]).file);
    let hello = server.serve(get("/world")).await;
    assert_eq!(
        (hello.status, hello.text()),
        (200, "hello world"),
        "{}",
        hello.stderr
    );
}
