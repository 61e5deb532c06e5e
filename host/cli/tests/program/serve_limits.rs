//! Limits of `jsvm serve` and clients that reach them. The programs are in `serve/`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::frames::{Frames, GOAWAY, HEADERS, PING, PREFACE, RST_STREAM, SETTINGS, frame};
use crate::served::{Answer, Served};

const SHORT: Duration = Duration::from_millis(100);

/// Reads to the end of a connection, whether it is closed or reset.
fn drain(stream: &mut TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return all,
            Ok(length) => all.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return all,
            Err(error) => panic!("it does not end: {error}"),
        }
    }
}

/// Reads one response with a short body, and leaves the connection open.
#[track_caller]
fn read_one(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut piece = [0; 1024];
    loop {
        let length = stream.read(&mut piece).expect("more");
        assert_ne!(length, 0, "only {text:?}");
        text.push_str(&String::from_utf8_lossy(&piece[..length]));
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if length.is_some_and(|length| length.parse() == Ok(body.len())) {
            return text;
        }
    }
}

fn metric(served: &Served, name: &str) -> u64 {
    let mut stream = TcpStream::connect(served.admin.expect("it is printed")).unwrap();
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        .unwrap();
    let metrics = Answer::read(&mut stream).body;
    let value = metrics.lines().find_map(|line| {
        let (found, value) = line.rsplit_once(' ')?;
        (found == name).then(|| value.parse().unwrap())
    });
    value.unwrap_or(0)
}

/// Waits until a metric has a value.
#[track_caller]
fn await_metric(served: &Served, name: &str, value: u64) {
    let start = Instant::now();
    while metric(served, name) != value {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{name} is {}",
            metric(served, name)
        );
        thread::sleep(Duration::from_millis(20));
    }
}

const ADMIN: [&str; 2] = ["--admin", "127.0.0.1:0"];

#[test]
fn silent_handshakes_end() {
    let served = Served::start(&[&["--header-timeout", "300ms"], &ADMIN[..]].concat());
    let settled = [PREFACE, &frame(SETTINGS, 0, 0, &[])].concat();
    for start in [
        &PREFACE[..12],
        PREFACE,
        &settled,
        b"",
        b"GET / HTTP/1.1\r\nHost",
    ] {
        let mut stream = served.connect();
        stream.write_all(start).unwrap();
        drain(&mut stream);
    }
    served.says_hello();
    await_metric(&served, "jsvm_http_connections", 0);
    assert_eq!(
        metric(
            &served,
            "jsvm_http_connections_cut_total{reason=\"header-timeout\"}"
        ),
        5
    );
    let flags = [
        "--tls-cert",
        "cert.pem",
        "--tls-key",
        "key.pem",
        "--header-timeout",
        "300ms",
    ];
    let served = Served::start(&flags);
    for start in [&b""[..], b"\x16\x03\x01\x02\x00\x01"] {
        let mut stream = served.connect();
        stream.write_all(start).unwrap();
        drain(&mut stream);
    }
}

#[test]
fn idle_connections_end() {
    let flags = ["--idle-timeout", "500ms", "--header-timeout", "30s"];
    let served = Served::start(&[&flags, &ADMIN[..]].concat());
    let mut stream = served.connect();
    for _ in 0..2 {
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
            .unwrap();
        assert!(read_one(&mut stream).ends_with("hello"));
    }
    assert_eq!(drain(&mut stream), b"");
    // One of HTTP/2 that answers pings, and sends some.
    let mut frames = Frames::connect(&served, &[]);
    frames.get(1, "/", &[]);
    frames.until(HEADERS);
    let mut pings = frames.0.try_clone().unwrap();
    let pinging = thread::spawn(move || {
        while pings.write_all(&frame(PING, 0, 0, &[0; 8])).is_ok() {
            thread::sleep(SHORT);
        }
    });
    frames.until(GOAWAY);
    while frames.next().is_some() {}
    pinging.join().unwrap();
    await_metric(&served, "jsvm_http_connections", 0);
    let idle = "jsvm_http_connections_cut_total{reason=\"idle-timeout\"}";
    assert_eq!(metric(&served, idle), 2);
}

#[test]
fn the_next_head_has_the_time_of_a_head() {
    let served = Served::start(&["--header-timeout", "300ms", "--idle-timeout", "1h"]);
    let mut stream = served.connect();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        .unwrap();
    read_one(&mut stream);
    // It may be idle for longer than a head takes.
    thread::sleep(Duration::from_millis(600));
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        .unwrap();
    read_one(&mut stream);
    stream.write_all(b"GET").unwrap();
    drain(&mut stream);
}

#[test]
fn clients_that_take_nothing_are_cut_off() {
    let flags = ["--write-timeout", "500ms", "--timeout", "30s"];
    let served = Served::start(&[&flags, &ADMIN[..]].concat());
    let cut = "jsvm_http_connections_cut_total{reason=\"write-timeout\"}";
    for (index, path) in ["/large", "/flood"].into_iter().enumerate() {
        let mut stream = served.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
        served.sees(&format!("GET {path} 200"));
        await_metric(&served, cut, index as u64 + 1);
        await_metric(&served, "jsvm_http_connections", 0);
    }
    // A client that takes its time, but takes, gets all.
    let mut stream = served.connect();
    stream
        .write_all(b"GET /large HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut piece = vec![0; 1 << 20];
    for _ in 0..8 {
        thread::sleep(SHORT);
        stream.read_exact(&mut piece[..1_000_000]).unwrap();
    }
    assert!(drain(&mut stream).len() > 300_000);
}

#[test]
fn streams_whose_client_takes_nothing_are_reset() {
    let served = Served::start(&["--write-timeout", "500ms"]);
    // SETTINGS_INITIAL_WINDOW_SIZE is 0.
    let mut frames = Frames::connect(&served, &[0, 4, 0, 0, 0, 0]);
    for (stream, path) in [(1, "/large"), (3, "/flood")] {
        frames.get(stream, path, &[]);
        assert_eq!(frames.until(RST_STREAM).stream, stream, "{path}");
        served.sees("cut off");
    }
    // The connection goes on.
    frames.get(5, "/none", &[]);
    assert_eq!(frames.until(HEADERS).stream, 5);
}

#[test]
fn responses_to_stalled_streams_are_dropped() {
    let flags = [
        "--write-timeout",
        "500ms",
        "--memory",
        "32MiB",
        "--total-memory",
        "256MiB",
    ];
    let served = Served::start(&[&flags, &ADMIN[..]].concat());
    // A window of one byte makes the server hand over more than it can send.
    let mut frames = Frames::connect(&served, &[0, 4, 0, 0, 0, 1]);
    for stream in [1, 3, 5, 7] {
        frames.get(stream, "/large", &[]);
    }
    let reserved = "jsvm_memory_reserved_bytes";
    for _ in 0..4 {
        served.sees("GET /large 200");
    }
    await_metric(&served, reserved, 0);
    // The connection goes on.
    frames.get(9, "/none", &[]);
    while frames.until(HEADERS).stream != 9 {}
}

#[test]
fn bodies_that_trickle_are_given_up() {
    let served = Served::start(&["--body-timeout", "500ms"]);
    for path in ["/text", "/echo"] {
        let mut stream = served.connect();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n"
        )
        .unwrap();
        let mut sender = stream.try_clone().unwrap();
        let sending = thread::spawn(move || {
            while sender.write_all(b"x").is_ok() {
                thread::sleep(Duration::from_millis(50));
            }
        });
        let answer = String::from_utf8(drain(&mut stream)).unwrap();
        sending.join().unwrap();
        match path {
            "/text" => {
                assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
                served.sees("the request body came too slowly");
            }
            // The answer had begun.
            _ => {
                assert!(!answer.ends_with("0\r\n\r\n"), "{answer}");
                served.sees("cut off");
            }
        }
    }
    served.says_hello();
}

#[test]
fn the_end_does_not_wait_for_silent_connections() {
    let mut served = Served::start(&["--idle-timeout", "1h", "--header-timeout", "1h"]);
    let mut idle = served.connect();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        .unwrap();
    read_one(&mut idle);
    let starts: [&[u8]; 4] = [b"", b"GET /", PREFACE, b"PRI * HTTP/2"];
    let silent = starts.map(|start| {
        let mut stream = served.connect();
        stream.write_all(start).unwrap();
        stream
    });
    // A client that says nothing after its settings, not even that it has seen those of the server.
    let mut frames = Frames::connect(&served, &[]);
    frames.get(1, "/", &[]);
    frames.until(HEADERS);
    let start = Instant::now();
    served.signal("-TERM");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(10));
    drop((idle, silent, frames));
}

#[test]
fn connections_have_a_limit() {
    let served = Served::start(&[&["--max-connections", "2"], &ADMIN[..]].concat());
    let first = served.connect();
    let _second = served.connect();
    await_metric(&served, "jsvm_http_connections", 2);
    let mut third = served.connect();
    third
        .write_all(b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        .unwrap();
    third.set_read_timeout(Some(SHORT)).unwrap();
    assert!(third.read(&mut [0]).is_err(), "it waits");
    third.set_read_timeout(None).unwrap();
    drop(first);
    assert_eq!(Answer::read(&mut third).body, "hello");
}

#[test]
fn idle_connections_make_room() {
    let served = Served::start(&["--max-connections", "2", "--idle-timeout", "1h"]);
    let mut idle = served.connect();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        .unwrap();
    read_one(&mut idle);
    let mut frames = Frames::connect(&served, &[]);
    frames.get(1, "/", &[]);
    frames.until(HEADERS);
    for _ in 0..3 {
        served.says_hello();
    }
    assert_eq!(drain(&mut idle), b"");
}

/// Begins a request that keeps its VM until the client leaves.
fn hold(served: &Served) -> TcpStream {
    let mut stream = served.connect();
    stream
        .write_all(b"GET /events HTTP/1.1\r\nHost: test\r\n\r\n")
        .unwrap();
    assert_ne!(stream.read(&mut [0]).unwrap(), 0);
    stream
}

#[test]
fn memory_has_a_limit_in_sum() {
    let flags = [
        "--memory",
        "32MiB",
        "--total-memory",
        "64MiB",
        "--timeout",
        "1s",
    ];
    let served = Served::start(&[&flags, &ADMIN[..]].concat());
    let held = [hold(&served), hold(&served)];
    let reserved = "jsvm_memory_reserved_bytes";
    assert_eq!(metric(&served, reserved), 64 << 20);
    let refused = served.get("/");
    assert_eq!(refused.status, 503);
    assert!(refused.head.contains("retry-after: 1"));
    assert_eq!(metric(&served, "jsvm_http_requests_refused_total"), 1);
    drop(held);
    served.says_hello();
    await_metric(&served, reserved, 0);
    // What a client has not taken of a response stays reserved, and no more.
    let mut stream = served.connect();
    stream
        .write_all(b"GET /large HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        .unwrap();
    await_metric(&served, reserved, 8 << 20);
    assert!(drain(&mut stream).len() > 8 << 20);
    await_metric(&served, reserved, 0);
}

#[test]
fn requests_of_clients_that_left_are_not_begun() {
    let served = Served::start(&["--threads", "1", "--busy-timeout", "1500ms"]);
    let busy = thread::scope(|scope| {
        let busy = scope.spawn(|| served.get("/loop").status);
        thread::sleep(Duration::from_millis(300));
        for rest in ["", "GET"] {
            for _ in 0..10 {
                let mut stream = served.connect();
                write!(stream, "GET /mark HTTP/1.1\r\nHost: test\r\n\r\n{rest}").unwrap();
                thread::sleep(Duration::from_millis(10));
            }
        }
        busy.join().unwrap()
    });
    assert_eq!(busy, 504);
    served.says_hello();
    let printed: Vec<_> = served.lines.lock().unwrap().try_iter().collect();
    assert!(printed.iter().all(|line| line != "begun"), "{printed:?}");
    assert!(
        printed.iter().any(|line| line.contains("GET /mark - ")),
        "{printed:?}"
    );
}
