//! A server in a process of its own, and what it answers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command};
use std::sync::Mutex;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use jsvm_tests::process;

/// How long anything may take, on a slow machine that does other things too.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A server in a process of its own.
pub struct Served {
    pub child: Child,
    pub address: SocketAddr,
    pub admin: Option<SocketAddr>,
    /// What it prints, to stdout as well as to stderr.
    pub lines: Mutex<Receiver<String>>,
}

impl Served {
    pub fn start(args: &[&str]) -> Served {
        Served::program("app.js", args)
    }

    pub fn program(program: &str, args: &[&str]) -> Served {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/serve");
        Served::at(folder.as_ref(), program, args)
    }

    pub fn at(folder: &std::path::Path, program: &str, args: &[&str]) -> Served {
        let fixed = ["serve", program, "--addr", "127.0.0.1:0"];
        let (child, lines) = process::start(
            env!("CARGO_BIN_EXE_jsvm"),
            folder,
            fixed.iter().chain(args),
            &[("GREETING", "good day")],
        );
        let mut served = Served {
            child,
            address: ([0, 0, 0, 0], 0).into(),
            admin: None,
            lines: Mutex::new(lines),
        };
        served.listens();
        served
    }

    /// Waits until it serves.
    pub fn listens(&mut self) {
        loop {
            let line = self.sees("://");
            let (_, place) = line.split_once("://").expect("an address");
            // The end of an object in JSON.
            let place = place.trim_end_matches(['"', '}']);
            if let Some(place) = place.strip_suffix("/metrics") {
                self.admin = Some(place.parse().expect("an address"));
            } else {
                self.address = place.parse().expect("an address");
                return;
            }
        }
    }

    /// Waits for a line with this in it.
    #[track_caller]
    pub fn sees(&self, part: &str) -> String {
        process::sees(&self.lines.lock().unwrap(), part, PATIENCE)
    }

    /// Waits for a line with each of these parts, in any order.
    #[track_caller]
    pub fn sees_all<const N: usize>(&self, parts: [&str; N]) -> [String; N] {
        process::sees_all(&self.lines.lock().unwrap(), parts, PATIENCE)
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
        ))
    }

    /// Sends these bytes, and reads until the connection ends.
    pub fn send(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        Answer::read(&mut stream)
    }

    pub fn says_hello(&self) {
        assert_eq!(self.get("/").body, "hello");
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args([name, &id]).status();
        assert!(status.expect("kill is there").success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
    /// Whether the body came to its end.
    pub complete: bool,
}

impl Answer {
    pub fn read(stream: &mut impl Read) -> Answer {
        let mut bytes = Vec::new();
        let mut piece = [0; 4096];
        // A connection that is reset ends, too.
        while let Ok(length @ 1..) = stream.read(&mut piece) {
            bytes.extend_from_slice(&piece[..length]);
        }
        let text = String::from_utf8(bytes).expect("text");
        let (head, rest) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let head = head.to_lowercase();
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let (body, complete) = if head.contains("transfer-encoding: chunked") {
            dechunk(rest)
        } else {
            (rest.to_owned(), true)
        };
        Answer {
            status: status.unwrap_or(0),
            head,
            body,
            complete,
        }
    }
}

fn dechunk(mut text: &str) -> (String, bool) {
    let mut body = String::new();
    while let Some((size, rest)) = text.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("a size");
        if size == 0 {
            return (body, true);
        }
        let Some(piece) = rest.get(..size) else { break };
        body.push_str(piece);
        text = rest.get(size + 2..).unwrap_or("");
    }
    (body, false)
}
