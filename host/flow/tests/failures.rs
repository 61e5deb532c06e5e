//! Doubt, failures and limits.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::{Recorder, World, id, program, response, try_program};
use jsvm::{Data, HostError};
use jsvm_flow::{Call, FlowError, Status, Store as _};

#[test]
fn requests_in_doubt_are_rejected_unless_they_can_be_repeated() {
    let text = "import { RequestInDoubtError } from 'jsvm:flow';
        const tell = async (what, init) => {
            try { return what + ' ' + (await (await fetch('https://a.example/' + what, init)).text()) }
            catch (error) { return what + ' ' + (error instanceof RequestInDoubtError) }
        };
        export default async () => Promise.all([
            tell('get'), tell('put', { method: 'PUT', body: 'x' }), tell('post', { method: 'POST', body: 'x' }),
            tell('own', { method: 'PATCH', body: 'x', headers: { 'Idempotency-Key': 'mine' } }),
            tell('chosen', { method: 'POST', idempotencyKey: 'chosen' }),
            tell('off', { method: 'POST', body: 'x', idempotencyKey: false }),
        ])";
    let mut world = World::new(Recorder::silent());
    world.start(&program(text), "a", "null");
    world.run();
    let sent = world.effects.seen.lock().unwrap().clone();
    assert_eq!(sent.len(), 6);
    let keys = |seen: &[jsvm_flow::EffectRequest]| -> Vec<(String, Option<String>)> {
        let calls = seen.iter().map(|request| match &request.call {
            Call::Http(call) => call.clone(),
            _ => panic!(),
        });
        calls
            .map(|call| {
                let key = call
                    .headers
                    .iter()
                    .find(|(name, _)| name == "idempotency-key");
                let what = call.url.rsplit_once('/').unwrap().1.to_owned();
                (what, key.map(|(_, value)| value.clone()))
            })
            .collect()
    };
    let first = keys(&sent);
    let key = |what: &str| {
        first
            .iter()
            .find(|(known, _)| known == what)
            .unwrap()
            .1
            .clone()
    };
    assert_eq!(key("get"), None);
    assert_eq!(key("put"), None);
    assert_eq!(key("post").as_deref(), Some("a-1-1"));
    assert_eq!(key("own").as_deref(), Some("mine"));
    assert_eq!(key("chosen").as_deref(), Some("chosen"));
    assert_eq!(key("off"), None);
    // The worker was killed. The next one repeats all but one, with the same keys.
    world.effects = Recorder::new(|_| Some(Ok(response(200, "ok"))));
    let metrics = world.run();
    assert_eq!((metrics.repeated, metrics.in_doubt), (5, 1));
    let again = keys(&world.effects.seen.lock().unwrap());
    assert_eq!(
        again,
        first
            .iter()
            .filter(|(what, _)| what != "off")
            .cloned()
            .collect::<Vec<_>>()
    );
    assert!(
        world
            .effects
            .seen
            .lock()
            .unwrap()
            .iter()
            .all(|request| request.repeated)
    );
    assert_eq!(
        world.result("a"),
        r#"["get ok","put ok","post ok","own ok","chosen ok","off true"]"#
    );
}

#[test]
fn attempts_of_a_retry_share_their_keys() {
    let text = "import { retry } from 'jsvm:flow';
        export default async () => retry({ attempts: 4, delay: '10s' }, async ({ fetch }) => {
            await fetch('https://a.example/one', { method: 'POST' });
            const response = await fetch('https://a.example/two', { method: 'POST' });
            if (response.status === 503) throw new Error('unavailable');
            return response.status;
        })";
    let world = World::new(Recorder::new(|request| {
        let Call::Http(call) = &request.call else {
            panic!()
        };
        let status = if call.url.ends_with("two") && request.number < 6 {
            503
        } else {
            200
        };
        Some(Ok(response(status, "")))
    }));
    world.start(&program(text), "a", "null");
    world.run();
    world.later(Duration::from_secs(11));
    assert_eq!(world.view("a").status, Status::Running);
    world.later(Duration::from_secs(21));
    assert_eq!(world.result("a"), "200");
    let seen = world.effects.seen.lock().unwrap().clone();
    let keys: Vec<_> = seen
        .iter()
        .map(|request| match &request.call {
            Call::Http(call) => {
                let key = call
                    .headers
                    .iter()
                    .find(|(name, _)| name == "idempotency-key");
                key.unwrap().1.clone()
            }
            _ => panic!(),
        })
        .collect();
    assert_eq!(keys, ["a-1-1", "a-1-2", "a-1-1", "a-1-2", "a-1-1", "a-1-2"]);
}

#[test]
fn failures_are_told_and_can_be_retried() {
    let text = "export default async (n) => { if (await work(n) === 1) throw new RangeError('one'); return 'ok' }";
    let mut world = World::new(Recorder::echo());
    world.start(&program(text), "a", "1");
    world.run();
    let view = world.view("a");
    assert_eq!(view.status, Status::Failed);
    assert_eq!(view.failure.unwrap().to_string(), "RangeError: one");
    world.flows().retry(&id("a")).unwrap();
    world.effects = Recorder::new(|_| Some(Ok(Data::of(&2).unwrap())));
    world.run();
    assert_eq!(world.result("a"), "\"ok\"");
    assert_eq!(world.view("a").run, 2);
    let error = world.flows().retry(&id("a")).unwrap_err();
    assert!(matches!(error, FlowError::NotRetryable { .. }), "{error}");
}

#[test]
fn what_nobody_catches_ends_a_flow() {
    for text in [
        "export default async () => { setTimeout(() => { throw new Error('lost') }, 0); await work(1); await work(2) }",
        "export default async () => { Promise.reject(new Error('lost')); await work(1); await work(2) }",
    ] {
        let world = World::new(Recorder::silent());
        world.start(&program(text), "a", "null");
        world.run();
        let view = world.view("a");
        assert_eq!(view.status, Status::Failed, "{text}");
        assert_eq!(view.failure.unwrap().message, "lost");
    }
    let world = World::new(Recorder::silent());
    world.start(
        &program("export default () => new Promise(() => {})"),
        "a",
        "null",
    );
    world.run();
    let failure = world.view("a").failure.unwrap();
    assert!(failure.message.contains("waits for nothing"), "{failure}");
}

#[test]
fn an_endless_turn_is_stopped_and_can_be_retried() {
    let text = "import { signal } from 'jsvm:flow';
        export default async () => { await signal('go'); console.log('in'); for (;;); }";
    let mut world = World::new(Recorder::silent());
    world.config.turn_time = Duration::from_millis(100);
    world.start(&program(text), "a", "null");
    world.run();
    world.signal("a", "go", "1", "null");
    world.run();
    let view = world.view("a");
    assert_eq!(view.status, Status::Stopped);
    let message = view.failure.unwrap().message;
    assert!(
        message.starts_with("the turn ran longer than 100ms") && message.contains("--turn-time"),
        "{message}"
    );
    assert!(world.logs("a").is_empty(), "nothing left the turn");
    // The signal is in the journal, and the turn runs again.
    world.flows().retry(&id("a")).unwrap();
    world.run();
    assert_eq!(world.view("a").status, Status::Stopped);
}

#[test]
fn a_heap_that_grows_ends_its_flow_alone() {
    let text = "export default async () => { const all = []; for (;;) { all.push(new Uint8Array(1 << 20)); } }";
    let world = World::new(Recorder::echo());
    world.start(&program(text), "a", "null");
    world.start(
        &program("export default async () => await work(7)"),
        "b",
        "null",
    );
    world.run();
    assert!(world.view("a").status.is_ended());
    assert_eq!(world.result("b"), "7");
}

#[test]
fn a_heap_that_comes_near_its_limit_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("main.js");
    let text = "export default async () => {
            const all = [];
            for (let part = 0; part < 15; part++) {
                all.push(new Uint8Array(1 << 20).fill(part));
                await work(part);
            }
            return all.length;
        }";
    std::fs::write(&file, text).unwrap();
    let limits = jsvm::Limits::default()
        .memory(20 << 20)
        .hard_memory(64 << 20);
    let program = common::builder().limits(limits).file(&file).unwrap();
    let world = World::new(Recorder::echo());
    world.start(&program, "a", "null");
    world.run();
    assert_eq!(world.result("a"), "15");
    let logs = world.logs("a");
    assert!(!logs.is_empty() && logs.len() <= 2, "{logs:?}");
    assert!(logs[0].contains("its limit is 20971520"), "{logs:?}");
}

#[test]
fn a_program_that_cannot_begin_flows_is_refused() {
    let refused = |text: &str| try_program(text).unwrap_err();
    assert!(matches!(
        refused("export const x = 1"),
        FlowError::NoMain { .. }
    ));
    let error = refused("await work(1); export default () => {}");
    assert!(
        matches!(
            error,
            FlowError::TopLevelWaits {
                what: "a request",
                ..
            }
        ),
        "{error}"
    );
    let error = refused("setTimeout(() => {}, 1); export default () => {}");
    assert!(
        matches!(
            error,
            FlowError::TopLevelWaits {
                what: "a timer",
                ..
            }
        ),
        "{error}"
    );
    let error = refused("import { secret } from 'jsvm:flow'; secret('A'); export default () => {}");
    assert!(error.to_string().contains("inside"), "{error}");
    let error = refused("export default async () => {\n  const a = {;\n};");
    assert!(
        error.to_string().contains("main.ts:2:14: SyntaxError"),
        "{error}"
    );
    let error =
        refused("const fail = () => { throw new Error('no') };\nfail();\nexport default () => {}");
    let at = " at main.ts:1:28: Error: no";
    assert!(error.to_string().ends_with(at), "{error}");
    let error = refused("import 'jsvm:flow/internal'; export default () => {}");
    assert!(error.to_string().contains("import jsvm:flow"), "{error}");
}

#[test]
fn payloads_have_limits_and_are_json() {
    let world = World::new(Recorder::echo());
    let program = program("export default async () => {}");
    let mut flows = world.flows();
    let large = format!("\"{}\"", "x".repeat(2 << 20));
    let error = flows.start(&program, &id("a"), &large).unwrap_err();
    assert!(
        matches!(error, FlowError::TooLarge { what: "input", .. }),
        "{error}"
    );
    let error = flows.start(&program, &id("a"), "{").unwrap_err();
    assert!(
        matches!(error, FlowError::NotJson { what: "input", .. }),
        "{error}"
    );
    assert!("".parse::<jsvm_flow::FlowId>().is_err());
}

#[test]
fn streams_and_later_imports_are_refused_with_a_reason() {
    let text = "export default async () => {
        const reasons = [];
        const body = new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1)); c.close() } });
        try { await fetch('https://a.example/', { method: 'POST', body, duplex: 'half' }) } catch (error) { reasons.push(error.message) }
        try { await import('./later.js') } catch (error) { reasons.push(error.message) }
        return reasons;
    }";
    let world = World::new(Recorder::echo());
    world.start(&program(text), "a", "null");
    world.run();
    let result = world.result("a");
    assert!(result.contains("cannot send or hold a stream"), "{result}");
    assert!(result.contains("are sealed"), "{result}");
}

#[test]
fn a_refused_stream_names_its_place() {
    let text = "async function upload() {
        const body = new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1)); c.close() } });
        await fetch('https://a.example/', { method: 'POST', body, duplex: 'half' });
    }
    export default async () => {
        await work('first');
        await upload();
    }";
    let world = World::new(Recorder::echo());
    world.start(&program(text), "a", "null");
    world.run();
    let view = world.view("a");
    assert_eq!(view.status, Status::Failed);
    let failure = view.failure.unwrap();
    assert!(
        failure.message.contains("cannot send or hold a stream"),
        "{failure}"
    );
    let stack = failure.stack;
    assert!(
        stack.contains("upload") && stack.contains("main.ts:3:"),
        "{stack}"
    );
    assert!(stack.contains("main.ts:7:"), "{stack}");
}

#[test]
fn a_changed_journal_stops_its_flow() {
    let text = "export default async () => { const a = await work(1); await work(a + 1); await work('end') }";
    let mut world = World::new(Recorder::new(|request| {
        (request.number < 3).then(|| Ok(common::first_argument(request)))
    }));
    world.config.snapshot_ratio = u32::MAX;
    world.start(&program(text), "a", "null");
    world.run();
    world.damage("a", 2);
    // Something happens to it, so that a worker takes it up.
    world.signal("a", "go", "1", "null");
    world.run();
    let view = world.view("a");
    assert_eq!(view.status, Status::Stopped);
    let message = view.failure.unwrap().message;
    assert!(message.contains("did something else"), "{message}");
}

#[test]
fn another_key_opens_nothing() {
    let world = World::new(Recorder::echo());
    world.start(
        &program("export default async () => await work(1)"),
        "a",
        "1",
    );
    let other = || jsvm_flow::Flows::new(world.store.clone(), &jsvm::SealKey::new([1; 32]));
    assert!(matches!(other(), Err(FlowError::NotItsKey)));
    // A damaged proof is made anew by the right key alone.
    let mut store = world.store.clone();
    store.put_key_proof(b"damaged").unwrap();
    assert!(matches!(other(), Err(FlowError::NotItsKey)));
    world.run();
    assert_eq!(world.result("a"), "1");
    assert!(matches!(other(), Err(FlowError::NotItsKey)));
}

#[test]
fn errors_of_requests_arrive_as_they_were() {
    let text = "export default async () => { try { await work(1) } catch (error) { return [error instanceof TypeError, error.message] } }";
    let world = World::new(Recorder::new(|_| Some(Err(HostError::type_error("no")))));
    world.start(&program(text), "a", "null");
    world.run();
    assert_eq!(world.result("a"), r#"[true,"no"]"#);
}

#[test]
fn an_aborted_request_is_given_up() {
    let text = "export default async () => {
        const control = new AbortController();
        setTimeout(() => control.abort(), 1000);
        try { await fetch('https://a.example/slow', { signal: control.signal }) } catch (error) { return error.name }
    }";
    let world = World::new(Recorder::silent());
    world.start(&program(text), "a", "null");
    world.run();
    world.later(Duration::from_secs(2));
    assert_eq!(world.result("a"), "\"AbortError\"");
}
