//! `jsvm flow`: durable programs, whose worker is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A small generator of numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// What a server saw of one method and path.
#[derive(Default)]
struct Seen {
    requests: u32,
    keys: BTreeSet<String>,
}

/// A server on loopback that records each request before it answers.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<BTreeMap<String, Seen>>>);

impl Recorder {
    fn serve(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let recorder = self.clone();
        thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                let recorder = recorder.clone();
                thread::spawn(move || {
                    // The worker may be killed at any moment.
                    let _ = recorder.answer(&stream, number);
                });
            }
        });
        port
    }

    fn answer(&self, stream: &TcpStream, number: usize) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let what: Vec<_> = line.split_whitespace().take(2).collect();
        let what = what.join(" ");
        let (mut key, mut length) = (None, 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let line = line.trim();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            match &*name.to_lowercase() {
                "idempotency-key" => key = Some(value.to_owned()),
                "content-length" => length = value.parse().unwrap_or(0),
                _ => {}
            }
        }
        reader.read_exact(&mut vec![0; length])?;
        let mut seen = self.0.lock().unwrap();
        let entry = seen.entry(what).or_default();
        entry.requests += 1;
        entry.keys.extend(key);
        drop(seen);
        // So that workers are killed while they wait.
        thread::sleep(Duration::from_millis((number as u64 * 7) % 20));
        let mut stream = stream;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
    }
}

/// A folder with a program and a store.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new(program: &str) -> Place {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("program.ts"), program).unwrap();
        Place { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jsvm"));
        command.current_dir(self.path()).arg("flow").args(args);
        command
    }

    fn output(&self, args: &[&str]) -> Output {
        let store = ["--store", "flows.db"];
        self.command(args).args(store).output().unwrap()
    }

    /// Runs a command that succeeds, and returns what it prints.
    fn flow(&self, args: &[&str]) -> String {
        let output = self.output(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {stderr}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn refused(&self, args: &[&str]) -> String {
        let output = self.output(args);
        assert!(!output.status.success(), "{args:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn worker(&self, args: &[&str]) -> Child {
        self.command(&["run", "--store", "flows.db", "--allow-net=127.0.0.1"])
            .args(args)
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }
}

const STEPS: u32 = 15;

/// Each step has an effect of its own, by a method that is chosen by its number.
const EFFECTS: &str = "import { RequestInDoubtError, signal, sleep } from 'jsvm:flow';
    export default async ({ flow, steps, port }) => {
        const doubts: number[] = [];
        for (let step = 0; step < steps; step++) {
            const method = ['GET', 'PUT', 'POST', 'PATCH', 'POST'][step % 5];
            const init = { method, ...(step % 5 === 4 && { idempotencyKey: false }) };
            try {
                const response = await fetch(`http://127.0.0.1:${port}/${flow}/${step}`, init);
                if ((await response.text()) !== 'ok') throw new Error('wrong answer');
            } catch (error) {
                if (!(error instanceof RequestInDoubtError)) throw error;
                doubts.push(step);
            }
            console.log(`step ${step}`);
            if (step % 4 === 3) await sleep(30);
            if (step === 7) await signal('go');
        }
        return doubts;
    }";

/// Workers are processes that are killed at random moments. `JSVM_FLOW_FAULTS=seconds` repeats it.
#[test]
fn killed_workers_lose_nothing_and_double_nothing_beyond_doubt() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let time = Duration::from_secs(number("JSVM_FLOW_FAULTS").unwrap_or(0));
    let mut numbers = Numbers(number("JSVM_FLOW_SEED").unwrap_or(1));
    let until = Instant::now() + time;
    let (mut rounds, mut kills, mut doubts) = (0, 0, 0);
    loop {
        let counts = killed_round(&mut numbers);
        rounds += 1;
        kills += counts.0;
        doubts += counts.1;
        if Instant::now() >= until {
            break;
        }
    }
    println!("{rounds} rounds, {kills} workers killed, {doubts} requests in doubt");
    assert!(kills > 0);
}

/// Returns how many workers were killed, and how many requests were in doubt.
fn killed_round(numbers: &mut Numbers) -> (u32, usize) {
    const FLOWS: u32 = 4;
    let recorder = Recorder::default();
    let port = recorder.serve();
    let place = Place::new(EFFECTS);
    for flow in 0..FLOWS {
        let input = format!(r#"{{"flow":{flow},"steps":{STEPS},"port":{port}}}"#);
        let id = format!("flow-{flow}");
        place.flow(&["start", "program.ts", "--id", &id, "--input", &input]);
        // It waits for the flow, and the second is the same.
        for _ in 0..2 {
            place.flow(&["signal", &id, "go", "--signal-id", "one"]);
        }
    }
    let mut kills = 0;
    for attempt in 0.. {
        assert!(attempt < 500, "the flows do not end");
        // On a busy machine a worker takes long to start.
        let threads = if numbers.below(3) == 0 { "3" } else { "1" };
        let mut worker = place.worker(&["--until-idle", "--horizon", "1s", "--threads", threads]);
        let end = Instant::now() + Duration::from_millis(40 + numbers.below(400 + 20 * attempt));
        while Instant::now() < end && worker.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(2));
        }
        if worker.try_wait().unwrap().is_none() {
            worker.kill().unwrap();
            kills += 1;
        }
        worker.wait().unwrap();
        let list: serde_json::Value =
            serde_json::from_str(&place.flow(&["list", "--json"])).unwrap();
        let list = list.as_array().unwrap();
        assert_eq!(list.len(), FLOWS as usize);
        if list.iter().all(|flow| flow["status"] != "running") {
            break;
        }
    }
    let mut in_doubt = 0;
    for flow in 0..FLOWS {
        let id = format!("flow-{flow}");
        let shown = place.flow(&["show", &id, "--json"]);
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["status"], "completed", "{shown}");
        let doubts: Vec<u32> = serde_json::from_value(shown["result"].clone()).unwrap();
        in_doubt += doubts.len();
        let seen = recorder.0.lock().unwrap();
        for step in 0..STEPS {
            let method = ["GET", "PUT", "POST", "PATCH", "POST"][step as usize % 5];
            let what = format!("{method} /{flow}/{step}");
            let (requests, keys) = match seen.get(&what) {
                Some(seen) => (seen.requests, seen.keys.len()),
                None => (0, 0),
            };
            match (step % 5, doubts.contains(&step)) {
                (0 | 1, false) => assert!(requests > 0 && keys == 0, "{what}: {requests}"),
                // All of them have one key.
                (2 | 3, false) => {
                    assert!(requests > 0 && keys == 1, "{what}: {requests}, {keys} keys")
                }
                (4, false) => assert_eq!(requests, 1, "{what}"),
                (4, true) => assert!(requests <= 1, "{what}: {requests}"),
                _ => panic!("{what} cannot be in doubt"),
            }
        }
        let logs = place.flow(&["logs", &id]);
        let expected: Vec<_> = (0..STEPS).map(|step| format!("step {step}")).collect();
        assert_eq!(logs.lines().collect::<Vec<_>>(), expected);
    }
    (kills, in_doubt)
}

#[test]
fn a_worker_stops_gracefully_and_shares_the_store_with_commands() {
    let place = Place::new(
        "import { signal } from 'jsvm:flow';
         export default async () => [await signal('a'), await signal('a')];",
    );
    place.flow(&["start", "program.ts", "--id", "x"]);
    let mut worker = place.worker(&[]);
    let waits_for = |what: &str| {
        let end = Instant::now() + Duration::from_secs(60);
        while !place.flow(&["show", "x"]).contains(what) {
            assert!(Instant::now() < end, "{}", place.flow(&["show", "x"]));
            thread::sleep(Duration::from_millis(20));
        }
    };
    waits_for("waits for signal a");
    let other = place.refused(&["run", "--until-idle"]);
    assert!(other.contains("another worker runs the flows"), "{other}");
    place.flow(&["signal", "x", "a", "--payload", "1"]);
    place.flow(&["signal", "x", "a", "--payload", "2"]);
    waits_for("result    [1,2]");
    let stop = Command::new("kill")
        .arg(worker.id().to_string())
        .status()
        .unwrap();
    assert!(stop.success());
    assert!(worker.wait().unwrap().success());
}

#[test]
fn a_flow_moves_to_new_code() {
    let place = Place::new(
        "import { checkpoint, signal } from 'jsvm:flow';
         export default async (n) => { for (;;) { n = await checkpoint(n); n += await signal('add') } }",
    );
    place.flow(&["start", "program.ts", "--id", "x", "--input", "1"]);
    place.flow(&["run", "--until-idle"]);
    std::fs::write(
        place.path().join("new.ts"),
        "export default async (n) => `new code has ${n}`",
    )
    .unwrap();
    let shown: serde_json::Value =
        serde_json::from_str(&place.flow(&["show", "x", "--json"])).unwrap();
    let program = &shown["program"].as_str().unwrap()[..8];
    let told = place.flow(&["deploy", "new.ts", "--from", program]);
    assert!(
        told.contains("x will move to") && told.contains("signal add"),
        "{told}"
    );
    assert!(place.flow(&["show", "x"]).contains("moves to"));
    place.flow(&["signal", "x", "add", "--payload", "2"]);
    place.flow(&["run", "--until-idle"]);
    let shown = place.flow(&["show", "x"]);
    assert!(shown.contains("result    \"new code has 3\""), "{shown}");
}

#[test]
fn schedules_lanes_and_forks_work_from_the_command_line() {
    let place = Place::new(
        "import { signal } from 'jsvm:flow';
         export default async () => {
             const price = await fetch('http://127.0.0.1:9/price').then((r) => r.text(), () => 'none');
             console.log(`the price is ${price}`);
             await signal('go');
             return price;
         }",
    );
    std::fs::write(
        place.path().join("tick.ts"),
        "export default async () => console.log('tick')",
    )
    .unwrap();
    place.flow(&[
        "schedule",
        "tick.ts",
        "--name",
        "tick",
        "--cron",
        "* * * * * *",
    ]);
    assert!(place.flow(&["schedules"]).contains("* * * * * *"));
    for id in ["x", "y"] {
        let limit = ["--max-concurrent", "1", "--concurrency-key", "k"];
        place.flow(&[&["start", "program.ts", "--id", id][..], &limit].concat());
    }
    thread::sleep(Duration::from_millis(1100));
    let run = [
        "run",
        "--until-idle",
        "--allow-net=127.0.0.1",
        // All turns are kept.
        "--snapshot-ratio",
        "1000000",
    ];
    place.flow(&run);
    place.flow(&["unschedule", "tick"]);
    let list = place.flow(&["list"]);
    assert!(
        list.contains("tick@2") && list.contains("completed"),
        "{list}"
    );
    let held = "program.ts k, which has 1";
    assert!(
        list.contains("waits for a place in the lane ") && list.contains(held),
        "{list}"
    );
    let shown = place.flow(&["show", "x", "--at", "1"]);
    assert!(
        shown.contains("request   1: GET http://127.0.0.1:9/price"),
        "{shown}"
    );
    assert!(
        place
            .flow(&["show", "x", "--turns"])
            .contains("turns     2, run 1")
    );
    place.flow(&[
        "fork",
        "x",
        "--to",
        "z",
        "--at",
        "1",
        "--response",
        "1=200:7 cents",
    ]);
    for id in ["x", "y", "z"] {
        place.flow(&["signal", id, "go"]);
    }
    place.flow(&run);
    for (id, price) in [("x", "none"), ("y", "none"), ("z", "7 cents")] {
        let shown = place.flow(&["show", id]);
        assert!(shown.contains(&format!("result    \"{price}\"")), "{shown}");
    }
    assert!(
        place
            .refused(&["unschedule", "tick"])
            .contains("there is no schedule")
    );
    let refused = place.refused(&["fork", "x", "--to", "w", "--outcome", "one"]);
    assert!(
        refused.contains("expected the number of a request"),
        "{refused}"
    );
}

#[test]
fn a_worker_serves_its_metrics() {
    let place = Place::new("export default async () => 1");
    place.flow(&["start", "program.ts", "--id", "x"]);
    let mut worker = place
        .command(&["run", "--store", "flows.db", "--admin", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stderr = BufReader::new(worker.stderr.take().unwrap());
    stderr.read_line(&mut line).unwrap();
    let address = line.split("http://").nth(1).unwrap();
    let address = address.split('/').next().unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        if text.contains("jsvm_flow_ended_total 1") {
            assert!(
                text.contains("jsvm_flow_turn_latency_seconds_count 1"),
                "{text}"
            );
            break;
        }
        assert!(Instant::now() < until, "{text}");
        thread::sleep(Duration::from_millis(50));
    }
    worker.kill().unwrap();
    worker.wait().unwrap();
}

#[test]
fn bad_input_is_refused_with_advice() {
    let place = Place::new("export const x = 1");
    let refused = |args: &[&str], text: &str| {
        let error = place.refused(args);
        assert!(error.contains(text), "{args:?}: {error}");
    };
    refused(&["list"], "there is no store flows.db");
    refused(
        &["start", "program.ts", "--id", "a"],
        "has no default export that is a function",
    );
    refused(
        &["start", "none.ts", "--id", "a"],
        "cannot read the program none.ts",
    );
    refused(
        &["start", "program.ts", "--id", "a b"],
        "cannot be the id of a flow",
    );
    std::fs::write(
        place.path().join("program.ts"),
        "export default async () => {}",
    )
    .unwrap();
    refused(
        &["start", "program.ts", "--id", "a", "--input", "{"],
        "the input is not JSON",
    );
    place.flow(&["start", "program.ts", "--id", "a"]);
    refused(&["signal", "b", "go"], "there is no flow b");
    refused(
        &["signal", "a", "go", "--payload", "x"],
        "the payload is not JSON",
    );
    refused(&["retry", "a"], "only failed, cancelled and stopped flows");
    place.flow(&["run", "--until-idle"]);
    refused(&["signal", "a", "go"], "the flow a is completed");
    let file = place.path().join("flows.db.key");
    let key = std::fs::read(&file).unwrap();
    std::fs::write(&file, "00".repeat(32)).unwrap();
    refused(&["show", "a"], "the key is not that of the store");
    std::fs::write(&file, key).unwrap();
    std::fs::write(place.path().join("x.flow"), "no flow").unwrap();
    refused(&["import", "x.flow"], "not an exported flow");
}

#[test]
fn keys_files_and_lanes_are_those_that_are_meant() {
    let place = Place::new("export default async (value) => value.length;");
    std::fs::write(
        place.path().join("broken.ts"),
        "export default async () => {\n  const a = {;\n};",
    )
    .unwrap();
    let error = place.refused(&["start", "broken.ts", "--id", "x"]);
    assert!(error.contains("broken.ts:2:14: SyntaxError"), "{error}");
    assert!(!place.path().join("flows.db").exists());

    let text = format!("{:?}", "x".repeat(300_000));
    std::fs::write(place.path().join("input.json"), text).unwrap();
    let limit = ["--max-concurrent", "1"];
    let start = |id: &'static str, file: &'static str| {
        let args = ["start", file, "--id", id, "--input", "@input.json"];
        place.flow(&[&args[..], &limit].concat())
    };
    start("a", "program.ts");
    start("b", "./program.ts");
    let list = place.flow(&["list"]);
    assert!(list.contains("waits for a place in the lane"), "{list}");

    std::fs::write(place.path().join("other.key"), "0b".repeat(32)).unwrap();
    let other = ["--key-file", "other.key"];
    for command in [
        &["run", "--until-idle"][..],
        &["list"],
        &["signal", "a", "go"],
    ] {
        let error = place.refused(&[command, &other].concat());
        assert!(
            error.contains("the key is not that of the store"),
            "{error}"
        );
    }
    place.flow(&["run", "--until-idle"]);
    let list: serde_json::Value = serde_json::from_str(&place.flow(&["list", "--json"])).unwrap();
    let results: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|flow| &flow["result"])
        .collect();
    assert_eq!(results, [300_000, 300_000]);
    let error = place.refused(&["show", "a", "--at", "1"]);
    assert!(error.contains("its state is not kept"), "{error}");
}
