//! What the tests of flows share: programs, a clock, and effects that are recorded.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jsvm::{Data, Engine, HostError, SealKey};
use jsvm_flow::{
    Call, EffectRequest, Effects, FlowId, FlowView, Flows, MemoryStore, Program, ProgramBuilder,
    Store, Time, Until, Worker, WorkerConfig, WorkerMetrics,
};

pub const SECOND: u64 = 1_000_000_000;

pub fn key() -> SealKey {
    SealKey::new([7; 32])
}

pub fn id(text: &str) -> FlowId {
    text.parse().unwrap()
}

/// Makes a program of a text.
pub fn program(text: &str) -> Program {
    try_program(text).unwrap()
}

pub fn try_program(text: &str) -> Result<Program, jsvm_flow::FlowError> {
    program_of(&builder(), text)
}

pub fn program_of(builder: &ProgramBuilder, text: &str) -> Result<Program, jsvm_flow::FlowError> {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("main.ts");
    std::fs::write(&file, text).unwrap();
    builder.file(&file)
}

pub fn builder() -> ProgramBuilder {
    ProgramBuilder::new(&Engine::global().unwrap()).request("work")
}

/// A clock that moves when it is told to.
#[derive(Clone, Default)]
pub struct TestTime(Arc<AtomicU64>);

impl TestTime {
    pub fn new() -> Self {
        let time = TestTime::default();
        time.set(1_800_000_000 * SECOND);
        time
    }

    pub fn set(&self, now: u64) {
        self.0.store(now, Ordering::Relaxed);
    }

    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap();
        self.0.fetch_add(by, Ordering::Relaxed);
    }

    pub fn back(&self, by: Duration) {
        let by = u64::try_from(by.as_nanos()).unwrap();
        self.0.fetch_sub(by, Ordering::Relaxed);
    }
}

impl Time for TestTime {
    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

type Answer = dyn Fn(&EffectRequest) -> Option<Result<Data, HostError>> + Send + Sync;

/// Records requests, and answers them by a function. A request without an answer stays in flight.
#[derive(Clone)]
pub struct Recorder {
    pub seen: Arc<Mutex<Vec<EffectRequest>>>,
    answer: Arc<Answer>,
    pub repeatable: bool,
}

impl Recorder {
    pub fn new(
        answer: impl Fn(&EffectRequest) -> Option<Result<Data, HostError>> + Send + Sync + 'static,
    ) -> Self {
        Recorder {
            seen: Arc::default(),
            answer: Arc::new(answer),
            repeatable: false,
        }
    }

    /// Answers each request with its first argument.
    pub fn echo() -> Self {
        Recorder::new(|request| Some(Ok(first_argument(request))))
    }

    /// Answers no request.
    pub fn silent() -> Self {
        Recorder::new(|_| None)
    }

    pub fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    pub fn last(&self) -> EffectRequest {
        self.seen.lock().unwrap().last().unwrap().clone()
    }
}

pub fn first_argument(request: &EffectRequest) -> Data {
    match &request.call {
        Call::Custom(data) => {
            let root = data.root().unwrap().elements().unwrap();
            match root.first() {
                Some(Some(first)) => {
                    let value = first.to::<serde_json::Value>().unwrap();
                    let numbers =
                        jsvm::serde::Options::default().integers(jsvm::serde::Integers::Number);
                    Data::of_with(&value, &numbers).unwrap()
                }
                _ => Data::of(&()).unwrap(),
            }
        }
        _ => Data::of(&()).unwrap(),
    }
}

/// A response as `fetch` gets it.
pub fn response(status: u16, body: &str) -> Data {
    let numbers = jsvm::serde::Options::default().integers(jsvm::serde::Integers::Number);
    Data::of(&serde_json::json!({
        "status": status, "statusText": "", "headers": [["content-type", "text/plain"]], "decoded": false,
    }))
    .and_then(|head| {
        let mut head: std::collections::BTreeMap<String, serde_json::Value> = head.to()?;
        head.remove("body");
        #[derive(serde::Serialize)]
        struct Response {
            #[serde(flatten)]
            head: std::collections::BTreeMap<String, serde_json::Value>,
            body: jsvm::Bytes,
        }
        let body = jsvm::Bytes(body.as_bytes().to_vec());
        Data::of_with(&Response { head, body }, &numbers)
    })
    .unwrap()
}

impl Effects for Recorder {
    fn is_repeatable(&self, _: &str) -> bool {
        self.repeatable
    }

    fn perform(&self, request: EffectRequest) -> BoxFuture<'static, Result<Data, HostError>> {
        let answer = (self.answer)(&request);
        self.seen.lock().unwrap().push(request);
        match answer {
            Some(answer) => futures_util::future::ready(answer).boxed(),
            None => futures_util::future::pending().boxed(),
        }
    }
}

/// A store with workers that come and go.
pub struct World {
    pub store: MemoryStore,
    pub time: TestTime,
    pub effects: Recorder,
    pub config: WorkerConfig,
}

impl World {
    pub fn new(effects: Recorder) -> Self {
        World {
            store: MemoryStore::new(),
            time: TestTime::new(),
            effects,
            config: WorkerConfig::default(),
        }
    }

    pub fn flows(&self) -> Flows<MemoryStore> {
        let flows = Flows::new(self.store.clone(), &key()).unwrap();
        flows.time(self.time.clone())
    }

    pub fn start(&self, program: &Program, id: &str, input: &str) {
        assert!(self.flows().start(program, &self::id(id), input).unwrap());
    }

    pub fn view(&self, id: &str) -> FlowView {
        self.flows().show(&self::id(id)).unwrap()
    }

    pub fn result(&self, id: &str) -> String {
        let view = self.view(id);
        view.result
            .unwrap_or_else(|| panic!("{:?}: {:?}", view.status, view.failure))
    }

    pub fn logs(&self, id: &str) -> Vec<String> {
        let logs = self.flows().logs(&self::id(id), 0).unwrap();
        logs.into_iter().map(|(_, line)| line.text).collect()
    }

    pub fn signal(&self, id: &str, name: &str, signal: &str, payload: &str) -> bool {
        self.flows()
            .signal(&self::id(id), name, signal, payload)
            .unwrap()
    }

    /// Lets the journal tell that a turn did something else.
    pub fn damage(&self, id: &str, turn: u64) {
        let mut store = self.store.clone();
        let mut flow = store.load(&self::id(id)).unwrap().unwrap();
        let entry = flow
            .journal
            .iter_mut()
            .find(|entry| entry.turn == turn)
            .unwrap();
        entry.digest = Some([0; 16]);
        assert!(store.remove(&self::id(id)).unwrap());
        assert!(store.import(&flow, &[]).unwrap());
    }

    /// Runs a worker until it is idle, or for a short time if requests stay in flight; then it is killed.
    pub fn run(&self) -> WorkerMetrics {
        let flows = self.flows();
        run_worker(flows, self.effects.clone(), self.config.clone()).unwrap()
    }

    /// Moves the clock, and runs a worker.
    pub fn later(&self, by: Duration) -> WorkerMetrics {
        self.time.advance(by);
        self.run()
    }
}

pub fn run_worker<S: Store>(
    flows: Flows<S>,
    effects: Recorder,
    config: WorkerConfig,
) -> Result<WorkerMetrics, jsvm_flow::FlowError> {
    let mut worker = Worker::new(flows, effects, config)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let run = async {
        loop {
            let before = worker.metrics();
            let time = Duration::from_millis(60);
            if let Ok(result) = tokio::time::timeout(time, worker.run(Until::Idle)).await {
                return result;
            }
            // Nothing happens but that requests stay in flight: the worker is killed.
            if worker.metrics() == before {
                return Ok(());
            }
        }
    };
    runtime.block_on(run)?;
    Ok(worker.metrics())
}
