//! What programs can do, and what recovery makes of it.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::{Recorder, World, id, program, response};
use jsvm_flow::{Call, FlowError, Status};

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

#[test]
fn an_ordinary_function_runs_and_ends() {
    let world = World::new(Recorder::echo());
    let program = program(
        "class Sum { total = 0; add(n: number) { this.total += n; return this } }
         declare const work: (n: number) => Promise<number>;
         export default async (input: number[]) => {
             const sum = new Sum();
             for (const n of input) sum.add(await work(n * 2));
             console.log('sum is %d', sum.total);
             return { total: sum.total };
         }",
    );
    world.start(&program, "a", "[1, 2, 3]");
    let metrics = world.run();
    assert_eq!(world.result("a"), r#"{"total":12}"#);
    assert_eq!(world.logs("a"), ["sum is 12"]);
    assert_eq!((metrics.turns, metrics.requests), (4, 3));
    // The same id again is the same flow.
    assert!(!world.flows().start(&program, &id("a"), "[9]").unwrap());
    assert_eq!(world.run().turns, 0);
}

#[test]
fn a_timer_of_weeks_needs_no_worker_meanwhile() {
    let world = World::new(Recorder::silent());
    let text = "import { sleep } from 'jsvm:flow';
        export default async () => {
            const begin = Date.now();
            await sleep('8w');
            const cancelled = setTimeout(() => console.log('never'), 2 ** 33);
            clearTimeout(cancelled);
            await new Promise(resolve => setTimeout(resolve, 2 ** 32));
            return Math.round((Date.now() - begin) / 3600_000);
        }";
    world.start(&program(text), "a", "null");
    world.run();
    // The platform's timers end after 24.8 days, so the flow has several in a row.
    assert_eq!(world.later(3 * WEEK).turns, 0);
    assert_eq!(world.later(WEEK).turns, 1);
    assert_eq!(world.view("a").waiting, "timer");
    for week in 5..20 {
        world.later(WEEK);
        let has_ended = world.view("a").status.is_ended();
        assert_eq!(
            has_ended,
            week >= 16,
            "week {week}: 8 weeks, and 2^32 ms more"
        );
        if has_ended {
            break;
        }
    }
    assert_eq!(world.result("a"), "2688", "hours of 16 weeks");
}

#[test]
fn signals_are_buffered_ordered_and_known_by_id() {
    let world = World::new(Recorder::silent());
    let text = "import { signal } from 'jsvm:flow';
        export default async () => {
            const first = await signal<number>('n');
            const rest = [await signal('n'), await signal('n')];
            try { await signal('late', { timeout: '1h' }) } catch (error) { return [first, ...rest, error.name] }
        }";
    world.start(&program(text), "a", "null");
    assert!(world.signal("a", "n", "1", "1"));
    assert!(world.signal("a", "n", "2", "2"));
    assert!(!world.signal("a", "n", "1", "1"));
    world.run();
    assert_eq!(world.view("a").waiting, "signal n");
    assert!(!world.signal("a", "n", "2", "2"), "also after it was taken");
    assert!(world.signal("a", "n", "3", "{\"x\":3}"));
    world.run();
    assert_eq!(world.view("a").waiting, "signal late, timer");
    world.later(Duration::from_secs(3601));
    assert_eq!(world.result("a"), r#"[1,2,{"x":3},"SignalTimeoutError"]"#);
    let error = world.flows().signal(&id("a"), "n", "4", "1").unwrap_err();
    assert!(matches!(error, FlowError::Ended { .. }), "{error}");
    let error = world.flows().signal(&id("b"), "n", "4", "1").unwrap_err();
    assert!(matches!(error, FlowError::NoFlow(_)), "{error}");
}

/// A program with many kinds of state and of nondeterminism.
const BUSY: &str = "import { sleep, once, progress } from 'jsvm:flow';
    export default async (rounds) => {
        const seen = new Map();
        let text = '';
        for (let i = 0; i < rounds; i++) {
            const [a, b] = await Promise.all([work(`${i}-${Math.random()}`), work(crypto.randomUUID())]);
            seen.set(a, b);
            text += `${Date.now()} ${performance.now()} ${a} ${b}\\n`;
            console.log('round', i, a);
            progress(i);
            if (i % 5 === 4) await sleep(10);
            await once('one', () => work('once'));
        }
        return text.length + ':' + seen.size;
    }";

#[test]
fn a_worker_killed_after_each_turn_changes_nothing() {
    // Straight through:
    let straight = World::new(Recorder::echo());
    straight.start(&program(BUSY), "a", "12");
    while !straight.view("a").status.is_ended() {
        straight.later(Duration::from_millis(10));
    }
    // Killed whenever a number of requests was seen, without snapshots and with many of them:
    for (every, max_tail) in [(1, 1_000), (3, 1_000), (2, 3), (5, 1)] {
        let counter = std::sync::atomic::AtomicUsize::new(0);
        let mut world = World::new(Recorder::new(move |request| {
            let count = counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            (!count.is_multiple_of(every + 1)).then(|| Ok(common::first_argument(request)))
        }));
        world.effects.repeatable = true;
        world.config.max_tail = max_tail;
        world.config.snapshot_ratio = u32::MAX;
        world.start(&program(BUSY), "a", "12");
        let mut kills = 0;
        while !world.view("a").status.is_ended() {
            world.later(Duration::from_millis(10));
            kills += 1;
            assert!(kills < 500, "{:?}", world.view("a"));
        }
        let view = world.view("a");
        assert_eq!(view.status, Status::Completed, "{:?}", view.failure);
        assert_eq!(view.result.unwrap().split(':').nth(1), Some("12\""));
        let rounds: Vec<_> = (0..12).map(|round| format!("round {round}")).collect();
        let logs = world.logs("a");
        let logged: Vec<_> = logs
            .iter()
            .map(|line| line.rsplit_once(' ').unwrap().0)
            .collect();
        assert_eq!(logged, rounds, "no log is lost or repeated");
        assert!(kills > 5);
    }
}

#[test]
fn continue_with_begins_anew_without_a_past() {
    let text = "import { continueWith, flowInfo } from 'jsvm:flow';
        export default async (n) => {
            await work(Math.random());
            return n === 0 ? flowInfo() : continueWith(n - 1);
        }";
    let world = World::new(Recorder::echo());
    world.start(&program(text), "a", "50");
    world.run();
    assert_eq!(world.result("a"), r#"{"id":"a","run":51}"#);
    let seen = world.effects.seen.lock().unwrap();
    let mut randoms: Vec<_> = seen
        .iter()
        .map(|request| format!("{:?}", common::first_argument(request)))
        .collect();
    randoms.sort();
    randoms.dedup();
    assert_eq!(randoms.len(), 51, "each run has random numbers of its own");
}

#[test]
fn a_query_reads_a_frozen_flow() {
    let text = "import { query, signal } from 'jsvm:flow';
        export default async () => {
            let count = 0;
            query('count', (add) => (count += add));
            for (;;) { await signal('go'); count++; }
        }";
    let world = World::new(Recorder::silent());
    world.start(&program(text), "a", "null");
    world.run();
    world.signal("a", "go", "1", "null");
    world.run();
    for _ in 0..2 {
        let answer = world.flows().query(&id("a"), "count", "[10]").unwrap();
        assert_eq!(answer, "11", "what a query changes is not kept");
    }
    let error = world.flows().query(&id("a"), "other", "[]").unwrap_err();
    assert!(error.to_string().contains("count"), "{error}");
    assert!(world.flows().query(&id("a"), "count", "{").is_err());
}

#[test]
fn a_signal_that_is_aborted_takes_no_payload() {
    let text = "import { signal, sleep } from 'jsvm:flow';
        export default async () => {
            const control = new AbortController();
            const stop = signal('go', { signal: control.signal, timeout: '9d' });
            const first = await Promise.race([stop, sleep('1h').then(() => 'slept')]);
            control.abort(new Error('enough'));
            const reason = await stop.catch((error) => error.message);
            const none = await signal('go', { signal: control.signal }).catch((error) => error.message);
            return [first, reason, none, await signal('go', { signal: new AbortController().signal })];
        }";
    let world = World::new(Recorder::silent());
    world.start(&program(text), "a", "null");
    world.run();
    world.later(Duration::from_secs(3601));
    assert_eq!(world.view("a").waiting, "signal go");
    world.signal("a", "go", "1", "5");
    world.run();
    assert_eq!(world.result("a"), r#"["slept","enough","enough",5]"#);
}

#[test]
fn secrets_are_in_requests_alone() {
    let text = "import { secret } from 'jsvm:flow';
        export default async () => {
            const token = secret('TOKEN');
            await fetch('https://a.example/', { headers: { authorization: `Bearer ${token}` } });
            const messages = [];
            for (const name of ['NONE', 'LINES']) {
                try { await fetch('https://a.example/', { headers: { x: secret(name) } }) }
                catch (error) { messages.push(error.message) }
            }
            return messages;
        }";
    let mut world = World::new(Recorder::new(|_| Some(Ok(response(200, "")))));
    world.config.secrets.insert("TOKEN".into(), "s3cr3t".into());
    world.config.secrets.insert("LINES".into(), "a\nb".into());
    world.config.max_tail = 1;
    world.start(&program(text), "a", "null");
    world.run();
    let messages = world.result("a");
    assert!(
        messages.contains("the secret NONE is not there"),
        "{messages}"
    );
    assert!(
        messages.contains("the secret LINES cannot be in a header"),
        "{messages}"
    );
    let Call::Http(call) = world.effects.last().call else {
        panic!()
    };
    assert!(
        call.headers
            .contains(&("authorization".into(), "Bearer s3cr3t".into()))
    );
    assert_eq!(world.effects.count(), 1);
}

#[test]
fn time_stands_still_in_a_turn_and_loops_on_it_end() {
    let text = "export default async () => {
        const begin = Date.now();
        while (Date.now() < begin + 3);
        const passed = Date.now() - begin;
        const { timeOrigin } = performance;
        await new Promise(resolve => setTimeout(resolve, 60_000));
        const apart = performance.timeOrigin + performance.now() - Date.now();
        return [passed, Math.round((Date.now() - begin) / 1000), timeOrigin === performance.timeOrigin, Math.abs(apart) < 1];
    }";
    let world = World::new(Recorder::silent());
    world.start(&program(text), "a", "null");
    world.run();
    world.later(Duration::from_secs(61));
    assert_eq!(world.result("a"), "[3,61,true,true]");
}

#[test]
fn timers_outlive_clocks_that_jump() {
    let text = "import { sleep } from 'jsvm:flow';
        export default async () => { await sleep('1h'); await sleep('1h'); return 'done' }";
    let world = World::new(Recorder::silent());
    world.start(&program(text), "a", "null");
    world.run();
    // A year ahead by mistake: the timer is due. Then the clock is put right.
    world.later(52 * WEEK);
    world.time.back(52 * WEEK);
    world.run();
    assert_eq!(world.view("a").status, Status::Running);
    world.later(Duration::from_secs(3500));
    assert_eq!(world.view("a").status, Status::Running);
    world.later(Duration::from_secs(101));
    assert_eq!(world.result("a"), "\"done\"");
}

#[test]
fn a_cancelled_flow_is_given_up() {
    let world = World::new(Recorder::silent());
    world.start(
        &program("export default async () => { await work(1) }"),
        "a",
        "null",
    );
    world.run();
    assert!(world.flows().cancel(&id("a")).unwrap());
    world.run();
    assert_eq!(world.view("a").status, Status::Cancelled);
    assert!(!world.flows().cancel(&id("a")).unwrap());
    assert!(world.flows().cancel(&id("b")).is_err());
}

#[test]
fn a_flow_moves_to_another_store() {
    let text = "import { signal } from 'jsvm:flow';
        export default async (n) => { const m = await signal('m'); return n + m + await work(1) }";
    let world = World::new(Recorder::echo());
    world.start(&program(text), "a", "1");
    world.run();
    world.signal("a", "m", "1", "10");
    let bytes = world.flows().export(&id("a")).unwrap();
    let other = World::new(Recorder::echo());
    let mut flows =
        jsvm_flow::Flows::new(other.store.clone(), &jsvm::SealKey::new([1; 32])).unwrap();
    assert_eq!(flows.import(&bytes).unwrap(), (id("a"), true));
    assert!(!flows.import(&bytes).unwrap().1);
    let mut damaged = bytes.clone();
    damaged[60] ^= 1;
    assert!(matches!(
        flows.import(&damaged),
        Err(FlowError::NotExported(_))
    ));
    let flows = jsvm_flow::Flows::new(other.store.clone(), &jsvm::SealKey::new([1; 32])).unwrap();
    common::run_worker(flows, other.effects.clone(), other.config.clone()).unwrap();
    let mut flows =
        jsvm_flow::Flows::new(other.store.clone(), &jsvm::SealKey::new([1; 32])).unwrap();
    assert_eq!(flows.show(&id("a")).unwrap().result.as_deref(), Some("12"));
}

#[test]
fn a_flow_shows_where_it_waits_and_for_what() {
    let text = "import { signal } from 'jsvm:flow';
        async function pay(cents: number) {
            const order = { cents };
            await fetch('https://a.example/pay', { method: 'POST', body: JSON.stringify(order) });
        }
        export default async (input) => {
            await Promise.all([pay(input * 2), signal('approved')]);
        }";
    let world = World::new(Recorder::silent());
    world.start(&program(text), "a", "5");
    world.run();
    let inside = world.flows().inspect(&id("a")).unwrap();
    assert_eq!(inside.requests[0].1, "POST https://a.example/pay");
    let pay = inside
        .frames
        .iter()
        .find(|frame| frame.function == "pay")
        .unwrap();
    assert_eq!(pay.place, "main.ts:4:13");
    assert!(
        pay.variables
            .contains(&("order".into(), "{ cents: 10 }".into())),
        "{pay:?}"
    );
    assert_eq!(inside.frames.len(), 2, "{inside:?}");
}

#[test]
fn signals_that_were_not_awaited_are_not_lost_when_a_flow_begins_anew() {
    let text = "import { continueWith, signal } from 'jsvm:flow';
        export default async (all) => {
            all.push(await signal('n'));
            return all.length === 3 ? all : continueWith(all);
        }";
    let world = World::new(Recorder::silent());
    world.start(&program(text), "a", "[]");
    for number in 1..=3 {
        let number = number.to_string();
        world.signal("a", "n", &number, &number);
    }
    world.run();
    assert_eq!(world.result("a"), "[1,2,3]");
    assert_eq!(world.view("a").run, 3);
}

#[test]
fn a_flow_moves_to_new_code_at_a_checkpoint() {
    let old = program(
        "import { checkpoint, signal } from 'jsvm:flow';
         export default async (state) => {
             for (;;) {
                 state = await checkpoint(state);
                 state.sum += await signal('add');
             }
         }",
    );
    let new = program(
        "import { signal } from 'jsvm:flow';
         export default async (state) => {
             while (state.sum < 100) state.sum += 10 * await signal('add');
             return state;
         }",
    );
    let world = World::new(Recorder::silent());
    world.start(&old, "a", r#"{"sum":0}"#);
    world.start(&old, "b", r#"{"sum":0}"#);
    world.run();
    let moved = |id: &str| world.view(id).program == new.id().to_string();
    assert!(world.flows().deploy(&id("a"), Some(&new)).unwrap());
    assert!(world.flows().deploy(&id("b"), Some(&new)).unwrap());
    assert!(world.flows().deploy(&id("b"), None).unwrap(), "it stays");
    assert!(
        !moved("a"),
        "it waits for a signal, and not at a checkpoint"
    );
    for flow in ["a", "b"] {
        for number in ["1", "2", "9"] {
            world.signal(flow, "add", number, number);
        }
    }
    world.run();
    assert!(moved("a") && !moved("b"));
    // The old code took the first signal, the new code the others.
    assert_eq!(world.result("a"), r#"{"sum":111}"#);
    assert_eq!(world.view("b").status, Status::Running);
    assert!(
        !world.flows().deploy(&id("a"), Some(&new)).unwrap(),
        "it has ended"
    );
}
