//! Figures of durable programs: `./just bench-flow` prints a table.
//!
//! Requests are answered in the process at once, so that the figures are those of flows.
#![allow(missing_docs, clippy::unwrap_used)]

use std::time::Instant;

use cpu_time::ProcessTime;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jsvm::{Data, Engine, HostError, SealKey};
use jsvm_flow::{
    EffectRequest, Effects, FlowId, Flows, ProgramBuilder, SqliteStore, Until, Worker, WorkerConfig,
};

/// Answers each request at once.
struct Instantly;

impl Effects for Instantly {
    fn perform(&self, _: EffectRequest) -> BoxFuture<'static, Result<Data, HostError>> {
        futures_util::future::ready(Ok(Data::of(&"ok").unwrap())).boxed()
    }
}

const STEPS: &str = "export default async (steps) => {
    let text = '';
    for (let step = 0; step < steps; step++) text = await work(`step ${step}`);
    return text;
}";

const SIGNALS: &str = "import { signal } from 'jsvm:flow';
    export default async () => { for (let count = 0; ; count++) { await signal('go'); await work(count) } }";

struct Bench {
    folder: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
}

type BenchWorker = Worker<SqliteStore, Instantly>;

impl Bench {
    fn flows(&self) -> Flows<SqliteStore> {
        let store = SqliteStore::open(self.path()).unwrap();
        Flows::new(store, &SealKey::new([1; 32])).unwrap()
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("flows.db")
    }

    fn worker(&self) -> BenchWorker {
        Worker::new(self.flows(), Instantly, WorkerConfig::default()).unwrap()
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
}

fn bench() -> Bench {
    Bench {
        folder: tempfile::tempdir().unwrap(),
        runtime: tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap(),
    }
}

fn ids(name: &str, count: u64) -> Vec<String> {
    (0..count)
        .map(|number| format!("{name}-{number}"))
        .collect()
}

fn row(what: &str, figure: &str) {
    println!("| {what} | {figure} |");
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

fn throughput(flows: u64, steps: u64) {
    let bench = bench();
    bench.start(STEPS, &ids("flow", flows), &steps.to_string());
    let mut worker = bench.worker();
    let (wall, cpu) = (Instant::now(), ProcessTime::now());
    bench.run(&mut worker);
    let (wall, cpu) = (wall.elapsed(), cpu.elapsed());
    let total = flows * steps;
    let thousands = total as f64 / 1000.0;
    row(
        &format!("{flows} flows of {steps} steps: steps per second"),
        &format!("{:.0}", total as f64 / wall.as_secs_f64()),
    );
    row(
        &format!("{flows} flows of {steps} steps: CPU seconds for 1,000 steps"),
        &format!("{:.3}", cpu.as_secs_f64() / thousands),
    );
    let metrics = worker.metrics();
    row(
        &format!("{flows} flows of {steps} steps: commits, snapshots, bytes of a snapshot"),
        &format!(
            "{}, {}, {}",
            metrics.commits,
            metrics.snapshots,
            metrics.snapshot_bytes / metrics.snapshots.max(1)
        ),
    );
}

fn latency(count: u32) {
    let bench = bench();
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
        times.push(began.elapsed());
    }
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    row(
        "from a signal to the next step and its outcome: p50, p99",
        &format!("{:?}, {:?}", at(0.5), at(0.99)),
    );
}

fn waiting(count: u64) {
    let bench = bench();
    bench.start(SIGNALS, &ids("flow", count), "null");
    let mut worker = bench.worker();
    bench.run(&mut worker);
    drop(worker);
    let size = std::fs::metadata(bench.path()).unwrap().len();
    // Of a worker that only finds them waiting.
    let before = resident();
    let mut worker = bench.worker();
    bench.run(&mut worker);
    let after = resident();
    row(
        &format!("memory of a worker for each of {count} waiting flows"),
        &format!("{} B", after.saturating_sub(before) / count),
    );
    row(
        &format!("store for each of {count} waiting flows"),
        &format!("{} B", size / count),
    );
}

fn recovery(steps: u64) {
    let bench = bench();
    let text = STEPS.replace(
        "return text;",
        "for (;;) await new Promise(r => setTimeout(r, 1e12));",
    );
    bench.start(&text, &ids("flow", 1), &steps.to_string());
    let mut worker = bench.worker();
    bench.run(&mut worker);
    drop(worker);
    let size = std::fs::metadata(bench.path()).unwrap().len();
    let mut times = Vec::new();
    let id: FlowId = "flow-0".parse().unwrap();
    let mut flows = bench.flows();
    for _ in 0..20 {
        let began = Instant::now();
        flows.inspect(&id).unwrap();
        times.push(began.elapsed());
    }
    times.sort_unstable();
    row(
        &format!("recover a flow with {steps} past steps, and list its frames"),
        &format!("{:?}; the store has {} KiB", times[10], size >> 10),
    );
}

fn main() {
    let is_measured = std::env::args().any(|arg| arg == "--bench");
    let scale = if is_measured { 1 } else { 10 };
    println!("| what | figure |\n|---|---|");
    throughput(1, 2_000 / scale);
    throughput(100, 200 / scale);
    latency(500 / scale as u32);
    waiting(10_000 / scale);
    for steps in [10, 1_000, 100_000 / scale] {
        recovery(steps);
    }
}
