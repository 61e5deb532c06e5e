//! What a visitor meets in servers and built files.

use std::io::{Read, Write};

use http_body_util::{BodyExt, Empty};
use hyper::Request;
use serde_json::Value as Json;
use tokio::sync::OnceCell;
use wasmtime_wasi_http::Error;

use crate::make::built;
use crate::run::{Answer, Server, command, command_in};
use crate::served::Served;

/// Sends the head of a request, reads until something of the response comes if it should, and leaves.
fn leave(served: &Served, path: &str, begins: bool) {
    let mut stream = served.connect();
    let head = format!("GET {path} HTTP/1.1\r\nHost: test\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    if begins {
        let mut text = String::new();
        let mut piece = [0; 1024];
        while !text.contains("first") {
            let length = stream.read(&mut piece).unwrap();
            assert_ne!(length, 0, "{text}");
            text.push_str(&String::from_utf8_lossy(&piece[..length]));
        }
    } else {
        // The handler must have begun.
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
}

#[test]
fn a_handler_that_waits_is_told_when_its_client_goes() {
    let served = Served::program("visitor.js", &[]);
    leave(&served, "/wait", false);
    served.sees("aborted /wait");
    leave(&served, "/events", true);
    served.sees("cancelled:");
    served.sees("aborted /events");
}

/// A stream that nothing can write to any more stays open until its client leaves, or the time is over.
#[test]
fn a_stream_with_nothing_pending_is_told_when_its_client_goes() {
    let served = Served::program("visitor.js", &[]);
    leave(&served, "/silent", true);
    served.sees("silent, cancelled: the client disconnected");
    served.sees("aborted /silent");

    let served = Served::program("visitor.js", &["--timeout", "1s"]);
    let answer = served.get("/silent");
    assert_eq!(answer.body, "first");
    served.sees("the handler exceeded the time limit");
}

#[test]
fn a_handler_that_computes_for_too_long_is_logged_with_its_place() {
    let served = Served::program("visitor.js", &["--busy-timeout", "200ms"]);
    assert_eq!(served.get("/spin").status, 504);
    let line = served.sees("the handler exceeded the limit on computing without a pause");
    assert!(line.contains("visitor.js:38:"), "{line}");
}

#[test]
fn a_stream_that_breaks_is_logged_with_its_stack() {
    let served = Served::program("visitor.js", &[]);
    let answer = served.get("/broken");
    assert!(answer.head.starts_with("http/1.1 200 "), "{}", answer.head);
    let line = served.sees("Error: stream broke");
    assert!(line.contains("visitor.js:"), "{line}");
}

#[test]
fn the_status_text_of_the_program_is_sent() {
    let served = Served::program("visitor.js", &[]);
    let answer = served.get("/");
    assert!(
        answer.head.starts_with("http/1.1 200 fine indeed\r\n"),
        "{}",
        answer.head
    );
}

#[test]
fn a_log_in_json_has_nothing_but_json() {
    let served = Served::program("visitor.js", &["--log", "json", "--allow-env"]);
    assert_eq!(served.get("/").status, 200);
    // What comes before the address was read already.
    for part in ["\"text\":\"one\\ntwo\"", "\"event\":\"request\""] {
        let line = served.sees(part);
        let line: Json = serde_json::from_str(&line).unwrap();
        assert!(line["time"].is_string(), "{line}");
    }
    served.signal("-TERM");
    let line = served.sees("stopping");
    serde_json::from_str::<Json>(&line).unwrap();
}

/// Has the program of `visitor.js` serve a request. It is compiled once for each kind.
async fn serve(kind: &str, path: &str) -> Answer {
    static SERVERS: [OnceCell<Server>; 2] = [const { OnceCell::const_new() }; 2];
    let server = &SERVERS[usize::from(kind == "service")];
    let server = server
        .get_or_init(async || Server::new(&built("visitor.js", &["--kind", kind]).file))
        .await;
    let request = Request::get(format!("http://localhost{path}"));
    let never = |never: std::convert::Infallible| -> Error { match never {} };
    let request = request
        .body(Empty::<bytes::Bytes>::new().map_err(never))
        .unwrap();
    server.serve(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn built_files_escape_the_url_of_a_request() {
    for kind in ["http", "service"] {
        let answer = serve(kind, "/u?q=ä").await;
        assert!(
            answer.text().ends_with("/u?q=%C3%A4"),
            "{kind}: {}",
            answer.text()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn built_files_send_lengths() {
    for kind in ["http", "service"] {
        for (path, length) in [("/null", "0"), ("/redirect", "0"), ("/fail", "21")] {
            let answer = serve(kind, path).await;
            let found = answer
                .headers
                .get("content-length")
                .map(|length| length.to_str().unwrap());
            assert_eq!(found, Some(length), "{kind} {path} {}", answer.stderr);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn built_files_log_a_stream_that_breaks() {
    for kind in ["http", "service"] {
        let answer = serve(kind, "/broken").await;
        assert!(!answer.is_whole);
        assert!(
            answer.stderr.contains("Error: stream broke"),
            "{kind}: {}",
            answer.stderr
        );
        assert!(
            answer.stderr.contains("visitor.js:"),
            "{kind}: {}",
            answer.stderr
        );
    }
}

#[test]
fn pieces_before_a_stream_breaks_are_sent() {
    let of_program = Served::program("visitor.js", &[]);
    let of_files = ["http", "service"].map(|kind| {
        let built = built("visitor.js", &["--kind", kind]);
        let file = built.file.to_str().unwrap();
        Served::at(built.file.parent().unwrap(), file, &[])
    });
    for served in [of_program].iter().chain(&of_files) {
        for _ in 0..10 {
            let answer = served.get("/broken");
            assert_eq!((&*answer.body, answer.complete), ("first ", false));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_built_files_are_in_words() {
    for kind in ["http", "service"] {
        let error = async |path: &str| -> Json {
            let answer = serve(kind, path).await;
            serde_json::from_slice(&answer.body)
                .unwrap_or_else(|_| panic!("{kind} {path}: {}", answer.stderr))
        };
        let denied = error("/fetch?url=http://denied.example:81/x").await;
        assert_eq!(denied["name"], "PermissionDenied");
        assert_eq!(denied["code"], "ERR_ACCESS_DENIED");
        let message = denied["message"].as_str().unwrap();
        assert!(message.contains("denied.example:81"), "{message}");
        assert!(
            denied["stack"].as_str().unwrap().contains("visitor.js:"),
            "{denied}"
        );

        let plain = error("/fetch?url=https://plain.example/").await;
        let message = plain["message"].as_str().unwrap();
        assert!(message.contains("does not speak TLS"), "{message}");

        for path in ["/file", "/file-sync"] {
            let file = error(path).await;
            assert_eq!(file["code"], "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM");
            let message = file["message"].as_str().unwrap();
            assert!(
                message.starts_with("fs.") && message.contains("offers no files"),
                "{message}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_never_fetches_needs_no_http() {
    let quiet = built("quiet.js", &[]);
    let (success, stdout, stderr) = command_in(&quiet.file, &["app"], false).await;
    assert!(success, "{stderr}");
    assert!(stdout.contains("Build it with --fetch"), "{stdout}");
    // With it, the same program fetches.
    let fetching = built("quiet.js", &["--fetch"]);
    let (success, stdout, stderr) = command(&fetching.file, &["app"]).await;
    assert!(success && stdout.is_empty(), "{stdout} {stderr}");
}
