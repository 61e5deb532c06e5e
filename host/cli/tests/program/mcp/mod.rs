//! `jsvm mcp`: a client, the program, and a stub of another server.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with a configuration and a log of the stub.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Place {
        let place = Place {
            folder: TempDir::new().unwrap(),
        };
        place.configure(
            json!({ "ask": ["send-*"], "tools": ["add", "send-*", "fail", "mixed", "wrong"] }),
            json!({}),
        );
        place
    }

    /// Writes the configuration, with more fields of the server and of the whole.
    fn configure(&self, server: Value, whole: Value) {
        let stub = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/program/mcp/stub.py");
        let mut config = json!({
            "sessions": "sessions",
            "mcpServers": { "stub": { "command": "python3", "args": [stub, self.log()] } },
        });
        extend(&mut config["mcpServers"]["stub"], server);
        extend(&mut config, whole);
        std::fs::write(self.config(), config.to_string()).unwrap();
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("mcp.json")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// The calls that the stub got.
    fn calls(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    /// `jsvm mcp`, with other arguments.
    fn command(&self, verb: &[&str], rest: &[&str]) -> (bool, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_jsvm"))
            .arg("mcp")
            .args(verb)
            .arg("--config")
            .arg(self.config())
            .args(rest)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.success(),
            text(output.stdout),
            text(output.stderr),
        )
    }
}

fn extend(value: &mut Value, more: Value) {
    for (key, field) in more.as_object().unwrap() {
        value[key] = field.clone();
    }
}

/// A client of the program.
struct Client {
    program: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last: u64,
}

impl Client {
    fn start(place: &Place) -> Client {
        let mut program = Command::new(env!("CARGO_BIN_EXE_jsvm"))
            .args(["mcp", "--config"])
            .arg(place.config())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut client = Client {
            input: program.stdin.take().unwrap(),
            output: BufReader::new(program.stdout.take().unwrap()),
            program,
            last: 0,
        };
        let info = client.request(
            "initialize",
            json!({
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": { "name": "test", "version": "1" },
            }),
        );
        assert_eq!(info["serverInfo"]["name"], "jsvm");
        client.send(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        client
    }

    fn send(&mut self, message: Value) {
        writeln!(self.input, "{message}").unwrap();
        self.input.flush().unwrap();
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        let answer = self.answer(method, params);
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }

    fn answer(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let id = self.last;
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let mut line = String::new();
            assert_ne!(
                self.output.read_line(&mut line).unwrap(),
                0,
                "the program ended"
            );
            let message: Value = serde_json::from_str(&line).unwrap();
            if message["id"] == id {
                return message;
            }
        }
    }

    /// Calls the tool, and returns the outcome.
    fn run(&mut self, arguments: Value) -> Value {
        let result = self.request(
            "tools/call",
            json!({ "name": "run_code", "arguments": arguments }),
        );
        let text = result["content"][0]["text"].as_str().unwrap();
        match result.get("structuredContent") {
            Some(outcome) => {
                assert_eq!(serde_json::from_str::<Value>(text).unwrap(), *outcome);
                outcome.clone()
            }
            None => {
                assert_eq!(result["isError"], true);
                json!(text)
            }
        }
    }

    /// Ends the connection. Returns the standard error of the program.
    fn end(self) -> String {
        drop((self.input, self.output));
        let output = self.program.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

#[test]
fn code_runs_over_the_tools_of_another_server() {
    let place = Place::new();
    let mut client = Client::start(&place);
    let tools = client.request("tools/list", json!({}));
    assert_eq!(tools["tools"].as_array().unwrap().len(), 1);
    let description = tools["tools"][0]["description"].as_str().unwrap();
    assert!(
        description.contains("/** Adds two numbers */\n    add(input: {"),
        "{description}"
    );
    assert!(
        description.contains("\"send-mail\"(input: {"),
        "{description}"
    );
    assert!(!description.contains("secret"), "{description}");

    let code =
        "const sums = await Promise.all([1, 2, 3].map((n) => tools.stub.add({ a: n, b: n })));
        const total = sums.reduce((sum, one) => sum + one.sum, 0);
        console.log(total); ({ total, mixed: (await tools.stub.mixed())[1].type })";
    let outcome = client.run(json!({ "code": code }));
    assert_eq!(outcome["status"], "completed");
    assert_eq!(
        outcome["value"]["json"],
        json!({ "total": 12, "mixed": "image" })
    );
    assert_eq!(outcome["console"]["messages"][0]["text"], "12");
    assert_eq!(outcome["costs"]["calls"], 4);
    assert_eq!(place.calls().len(), 4);

    let outcome = client.run(json!({ "code": "await tools.stub.fail()" }));
    assert_eq!(outcome["error"]["message"], "ToolError: no such user");
    let outcome = client.run(json!({ "code": "await tools.stub.add({ a: 'x', b: 1 })" }));
    assert_eq!(outcome["error"]["tool"]["issues"][0]["path"], "/a");
    let outcome = client.run(json!({ "code": "await tools.stub.secret()" }));
    assert_eq!(outcome["error"]["tool"]["code"], "unknown-tool");
    assert_eq!(place.calls().len(), 5);
    let stderr = client.end();
    assert!(
        stderr.contains("the tool stub.wrong is left out"),
        "{stderr}"
    );
}

#[test]
fn sessions_are_kept_in_a_folder() {
    let place = Place::new();
    let mut client = Client::start(&place);
    client.run(json!({ "session": "a", "code": "const n = 1; files.write('x', 'y')" }));
    client.run(json!({ "session": "b", "code": "const n = 2" }));
    client.end();
    let mut client = Client::start(&place);
    for (session, n) in [("a", 1), ("b", 2)] {
        let outcome = client.run(json!({ "session": session, "code": "n" }));
        assert_eq!(outcome["value"]["json"], n);
        assert_eq!(outcome["cell"], 2);
    }
    let outcome = client.run(json!({ "session": "a", "code": "files.read('x')" }));
    assert_eq!(outcome["value"]["json"], "y");
    client.end();
}

#[test]
fn a_person_approves_a_call_while_nothing_runs() {
    let place = Place::new();
    let mut client = Client::start(&place);
    let code = "const a = await tools.stub.add({ a: 1, b: 1 });
        const sent = await tools.stub['send-mail']({ to: 'you' }); [a.sum, sent]";
    let outcome = client.run(json!({ "code": code }));
    assert_eq!(outcome["status"], "waiting");
    assert_eq!(outcome["waiting"][0]["input"], json!({ "to": "you" }));
    let refused = client.run(json!({ "code": "1" }));
    assert!(
        refused.as_str().unwrap().contains("waits for approval"),
        "{refused}"
    );
    // The model cannot approve its own calls.
    let outcome = client.run(json!({ "resume": true }));
    assert_eq!(outcome["status"], "waiting");
    client.end();

    let (ok, waiting, _) = place.command(&["waiting"], &[]);
    assert!(ok);
    let id = waiting.split(' ').nth(1).unwrap().to_owned();
    assert_eq!(
        waiting,
        format!("default {id} stub.send-mail {{\"to\":\"you\"}}\n")
    );
    let (ok, _, error) = place.command(&["approve"], &["default", "99"]);
    assert!(
        !ok && error.contains("no call with the number 99 waits"),
        "{error}"
    );
    let (ok, _, error) = place.command(&["approve"], &["other", &id]);
    assert!(
        !ok && error.contains("there is no session \"other\""),
        "{error}"
    );
    let (ok, approved, _) = place.command(&["approve"], &["default", &id]);
    assert!(
        ok && approved.starts_with("approved: stub.send-mail"),
        "{approved}"
    );

    let mut client = Client::start(&place);
    let outcome = client.run(json!({ "resume": true }));
    assert_eq!(
        outcome["value"]["json"],
        json!([2, "send-mail done"]),
        "{outcome}"
    );
    let expected = [r#"add {"a": 1, "b": 1}"#, r#"send-mail {"to": "you"}"#];
    assert_eq!(place.calls(), expected);
    let refused = client.run(json!({ "resume": true }));
    assert!(
        refused.as_str().unwrap().contains("does not wait"),
        "{refused}"
    );
    client.end();
}

#[test]
fn a_call_is_denied_or_given_up() {
    let place = Place::new();
    let mut client = Client::start(&place);
    let code = "await tools.stub['send-mail']({ to: 'you' })";
    client.run(json!({ "session": "a", "code": code }));
    client.run(json!({ "session": "b", "code": code }));
    let (_, waiting, _) = place.command(&["waiting"], &[]);
    assert_eq!(waiting.lines().count(), 2);
    let id = waiting.split(' ').nth(1).unwrap();
    let (ok, _, _) = place.command(&["deny"], &["a", id, "not on Sundays"]);
    assert!(ok);
    let outcome = client.run(json!({ "session": "a", "resume": true }));
    let message = outcome["error"]["message"].as_str().unwrap();
    assert!(message.ends_with("was denied: not on Sundays"), "{message}");
    let outcome = client.run(json!({ "session": "b", "cancel": true, "code": "7" }));
    assert_eq!(outcome["value"]["json"], 7);
    assert!(place.calls().is_empty());
    client.end();
}

#[test]
fn a_cell_has_limits() {
    let place = Place::new();
    place.configure(
        json!({}),
        json!({ "limits": { "seconds": 1, "memory": 16 } }),
    );
    let mut client = Client::start(&place);
    for (code, kind) in [
        ("for (;;) {}", "time"),
        (
            "const all = []; for (;;) all.push(new Uint8Array(1e6))",
            "memory",
        ),
    ] {
        let outcome = client.run(json!({ "code": code }));
        assert_eq!(outcome["error"]["kind"], kind, "{outcome}");
        assert_eq!(client.run(json!({ "code": "1" }))["value"]["json"], 1);
    }
    client.end();
}

#[test]
fn wrong_calls_are_refused() {
    let place = Place::new();
    let mut client = Client::start(&place);
    for arguments in [
        json!({ "session": "../x", "code": "1" }),
        json!({ "session": "", "code": "1" }),
        json!({ "code": 1 }),
        json!({ "cod": "1" }),
        json!({ "cancel": true }),
    ] {
        assert!(client.run(arguments.clone()).is_string(), "{arguments}");
    }
    let answer = client.answer("tools/call", json!({ "name": "other", "arguments": {} }));
    assert!(
        answer["error"]["message"]
            .as_str()
            .unwrap()
            .contains("run_code"),
        "{answer}"
    );
    // A damaged session is not replaced.
    std::fs::write(place.folder.path().join("sessions/bad.session"), "damaged").unwrap();
    let refused = client.run(json!({ "session": "bad", "code": "1" }));
    assert!(
        refused.as_str().unwrap().contains("not a saved session"),
        "{refused}"
    );
    client.end();
}

#[test]
fn wrong_configurations_are_refused() {
    let place = Place::new();
    let refused = |part: &str| {
        let (ok, _, error) = place.command(&[], &[]);
        assert!(!ok && error.contains(part), "{error}");
    };
    place.configure(json!({ "args": ["-c", "exit(3)"] }), json!({}));
    refused("the MCP server \"stub\" does not answer");
    place.configure(json!({ "command": "no-such-program" }), json!({}));
    refused("cannot start the MCP server \"stub\" (no-such-program)");
    place.configure(json!({ "comand": "x" }), json!({}));
    refused("unknown field `comand`");
    place.configure(json!({}), json!({ "limits": { "seconds": -1 } }));
    refused("the limit seconds cannot be -1");
    std::fs::write(place.config(), "{").unwrap();
    refused("is not a valid configuration");
    std::fs::remove_file(place.config()).unwrap();
    refused("cannot read");
    let output = Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .arg("mcp")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}
