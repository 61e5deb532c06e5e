//! Figures of durable programs: one line of JSON for each. `./just bench-flow` makes a table of them, beside others.
//!
//! Requests are answered in the process at once, so that the figures are those of flows.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jsvm::{Data, Engine, HostError, SealKey};
use jsvm_flow::{
    EffectRequest, Effects, FlowId, Flows, ProgramBuilder, SqliteStore, Store, Until, Worker,
    WorkerConfig,
};
use serde_json::json;

/// Answers each request at once, and notes when the last one came.
#[derive(Clone, Default)]
struct Instantly {
    last: Arc<Mutex<Option<Instant>>>,
}

impl Effects for Instantly {
    fn perform(&self, _: EffectRequest) -> BoxFuture<'static, Result<Data, HostError>> {
        *self.last.lock().unwrap() = Some(Instant::now());
        futures_util::future::ready(Ok(Data::of(&"ok").unwrap())).boxed()
    }
}

const STEPS: &str = "import { signal } from 'jsvm:flow';
    export default async ({ steps, waits }) => {
        let text = '';
        for (let step = 0; step < steps; step++) text = await work(`step ${step}`);
        if (waits) await signal('go');
        return text;
    }";

const SIGNALS: &str = "import { signal } from 'jsvm:flow';
    export default async () => { for (let count = 0; ; count++) { await signal('go'); await work(count) } }";

struct Bench {
    folder: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
    effects: Instantly,
    config: WorkerConfig,
    /// Whether commits are on disk. What only prepares a measurement need not wait for that.
    is_synchronous: bool,
}

type BenchWorker = Worker<SqliteStore, Instantly>;

impl Bench {
    fn new() -> Self {
        Bench {
            // A folder on a disk: that for temporary files can be in memory.
            folder: tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap(),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
            effects: Instantly::default(),
            config: WorkerConfig::default(),
            is_synchronous: true,
        }
    }

    fn prepared() -> Self {
        Bench {
            is_synchronous: false,
            ..Bench::new()
        }
    }

    fn flows(&self) -> Flows<SqliteStore> {
        let mut store = SqliteStore::open(self.path()).unwrap();
        store.set_synchronous(self.is_synchronous).unwrap();
        Flows::new(store, &SealKey::new([1; 32])).unwrap()
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("flows.db")
    }

    fn worker(&self) -> BenchWorker {
        Worker::new(self.flows(), self.effects.clone(), self.config.clone()).unwrap()
    }

    fn start(&self, text: &str, ids: &[String], input: &str) {
        let file = self.folder.path().join("program.js");
        std::fs::write(&file, text).unwrap();
        let builder = ProgramBuilder::new(&Engine::global().unwrap()).request("work");
        let program = builder.file(&file).unwrap();
        let mut flows = self.flows();
        for id in ids {
            assert!(flows.start(&program, &id.parse().unwrap(), input).unwrap());
        }
    }

    fn run(&self, worker: &mut BenchWorker) {
        self.runtime.block_on(worker.run(Until::Idle)).unwrap();
    }

    /// Bytes of the store without its free pages.
    fn stored(&self) -> u64 {
        let copy = self.folder.path().join("copy.db");
        let store = SqliteStore::open(self.path()).unwrap();
        store.back_up(&copy).unwrap();
        let size = std::fs::metadata(&copy).unwrap().len();
        std::fs::remove_file(copy).unwrap();
        size
    }
}

fn ids(name: &str, count: u64) -> Vec<String> {
    (0..count)
        .map(|number| format!("{name}-{number}"))
        .collect()
}

fn input(steps: u64, waits: bool) -> String {
    json!({ "steps": steps, "waits": waits }).to_string()
}

fn print(work: &str, figures: &serde_json::Value) {
    println!("{}", json!({ "work": work, "figures": figures }));
}

/// Bytes of memory that the process has.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = status
        .split(' ')
        .nth(1)
        .and_then(|text| text.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}

fn throughput(work: &str, bench: &Bench, flows: u64, steps: u64) {
    bench.start(STEPS, &ids("flow", flows), &input(steps, false));
    let mut worker = bench.worker();
    let (wall, cpu) = (Instant::now(), ProcessTime::now());
    bench.run(&mut worker);
    let (wall, cpu) = (wall.elapsed(), cpu.elapsed());
    let metrics = worker.metrics();
    print(
        work,
        &json!({
            "steps": flows * steps,
            "wall": wall.as_secs_f64(),
            "cpu": cpu.as_secs_f64(),
            "commits": metrics.commits,
            "snapshots": metrics.snapshots,
            "snapshotBytes": metrics.snapshot_bytes / metrics.snapshots.max(1),
        }),
    );
}

/// From the call that sends a signal to the beginning of the next step.
fn latency(count: u32) {
    let bench = Bench::new();
    bench.start(SIGNALS, &ids("flow", 1), "null");
    let mut worker = bench.worker();
    bench.run(&mut worker);
    let id: FlowId = "flow-0".parse().unwrap();
    let mut times = Vec::new();
    for number in 0..count {
        let began = Instant::now();
        worker
            .flows()
            .signal(&id, "go", &number.to_string(), "null")
            .unwrap();
        bench.run(&mut worker);
        let stepped = bench.effects.last.lock().unwrap().unwrap();
        times.push(stepped.duration_since(began).as_secs_f64() * 1000.0);
    }
    print("latency", &json!({ "times": times }));
}

fn waiting(count: u64) {
    let bench = Bench::prepared();
    bench.start(SIGNALS, &ids("flow", count), "null");
    let mut worker = bench.worker();
    bench.run(&mut worker);
    drop(worker);
    let size = bench.stored();
    // Of a worker that only finds them waiting.
    let before = resident();
    let mut worker = bench.worker();
    bench.run(&mut worker);
    let after = resident();
    print(
        "waiting",
        &json!({
            "bytes": after.saturating_sub(before) as f64 / count as f64,
            "stored": size / count,
        }),
    );
}

fn middle(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

fn recovery(steps: u64) {
    let bench = Bench::prepared();
    bench.start(STEPS, &ids("flow", 1), &input(steps, true));
    let mut worker = bench.worker();
    bench.run(&mut worker);
    drop(worker);
    let id: FlowId = "flow-0".parse().unwrap();
    let mut flows = bench.flows();
    let (mut times, mut reads) = (Vec::new(), Vec::new());
    for round in 0..51 {
        let began = Instant::now();
        drop(flows.store().load(&id).unwrap());
        let read = began.elapsed();
        let began = Instant::now();
        flows.verify(&id).unwrap();
        // The first loads the program.
        if round > 0 {
            reads.push(read);
            times.push(began.elapsed());
        }
    }
    // A process that begins: with the store and the program.
    let began = Instant::now();
    bench.flows().verify(&id).unwrap();
    let first = began.elapsed();
    let stored = flows.store().load(&id).unwrap().unwrap();
    print(
        &format!("recover-{steps}"),
        &json!({
            "ms": middle(&mut times),
            "read": middle(&mut reads),
            "first": first.as_secs_f64() * 1000.0,
            "tail": stored.journal.len(),
            "snapshot": stored.snapshot.map_or(0, |(_, bytes)| bytes.len()),
        }),
    );
}

fn stored(steps: u64) {
    let mut bench = Bench::prepared();
    // All turns stay in the journal.
    bench.config.max_tail = u32::MAX;
    bench.config.snapshot_ratio = u32::MAX;
    bench.start(STEPS, &ids("none", 1), &input(0, true));
    let mut worker = bench.worker();
    bench.run(&mut worker);
    drop(worker);
    let before = bench.stored();
    bench.start(STEPS, &ids("all", 1), &input(steps, true));
    let mut worker = bench.worker();
    bench.run(&mut worker);
    drop(worker);
    let all = (bench.stored() - before) as f64 / steps as f64;
    print("stored", &json!({ "bytes": all }));
}

fn main() {
    let is_measured = std::env::args().any(|arg| arg == "--bench");
    let wishes: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let is_quick = std::env::args().any(|arg| arg == "--quick") || !is_measured;
    let scale = if is_quick { 10 } else { 1 };
    let wants =
        |work: &str| wishes.is_empty() || wishes.iter().any(|wish| work.starts_with(&**wish));
    if wants("one") {
        throughput("one", &Bench::new(), 1, 2_000 / scale);
    }
    if wants("many") {
        throughput("many", &Bench::new(), 100, 200 / scale);
    }
    if wants("unsynced") {
        throughput("unsynced", &Bench::prepared(), 1, 2_000);
    }
    if wants("latency") {
        latency(500 / scale as u32);
    }
    if wants("waiting") {
        waiting(10_000 / scale);
    }
    for steps in [10, 1_000, 100_000 / scale] {
        if wants(&format!("recover-{steps}")) {
            recovery(steps);
        }
    }
    if wants("stored") {
        stored(2_000 / scale);
    }
}
