//! What the outside does with flows: schedules, lanes, the past, forks and new code.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{Recorder, SECOND, World, first_argument, id, program, response};
use jsvm_flow::{
    Call, FlowError, ForkOutcome, Lane, Missed, Observer, Schedule, Status, TurnReport,
    WorkerMetrics,
};

const NOON: u64 = 1_800_014_400;

fn schedule(name: &str, cron: &str) -> Schedule {
    Schedule::new(id(name), cron)
}

fn ids(world: &World) -> Vec<String> {
    let mut all: Vec<_> = world
        .flows()
        .list(None, 100)
        .unwrap()
        .into_iter()
        .map(|flow| flow.id.to_string())
        .collect();
    all.sort();
    all
}

#[test]
fn a_schedule_starts_flows_at_its_times() {
    let program = program(
        "import { flowInfo } from 'jsvm:flow';
         export default async (what) => `${what} ${flowInfo().scheduled.toISOString()}`;",
    );
    let world = World::new(Recorder::echo());
    // 2027-01-15T12:00:00Z, which is one o'clock in Berlin.
    world.time.set(NOON * SECOND);
    let mut daily = schedule("report", "30 13 * * *");
    daily.zone = "Europe/Berlin".to_owned();
    daily.input = r#""daily""#.to_owned();
    let next = world.flows().schedule(&program, &daily).unwrap();
    assert_eq!(next, (NOON + 1800) * SECOND);
    assert_eq!(world.run().scheduled, 0);
    assert_eq!(world.later(Duration::from_secs(1799)).scheduled, 0);
    assert_eq!(world.later(Duration::from_secs(1)).scheduled, 1);
    assert_eq!(ids(&world), ["report@2027-01-15T12:30:00Z"]);
    assert_eq!(
        world.result("report@2027-01-15T12:30:00Z"),
        r#""daily 2027-01-15T12:30:00.000Z""#
    );
    // Nothing is started twice, also by the next worker.
    assert_eq!(world.run().scheduled, 0);
    // Nobody worked for three days: the latest time counts.
    assert_eq!(world.later(Duration::from_secs(3 * 86_400)).scheduled, 1);
    assert_eq!(ids(&world).last().unwrap(), "report@2027-01-18T12:30:00Z");
    assert_eq!(ids(&world).len(), 2);
    let listed = world.flows().schedules().unwrap().remove(0);
    assert_eq!(listed.last.unwrap().as_str(), "report@2027-01-18T12:30:00Z");
    assert!(world.flows().unschedule(&id("report")).unwrap());
    assert_eq!(world.later(Duration::from_secs(86_400)).scheduled, 0);
}

#[test]
fn missed_times_are_started_or_skipped_as_wished() {
    let program = program("export default async () => 1");
    let world = World::new(Recorder::echo());
    world.time.set(NOON * SECOND);
    for (name, missed) in [("all", Missed::All), ("skip", Missed::Skip)] {
        let mut hourly = schedule(name, "0 * * * *");
        hourly.missed = missed;
        world.flows().schedule(&program, &hourly).unwrap();
    }
    world.later(Duration::from_secs(3 * 3600 + 120));
    let hours = |name: &str, hours: &[u32]| -> Vec<String> {
        let times = hours.iter();
        times
            .map(|hour| format!("{name}@2027-01-15T{hour}:00:00Z"))
            .collect()
    };
    assert_eq!(ids(&world), hours("all", &[13, 14, 15]));
    world.later(Duration::from_secs(3600 - 120));
    let mut both = hours("all", &[13, 14, 15, 16]);
    both.extend(hours("skip", &[16]));
    assert_eq!(ids(&world), both);
}

#[test]
fn a_schedule_does_not_overtake_its_last_flow() {
    let program = program(
        "import { signal } from 'jsvm:flow';
         export default async () => signal('go');",
    );
    let world = World::new(Recorder::echo());
    world.time.set(NOON * SECOND);
    let mut hourly = schedule("job", "0 * * * *");
    hourly.overlap = false;
    world.flows().schedule(&program, &hourly).unwrap();
    world.later(Duration::from_secs(3600));
    world.later(Duration::from_secs(3600));
    assert_eq!(ids(&world), ["job@2027-01-15T13:00:00Z"]);
    world.signal("job@2027-01-15T13:00:00Z", "go", "1", "1");
    world.run();
    world.later(Duration::from_secs(3600));
    assert_eq!(
        ids(&world),
        ["job@2027-01-15T13:00:00Z", "job@2027-01-15T15:00:00Z"]
    );
}

#[test]
fn bad_schedules_are_refused_with_a_reason() {
    let program = program("export default async () => 1");
    let world = World::new(Recorder::echo());
    let refused = |cron: &str, zone: &str| {
        let mut wrong = schedule("job", cron);
        wrong.zone = zone.to_owned();
        let error = world.flows().schedule(&program, &wrong).unwrap_err();
        assert!(matches!(error, FlowError::Schedule(_)));
        error.to_string()
    };
    assert!(refused("soon", "UTC").contains("is not a cron expression"));
    assert!(refused("0 0 * * *", "Mars").contains("is not a time zone"));
    assert!(refused("0 0 31 2 *", "UTC").contains("matches no further time"));
    let mut long = schedule(&"x".repeat(190), "0 0 * * *");
    let error = world.flows().schedule(&program, &long).unwrap_err();
    assert!(matches!(error, FlowError::TooLarge { .. }));
    long = schedule("job", "0 0 * * *");
    long.input = "{".to_owned();
    let error = world.flows().schedule(&program, &long).unwrap_err();
    assert!(matches!(error, FlowError::NotJson { .. }));
}

#[test]
fn a_lane_limits_how_many_flows_run() {
    let program = program(
        "import { signal } from 'jsvm:flow';
         export default async () => { await work('begun'); return await signal('go'); }",
    );
    let effects = Recorder::echo();
    let world = World::new(effects.clone());
    let lane = |name: &str| {
        Some(Lane {
            name: name.to_owned(),
            limit: 2,
        })
    };
    for name in ["a1", "a2", "a3", "a4"] {
        assert!(
            world
                .flows()
                .start_in(&program, &id(name), "null", lane("a"))
                .unwrap()
        );
    }
    assert!(
        world
            .flows()
            .start_in(&program, &id("b1"), "null", lane("b"))
            .unwrap()
    );
    world.run();
    assert_eq!(effects.count(), 3, "two of lane a, and one of lane b");
    assert!(world.view("a3").waiting.contains("a place in the lane a"));
    // A signal does not give a place. The next worker knows who has one.
    world.signal("a3", "go", "1", "1");
    world.run();
    assert_eq!((effects.count(), world.view("a3").turns), (3, 0));
    world.signal("a1", "go", "1", "1");
    world.run();
    assert_eq!(world.result("a1"), "1");
    // Then a3 had a place, ended at once, and a4 got it.
    assert_eq!(world.result("a3"), "1");
    assert_eq!(effects.count(), 5);
    assert_eq!(world.view("a4").status, Status::Running);
}

const SHOP: &str = "import { signal, sleep } from 'jsvm:flow';
    export default async (item) => {
        const price = await work(`price of ${item}`);
        console.log(`the price is ${price}`);
        await signal('approved');
        const paid = await (await fetch('https://bank.example/pay', { method: 'POST' })).text();
        return { price, paid };
    }";

fn shop() -> (World, Recorder) {
    let effects = Recorder::new(|request| match &request.call {
        Call::Http(_) => Some(Ok(response(200, "paid"))),
        _ => Some(Ok(first_argument(request))),
    });
    let mut world = World::new(effects.clone());
    // All turns are kept.
    world.config.snapshot_ratio = u32::MAX;
    world.start(&program(SHOP), "a", r#""tea""#);
    (world, effects)
}

#[test]
fn a_timeline_shows_what_a_flow_got_and_did() {
    let (world, _) = shop();
    world.run();
    let turns = world.flows().timeline(&id("a")).unwrap();
    assert_eq!(turns.len(), 2);
    assert_eq!(turns[0].inputs, ["start"]);
    assert_eq!(turns[0].requests[0].1, "work");
    assert_eq!(turns[1].inputs, ["outcome of work"]);
    assert_eq!(turns[1].logs[0].text, "the price is price of tea");
    // Where it waited then: for the price.
    let inside = world.flows().inspect_at(&id("a"), 1).unwrap();
    assert_eq!(
        inside.requests,
        [(turns[0].requests[0].0, "work".to_owned())]
    );
    let frame = &inside.frames[0];
    assert!(frame.place.ends_with(":3:23"), "{}", frame.place);
    assert!(
        frame
            .variables
            .contains(&("item".to_owned(), "'tea'".to_owned()))
    );
    let error = world.flows().inspect_at(&id("a"), 3).unwrap_err();
    assert!(
        matches!(error, FlowError::NotKept { last: 2, .. }),
        "{error}"
    );
    world.flows().verify(&id("a")).unwrap();
    world.damage("a", 2);
    let error = world.flows().verify(&id("a")).unwrap_err();
    assert!(matches!(error, FlowError::Diverged { turn: 2, .. }));
}

#[test]
fn a_timeline_tells_why_requests_failed_and_shortens_large_values() {
    let text = "import { signal } from 'jsvm:flow';
        export default async () => {
            const large = 'x'.repeat(5_000);
            try { await work(1) } catch { await signal('go') }
            return large;
        }";
    let refuse = |_: &_| Some(Err(jsvm::HostError::new("the network is down")));
    let mut world = World::new(Recorder::new(refuse));
    world.config.snapshot_ratio = u32::MAX;
    world.start(&program(text), "a", "null");
    world.run();
    let turns = world.flows().timeline(&id("a")).unwrap();
    let failure = &turns[1].inputs[0];
    assert!(
        failure.starts_with("failure of work: ") && failure.contains("the network is down"),
        "{failure}"
    );
    let inside = world.flows().inspect(&id("a")).unwrap();
    let variables = &inside.frames[0].variables;
    let (_, large) = variables.iter().find(|(name, _)| name == "large").unwrap();
    assert_eq!(large.chars().count(), 1_002);
}

#[test]
fn a_fork_goes_on_from_an_earlier_turn_with_another_outcome() {
    let (world, effects) = shop();
    world.run();
    let first = world.flows().timeline(&id("a")).unwrap()[0].requests[0].0;
    let mut flows = world.flows();
    let outcome = |text: &str| Some((first, ForkOutcome::Value(text.to_owned())));
    assert!(flows.fork(&id("a"), &id("b"), 1, outcome("7")).unwrap());
    assert!(!flows.fork(&id("a"), &id("b"), 1, outcome("7")).unwrap());
    let error = ForkOutcome::Error("no price".to_owned());
    assert!(
        flows
            .fork(&id("a"), &id("c"), 1, Some((first, error)))
            .unwrap()
    );
    let wrong = flows.fork(&id("a"), &id("d"), 2, outcome("7")).unwrap_err();
    assert!(
        matches!(wrong, FlowError::NoRequest { turn: 2, .. }),
        "{wrong}"
    );
    // Without another outcome, the request is sent again as after a crash: here it is in doubt.
    assert!(flows.fork(&id("a"), &id("e"), 1, None).unwrap());
    drop(flows);
    for flow in ["a", "b", "e"] {
        let _ = world.flows().signal(&id(flow), "approved", "1", "null");
    }
    world.run();
    assert_eq!(
        world.result("a"),
        r#"{"price":"price of tea","paid":"paid"}"#
    );
    assert_eq!(world.result("b"), r#"{"price":7,"paid":"paid"}"#);
    assert_eq!(world.view("c").failure.unwrap().message, "no price");
    assert!(
        world
            .view("e")
            .failure
            .unwrap()
            .message
            .contains("may have been carried out")
    );
    assert_eq!(world.logs("b"), ["the price is 7"]);
    // Their payments have keys of their own.
    let seen = effects.seen.lock().unwrap();
    let mut keys: Vec<_> = seen
        .iter()
        .filter_map(|request| match &request.call {
            Call::Http(call) => Some(call),
            _ => None,
        })
        .flat_map(|call| &call.headers)
        .filter(|(name, _)| name == "idempotency-key")
        .map(|(_, key)| key.clone())
        .collect();
    keys.sort();
    assert_eq!(keys, ["a-1-1", "b-1-1"]);
}

#[test]
fn the_outcome_of_a_fetch_in_a_fork_is_a_response() {
    let mut world = World::new(Recorder::silent());
    world.config.snapshot_ratio = u32::MAX;
    let text = "export default async () => (await fetch('https://a.example/')).status";
    world.start(&program(text), "a", "null");
    world.run();
    let mut flows = world.flows();
    let number = flows.timeline(&id("a")).unwrap()[0].requests[0].0;
    let outcome = Some((number, ForkOutcome::Value("5".to_owned())));
    let error = flows.fork(&id("a"), &id("b"), 1, outcome).unwrap_err();
    let expected = format!("give it --response {number}=STATUS:BODY");
    assert!(error.to_string().ends_with(&expected), "{error}");
    let error = flows.signal(&id("a"), "", "1", "1").unwrap_err();
    assert_eq!(error.to_string(), "the name cannot be empty");
}

#[test]
fn a_fork_answers_a_fetch_with_a_response() {
    let (world, _) = shop();
    world.signal("a", "approved", "1", "null");
    let stuck = World {
        store: world.store.clone(),
        time: world.time.clone(),
        effects: Recorder::new(|request| match &request.call {
            Call::Http(_) => None,
            _ => Some(Ok(first_argument(request))),
        }),
        config: world.config.clone(),
    };
    stuck.run();
    let turn = world.view("a").turns;
    let request = world.flows().inspect(&id("a")).unwrap().requests[0].clone();
    assert_eq!(request.1, "POST https://bank.example/pay");
    let answer = ForkOutcome::Response {
        status: 402,
        body: "no funds".to_owned(),
    };
    world
        .flows()
        .fork(&id("a"), &id("b"), turn, Some((request.0, answer)))
        .unwrap();
    stuck.run();
    assert!(world.result("b").contains(r#""paid":"no funds""#));
    assert_eq!(world.view("a").status, Status::Running);
}

#[test]
fn new_code_that_fails_on_a_copy_is_given_up() {
    let old = program(
        "import { checkpoint, signal } from 'jsvm:flow';
         export default async (state) => {
             for (;;) {
                 state = await checkpoint(state);
                 state.sum += await signal('add');
             }
         }",
    );
    let wrong = program(
        "export default async (state) => {
             await work('must not leave');
             if (state.total === undefined) throw new Error('no total in the state');
         }",
    );
    let throws = program(
        "export default async (state) => {
             if (state.total === undefined) throw new Error('no total in the state');
         }",
    );
    let effects = Recorder::echo();
    let world = World::new(effects.clone());
    world.start(&old, "a", r#"{"sum":0}"#);
    world.run();
    assert!(world.flows().deploy(&id("a"), Some(&throws)).unwrap());
    let codes = world.flows().codes().unwrap();
    assert_eq!(codes[0].flows[0].target, Some(throws.id().to_string()));
    assert_eq!(codes[0].flows[0].waiting, "signal add");
    world.signal("a", "add", "1", "1");
    world.run();
    let view = world.view("a");
    assert_eq!((view.status, view.target), (Status::Running, None));
    assert_eq!(view.program, old.id().to_string());
    assert_eq!(
        view.refusal.unwrap(),
        "the new code threw Error: no total in the state"
    );
    assert!(world.flows().codes().unwrap()[0].flows[0].refusal.is_some());
    // Another order forgets it. What the copy requests does not leave.
    assert!(world.flows().deploy(&id("a"), Some(&wrong)).unwrap());
    assert_eq!(world.view("a").refusal, None);
    world.signal("a", "add", "2", "1");
    world.run();
    assert_eq!(effects.count(), 1, "once, by the flow that moved");
    assert_eq!(world.view("a").program, wrong.id().to_string());
    assert_eq!(world.view("a").status, Status::Failed);
}

#[derive(Debug, Default)]
struct Reports(Mutex<(Vec<TurnReport>, WorkerMetrics)>);

impl Observer for Reports {
    fn turn(&self, report: TurnReport) {
        self.0.lock().unwrap().0.push(report);
    }

    fn metrics(&self, metrics: &WorkerMetrics) {
        self.0.lock().unwrap().1 = *metrics;
    }
}

#[test]
fn an_observer_sees_each_turn() {
    let mut world = World::new(Recorder::echo());
    let reports = Arc::new(Reports::default());
    world.config.observer = Some(reports.clone());
    world.start(&program("export default async () => work(1)"), "a", "null");
    world.run();
    let reports = reports.0.lock().unwrap();
    assert_eq!(
        (reports.0.len(), reports.1.turns, reports.1.requests),
        (2, 2, 1)
    );
    assert!(reports.0.iter().all(|turn| turn.latency >= turn.ran));
}
