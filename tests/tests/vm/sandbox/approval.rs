//! Calls that wait for approval.

use jsvm_sandbox::{CallEnd, Decision, SandboxError, ToolErrorCode};
use serde_json::{Value, json};

use super::{calls, json_of, run, sandbox, session, value, wait};

const PAYING: &str = "\
const before = await tools.add({ a: 1, b: 1 });
console.log('asking');
const paid = await tools.pay({ cents: 250 });
const after = await tools.add({ a: 2, b: 2 });
[before.sum, paid.paid, paid.approved, after.sum]";

#[test]
fn a_call_is_approved_in_another_process() {
    let (builder, log) = sandbox();
    let sandbox = builder.build().unwrap();
    let mut session = sandbox.session().unwrap();
    run(&mut session, "let n = 1");
    let outcome = run(&mut session, PAYING);
    let waiting = outcome.waiting().to_vec();
    assert_eq!(
        (&*waiting[0].tool, &waiting[0].input),
        ("pay", &json!({ "cents": 250 }))
    );
    assert_eq!(outcome.calls.last().unwrap().end, CallEnd::Waits);
    assert_eq!(outcome.console.messages.len(), 1);
    let bytes = session.to_bytes().unwrap();
    let id = session.id().to_owned();
    drop(session);
    assert_eq!(calls(&log), [r#"add {"a":1,"b":1}"#]);

    // Another process has tools of its own.
    let (builder, log) = super::sandbox();
    let mut session = builder.build().unwrap().restore(&bytes).unwrap();
    assert_eq!((session.id(), session.cells()), (&*id, 2));
    assert_eq!(session.waiting().unwrap(), waiting);
    let outcome = wait(session.resume([(waiting[0].id, Decision::Approve)])).unwrap();
    assert_eq!(json_of(&outcome), json!([2, 250, true, 4]));
    assert_eq!(outcome.cell, 2);
    assert!(outcome.console.messages.is_empty());
    // Nothing is repeated.
    assert_eq!(
        calls(&log),
        [r#"pay {"cents":250}"#, r#"add {"a":2,"b":2}"#]
    );
    assert_eq!(value(&mut session, "n + paid.paid"), json!(251));
}

#[test]
fn decisions_can_deny_change_and_answer() {
    let code = "try { (await tools.pay({ cents: 5 })).paid } catch (e) { [e.code, e.message] }";
    for (decision, expected, made) in [
        (Decision::Approve, json!(5), 1),
        (Decision::ApproveWith(json!({ "cents": 3 })), json!(3), 1),
        (
            Decision::Answer(json!({ "paid": "by hand" })),
            json!("by hand"),
            0,
        ),
        (
            Decision::deny("too much"),
            json!(["denied", "the call of `pay` was denied: too much"]),
            0,
        ),
    ] {
        let (mut session, log) = session();
        let call = run(&mut session, code).waiting()[0].id;
        let outcome = wait(session.resume([(call, decision.clone())])).unwrap();
        assert_eq!(json_of(&outcome), expected, "{decision:?}");
        assert_eq!(calls(&log).len(), made);
    }
}

#[test]
fn a_denial_that_is_not_caught_says_what_to_do() {
    let (mut session, _) = session();
    let call = run(&mut session, "1;\nawait tools.pay({ cents: 5 })").waiting()[0].id;
    let bytes = session.to_bytes().unwrap();
    let mut session = sandbox().0.build().unwrap().restore(&bytes).unwrap();
    let outcome = wait(session.resume([(call, Decision::deny("no"))])).unwrap();
    let error = outcome.error().unwrap();
    assert_eq!(error.tool.as_ref().unwrap().code, "denied");
    // The code is known in the other process, too.
    assert_eq!(
        error.places[0].code.as_deref(),
        Some("await tools.pay({ cents: 5 })")
    );
    assert!(error.hint.is_some());
    assert_eq!(outcome.calls[0].end, CallEnd::Failed(ToolErrorCode::Denied));
}

#[test]
fn several_calls_wait_and_are_decided_one_by_one() {
    let (mut session, log) = session();
    let code = "const all = await Promise.all([tools.pay({ cents: 1 }), tools.slow(), tools.pay({ cents: 2 }),
            tools.mail.send({ to: 'me' }), tools.mail.send({ to: 'you' })]);
        all.length";
    let outcome = run(&mut session, code);
    let ids: Vec<u64> = outcome.waiting().iter().map(|call| call.id).collect();
    assert_eq!(ids.len(), 3);
    // The slow call ended before the session was suspended.
    assert_eq!(calls(&log), [r#"mail.send {"to":"me"}"#]);
    let outcome = wait(session.resume([(ids[1], Decision::Approve)])).unwrap();
    assert_eq!(outcome.waiting().len(), 2);
    let outcome = wait(session.resume([])).unwrap();
    assert_eq!(outcome.waiting().len(), 2);
    let rest = [(ids[0], Decision::Approve), (ids[2], Decision::Approve)];
    assert_eq!(json_of(&wait(session.resume(rest)).unwrap()), json!(5));
    assert_eq!(calls(&log).len(), 4);
}

#[test]
fn a_call_that_is_not_awaited_waits_as_well() {
    let (mut session, log) = session();
    let outcome = run(
        &mut session,
        "tools.pay({ cents: 1 }); throw new Error('later')",
    );
    assert_eq!(outcome.waiting().len(), 1);
    let outcome = wait(session.resume([(outcome.waiting()[0].id, Decision::Approve)])).unwrap();
    assert_eq!(outcome.error().unwrap().message, "Error: later");
    assert_eq!(calls(&log).len(), 1);
}

#[test]
fn a_session_that_waits_runs_nothing_else() {
    let (mut session, log) = session();
    assert!(matches!(
        wait(session.resume([])),
        Err(SandboxError::NotWaiting)
    ));
    assert!(matches!(session.cancel(), Err(SandboxError::NotWaiting)));
    run(&mut session, "var n = 1; files.write('a', 'old')");
    let outcome = run(
        &mut session,
        "n = 2; files.write('a', 'new'); await tools.pay({ cents: 1 })",
    );
    let id = outcome.waiting()[0].id;

    let error = wait(session.run("n")).unwrap_err();
    assert!(error.to_string().contains("approval of pay"), "{error}");
    let error = wait(session.resume([(id + 1, Decision::Approve)])).unwrap_err();
    assert!(matches!(error, SandboxError::UnknownCall { .. }));
    let wrong = Decision::ApproveWith(json!({ "cents": 0 }));
    let error = wait(session.resume([(id, wrong)])).unwrap_err();
    assert!(
        matches!(error, SandboxError::InvalidDecision { .. }),
        "{error}"
    );

    // Given up, also after a restore: the session is as it was before the cell.
    let bytes = session.to_bytes().unwrap();
    let mut other = sandbox().0.build().unwrap().restore(&bytes).unwrap();
    for session in [&mut session, &mut other] {
        session.cancel().unwrap();
        assert_eq!(value(session, "[n, files.read('a')]"), json!([1, "old"]));
    }
    assert!(calls(&log).is_empty());
}

#[test]
fn a_cell_that_is_stopped_after_approval_does_not_ask_again() {
    let (builder, log) = sandbox();
    let caps = jsvm_sandbox::Caps::default().time(std::time::Duration::from_millis(600));
    let mut session = builder.caps(caps).build().unwrap().session().unwrap();
    run(&mut session, "var n = 1");
    let code = "n = 2; await tools.pay({ cents: 1 }); for (;;) {}";
    let id = run(&mut session, code).waiting()[0].id;
    let outcome = wait(session.resume([(id, Decision::Approve)])).unwrap();
    assert!(outcome.error().is_some());
    assert_eq!(outcome.calls[0].end, CallEnd::Returned);
    assert!(session.waiting().unwrap().is_empty());
    assert_eq!(value(&mut session, "n"), json!(1));
    assert_eq!(calls(&log).len(), 1);
}

#[test]
fn a_fork_of_a_session_that_waits_waits() {
    let (mut session, log) = session();
    let id = run(&mut session, "(await tools.pay({ cents: 9 })).paid").waiting()[0].id;
    let mut fork = session.fork().unwrap();
    assert_eq!(fork.waiting().unwrap(), session.waiting().unwrap());
    let outcome = wait(fork.resume([(id, Decision::Approve)])).unwrap();
    assert_eq!(json_of(&outcome), json!(9));
    let outcome = wait(session.resume([(id, Decision::Answer(Value::Null))])).unwrap();
    assert!(outcome.error().is_some());
    assert_eq!(calls(&log).len(), 1);
}
