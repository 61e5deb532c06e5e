//! `jsvm serve` through real sockets. The programs are in `serve/`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::channel;
use std::thread;

use crate::served::{Answer, PATIENCE, Served};

/// Reads until this has come.
#[track_caller]
fn read_until(stream: &mut TcpStream, end: &str) {
    let mut text = String::new();
    let mut piece = [0; 1024];
    while !text.contains(end) {
        let length = stream.read(&mut piece).expect("more");
        assert_ne!(length, 0, "{end:?} does not come, only {text:?}");
        text.push_str(&String::from_utf8_lossy(&piece[..length]));
    }
}

/// A request whose body has begun.
fn begin_echo(served: &Served) -> TcpStream {
    let mut stream = served.connect();
    let head = "POST /echo HTTP/1.1\r\nHost: test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(b"3\r\none\r\n").unwrap();
    read_until(&mut stream, "one\r\n");
    stream
}

#[test]
fn each_request_has_a_vm_of_its_own() {
    let served = Served::start(&["--allow-env=GREETING"]);
    served.says_hello();
    for _ in 0..3 {
        assert_eq!(served.get("/count").body, "1");
    }
    let answer = served.send(
        "PUT /request?a=%20 HTTP/1.1\r\nHost: Example.com:81\r\nX-Test: a\r\nX-Test: b\r\n\
         Content-Length: 4\r\nConnection: close\r\n\r\nbody",
    );
    assert_eq!(
        answer.body,
        "{\"method\":\"PUT\",\"url\":\"http://example.com:81/request?a=%20\",\"header\":\"a, b\",\
         \"body\":\"body\",\"env\":{\"GREETING\":\"good day\"},\"hasRemote\":true}"
    );
    let answer = served.send("HEAD / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    assert!(answer.head.contains("content-length: 5") && answer.body.is_empty());
    assert_eq!(served.get("/later").body, "now");
    served.sees("after the response");
}

#[test]
fn bodies_are_streamed_both_ways() {
    let served = Served::start(&[]);
    // Each piece is sent only when the one before it came back.
    let mut stream = begin_echo(&served);
    stream.write_all(b"3\r\ntwo\r\n").unwrap();
    read_until(&mut stream, "two\r\n");
    stream.write_all(b"0\r\n\r\n").unwrap();
    read_until(&mut stream, "0\r\n\r\n");
}

#[test]
fn a_client_that_goes_ends_its_stream() {
    let served = Served::start(&[]);
    let mut stream = served.connect();
    stream
        .write_all(b"GET /events HTTP/1.1\r\nHost: test\r\n\r\n")
        .unwrap();
    read_until(&mut stream, "data: 2\n\n");
    drop(stream);
    served.sees("aborted");
    // One whose handler says nothing more is given up, too.
    let mut stream = served.connect();
    stream
        .write_all(b"GET /hangs HTTP/1.1\r\nHost: test\r\n\r\n")
        .unwrap();
    served.sees("hanging");
    drop(stream);
    served.sees("GET /hangs - ");
    // And one that goes before it has sent all.
    let mut stream = served.connect();
    stream
        .write_all(b"POST /text HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\nhalf")
        .unwrap();
    served.sees("reading");
    drop(stream);
    served.sees("the request body ended early");
    served.says_hello();
}

#[test]
fn what_fails_has_its_own_answer() {
    let served = Served::start(&[
        "--busy-timeout",
        "500ms",
        "--timeout",
        "2s",
        "--memory",
        "16MiB",
        "--threads",
        "2",
    ]);
    thread::scope(|scope| {
        let slow = scope.spawn(|| served.get("/loop").status);
        // Meanwhile others are answered.
        served.says_hello();
        assert_eq!(slow.join().unwrap(), 504);
    });
    served.sees("limit on computing without a pause");
    for (path, status, text) in [
        ("/throw", 500, "RangeError: as it was meant to"),
        ("/bomb", 500, "out of memory"),
        ("/none", 500, "must return a Response"),
        ("/header", 500, "a header is not valid in HTTP"),
        ("/rejects", 200, "the second that nobody handles"),
        ("/never", 500, "never settles"),
        ("/hangs", 504, "exceeded the time limit"),
    ] {
        assert_eq!(served.get(path).status, status, "{path}");
        served.sees(text);
    }
    let answer = served.get("/breaks");
    assert_eq!((answer.status, answer.complete), (200, false));
    assert_eq!(answer.body, "the first half");
    served.says_hello();
}

#[test]
fn a_listener_responds_once() {
    let served = Served::program("listener.js", &[]);
    assert_eq!(served.get("/").body, "first");
    served.sees("refused: InvalidStateError");
}

#[test]
fn requests_have_a_size() {
    let served = Served::start(&["--max-body", "1000"]);
    let fits =
        "POST /text HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n";
    assert_eq!(
        served.send(&(fits.to_owned() + &"x".repeat(1000))).body,
        "1000"
    );
    let declared = "POST /text HTTP/1.1\r\nHost: test\r\nContent-Length: 1001\r\n\r\n";
    assert_eq!(served.send(declared).status, 413);
    let chunked = "POST /text HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n";
    let chunked = format!("{chunked}{}\r\n0\r\n\r\n", "x".repeat(1001));
    let mut stream = served.connect();
    stream.write_all(chunked.as_bytes()).unwrap();
    read_until(&mut stream, "413 Payload Too Large");
    let header = format!(
        "GET / HTTP/1.1\r\nHost: test\r\nX: {}\r\n\r\n",
        "x".repeat(40_000)
    );
    assert_eq!(served.send(&header).status, 431);
    served.says_hello();
}

#[test]
fn malformed_requests_are_refused() {
    let served = Served::start(&[]);
    for (request, status) in [
        ("hello\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
        (
            "GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
            400,
        ),
        (
            "GET / HTTP/1.1\r\nHost: user@test\r\nConnection: close\r\n\r\n",
            400,
        ),
        (
            "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: x\r\n\r\n",
            400,
        ),
        (
            "CONNECT test:80 HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n",
            501,
        ),
        ("GET / HTTP/1.0\r\n\r\n", 200),
    ] {
        assert_eq!(served.send(request).status, status, "{request:?}");
    }
    // What is longer than its length says is the next request, and that is none.
    let long = "POST /text HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\nlonger\r\n\r\n";
    let answer = served.send(long);
    assert_eq!(answer.status, 200);
    assert!(answer.body.starts_with("2http/1.1 400") || answer.body.starts_with("2HTTP/1.1 400"));
    served.says_hello();
}

#[test]
fn slow_clients_are_hung_up_on() {
    let served = Served::start(&["--header-timeout", "300ms"]);
    for start in ["", "GET / HT", "GET / HTTP/1.1\r\nHost: test\r\nX-A"] {
        let mut stream = served.connect();
        stream.write_all(start.as_bytes()).unwrap();
        let mut rest = Vec::new();
        // It ends before our patience does.
        stream.read_to_end(&mut rest).expect("it ends");
    }
    served.says_hello();
}

#[test]
fn those_that_find_no_room_are_told_to_come_again() {
    let served = Served::start(&["--max-concurrent", "1", "--max-waiting", "1"]);
    let first = begin_echo(&served);
    let (sender, answers) = channel();
    thread::scope(|scope| {
        for _ in 0..2 {
            let sender = sender.clone();
            let served = &served;
            scope.spawn(move || drop(sender.send(served.get("/"))));
        }
        let refused = answers.recv_timeout(PATIENCE).expect("an answer");
        assert_eq!(refused.status, 503);
        assert!(refused.head.contains("retry-after: 1"));
        // The other waits, and has its turn now.
        drop(first);
        let answer = answers.recv_timeout(PATIENCE).expect("an answer");
        assert_eq!((answer.status, &*answer.body), (200, "hello"));
    });
}

#[test]
fn what_is_in_flight_ends_before_the_server_does() {
    let mut served = Served::start(&[]);
    let mut stream = begin_echo(&served);
    served.signal("-TERM");
    served.sees("stopping when");
    stream.write_all(b"3\r\ntwo\r\n0\r\n\r\n").unwrap();
    read_until(&mut stream, "0\r\n\r\n");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_end_does_not_wait_for_ever() {
    let mut served = Served::start(&["--shutdown-timeout", "200ms"]);
    let _stream = begin_echo(&served);
    served.signal("-INT");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_vm_can_be_used_again() {
    // With one at a time the next request waits until the VM is back.
    let served = Served::start(&["--reuse", "3", "--max-concurrent", "1"]);
    let counts: Vec<String> = (0..5).map(|_| served.get("/count").body).collect();
    assert_eq!(counts, ["1", "2", "3", "1", "2"]);
    // What throws leaves the VM as it is.
    assert_eq!(served.get("/throw").status, 500);
    let served = Served::start(&[
        "--reuse",
        "9",
        "--max-concurrent",
        "1",
        "--busy-timeout",
        "500ms",
    ]);
    assert_eq!(served.get("/count").body, "1");
    assert_eq!(served.get("/throw").status, 500);
    assert_eq!(served.get("/count").body, "2");
    // What was stopped is in no state to go on.
    assert_eq!(served.get("/loop").status, 504);
    assert_eq!(served.get("/count").body, "1");
}

#[test]
fn it_tells_what_it_does() {
    let served = Served::start(&["--log", "json", "--admin", "127.0.0.1:0"]);
    assert_eq!(served.get("/nowhere?a").status, 404);
    let line = served.sees("\"event\":\"request\"");
    let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(line["method"], "GET");
    assert_eq!(line["path"], "/nowhere?a");
    assert_eq!(
        (line["status"].as_u64(), line["bytes"].as_u64()),
        (Some(404), Some(8))
    );
    assert_eq!(line["complete"], true);
    assert_eq!(served.get("/throw").status, 500);
    let admin = |path: &str| {
        let mut stream = TcpStream::connect(served.admin.expect("it is printed")).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        Answer::read(&mut stream)
    };
    let metrics = admin("/metrics").body;
    for line in [
        "jsvm_http_requests_total{status=\"404\"} 1",
        "jsvm_handler_failures_total 1",
        "jsvm_vms_total 2",
    ] {
        assert!(
            metrics.lines().any(|seen| seen == line),
            "{line}: {metrics}"
        );
    }
    assert_eq!(admin("/healthz").body, "ok\n");
    assert_eq!(admin("/other").status, 404);
}

#[test]
fn fetch_needs_permission() {
    let served = Served::start(&[]);
    assert_eq!(served.get("/fetch").status, 500);
    served.sees("Allow it with --allow-net=test");
    let served = Served::start(&["--allow-net=127.0.0.1"]);
    let place = served.address;
    let request = format!("GET /fetch HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n\r\n");
    assert_eq!(served.send(&request).body, "hello");
}

#[test]
fn it_speaks_tls() {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, ServerName};

    let served = Served::start(&["--tls-cert", "cert.pem", "--tls-key", "key.pem"]);
    let mut roots = rustls::RootCertStore::empty();
    let certificate = CertificateDer::from_pem_slice(include_bytes!("serve/cert.pem"));
    roots.add(certificate.unwrap()).unwrap();
    let provider = rustls::crypto::ring::default_provider();
    let config = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = rustls::ClientConnection::new(config.into(), name).unwrap();
    let mut stream = rustls::StreamOwned::new(connection, served.connect());
    stream
        .write_all(b"GET /request HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let answer = Answer::read(&mut stream);
    assert!(
        answer
            .body
            .contains("\"url\":\"https://localhost/request\"")
    );
    // Who does not is hung up on.
    assert_eq!(served.get("/").status, 0);
}

#[test]
fn it_starts_again_when_the_program_changes() {
    let folder = tempfile::tempdir().unwrap();
    let program = |text: &str| {
        let program = format!("export default {{ fetch: () => new Response({text:?}) }}");
        std::fs::write(folder.path().join("app.mjs"), program).unwrap();
    };
    program("one");
    let mut served = Served::at(folder.path(), "app.mjs", &["--watch"]);
    assert_eq!(served.get("/").body, "one");
    program("another");
    served.sees("changed, restarting");
    served.listens();
    assert_eq!(served.get("/").body, "another");
    // The process that serves is ended with the one that watches.
    served.signal("-INT");
    served.child.wait().unwrap();
}
