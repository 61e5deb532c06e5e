//! Workers that are stopped, and what they need of their store: snapshots and engines.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use common::{Recorder, TestTime, World, id, key, program};
use jsvm_flow::{
    FlowError, FlowId, Flows, MemoryStore, Observer, SqliteStore, Status, StopWorker, Store,
    StoreError, TurnReport, Until, Worker, WorkerConfig, WorkerMetrics,
};

#[test]
fn a_worker_that_is_stopped_stores_outcomes_and_runs_no_further_turn() {
    let text = "export default async () => {
            for (let step = 0; step < 10; step++) await work(step);
            return 'done';
        }";
    let stop: Arc<OnceLock<StopWorker>> = Arc::default();
    let (handle, count) = (stop.clone(), AtomicU32::new(0));
    let effects = Recorder::new(move |request| {
        if count.fetch_add(1, Ordering::Relaxed) == 4 {
            handle.get().unwrap().stop();
        }
        Some(Ok(common::first_argument(request)))
    });
    let world = World::new(effects.clone());
    world.start(&program(text), "a", "null");
    let mut worker = Worker::new(world.flows(), effects.clone(), WorkerConfig::default()).unwrap();
    stop.set(worker.stop_handle()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(worker.run(Until::Stopped)).unwrap();
    drop(worker);
    assert_eq!(effects.count(), 5);
    assert_eq!(world.view("a").status, Status::Running);
    // The outcome of the fifth request is stored: no request is sent twice, or in doubt.
    let metrics = world.run();
    assert_eq!((metrics.repeated, metrics.in_doubt), (0, 0));
    assert_eq!((effects.count(), &*world.result("a")), (10, "\"done\""));
}

#[test]
fn a_damaged_snapshot_stops_its_flow_alone() {
    let text = "import { signal } from 'jsvm:flow';
        export default async () => (await signal('one')) + (await signal('two'));";
    let mut world = World::new(Recorder::echo());
    // A snapshot is taken after each turn.
    world.config.max_tail = 1;
    for flow in ["a", "b"] {
        world.start(&program(text), flow, "null");
        world.signal(flow, "one", "1", "1");
    }
    world.run();
    let mut store = world.store.clone();
    let whole = store.load(&id("a")).unwrap().unwrap();
    let mut damaged = whole.clone();
    let (_, bytes) = damaged.snapshot.as_mut().unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    assert!(store.remove(&id("a")).unwrap() && store.import(&damaged, &[]).unwrap());
    for flow in ["a", "b"] {
        world.signal(flow, "two", "2", "2");
    }
    world.run();
    let view = world.view("a");
    assert_eq!(view.status, Status::Stopped);
    assert!(
        view.failure
            .unwrap()
            .message
            .contains("the record is damaged")
    );
    assert_eq!(world.result("b"), "3");
    // With the record of a backup it goes on.
    assert!(store.remove(&id("a")).unwrap() && store.import(&whole, &[]).unwrap());
    world.signal("a", "two", "2", "2");
    world.run();
    assert_eq!(world.result("a"), "3");
}

#[test]
fn a_row_that_cannot_be_read_stops_no_other_flow() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("flows.db");
    let open = || Flows::new(SqliteStore::open(&file).unwrap(), &key()).unwrap();
    let program = program("export default async (value) => await work(value)");
    for flow in ["a", "b", "c"] {
        assert!(open().start(&program, &id(flow), "1").unwrap());
    }
    let connection = rusqlite::Connection::open(&file).unwrap();
    let damage = "UPDATE flows SET run = -1 WHERE id = 'b'";
    assert_eq!(connection.execute(damage, []).unwrap(), 1);

    #[derive(Debug, Default)]
    struct Told(Mutex<Vec<String>>);
    impl Observer for Told {
        fn turn(&self, _: TurnReport) {}
        fn metrics(&self, _: &WorkerMetrics) {}
        fn stopped(&self, flow: &FlowId, error: &FlowError) {
            self.0.lock().unwrap().push(format!("{flow}: {error}"));
        }
    }
    let told = Arc::new(Told::default());
    let mut config = WorkerConfig::default();
    config.observer = Some(told.clone());
    common::run_worker(open(), Recorder::echo(), config).unwrap();
    for flow in ["a", "c"] {
        assert_eq!(open().show(&id(flow)).unwrap().status, Status::Completed);
    }
    let told = told.0.lock().unwrap();
    assert_eq!(told.len(), 1);
    let expected = "b: the store is damaged: the row of the flow b cannot be read";
    assert!(told[0].starts_with(expected), "{told:?}");
}

#[cfg(unix)]
#[test]
fn a_store_has_one_worker_under_all_of_its_names() {
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (
        folder.path().join("flows.db"),
        folder.path().join("link.db"),
    );
    let mut store = SqliteStore::open(&file).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    store.own().unwrap();
    let error = SqliteStore::open(&link).unwrap().own().unwrap_err();
    assert!(matches!(error, StoreError::Owned { .. }), "{error}");
    drop(store);
    SqliteStore::open(&link).unwrap().own().unwrap();
}

/// The oldest engine that is kept: that of the first golden generation.
#[cfg(feature = "compile")]
#[test]
fn a_flow_goes_on_with_the_oldest_engine_that_is_kept() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/golden/1/engine.wasm.zst"
    );
    let compressed = std::fs::read(file).unwrap();
    let component = zstd::stream::decode_all(&*compressed).unwrap();
    let old = jsvm::Engine::from_component(&component).unwrap();
    if old.id() == jsvm::Engine::global().unwrap().id() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("main.js");
    let text = "import { signal } from 'jsvm:flow';
        export default async () => {
            let sum = 0;
            for (let count = 0; count < 4; count++) sum += await signal('add');
            return { sum, random: Math.random() < 1 };
        }";
    std::fs::write(&file, text).unwrap();
    let program = jsvm_flow::ProgramBuilder::new(&old).file(&file).unwrap();
    let mut store = MemoryStore::new();
    store.put_engine(old.id().as_bytes(), &compressed).unwrap();
    drop(old);
    let flows = || Flows::new(store.clone(), &key()).unwrap();
    flows().start(&program, &id("a"), "null").unwrap();
    for number in ["1", "2", "3", "4"] {
        let mut config = WorkerConfig::default();
        // The second worker goes on from a snapshot.
        config.max_tail = 1;
        common::run_worker(flows(), common::Recorder::silent(), config).unwrap();
        flows().signal(&id("a"), "add", number, number).unwrap();
    }
    common::run_worker(flows(), common::Recorder::silent(), WorkerConfig::default()).unwrap();
    let view = flows().show(&id("a")).unwrap();
    assert_eq!(view.result.unwrap(), r#"{"sum":10,"random":true}"#);
}

#[test]
fn a_flow_of_another_engine_waits_for_that_engine() {
    let program = program("export default async () => 1");
    let mut stored = program.stored().clone();
    stored.engine = [9; 32];
    let mut store = MemoryStore::new();
    store.put_program(&stored).unwrap();
    let time = TestTime::new();
    let mut flows = Flows::new(store.clone(), &key())
        .unwrap()
        .time(time.clone());
    flows.start(&program, &id("a"), "null").unwrap();
    drop(flows);
    let flows = Flows::new(store.clone(), &key())
        .unwrap()
        .time(time.clone());
    common::run_worker(flows, common::Recorder::silent(), WorkerConfig::default()).unwrap();
    let mut flows = Flows::new(store, &key()).unwrap();
    let view = flows.show(&id("a")).unwrap();
    assert_eq!(view.status, Status::Stopped);
    assert!(
        view.failure
            .unwrap()
            .message
            .contains("needs the engine 0909")
    );
}
