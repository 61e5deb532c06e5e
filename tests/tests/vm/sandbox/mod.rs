//! Sessions for code of language models, by the interface of `jsvm-sandbox`.

mod approval;
mod cells;
mod declarations;
mod files;
mod limits;
mod saved;
mod tools;

use std::sync::{Arc, Mutex};

use jsvm_sandbox::{Outcome, Sandbox, SandboxBuilder, Session, Tool, ToolCall, ToolError};
use serde_json::{Value, json};

/// Runs a future on a runtime of its own.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().build().unwrap().block_on(future)
}

fn run(session: &mut Session, code: &str) -> Outcome {
    wait(session.run(code)).unwrap()
}

/// Runs code, and returns its value as JSON.
fn value(session: &mut Session, code: &str) -> Value {
    json_of(&run(session, code))
}

fn json_of(outcome: &Outcome) -> Value {
    match outcome.value() {
        Some(value) => value.json.clone().unwrap_or(Value::Null),
        None => panic!("{outcome:#?}"),
    }
}

/// The calls that a tool got.
type Log = Arc<Mutex<Vec<String>>>;

/// A sandbox with tools, and the calls that they got: `add`, `fail`, `slow`, `pay` (asks), and
/// `mail.send` (asks for some).
fn sandbox() -> (SandboxBuilder, Log) {
    let log = Log::default();
    let logged = |name: &'static str| {
        let log = log.clone();
        move |call: &ToolCall| log.lock().unwrap().push(format!("{name} {}", call.input))
    };
    let numbers = json!({
        "type": "object",
        "properties": { "a": { "type": "number" }, "b": { "type": "number" } },
        "required": ["a", "b"],
        "additionalProperties": false,
    });
    let (on_add, on_pay, on_send) = (logged("add"), logged("pay"), logged("mail.send"));
    let add = Tool::new("add", move |call: ToolCall| {
        on_add(&call);
        async move {
            let number = |key: &str| call.input[key].as_i64().unwrap();
            Ok(json!({ "sum": number("a") + number("b") }))
        }
    });
    let fail = Tool::new("fail", async |_: ToolCall| {
        Err(ToolError::new("no such user. Try 7"))
    });
    let slow = Tool::new("slow", async |_: ToolCall| {
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        Ok(json!("done"))
    });
    let pay = Tool::new("pay", move |call: ToolCall| {
        on_pay(&call);
        async move { Ok(json!({ "paid": call.input["cents"], "approved": call.approved })) }
    });
    let pay = pay.ask().input(json!({
        "type": "object",
        "properties": { "cents": { "type": "integer", "minimum": 1 } },
        "required": ["cents"],
    }));
    let send = Tool::new("mail.send", move |call: ToolCall| {
        on_send(&call);
        async { Ok(Value::Null) }
    });
    let send = send.ask_when(|input| input["to"] != "me");
    let add = add.input(numbers).description("Adds two numbers");
    let builder = Sandbox::builder().tools([add, fail, slow, pay, send]);
    (builder, log)
}

fn session() -> (Session, Log) {
    let (builder, log) = sandbox();
    (builder.build().unwrap().session().unwrap(), log)
}

fn calls(log: &Log) -> Vec<String> {
    log.lock().unwrap().clone()
}
