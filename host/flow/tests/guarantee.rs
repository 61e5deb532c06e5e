//! Sentences of the guarantee, one test each. Others are in `flows.rs`, `failures.rs` and `faults.rs`.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::{Recorder, World, id, key, program};
use jsvm_flow::{Fault, FaultStore, FlowError, Flows, Status, Store};

const DAY: Duration = Duration::from_secs(24 * 3600);

#[test]
fn nothing_leaves_a_turn_whose_inputs_are_not_committed() {
    let world = World::new(Recorder::echo());
    let text = "export default async () => { console.log('in'); await work(1) }";
    world.start(&program(text), "a", "null");
    for fault in [Fault::RequestLost, Fault::AnswerLost] {
        let faulty = FaultStore::new(world.store.clone(), move || Some(fault));
        let flows = Flows::new(faulty, &key()).unwrap().time(world.time.clone());
        let ran = common::run_worker(flows, world.effects.clone(), world.config.clone());
        assert!(matches!(ran, Err(FlowError::Store(_))), "{ran:?}");
        assert_eq!(world.effects.count(), 0);
        assert!(world.logs("a").is_empty());
    }
    world.run();
    assert_eq!((world.effects.count(), world.logs("a").len()), (1, 1));
}

#[test]
fn nothing_leaves_a_turn_before_it_has_ended() {
    let mut world = World::new(Recorder::echo());
    world.config.turn_time = Duration::from_millis(100);
    let text = "import { progress } from 'jsvm:flow';
        export default async () => { console.log('in'); progress(1); work(1); for (;;); }";
    world.start(&program(text), "a", "null");
    world.run();
    let view = world.view("a");
    assert_eq!((view.status, view.progress), (Status::Stopped, None));
    assert_eq!((world.effects.count(), world.logs("a").len()), (0, 0));
}

#[test]
fn random_numbers_are_those_of_the_run() {
    let text = "import { progress, signal } from 'jsvm:flow';
        export default async () => {
            const bytes = [...crypto.getRandomValues(new Uint8Array(4))];
            progress([Math.random(), crypto.randomUUID(), ...bytes]);
            await signal('go');
            const more = [Math.random(), crypto.randomUUID()];
            progress(more);
            await signal('go');
        }";
    let mut world = World::new(Recorder::silent());
    world.config.snapshot_ratio = u32::MAX;
    let program = program(text);
    for flow in ["a", "b"] {
        world.start(&program, flow, "null");
    }
    world.run();
    let first = world.view("a").progress;
    assert_ne!(first, world.view("b").progress);
    world.signal("a", "go", "1", "null");
    // The second worker repeats the first turn, and goes on with the stream.
    world.run();
    let second = world.view("a").progress;
    assert_ne!(first, second);
    // Each of the turns makes the same when it is repeated: its digest has the progress.
    world.flows().verify(&id("a")).unwrap();
    world.damage("a", 2);
    let error = world.flows().verify(&id("a")).unwrap_err();
    assert!(
        matches!(error, FlowError::Diverged { turn: 2, .. }),
        "{error}"
    );
    // Another run has another seed.
    world.flows().cancel(&id("b")).unwrap();
    world.run();
    let before = world.view("b").progress;
    world.flows().retry(&id("b")).unwrap();
    world.run();
    assert_ne!(before, world.view("b").progress);
}

#[test]
fn files_the_environment_and_components_are_refused() {
    let text = "export default async () => {
            const told = [];
            const tell = async (f) => { try { told.push(await f()) } catch (error) { told.push(error.message) } };
            await tell(() => import('node:fs'));
            await tell(() => import('wasi:keyvalue/store@0.2.0'));
            await tell(() => Object.keys(globalThis.process?.env ?? {}).length);
            return told;
        }";
    let world = World::new(Recorder::silent());
    world.start(&program(text), "a", "null");
    world.run();
    let told: Vec<serde_json::Value> = serde_json::from_str(&world.result("a")).unwrap();
    for told in &told[..2] {
        let told = told.as_str().unwrap();
        assert!(told.contains("are sealed"), "{told}");
    }
    assert_eq!(told[2], 0);
    // Neither can the top level have them.
    for module in ["wasi:keyvalue/store@0.2.0", "./other.wasm"] {
        let text = format!("import * as it from '{module}'; export default async () => it");
        common::try_program(&text).unwrap_err();
    }
}

#[test]
fn a_turn_that_ended_in_time_is_not_judged_by_the_clock_again() {
    let text = "import { signal } from 'jsvm:flow';
        export default async (count) => {
            let sum = 0;
            while (count-- > 0) sum = (sum + count) % 7;
            await signal('go');
            return sum;
        }";
    let program = program(text);
    let mut count = 1_000_000_u64;
    loop {
        let mut world = World::new(Recorder::silent());
        world.config.snapshot_ratio = u32::MAX;
        world.config.turn_time = Duration::from_secs(60);
        world.start(&program, "a", &count.to_string());
        while world.view("a").waiting != "signal go" {
            world.run();
        }
        let mut store = world.store.clone();
        let took = store.load(&id("a")).unwrap().unwrap().journal[0].ran;
        // The next turn is short, also on a busy machine.
        if took < 2 * common::SECOND {
            count *= 2;
            continue;
        }
        world.config.turn_time = Duration::from_nanos(took / 2);
        world.signal("a", "go", "1", "null");
        world.run();
        let view = world.view("a");
        assert_eq!(view.status, Status::Completed, "{:?}", view.failure);
        return;
    }
}

#[test]
fn the_journal_is_bounded_by_its_number_of_turns() {
    let text = "export default async () => { for (let step = 0; ; step++) await work(step) }";
    let mut world = World::new(Recorder::new(|request| {
        (request.number < 95).then(|| Ok(common::first_argument(request)))
    }));
    world.config.max_tail = 10;
    world.config.snapshot_ratio = u32::MAX;
    world.start(&program(text), "a", "null");
    let metrics = world.run();
    assert!(metrics.turns >= 90 && metrics.snapshots >= 9, "{metrics:?}");
    let stored = world.store.clone().load(&id("a")).unwrap().unwrap();
    let (last, _) = stored.snapshot.unwrap();
    assert!(stored.journal.len() <= 10 && stored.row.turns - last <= 10);
}

/// The flows `a` and `b`, which wait for the signal `go`.
fn two_that_wait() -> World {
    let text = "import { signal } from 'jsvm:flow'; export default async () => await signal('go')";
    let world = World::new(Recorder::silent());
    let program = program(text);
    for flow in ["a", "b"] {
        world.start(&program, flow, "null");
    }
    world.run();
    world
}

#[test]
fn a_flow_whose_program_is_gone_stops_alone() {
    let world = two_that_wait();
    let mut store = world.store.clone();
    let mut flow = store.load(&id("a")).unwrap().unwrap();
    flow.row.program = jsvm_flow::ProgramId::new([9; 32]);
    assert!(store.remove(&id("a")).unwrap() && store.import(&flow, &[]).unwrap());
    for flow in ["a", "b"] {
        world.signal(flow, "go", "1", "1");
    }
    world.run();
    let view = world.view("a");
    assert_eq!(view.status, Status::Stopped);
    let message = view.failure.unwrap().message;
    assert!(
        message.contains("does not have the program 0909"),
        "{message}"
    );
    assert_eq!(world.result("b"), "1");
}

#[test]
fn a_damaged_signal_stops_its_flow_alone() {
    let world = two_that_wait();
    world
        .store
        .clone()
        .post(&id("a"), "1", "go", b"damaged")
        .unwrap();
    world.signal("b", "go", "1", "1");
    world.run();
    assert_eq!(world.view("a").status, Status::Stopped);
    assert_eq!(world.result("b"), "1");
}

#[test]
fn a_flow_that_ended_takes_no_signal_and_no_large_payload_comes_in() {
    let world = World::new(Recorder::silent());
    world.start(&program("export default async () => 1"), "a", "null");
    let large = format!("\"{}\"", "x".repeat(2 << 20));
    let error = world
        .flows()
        .signal(&id("a"), "go", "1", &large)
        .unwrap_err();
    assert!(
        matches!(
            error,
            FlowError::TooLarge {
                what: "payload",
                ..
            }
        ),
        "{error}"
    );
    world.run();
    let error = world.flows().signal(&id("a"), "go", "1", "1").unwrap_err();
    let expected = "the flow a is completed: it takes no signals any more";
    assert_eq!(error.to_string(), expected);
    let expected =
        "the flow a is completed: its state is not kept. `jsvm flow show a` prints how it ended";
    let mut flows = world.flows();
    for error in [
        flows.inspect(&id("a")).unwrap_err(),
        flows.inspect_at(&id("a"), 1).unwrap_err(),
        flows.timeline(&id("a")).unwrap_err(),
        flows.query(&id("a"), "q", "[]").unwrap_err(),
        flows.verify(&id("a")).unwrap_err(),
    ] {
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_cancelled_flow_runs_neither_catch_nor_finally() {
    let text = "import { signal } from 'jsvm:flow';
        export default async () => {
            try { await Promise.race([work('slow'), signal('go')]) }
            catch (error) { console.log('caught') }
            finally { console.log('tidy'); await work('tidy') }
        }";
    let mut world = World::new(Recorder::silent());
    world.effects.repeatable = true;
    world.start(&program(text), "a", "null");
    world.run();
    assert!(world.flows().cancel(&id("a")).unwrap());
    world.run();
    assert_eq!(world.view("a").status, Status::Cancelled);
    assert!(world.logs("a").is_empty());
    assert_eq!(world.effects.count(), 1);
    // A signal is how a program tidies up.
    world.start(&program(text), "b", "null");
    world.run();
    world.signal("b", "go", "1", "null");
    world.run();
    assert_eq!(world.logs("b"), ["tidy"]);
}

#[test]
fn an_order_waits_three_weeks_and_its_worker_is_killed_twice() {
    let text = "import { signal } from 'jsvm:flow';
        export default async function order(item) {
            console.log(`${item} is reserved`);
            try { return await signal('approved', { timeout: '3w' }) }
            catch (error) { return error.name }
        }";
    let world = World::new(Recorder::silent());
    let program = program(text);
    for flow in ["in-time", "late"] {
        world.start(&program, flow, "\"tea\"");
    }
    // Each worker is gone when `run` returns, without a word to the next.
    world.run();
    world.later(10 * DAY);
    world.time.advance(10 * DAY);
    world.signal("in-time", "approved", "1", "\"Ada\"");
    world.run();
    assert_eq!(world.result("in-time"), "\"Ada\"");
    assert_eq!(world.view("late").status, Status::Running);
    // The flow's clock is some reads of it later than the worker's.
    world.later(DAY + Duration::from_secs(1));
    assert_eq!(world.result("late"), "\"SignalTimeoutError\"");
    for flow in ["in-time", "late"] {
        assert_eq!(world.logs(flow), ["tea is reserved"]);
    }
}

#[test]
fn functions_of_the_host_are_refused_unless_they_are_declared_as_pure() {
    let text = "import { signal } from 'jsvm:flow';
        export default async () => {
            const before = double(4);
            await signal('go');
            return [before, double(before), typeof process];
        }";
    let program = common::builder().pure_function("double");
    let program = common::program_of(&program, text).unwrap();
    let mut world = World::new(Recorder::silent());
    world.config.snapshot_ratio = u32::MAX;
    world.start(&program, "a", "null");
    // Nobody has the function: the flow stops, and loses nothing.
    world.run();
    let view = world.view("a");
    let message = view.failure.unwrap().message;
    assert_eq!(view.status, Status::Stopped);
    assert!(message.contains("the function double"), "{message}");

    let run = |factor: f64| {
        let flows = world.flows();
        let flows = flows.pure_function("double", move |number: f64| number * factor);
        common::run_worker(flows, world.effects.clone(), world.config.clone()).unwrap()
    };
    world.flows().retry(&id("a")).unwrap();
    run(2.0);
    world.signal("a", "go", "1", "null");
    // The second worker repeats the first turn, and calls the function again.
    assert_eq!(run(2.0).recovered, 1);
    assert_eq!(world.result("a"), r#"[8,16,"undefined"]"#);
}

#[test]
fn a_function_that_is_not_pure_stops_its_flow() {
    let text = "export default async () => { await work(double(4)); await work(0) }";
    let program = common::builder().pure_function("double");
    let program = common::program_of(&program, text).unwrap();
    let mut world = World::new(Recorder::new(|request| {
        (request.number == 1).then(|| Ok(common::first_argument(request)))
    }));
    world.config.snapshot_ratio = u32::MAX;
    world.start(&program, "a", "null");
    for factor in [2.0, 3.0] {
        let flows = world.flows();
        let flows = flows.pure_function("double", move |number: f64| number * factor);
        common::run_worker(flows, world.effects.clone(), world.config.clone()).unwrap();
    }
    let view = world.view("a");
    assert_eq!(view.status, Status::Stopped);
    let message = view.failure.unwrap().message;
    assert!(message.contains("did something else"), "{message}");
    assert_eq!(world.effects.count(), 2);
}
