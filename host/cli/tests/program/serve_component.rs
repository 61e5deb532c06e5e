//! `jsvm serve app.wasm`, and key-value storage and settings wherever programs are served.

#[allow(dead_code, reason = "other tests use all of it")]
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Mutex;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use crate::make::{built, cases};
use jsvm_tests::process;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long anything may take, on a slow machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server in a process of its own.
struct Served {
    child: Child,
    address: SocketAddr,
    lines: Mutex<Receiver<String>>,
}

impl Served {
    fn start(file: &Path, flags: &[&str]) -> Served {
        Served::start_with(file, flags, &[])
    }

    fn start_with(file: &Path, flags: &[&str], env: &[(&str, &str)]) -> Served {
        let file = file.to_str().unwrap();
        let args = ["serve", file, "--addr", "127.0.0.1:0"];
        let (child, lines) = process::start(
            env!("CARGO_BIN_EXE_jsvm"),
            &cases(),
            args.iter().chain(flags),
            env,
        );
        let mut served = Served {
            child,
            address: ([0, 0, 0, 0], 0).into(),
            lines: Mutex::new(lines),
        };
        let line = served.sees("serving on http://");
        let (_, address) = line.split_once("http://").unwrap();
        served.address = address.parse().unwrap();
        served
    }

    /// Waits for a line with this in it.
    #[track_caller]
    fn sees(&self, part: &str) -> String {
        process::sees(&self.lines.lock().unwrap(), part, PATIENCE)
    }

    /// All that comes back until the connection ends, however it does.
    fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        let mut piece = [0; 4096];
        while let Ok(length @ 1..) = stream.read(&mut piece) {
            bytes.extend_from_slice(&piece[..length]);
        }
        String::from_utf8(bytes).unwrap()
    }

    fn get(&self, path: &str) -> String {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
        ))
    }

    #[track_caller]
    fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"))
    }

    #[track_caller]
    fn says_hello(&self) {
        let answer = self.get("/");
        assert!(answer.ends_with("\r\n\r\nhello"), "{answer}");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn instances_have_limits() {
    limits_hold("http");
}

#[test]
fn instances_of_services_have_limits() {
    limits_hold("service");
}

fn limits_hold(kind: &str) {
    let built = built("hostile.js", &["--kind", kind]);
    let flags = [
        "--busy-timeout",
        "500ms",
        "--timeout",
        "3s",
        "--memory",
        "32MiB",
        "--max-body",
        "1000",
    ];
    let served = Served::start(&built.file, &flags);
    served.says_hello();
    for (path, status, reason) in [
        ("/loop", 504, "limit on computing without a pause"),
        ("/bomb", 500, "out of memory"),
        ("/hangs", 504, "exceeded the time limit"),
    ] {
        let answer = served.get(path);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{path}: {answer}"
        );
        served.sees(reason);
        served.says_hello();
    }
    // What has begun is no whole body.
    let answer = served.get("/breaks");
    assert!(answer.contains("the first half"), "{answer}");
    assert!(!answer.ends_with("0\r\n\r\n"), "{answer}");
    let large = format!(
        "POST /text HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 1001\r\n\r\n{}",
        "x".repeat(1001)
    );
    assert!(served.send(&large).starts_with("HTTP/1.1 413 "));
    let fits = large.replace("1001", "1000");
    let answer = served.send(fits.strip_suffix('x').unwrap());
    assert!(answer.ends_with("\r\n\r\n1000"), "{answer}");
    let answer = served.get("/fetch");
    assert!(answer.contains("cannot reach 127.0.0.1:9"), "{answer}");
    served.says_hello();
}

#[test]
fn native_code_is_kept() {
    let built = built("hostile.js", &[]);
    let folder = TempDir::new().unwrap();
    let kept = folder.path().join("cache");
    let file = folder.path().join("no folder");
    std::fs::write(&file, "").unwrap();
    // Twice where it can be kept, and once where it cannot.
    for place in [&kept, &kept, &file] {
        let place = place.to_str().unwrap();
        let env = [("HOME", place), ("XDG_CACHE_HOME", place)];
        Served::start_with(&built.file, &[], &env).says_hello();
    }
    assert!(kept.read_dir().unwrap().next().is_some());
}

#[test]
fn what_cannot_be_served_is_told() {
    let folder = TempDir::new().unwrap();
    let command = built("command.ts", &[]);
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let needy = wat::parse_str(
        r#"(component
            (import "acme:shop/prices" (instance $prices (export "price" (func (result u32)))))
            (core module $m (func (export "handle")))
            (core instance $i (instantiate $m))
            (func $f (canon lift (core func $i "handle")))
            (instance $h (export "handle" (func $f)))
            (export "wasi:http/incoming-handler@0.2.0" (instance $h)))"#,
    );
    for (file, reason) in [
        (
            write("module.wasm", b"\0asm\x01\0\0\0"),
            "is a core WebAssembly module",
        ),
        (write("text.wasm", b"hello"), "is not WebAssembly"),
        (
            write("garbage.wasm", b"\0asm\x0d\0\x01\0garbage"),
            "cannot serve",
        ),
        (
            command.file.clone(),
            "it is a command, which serves no HTTP",
        ),
        (write("needy.wasm", &needy.unwrap()), "acme:shop/prices"),
        (folder.path().join("missing.wasm"), "missing.wasm"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_jsvm"))
            .args(["serve", "--addr", "127.0.0.1:0"])
            .arg(&file)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{file:?}: {stderr}");
        assert!(stderr.contains(reason), "{file:?}: {stderr}");
    }
}

/// What the program of these tests answers, whoever serves it.
fn storage_works(served: &Served, subtracts: bool) {
    assert_eq!(
        served.json("/all"),
        json!({
            "text": "grüße",
            "bytes": [2, 3],
            "buffer": [9],
            "json": { "a": [1, null] },
            "gone": [true, false, true, true],
            "count": [1, 42, 42],
            "none": [true, false],
            "keys": ["buffer", "bytes", "count", "json", "text"],
        })
    );
    assert_eq!(served.json("/other"), json!([["only here"], false]));
    assert_eq!(
        served.json("/wrong"),
        json!([
            "TypeError: cannot increment \"text\": its value is not a whole number in decimal digits",
            "TypeError: the increment must be a whole number",
            "TypeError: the value must be a string, an ArrayBuffer or a view of one. Use setJson for \
             other values",
            "TypeError: the key must be a string, found number",
            "TypeError: JSON cannot represent this value",
            "TypeError: the name of a store must be a string",
            "TypeError: the name of a setting must be a string, found undefined",
        ])
    );
    assert_eq!(
        served.json("/config"),
        json!(["teal", true, { "color": "teal", "size": "a=b" }])
    );
    let less = served.json("/less");
    match subtracts {
        true => assert_eq!(less, json!(40)),
        false => assert!(less.as_str().unwrap().contains("cannot subtract"), "{less}"),
    }
    assert_eq!(served.json("/many"), json!(1234));
    assert_eq!(served.json("/count"), json!(1));
    assert_eq!(served.json("/count"), json!(2));
}

const SETTINGS: [&str; 4] = ["--config", "color=teal", "--config", "size=a=b"];

#[test]
fn programs_have_storage_and_settings() {
    storage_works(&Served::start(&cases().join("storage.js"), &SETTINGS), true);
}

#[test]
fn built_files_have_those_of_wasmtime() {
    let built = built("storage.js", &[]);
    storage_works(&Served::start(&built.file, &SETTINGS), false);
}

#[test]
fn services_have_those_of_wasmtime() {
    let built = built("storage.js", &["--kind", "service"]);
    storage_works(&Served::start(&built.file, &SETTINGS), false);
}

#[test]
fn built_files_have_those_of_spin() {
    let built = built("storage.js", &["--host", "spin"]);
    storage_works(&Served::start(&built.file, &SETTINGS), true);
}

#[test]
fn services_have_those_of_spin() {
    let built = built("storage.js", &["--host", "spin", "--kind", "service"]);
    storage_works(&Served::start(&built.file, &SETTINGS), true);
}

#[test]
fn storage_is_kept_in_a_file() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("app.db");
    let flags = ["--keyvalue", file.to_str().unwrap()];
    let program = cases().join("storage.js");
    let served = Served::start(&program, &flags);
    assert_eq!(served.json("/count"), json!(1));
    // Another server cannot have it meanwhile.
    let refused = |file: &Path| {
        let output = Command::new(env!("CARGO_BIN_EXE_jsvm"))
            .args(["serve", "--addr", "127.0.0.1:0", "--keyvalue"])
            .arg(file)
            .arg(&program)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let reason = refused(&file);
    assert!(
        reason.contains("--keyvalue") && reason.contains("app.db"),
        "{reason}"
    );
    drop(served);
    let served = Served::start(&built("storage.js", &[]).file, &flags);
    assert_eq!(served.json("/count"), json!(2));
    drop(served);
    // The log of writes would repair a small file.
    let _ = std::fs::remove_file(folder.path().join("app.db-wal"));
    std::fs::write(&file, "this is something else").unwrap();
    let reason = refused(&file);
    assert!(
        reason.contains("--keyvalue") && reason.contains("move this one away"),
        "{reason}"
    );
}
