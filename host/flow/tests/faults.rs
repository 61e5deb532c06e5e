//! Workers that are killed, and stores that fail, checked against a model from outside.
//!
//! `JSVM_FLOW_FAULTS=seconds` lets the random test run longer, `JSVM_FLOW_SEED=number` repeats it.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use common::{TestTime, id, key, program, response};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jsvm::{Data, HostError};
use jsvm_flow::{
    Call, EffectRequest, Effects, Fault, FaultStore, FlowError, Flows, IDEMPOTENCY_KEY, Lane,
    MemoryStore, Missed, Program, Schedule, Status, Store, Until, Worker, WorkerConfig,
};
use tokio::sync::Notify;

/// A small generator of numbers (SplitMix64), the same for the same seed.
#[derive(Clone)]
struct Numbers(Arc<AtomicU64>);

impl Numbers {
    fn new(seed: u64) -> Self {
        Numbers(Arc::new(AtomicU64::new(seed)))
    }

    fn next(&self) -> u64 {
        let step = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.0.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// A server that records each effect. Requests with a key that it knows have no second effect.
#[derive(Clone)]
struct Server {
    /// How often each effect was carried out.
    effects: Arc<Mutex<BTreeMap<String, u32>>>,
    by_key: Arc<Mutex<BTreeMap<String, Data>>>,
    numbers: Numbers,
    /// Requests after which the worker is killed.
    kill: Arc<Notify>,
}

impl Effects for Server {
    fn perform(&self, request: EffectRequest) -> BoxFuture<'static, Result<Data, HostError>> {
        let server = self.clone();
        async move {
            let Call::Http(call) = request.call else {
                panic!("a request that is not HTTP");
            };
            let key = call
                .headers
                .iter()
                .find(|(name, _)| name == IDEMPOTENCY_KEY);
            let key = key.map(|(_, key)| key.clone());
            // The worker dies before the request has left, while it is under way, or before the answer
            // has come.
            let fate = server.numbers.below(24);
            if fate == 0 {
                server.kill.notify_one();
                return std::future::pending().await;
            }
            if server.numbers.below(3) == 0 {
                tokio::task::yield_now().await;
            }
            let known = key
                .as_ref()
                .and_then(|key| server.by_key.lock().unwrap().get(key).cloned());
            let answer = known.unwrap_or_else(|| {
                let what = format!("{} {}", call.method, call.url);
                *server.effects.lock().unwrap().entry(what).or_insert(0) += 1;
                response(200, "ok")
            });
            if let Some(key) = key {
                server.by_key.lock().unwrap().insert(key, answer.clone());
            }
            if fate == 1 {
                server.kill.notify_one();
                return std::future::pending().await;
            }
            Ok(answer)
        }
        .boxed()
    }
}

/// Each step has an effect of its own, by a method that is chosen by its number.
const PROGRAM: &str = "import { RequestInDoubtError, signal, sleep, progress } from 'jsvm:flow';
    export default async ({ flow, steps }) => {
        const doubts = [];
        let random = 0;
        for (let step = 0; step < steps; step++) {
            random = (random + Math.random()) % 1;
            const url = `https://shop.example/${flow}/${step}`;
            const method = ['GET', 'PUT', 'POST', 'PATCH', 'POST'][step % 5];
            const init = { method, ...(step % 5 === 4 && { idempotencyKey: false }) };
            try {
                const response = await fetch(url, init);
                if ((await response.text()) !== 'ok') throw new Error('wrong answer');
            } catch (error) {
                if (!(error instanceof RequestInDoubtError)) throw error;
                doubts.push(step);
            }
            console.log(`step ${step}`);
            progress({ step });
            if (step % 7 === 6) await sleep(1000);
            if (step % 9 === 8) await signal('go', { timeout: '1h' }).catch(() => {});
        }
        return { doubts, random };
    }";

/// Each hour has an effect of its own.
const HOURLY: &str = "import { flowInfo } from 'jsvm:flow';
    export default async () => {
        const hour = flowInfo().scheduled.toISOString();
        await fetch(`https://shop.example/hourly/${hour}`, { method: 'POST' });
        return hour;
    }";

struct Run {
    seed: u64,
    kills: u32,
    store_faults: Arc<AtomicU64>,
    doubts: usize,
    steps: u32,
}

const FLOWS: u64 = 4;
const STEPS: u32 = 18;

/// Runs flows to their ends under faults, and compares what happened with what should have.
fn run(seed: u64) -> Run {
    let numbers = Numbers::new(seed);
    let kill = Arc::new(Notify::new());
    let server = Server {
        effects: Arc::default(),
        by_key: Arc::default(),
        numbers: numbers.clone(),
        kill: kill.clone(),
    };
    let store = MemoryStore::new();
    let time = TestTime::new();
    let flows = || {
        Flows::new(store.clone(), &key())
            .unwrap()
            .time(time.clone())
    };
    static SEALED: LazyLock<Program> = LazyLock::new(|| program(PROGRAM));
    let program = &*SEALED;
    for flow in 0..FLOWS {
        let input = format!(r#"{{"flow":{flow},"steps":{STEPS}}}"#);
        let lane = Some(Lane {
            name: "shop".to_owned(),
            limit: 3,
        });
        let name = id(&format!("flow-{flow}"));
        assert!(flows().start_in(program, &name, &input, lane).unwrap());
    }
    static TICKS: LazyLock<Program> = LazyLock::new(|| common::program(HOURLY));
    let mut hourly = Schedule::new(id("hourly"), "0 * * * *");
    hourly.missed = Missed::All;
    flows().schedule(&TICKS, &hourly).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let store_faults = Arc::new(AtomicU64::new(0));
    let (mut kills, mut signals) = (0, 0);
    for round in 0.. {
        assert!(round < 5_000, "seed {seed}: the flows do not end");
        // Changes fail in all the ways that they can. When it is not known whether they were made, the worker ends,
        // as if it were killed right before or after the operation.
        let (choice, counter) = (numbers.clone(), store_faults.clone());
        let faulty = FaultStore::new(store.clone(), move || {
            let fault = match choice.below(50) {
                0 => Fault::Full,
                1..5 => Fault::AnswerLost,
                5..9 => Fault::RequestLost,
                9 => Fault::Twice,
                10 => Fault::Late(Duration::from_micros(200)),
                _ => return None,
            };
            counter.fetch_add(1, Ordering::Relaxed);
            Some(fault)
        });
        let (choice, counter) = (numbers.clone(), store_faults.clone());
        let faulty = faulty.reads(move || {
            let is_lost = choice.below(200) == 0;
            counter.fetch_add(u64::from(is_lost), Ordering::Relaxed);
            is_lost.then_some(Fault::RequestLost)
        });
        let mut config = WorkerConfig::default();
        config.max_vms = 1 + numbers.below(8) as usize;
        config.max_tail = 1 + numbers.below(12) as u32;
        // With one thread, a seed repeats its run.
        config.threads = if seed.is_multiple_of(3) { 3 } else { 1 };
        let shown = Flows::new(faulty, &key()).unwrap().time(time.clone());
        let mut worker = Worker::new(shown, server.clone(), config).unwrap();
        let killed = runtime.block_on(async {
            tokio::select! {
                biased;
                () = kill.notified() => true,
                ended = worker.run(Until::Idle) => match ended {
                    Ok(()) => false,
                    Err(FlowError::Store(_)) => true,
                    Err(error) => panic!("seed {seed}: {error}"),
                },
            }
        });
        kills += u32::from(killed);
        drop(worker);
        let all = flows().list(None, 10_000).unwrap();
        if all.iter().all(|flow| flow.status.is_ended()) {
            break;
        }
        // Clocks jump, forth and back. Signals come, some twice.
        match numbers.below(6) {
            0 => time.back(Duration::from_millis(numbers.below(400))),
            1 => time.advance(Duration::from_secs(3_700)),
            _ => time.advance(Duration::from_millis(700)),
        }
        if numbers.below(3) == 0 {
            let flow = id(&format!("flow-{}", numbers.below(FLOWS)));
            let signal = format!("signal-{signals}");
            signals += 1;
            for _ in 0..=numbers.below(2) {
                let _ = flows().signal(&flow, "go", &signal, "1");
            }
        }
    }
    check(
        seed,
        &mut flows(),
        &server,
        Run {
            seed,
            kills,
            store_faults,
            doubts: 0,
            steps: 0,
        },
    )
}

/// Each hour that passed has one flow, with one effect.
fn check_hours<S: Store>(seed: u64, flows: &mut Flows<S>, server: &Server) {
    let all = flows.list(None, 10_000).unwrap().into_iter();
    let mut hours: Vec<_> = all
        .filter(|flow| flow.id.as_str().starts_with("hourly@"))
        .collect();
    hours.sort_by(|one, other| one.id.cmp(&other.id));
    let effects = server.effects.lock().unwrap();
    let first = 1_800_000_000 / 3600;
    for (number, flow) in hours.iter().enumerate() {
        let time = first + 1 + number as u64;
        // 2027-01-15T08:00:00Z is the first hour.
        let (day, hour) = (15 + (time - first + 8) / 24, (time - first + 8) % 24);
        let hour = format!("2027-01-{day:02}T{hour:02}:00:00");
        assert_eq!(flow.id.as_str(), format!("hourly@{hour}Z"), "seed {seed}");
        assert_eq!(flow.result, Some(format!("\"{hour}.000Z\"")), "seed {seed}");
        let what = format!("POST https://shop.example/hourly/{hour}.000Z");
        assert_eq!(effects.get(&what), Some(&1), "seed {seed}: {what}");
    }
    let next = flows.schedules().unwrap()[0].next / 1_000_000_000 / 3600;
    assert_eq!(next, first + 1 + hours.len() as u64, "seed {seed}");
}

/// Nothing is lost, and nothing doubled beyond doubt.
fn check<S: Store>(seed: u64, flows: &mut Flows<S>, server: &Server, mut run: Run) -> Run {
    check_hours(seed, flows, server);
    let effects = server.effects.lock().unwrap();
    for flow in 0..FLOWS {
        let name = id(&format!("flow-{flow}"));
        let view = flows.show(&name).unwrap();
        assert_eq!(
            view.status,
            Status::Completed,
            "seed {seed}: {:?}",
            view.failure
        );
        let result: serde_json::Value = serde_json::from_str(&view.result.unwrap()).unwrap();
        let doubts: Vec<u32> = serde_json::from_value(result["doubts"].clone()).unwrap();
        run.doubts += doubts.len();
        for step in 0..STEPS {
            run.steps += 1;
            let method = ["GET", "PUT", "POST", "PATCH", "POST"][step as usize % 5];
            let what = format!("{method} https://shop.example/{flow}/{step}");
            let count = effects.get(&what).copied().unwrap_or(0);
            let is_in_doubt = doubts.contains(&step);
            match (step % 5, is_in_doubt) {
                // Repeating them has no further effect.
                (0 | 1, false) => assert!(count >= 1, "seed {seed}: {what} is lost"),
                (2 | 3, false) => assert_eq!(count, 1, "seed {seed}: {what}"),
                (4, false) => assert_eq!(count, 1, "seed {seed}: {what}"),
                // It was carried out once or not at all, and its flow was told that this is not known.
                (4, true) => assert!(count <= 1, "seed {seed}: {what} happened {count} times"),
                _ => panic!("seed {seed}: {what} cannot be in doubt"),
            }
        }
        let logs = flows.logs(&name, 0).unwrap();
        let logs: Vec<_> = logs.into_iter().map(|(_, line)| line.text).collect();
        let expected: Vec<_> = (0..STEPS).map(|step| format!("step {step}")).collect();
        assert_eq!(logs, expected, "seed {seed}");
        assert_eq!(
            view.progress.unwrap(),
            format!(r#"{{"step":{}}}"#, STEPS - 1)
        );
    }
    run
}

#[test]
fn nothing_is_lost_and_nothing_doubled_beyond_doubt() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let time = Duration::from_secs(number("JSVM_FLOW_FAULTS").unwrap_or(3));
    let first = number("JSVM_FLOW_SEED").unwrap_or(1);
    let until = Instant::now() + time;
    let (mut rounds, mut kills, mut faults, mut doubts, mut steps) = (0, 0, 0, 0, 0);
    for seed in first.. {
        let run = run(seed);
        assert_eq!(run.seed, seed);
        rounds += 1;
        kills += run.kills;
        faults += run.store_faults.load(Ordering::Relaxed);
        doubts += run.doubts;
        steps += run.steps;
        if Instant::now() >= until {
            break;
        }
    }
    println!(
        "{rounds} runs, {steps} steps, {kills} workers killed, {faults} faults of the store, {doubts} requests in doubt"
    );
    assert!(kills > 0 && faults > 0);
}
