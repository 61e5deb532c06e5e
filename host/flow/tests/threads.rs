//! Turns of different flows on several threads.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use common::{Recorder, World, first_argument, id, program};
use jsvm_flow::{Lane, Status, StopWorker, Until, Worker, WorkerMetrics};

fn with_threads(effects: Recorder) -> World {
    let mut world = World::new(effects);
    world.config.threads = 4;
    world
}

/// Runs a worker until it ends.
fn run(world: &World, until: Until, stop: Option<&OnceLock<StopWorker>>) -> WorkerMetrics {
    let effects = world.effects.clone();
    let mut worker = Worker::new(world.flows(), effects, world.config.clone()).unwrap();
    if let Some(stop) = stop {
        stop.set(worker.stop_handle()).unwrap();
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(worker.run(until)).unwrap();
    worker.metrics()
}

/// What flows do does not depend on how many threads run them: each turn is repeated by its journal.
#[test]
fn each_flow_does_the_same_with_one_thread_and_with_four() {
    let text = "import { progress, signal } from 'jsvm:flow';
        export default async (seed) => {
            const got = [];
            for (let step = 0; step < 12; step++) {
                const all = [work(`${seed}-${step}-a`), work(`${seed}-${step}-b`)];
                got.push(...(await Promise.all(all)));
                let sum = 0;
                for (let count = 0; count < 2000; count++) sum = (sum * 31 + count) % 65_521;
                console.log(`step ${step}: ${sum}`);
            }
            progress(got.join(' '));
            await signal('end');
        }";
    let program = program(text);
    let results = |threads: usize| {
        let mut world = World::new(Recorder::echo());
        world.config.threads = threads;
        // No snapshot replaces a turn: all of them are repeated below.
        world.config.max_tail = u32::MAX;
        world.config.snapshot_ratio = u32::MAX;
        for flow in 0..8 {
            world.start(&program, &format!("flow-{flow}"), &format!("{flow}"));
        }
        let metrics = run(&world, Until::Idle, None);
        assert_eq!(metrics.requests, 8 * 24);
        (0..8).map(move |flow| {
            let name = format!("flow-{flow}");
            let view = world.view(&name);
            assert!(view.turns >= 13, "{} turns", view.turns);
            world.flows().verify(&id(&name)).unwrap();
            (view.progress, world.logs(&name))
        })
    };
    assert!(results(1).eq(results(4)));
}

#[test]
fn a_flow_that_computes_does_not_delay_the_others() {
    let mut world = with_threads(Recorder::echo());
    world.config.turn_time = Duration::from_secs(4);
    world.start(&program("export default () => { for (;;); }"), "slow", "1");
    let store = world.store.clone();
    let time = world.time.clone();
    let seen: Arc<Mutex<Vec<(Status, u64)>>> = Arc::default();
    let record = seen.clone();
    world.effects = Recorder::new(move |request| {
        let flows = jsvm_flow::Flows::new(store.clone(), &common::key()).unwrap();
        let slow = flows.time(time.clone()).show(&id("slow")).unwrap();
        record.lock().unwrap().push((slow.status, slow.turns));
        Some(Ok(first_argument(request)))
    });
    let text = "export default async () => {
        for (let step = 0; step < 20; step++) await work(step);
        return 'done';
    }";
    world.start(&program(text), "quick", "1");
    run(&world, Until::Idle, None);
    assert_eq!(world.result("quick"), "\"done\"");
    assert_eq!(world.view("slow").status, Status::Stopped);
    // All its steps were done during the one turn of the other.
    assert_eq!(*seen.lock().unwrap(), [(Status::Running, 1); 20]);
}

#[test]
fn a_lane_limits_flows_on_several_threads() {
    let text = "export default async () => {
        await work('begin');
        for (let count = 0, end = 0; count < 200_000; count++) end += count;
        await work('end');
    }";
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (current, maximum) = (now.clone(), most.clone());
    let effects = Recorder::new(move |request| {
        let what = first_argument(request).to::<String>().unwrap();
        match &*what {
            "begin" => {
                let count = current.fetch_add(1, Ordering::Relaxed) + 1;
                maximum.fetch_max(count, Ordering::Relaxed);
            }
            _ => drop(current.fetch_sub(1, Ordering::Relaxed)),
        }
        Some(Ok(first_argument(request)))
    });
    let world = with_threads(effects);
    let program = program(text);
    for flow in 0..9 {
        let lane = Lane {
            name: "narrow".to_owned(),
            limit: 2,
        };
        let name = id(&format!("flow-{flow}"));
        let mut flows = world.flows();
        assert!(flows.start_in(&program, &name, "1", Some(lane)).unwrap());
    }
    assert_eq!(run(&world, Until::Idle, None).ended, 9);
    assert_eq!(most.load(Ordering::Relaxed), 2);
    assert_eq!(now.load(Ordering::Relaxed), 0);
}

#[test]
fn a_worker_that_is_stopped_waits_for_the_turns_that_run() {
    let text = "export default async (flow) => {
        await work('first');
        for (let count = 0; count < 300_000; count++) performance.now();
        await work('second');
        await work('third');
        return flow;
    }";
    let stop: Arc<OnceLock<StopWorker>> = Arc::default();
    let (handle, count) = (stop.clone(), AtomicUsize::new(0));
    let effects = Recorder::new(move |request| {
        let what = first_argument(request).to::<String>().unwrap();
        if what == "second" && count.fetch_add(1, Ordering::Relaxed) == 0 {
            // The turns of the other flows run now.
            handle.get().unwrap().stop();
        }
        Some(Ok(first_argument(request)))
    });
    let world = with_threads(effects);
    let program = program(text);
    for flow in 0..6 {
        world.start(&program, &format!("flow-{flow}"), &flow.to_string());
    }
    let metrics = run(&world, Until::Stopped, Some(&stop));
    assert_eq!((metrics.ended, metrics.in_flight), (0, 0));
    assert!(metrics.requests < 18, "{}", metrics.requests);
    // Nothing that was sent is in doubt, and nothing is sent twice.
    let next = run(&world, Until::Idle, None);
    assert_eq!((next.repeated, next.in_doubt, next.ended), (0, 0, 6));
    assert_eq!(world.effects.count(), 18);
    for flow in 0..6 {
        assert_eq!(world.result(&format!("flow-{flow}")), flow.to_string());
    }
}

#[test]
fn a_flow_that_is_cancelled_while_its_turn_runs_sends_nothing_more() {
    let text = "export default async () => {
        await work('first');
        for (let count = 0; count < 3_000_000; count++);
        await work('second');
    }";
    let world = with_threads(Recorder::echo());
    world.start(&program(text), "a", "1");
    let effects = world.effects.clone();
    let mut worker = Worker::new(world.flows(), effects, world.config.clone()).unwrap();
    let stop = worker.stop_handle();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let cancel = async {
        // Its second turn begins.
        while world.view("a").turns < 2 {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        assert!(world.flows().cancel(&id("a")).unwrap());
        while world.view("a").status == Status::Running {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        stop.stop();
    };
    let (ran, ()) = runtime.block_on(async { tokio::join!(worker.run(Until::Stopped), cancel) });
    ran.unwrap();
    assert_eq!(world.view("a").status, Status::Cancelled);
    assert_eq!(world.effects.count(), 1);
}
