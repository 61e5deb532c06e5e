//! Cells that take too much, and cells that are stopped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jsvm::Limits;
use jsvm_sandbox::{CallEnd, Caps, FaultKind, Sandbox, SandboxError, Session, Tool, ToolCall};
use serde_json::json;

use super::{run, sandbox, value, wait};

fn small() -> Session {
    let limits = Limits::default().memory(16 << 20).hard_memory(40 << 20);
    let caps = Caps::default()
        .time(Duration::from_secs(1))
        .console(100)
        .value(200)
        .code(2_000);
    let sandbox = sandbox().0.limits(limits).caps(caps).build().unwrap();
    sandbox.session().unwrap()
}

#[test]
fn a_cell_that_is_stopped_leaves_no_trace() {
    let mut session = small();
    run(
        &mut session,
        "var n = 1; var list = []; files.write('a', 'old')",
    );
    for (code, kind) in [
        ("for (;;) {}", FaultKind::Time),
        ("for (;;) { await null }", FaultKind::Time),
        (
            "await new Promise((done) => setTimeout(done, 10_000))",
            FaultKind::Time,
        ),
        (
            "setInterval(() => {}, 1); await new Promise(() => {})",
            FaultKind::Time,
        ),
        (
            "Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)",
            FaultKind::Time,
        ),
        (
            "for (;;) list.push(new Uint8Array(4_000_000))",
            FaultKind::Memory,
        ),
        (
            "await null; for (;;) list.push(new Uint8Array(4_000_000))",
            FaultKind::Memory,
        ),
        ("({ toJSON() { for (;;) {} } })", FaultKind::Time),
        ("({ get a() { for (;;) {} } })", FaultKind::Time),
    ] {
        let began = Instant::now();
        let outcome = run(
            &mut session,
            &format!("n = 2; files.write('a', 'new'); {code}"),
        );
        let error = outcome
            .error()
            .unwrap_or_else(|| panic!("{code}: {outcome:#?}"));
        assert_eq!(error.kind, kind, "{code}: {error:?}");
        assert!(error.hint.is_some(), "{code}");
        assert!(outcome.files.is_empty(), "{code}");
        assert_eq!(serde_json::to_value(&outcome).unwrap()["rolled_back"], true);
        assert!(began.elapsed() < Duration::from_secs(8), "{code}");
        let state = value(&mut session, "[n, list.length, files.read('a')]");
        assert_eq!(state, json!([1, 0, "old"]), "{code}");
    }
}

#[test]
fn a_call_that_is_cut_off_is_listed() {
    // The call that is cut off never ends by itself, however slow the machine is.
    let never = Tool::new("never", async |_: ToolCall| std::future::pending().await);
    let caps = Caps::default().time(Duration::from_secs(2));
    let sandbox = sandbox().0.tools([never]).caps(caps).build().unwrap();
    let mut session = sandbox.session().unwrap();
    let outcome = run(
        &mut session,
        "tools.slow(); await tools.slow(); await tools.never()",
    );
    assert_eq!(outcome.error().unwrap().kind, FaultKind::Time);
    let ends: Vec<_> = outcome.calls.iter().map(|call| call.end).collect();
    assert_eq!(
        ends,
        [CallEnd::Returned, CallEnd::Returned, CallEnd::Stopped]
    );
    assert_eq!(value(&mut session, "1"), json!(1));
}

#[test]
fn recursion_is_an_error_of_the_code() {
    let mut session = sandbox().0.build().unwrap().session().unwrap();
    let outcome = run(&mut session, "const f = () => f() + 1; f()");
    assert_eq!(outcome.error().unwrap().kind, FaultKind::Exception);
    assert_eq!(value(&mut session, "typeof f"), json!("function"));
}

#[test]
fn output_is_capped() {
    let mut session = small();
    let code = "for (let i = 0; i < 100; i++) console.log('line ' + i); 'é'.repeat(1000)";
    let outcome = run(&mut session, code);
    let kept: usize = outcome
        .console
        .messages
        .iter()
        .map(|message| message.text.len())
        .sum();
    assert!(kept <= 100 && kept > 80, "{kept}");
    assert_eq!(kept as u64 + outcome.console.omitted_bytes, 10 * 6 + 90 * 7);
    let value = outcome.value().unwrap();
    assert_eq!((&value.json, value.too_large), (&None, Some(2002)));
    assert!(
        value.text.len() <= 204 && value.text.ends_with('…'),
        "{}",
        value.text
    );
    // Nothing that a cell prints makes the list of messages grow without end.
    let outcome = run(
        &mut session,
        "for (let i = 0; i < 10_000; i++) console.log('')",
    );
    assert!(outcome.console.messages.len() <= 100);
}

#[test]
fn code_has_a_limit() {
    let mut session = small();
    let error = wait(session.run(&"1;".repeat(2_000))).unwrap_err();
    assert!(matches!(
        error,
        SandboxError::CodeTooLong {
            bytes: 4_000,
            limit: 2_000
        }
    ));
    assert_eq!(session.cells(), 0);
}

#[test]
fn a_future_that_is_dropped_leaves_no_trace() {
    let (builder, _) = sandbox();
    let mut session = builder.build().unwrap().session().unwrap();
    run(&mut session, "var n = 1");
    wait(async {
        let cell = session.run("n = 2; for (;;) await tools.slow()");
        let timeout = tokio::time::timeout(Duration::from_millis(50), cell).await;
        assert!(timeout.is_err());
    });
    let mut fork = session.fork().unwrap();
    let bytes = session.to_bytes().unwrap();
    let mut restored = sandbox().0.build().unwrap().restore(&bytes).unwrap();
    for session in [&mut session, &mut fork, &mut restored] {
        assert_eq!(value(session, "n"), json!(1));
    }
}

#[test]
fn a_cell_is_stopped_from_another_thread() {
    let (builder, _) = sandbox();
    let mut session = builder.build().unwrap().session().unwrap();
    let stop = session.stop_handle();
    // While nothing runs, it does nothing.
    stop.stop();
    for code in [
        "for (;;) {}",
        "for (;;) await tools.slow()",
        "await new Promise(() => setTimeout(() => {}, 60_000))",
    ] {
        let stop = stop.clone();
        let over = AtomicBool::new(false);
        let outcome = std::thread::scope(|scope| {
            // A stop before the cell has begun does nothing: it is asked for until it is over.
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(100));
                    stop.stop();
                }
            });
            let outcome = run(&mut session, code);
            over.store(true, Ordering::Relaxed);
            outcome
        });
        assert_eq!(outcome.error().unwrap().kind, FaultKind::Stopped, "{code}");
        stop_is_over(&mut session);
    }
}

fn stop_is_over(session: &mut Session) {
    assert_eq!(value(session, "await null; 1"), json!(1));
}

#[test]
fn a_session_needs_room_for_one_vm_only() {
    let engine = jsvm::EngineConfig::new().max_vms(1).build().unwrap();
    let caps = Caps::default().time(Duration::from_secs(1));
    let sandbox = Sandbox::builder()
        .engine(&engine)
        .caps(caps)
        .build()
        .unwrap();
    let mut session = sandbox.session().unwrap();
    assert!(matches!(
        sandbox.session(),
        Err(SandboxError::Vm(jsvm::Error::TooManyVms { .. }))
    ));
    assert!(run(&mut session, "for (;;) {}").error().is_some());
    assert_eq!(value(&mut session, "1"), json!(1));
}
