//! `jsvm serve` and messages that are not as they should be. The programs are in `serve/`.

use std::io::Write;
use std::net::Shutdown;

use crate::frames::{Frames, HEADERS};
use crate::served::{Answer, Served};

#[test]
fn cookies_of_several_fields_are_joined() {
    let served = Served::start(&[]);
    let mut frames = Frames::connect(&served, &[]);
    frames.get(
        1,
        "/cookies",
        &[("cookie", "a=1"), ("x-other", "b"), ("cookie", "b=2")],
    );
    frames.until(HEADERS);
    assert_eq!(frames.until(0).payload, b"a=1; b=2");
}

#[test]
fn broken_bodies_are_the_fault_of_the_client() {
    let served = Served::start(&[]);
    let mut stream = served.connect();
    stream
        .write_all(b"POST /text HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        .unwrap();
    assert_eq!(Answer::read(&mut stream).status, 400);
    let [_, line] = served.sees_all(["reading", "the request body ended early"]);
    assert!(!line.contains("app.js"), "{line}");
    let mut stream = served.connect();
    stream
        .write_all(b"POST /text HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\nhalf")
        .unwrap();
    served.sees("reading");
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(Answer::read(&mut stream).status, 400);
    let line = served.sees("the request body ended early");
    assert!(!line.contains("app.js"), "{line}");
}

#[test]
fn ambiguous_requests_are_refused() {
    let served = Served::start(&[]);
    for (request, status) in [
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        ("GET http://x/ HTTP/1.1\r\n\r\n", 400),
        (
            "GET http://x/ HTTP/1.1\r\nHost: y\r\nConnection: close\r\n\r\n",
            200,
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            501,
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            501,
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
            200,
        ),
    ] {
        assert_eq!(served.send(request).status, status, "{request:?}");
    }
    let mut frames = Frames::connect(&served, &[]);
    // Status 400 is 8 + 0x80 + 4 in the static table.
    frames.get(1, "/", &[("host", "other")]);
    assert_eq!(frames.until(HEADERS).payload[0], 0x8c);
    frames.get(3, "/", &[("host", "test")]);
    assert_eq!(frames.until(HEADERS).payload[0], 0x88);
}

#[test]
fn a_content_length_must_be_true() {
    let served = Served::start(&[]);
    // A shorter body is no whole one, and what there is arrives.
    let answer = served.get("/short");
    assert_eq!((answer.status, &*answer.body), (200, "abc"));
    assert!(answer.head.contains("content-length: 5"));
    served.sees("shorter than its content-length");
    served.sees("cut off");
    let answer = served.get("/longer");
    assert_eq!((answer.status, &*answer.body), (200, "abcde"));
    served.sees("longer than its content-length");
    let answer = served.get("/plus");
    assert_eq!((&*answer.body, answer.complete), ("abcde", true));
    assert!(!answer.head.contains("content-length"));
}

#[test]
fn a_status_without_a_name_has_no_reason() {
    let served = Served::start(&[]);
    assert!(served.get("/strange").head.starts_with("http/1.1 599 \r\n"));
    assert!(
        served
            .get("/named")
            .head
            .starts_with("http/1.1 299 made up\r\n")
    );
}

#[test]
fn an_error_is_one_line_of_the_log() {
    let served = Served::start(&[]);
    assert_eq!(served.get("/inject").status, 500);
    let line = served.sees("Error: first");
    let escaped = r"first\n127.0.0.1:1 GET /forged 200\r\x1b[2J\u{9b}1m\u{202e}\n    at ";
    assert!(line.contains(escaped), "{line}");
    let next = served.sees("");
    assert!(next.contains("GET /inject 500"), "{next}");
    // A client chooses the path.
    served.send("GET /\u{9b}2J HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    let line = served.sees("GET /");
    assert!(!line.contains(char::is_control), "{line}");
}
