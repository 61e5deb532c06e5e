//! Calls of tools, good and bad.

use jsvm_sandbox::{
    CallEnd, Caps, FaultKind, Sandbox, SandboxError, Tool, ToolCall, ToolError, ToolErrorCode,
};
use serde_json::{Value, json};

use super::{calls, json_of, run, sandbox, session, value, wait};

#[test]
fn tools_are_called_with_checked_arguments() {
    let (mut session, log) = session();
    let code =
        "const sums = await Promise.all([1, 2].map((a) => tools.add({ a, b: 1, c: undefined })));
        sums.map(({ sum }) => sum)";
    let outcome = run(&mut session, code);
    assert_eq!(json_of(&outcome), json!([2, 3]));
    assert_eq!(outcome.costs.calls, 2);
    assert!(
        outcome
            .calls
            .iter()
            .all(|call| call.end == CallEnd::Returned)
    );
    assert_eq!(outcome.calls[0].input_bytes, 13);
    assert_eq!(outcome.calls[0].output_bytes, 9);
    assert_eq!(
        calls(&log),
        [r#"add {"a":1,"b":1}"#, r#"add {"a":2,"b":1}"#]
    );
}

#[test]
fn arguments_that_do_not_fit_do_not_reach_the_tool() {
    let (mut session, log) = session();
    for (code, path) in [
        ("tools.add({ a: 1, b: 'x' })", "/b"),
        ("tools.add({ a: 1 })", ""),
        ("tools.add()", ""),
        ("tools.add(1)", ""),
        ("tools.add(null)", ""),
        ("tools.add({ a: 1, b: NaN })", "/b"),
        ("tools.add({ a: 1, b: 2, c: 3 })", ""),
    ] {
        let outcome = run(&mut session, &format!("\nawait {code}"));
        let error = outcome.error().unwrap_or_else(|| panic!("{code}"));
        assert_eq!(error.kind, FaultKind::Tool, "{code}");
        assert_eq!(error.places[0].line, 2, "{code}: {error:?}");
        let tool = error.tool.as_ref().unwrap();
        assert_eq!((&*tool.name, &*tool.code), ("add", "invalid-arguments"));
        assert_eq!(tool.issues[0].path, path, "{code}: {error:?}");
        let hint = error.hint.as_ref().unwrap();
        assert!(
            hint.starts_with("Call it as tools.add(input: {\n  a: number;"),
            "{hint}"
        );
    }
    for code in [
        "await tools.add(1, 2)",
        "await tools.add({ a: 1n, b: 1 })",
        "const a = {}; a.a = a; await tools.add(a)",
    ] {
        let error = run(&mut session, code);
        let error = error.error().unwrap();
        assert_eq!(error.kind, FaultKind::Tool, "{code}: {error:?}");
        assert_eq!(error.tool.as_ref().unwrap().code, "invalid-arguments");
    }
    assert!(calls(&log).is_empty());
}

#[test]
fn code_can_catch_what_a_tool_throws() {
    let (mut session, _) = session();
    let code = "const caught = []; for (const call of [() => tools.fail(), () => tools.nothing(), () => tools.mail.read()]) {
          try { await call() } catch (e) { caught.push([e.name, e.tool, e.code, e instanceof Error]) } }
        caught";
    let expected = json!([
        ["ToolError", "fail", "failed", true],
        ["ToolError", "nothing", "unknown-tool", true],
        ["ToolError", "mail.read", "unknown-tool", true],
    ]);
    assert_eq!(value(&mut session, code), expected);
    let outcome = run(&mut session, "1;\n  await tools.fail()");
    let error = outcome.error().unwrap();
    assert_eq!(error.message, "ToolError: no such user. Try 7");
    assert_eq!(
        (error.places[0].line, error.places[0].code.as_deref()),
        (2, Some("await tools.fail()"))
    );
    assert_eq!(outcome.calls[0].end, CallEnd::Failed(ToolErrorCode::Failed));
    let outcome = run(&mut session, "tools.ad({})");
    assert!(
        outcome
            .error()
            .unwrap()
            .message
            .contains("There are: add, fail, ")
    );
    assert_eq!(
        value(&mut session, "Object.keys(tools)"),
        json!(["add", "fail", "pay", "slow", "mail"])
    );
    // Neither a promise nor JSON takes it for something else.
    assert_eq!(
        value(&mut session, "typeof (await tools).add"),
        json!("function")
    );
}

#[test]
fn a_tool_that_panics_fails_its_call_alone() {
    let tool = Tool::new("panics", |_: ToolCall| async { panic!("oh") });
    let sandbox = Sandbox::builder().tool(tool).build().unwrap();
    let mut session = sandbox.session().unwrap();
    let code = "try { await tools.panics() } catch (e) { e.message }";
    let message = value(&mut session, code);
    assert!(message.as_str().unwrap().contains("panicked"), "{message}");
}

#[test]
fn results_are_checked_and_capped() {
    let big = Tool::new("big", async |_: ToolCall| Ok(json!("x".repeat(2_000))));
    let wrong =
        Tool::new("wrong", async |_: ToolCall| Ok(json!("x"))).output(json!({ "type": "number" }));
    let caps = Caps::default().tool_result(1_000).calls(3);
    let sandbox = Sandbox::builder()
        .tools([big, wrong])
        .caps(caps)
        .build()
        .unwrap();
    let mut session = sandbox.session().unwrap();
    for (tool, code) in [
        ("big", ToolErrorCode::ResultTooLarge),
        ("wrong", ToolErrorCode::InvalidResult),
    ] {
        let outcome = run(&mut session, &format!("await tools.{tool}()"));
        assert_eq!(outcome.calls[0].end, CallEnd::Failed(code));
    }
    let code = "for (let i = 0; i < 5; i++) { try { await tools.big() } catch (e) { console.log(e.code) } }";
    let outcome = run(&mut session, code);
    let printed: Vec<_> = outcome
        .console
        .messages
        .iter()
        .map(|message| &*message.text)
        .collect();
    assert_eq!(
        printed[2..],
        ["result-too-large", "too-many-calls", "too-many-calls"]
    );
}

#[test]
fn only_some_calls_run_at_a_time() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static RUNNING: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let tool = Tool::new("work", async |_: ToolCall| {
        let now = RUNNING.fetch_add(1, Ordering::SeqCst) + 1;
        MOST.fetch_max(now, Ordering::SeqCst);
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        RUNNING.fetch_sub(1, Ordering::SeqCst);
        Ok(Value::Null)
    });
    let caps = Caps::default().concurrent_calls(3);
    let sandbox = Sandbox::builder().tool(tool).caps(caps).build().unwrap();
    let mut session = sandbox.session().unwrap();
    let code = "await Promise.all(Array.from({ length: 20 }, () => tools.work())); 1";
    assert_eq!(value(&mut session, code), json!(1));
    assert_eq!(MOST.load(Ordering::SeqCst), 3);
}

#[test]
fn wrong_tools_are_refused() {
    let tool = |name: &str| Tool::new(name, async |_: ToolCall| Ok(Value::Null));
    for name in [
        "",
        "a.",
        ".a",
        "a..b",
        "then",
        "a.constructor",
        "a`b",
        "a\nb",
        &"x".repeat(200),
    ] {
        let error = Sandbox::builder().tool(tool(name)).build().unwrap_err();
        assert!(
            matches!(error, SandboxError::ToolName { .. }),
            "{name}: {error}"
        );
    }
    for names in [["a", "a"], ["a", "a.b"]] {
        let error = Sandbox::builder()
            .tools(names.map(tool))
            .build()
            .unwrap_err();
        assert!(matches!(error, SandboxError::ToolName { .. }), "{error}");
    }
    for schema in [
        json!({ "type": "nothing" }),
        json!(7),
        json!({ "$ref": "https://example.com/a.json" }),
    ] {
        let error = Sandbox::builder()
            .tool(tool("a").input(schema.clone()))
            .build()
            .unwrap_err();
        assert!(
            matches!(error, SandboxError::Schema { which: "input", .. }),
            "{schema}: {error}"
        );
        let error = Sandbox::builder()
            .tool(tool("a").output(schema))
            .build()
            .unwrap_err();
        assert!(
            matches!(
                error,
                SandboxError::Schema {
                    which: "output",
                    ..
                }
            ),
            "{error}"
        );
    }
    assert_eq!(
        value_of(tool("get-weather"), "await tools['get-weather']()"),
        Value::Null
    );
}

fn value_of(tool: Tool, code: &str) -> Value {
    let sandbox = Sandbox::builder().tool(tool).build().unwrap();
    value(&mut sandbox.session().unwrap(), code)
}

#[test]
fn costs_are_counted() {
    let (mut session, _) = session();
    let outcome = run(
        &mut session,
        "await tools.slow(); await tools.slow(); 'x'.repeat(1e6).length",
    );
    let costs = outcome.costs;
    assert_eq!(costs.calls, 2);
    assert!(costs.tool_time.as_millis() >= 60, "{costs:?}");
    assert!(costs.time >= costs.tool_time, "{costs:?}");
    assert!(costs.running <= costs.time, "{costs:?}");
    assert!(
        costs.memory > 10_000 && costs.peak_memory > costs.memory,
        "{costs:?}"
    );
    let outcome = serde_json::to_value(&outcome).unwrap();
    assert_eq!(outcome["status"], "completed");
    assert_eq!(outcome["calls"][0]["end"], "returned");
    assert!(outcome["costs"]["milliseconds"].as_f64().unwrap() >= 60.0);
}

#[test]
fn the_key_of_a_call_is_its_own() {
    let tool = Tool::new("key", async |call: ToolCall| Ok(json!(call.key)));
    let sandbox = Sandbox::builder().tool(tool).build().unwrap();
    let mut session = sandbox.session().unwrap();
    let keys = value(
        &mut session,
        "await Promise.all([tools.key(), tools.key()])",
    );
    assert_ne!(keys[0], keys[1]);
    assert!(keys[0].as_str().unwrap().starts_with(session.id()));
}

#[test]
fn a_tool_can_use_the_network_of_its_embedder() {
    // A tool runs on the runtime that polls the session, so it can spawn.
    let tool = Tool::new("spawn", async |_: ToolCall| {
        let task = tokio::spawn(async { 7 });
        task.await
            .map(Value::from)
            .map_err(|error| ToolError::new(error.to_string()))
    });
    assert_eq!(value_of(tool, "await tools.spawn()"), json!(7));
    let _ = (sandbox(), wait(async {}));
}
