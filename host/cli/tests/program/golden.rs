//! Golden snapshots: programs that were frozen by earlier versions go on. See `tests/golden/README.md`.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

/// What `fetch.mjs` asks.
#[cfg(target_os = "linux")]
const ADDRESS: &str = "127.83.19.7:47811";

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/golden")
        .canonicalize()
        .unwrap()
}

/// The folders of the generations.
fn generations() -> Vec<PathBuf> {
    let entries = fs::read_dir(golden()).unwrap().map(|entry| entry.unwrap());
    let is_number = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    entries
        .filter(|entry| entry.file_name().to_str().is_some_and(is_number))
        .map(|entry| entry.path())
        .collect()
}

/// The names of a generation's snapshots that are to be restored.
fn names(generation: &Path) -> Vec<String> {
    let entries = fs::read_dir(generation).unwrap();
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".args").map(str::to_owned)
        })
        .collect();
    names.sort();
    names
}

fn jsvm(folder: &Path, arguments: &[&str]) -> Output {
    // Engines are compiled once for all tests.
    let caches = Path::new(env!("CARGO_TARGET_TMPDIR")).join("caches");
    Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .current_dir(folder)
        .env("XDG_CACHE_HOME", &caches)
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Answers one request of `fetch.mjs`, if the address can be had: another checkout may have it.
#[cfg(target_os = "linux")]
fn serve_once() -> thread::JoinHandle<()> {
    let deadline = Instant::now() + Duration::from_secs(120);
    let listener = loop {
        match TcpListener::bind(ADDRESS) {
            Ok(listener) => break listener,
            Err(error) if Instant::now() > deadline => panic!("cannot listen: {error}"),
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    };
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut part = [0; 1024];
        while !request.ends_with(b"sent") {
            match stream.read(&mut part).unwrap() {
                0 => break,
                count => request.extend_from_slice(&part[..count]),
            }
        }
        let request = text(&request);
        let line = request
            .lines()
            .next()
            .unwrap()
            .trim_end_matches(" HTTP/1.1");
        let header = request
            .lines()
            .find(|line| line.to_lowercase().starts_with("x-golden"));
        let body = request.rsplit("\r\n").next().unwrap();
        let answer = format!("{line} {}, body: {body}", header.unwrap().to_lowercase());
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{answer}",
            answer.len()
        )
        .unwrap();
    })
}

#[test]
fn snapshots_of_all_generations_go_on() {
    let mut count = 0;
    for generation in generations() {
        for name in names(&generation) {
            #[cfg(not(target_os = "linux"))]
            if name == "fetch" {
                // Other systems have one loopback address only.
                continue;
            }
            #[cfg(target_os = "linux")]
            let server = (name == "fetch").then(serve_once);
            let read = |end: &str| fs::read_to_string(generation.join(format!("{name}.{end}")));
            let arguments = read("args").unwrap();
            let snapshot = format!("{name}.snap");
            let mut all = vec!["restore", &snapshot, "--engine", "engine.wasm.zst"];
            all.extend(arguments.lines());
            let output = jsvm(&generation, &all);
            let place = generation.display();
            let errors = text(&output.stderr);
            assert!(output.status.success(), "{place}/{name}: {errors}");
            assert_eq!(text(&output.stdout), read("out").unwrap(), "{place}/{name}");
            #[cfg(target_os = "linux")]
            if let Some(server) = server {
                server.join().unwrap();
            }
            count += 1;
        }
    }
    assert!(count >= 7, "there are {count} golden snapshots");
}

#[test]
fn flows_of_all_generations_go_on() {
    for generation in generations() {
        let file = generation.join("order.flow");
        // The first generation is of a time before there were flows.
        if !file.exists() {
            assert_eq!(generation.file_name().unwrap(), "1");
            continue;
        }
        // A flow is exported without its log; the store has all of it.
        check_flow(&generation, false, |folder| {
            let import = ["import", file.to_str().unwrap()];
            flow(folder, &import);
        });
        check_flow(&generation, true, |folder| {
            for (from, to) in [("store.db", "order.db"), ("store.db.key", "order.db.key")] {
                fs::copy(generation.join(from), folder.join(to)).unwrap();
            }
        });
    }
}

/// Runs `jsvm flow` on the store of a folder.
fn flow(folder: &Path, arguments: &[&str]) -> String {
    let store = ["--store", "order.db"];
    let output = jsvm(folder, &[&["flow"], arguments, &store].concat());
    let errors = text(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    text(&output.stdout).to_owned()
}

/// Lets the flow of a generation go on to its end.
fn check_flow(generation: &Path, has_log: bool, make: impl FnOnce(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path());
    let flow = |arguments: &[&str]| flow(folder.path(), arguments);
    flow(&["verify", "order"]);
    assert_eq!(flow(&["query", "order", "total"]), "\"450\"\n");
    flow(&["signal", "order", "approved", "--payload", "\"Grace\""]);
    flow(&["run", "--until-idle"]);
    let shown: serde_json::Value =
        serde_json::from_str(&flow(&["show", "order", "--json"])).unwrap();
    let all = fs::read_to_string(generation.join("order.flow.out")).unwrap();
    let (logs, result) = all.trim_end().rsplit_once('\n').unwrap();
    let result: serde_json::Value = serde_json::from_str(result).unwrap();
    assert_eq!(shown["result"], result, "{shown}");
    let told = flow(&["logs", "order"]);
    match has_log {
        true => assert_eq!(told.trim_end(), logs),
        false => assert!(logs.ends_with(told.trim_end()) && told.lines().count() == 1),
    }
}

#[test]
fn snapshots_of_other_engines_are_refused_without_them() {
    for generation in generations() {
        for name in names(&generation) {
            let snapshot = format!("{name}.snap");
            let key: &[&str] = match name.as_str() {
                "sealed" => &["--key-file", "key"],
                _ => &[],
            };
            let inspect = jsvm(
                &generation,
                &[&["inspect", "--json", &snapshot][..], key].concat(),
            );
            let report: serde_json::Value = serde_json::from_slice(&inspect.stdout).unwrap();
            if report["thisEngine"] == true {
                continue;
            }
            let arguments = fs::read_to_string(generation.join(format!("{name}.args"))).unwrap();
            let mut all = vec!["restore", &*snapshot];
            all.extend(arguments.lines());
            let output = jsvm(&generation, &all);
            let errors = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{errors}");
            for part in [
                report["engine"].as_str().unwrap(),
                &format!("of jsvm {}", report["engineVersion"].as_str().unwrap()),
                "--engine",
            ] {
                assert!(errors.contains(part), "{part} is not in: {errors}");
            }
        }
    }
}
